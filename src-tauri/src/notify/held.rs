//! The toasts on screen, each with the connection that it was sent over: some desktops answer nobody else, and take a toast away with its sender.

use super::drawn::DEFAULT;
use super::heard::{Heard, Number};
use notify_rust::{CloseReason, NotificationHandle, NotificationResponse};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// See the [module docs](self). Let go, they are heard of no more.
#[derive(Debug, Default)]
pub(super) struct Held {
    toasts: HashMap<Number, JoinHandle<()>>,
    /// The first toast of a service. GNOME takes away *all* of a program's when the sender of its first one leaves.
    first: Option<(String, Arc<NotificationHandle>)>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.toasts.values().for_each(JoinHandle::abort);
    }
}

impl Held {
    /// Hear of this one, which `heard` is told.
    pub(super) fn keep(&mut self, number: Number, handle: NotificationHandle, heard: mpsc::WeakSender<Heard>) {
        let handle = Arc::new(handle);
        if self.first.as_ref().is_none_or(|(owner, _)| *owner != number.owner) {
            self.first = Some((number.owner.clone(), Arc::clone(&handle)));
        }
        self.toasts.retain(|other, hearing| {
            let stands = other.owner == number.owner && other.number != number.number && !hearing.is_finished();
            if !stands {
                hearing.abort();
            }
            stands
        });
        let about = number.clone();
        let hearing = tokio::spawn(async move {
            let mut said = None;
            handle.wait_for_action_async(|response| said = Some(response.clone())).await;
            let news = match said {
                Some(NotificationResponse::Default) => Heard::Pressed(about, DEFAULT.to_owned()),
                Some(NotificationResponse::Action(action)) => Heard::Pressed(about, action),
                Some(NotificationResponse::Closed(reason)) => Heard::Ended(about, reason == CloseReason::Dismissed),
                Some(NotificationResponse::Reply(_)) | None => return,
            };
            if let Some(heard) = heard.upgrade() {
                // Nobody listens any more: the bus was let go.
                heard.send(news).await.ok();
            }
        });
        self.toasts.insert(number, hearing);
    }
}

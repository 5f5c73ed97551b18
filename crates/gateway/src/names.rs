//! The channels that there are, and the telling of new ones.
//!
//! Whoever follows everything must hear of a channel that is new. Only what is new is told, what comes within a tenth of a second is
//! told at once, and the text is made once for all sessions: ten thousand new channels cost a session their names and nothing more.

use crate::frame;
use axum::body::Bytes;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, RwLock},
    time::Duration,
};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use watchdeck_events::Channel;
use watchdeck_protocol::ServerFrame;

/// How long new names are gathered.
const GATHER: Duration = Duration::from_millis(100);
/// Most names in one frame.
const FRAME_NAMES: usize = 2_000;

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Names {
    known: RwLock<Known>,
    fresh: Notify,
    /// How many names sessions should know of.
    told: watch::Sender<usize>,
    /// The frame made last: from, to, text. Sessions ask for the same one.
    frame: Mutex<(usize, usize, Bytes)>,
    list: Mutex<(usize, Arc<str>)>,
}

/// In the order in which they were heard of.
#[derive(Debug)]
struct Known {
    order: Vec<Channel>,
    set: HashSet<Channel>,
}

impl Names {
    /// The ERP's fixed channels, and what the log holds.
    pub(crate) fn new(logged: Vec<Channel>) -> Self {
        let mut known = Known { order: Vec::new(), set: HashSet::new() };
        Channel::ERP.into_iter().map(Channel::from).chain(logged).for_each(|channel| known.learn(&channel));
        let told = watch::Sender::new(known.order.len());
        Self { known: RwLock::new(known), fresh: Notify::new(), told, frame: Mutex::default(), list: Mutex::new((0, "[]".into())) }
    }

    /// These hold something.
    pub(crate) fn learn<'a>(&self, channels: impl Iterator<Item = &'a Channel> + Clone) {
        {
            let known = self.known.read().expect("no code panics while holding the names");
            if channels.clone().all(|channel| known.set.contains(channel)) {
                return;
            }
        }
        let mut known = self.known.write().expect("no code panics while holding the names");
        channels.for_each(|channel| known.learn(channel));
        drop(known);
        self.fresh.notify_one();
    }

    /// Tell what is learnt, until `stop`.
    pub(crate) async fn announce(&self, stop: CancellationToken) {
        let announcing = async {
            loop {
                self.fresh.notified().await;
                tokio::time::sleep(GATHER).await;
                self.told.send_replace(self.known.read().expect("no code panics while holding the names").order.len());
            }
        };
        tokio::select! {
            () = announcing => {}
            () = stop.cancelled() => {}
        }
    }

    /// Changes when there are names to tell.
    pub(crate) fn watch(&self) -> watch::Receiver<usize> {
        self.told.subscribe()
    }

    /// How many there are, and all of them as a JSON list.
    pub(crate) fn list(&self) -> (usize, Arc<str>) {
        let known = self.known.read().expect("no code panics while holding the names");
        let mut list = self.list.lock().expect("no code panics while holding the list");
        if list.0 != known.order.len() {
            let text = serde_json::to_string(&known.order).expect("names are always JSON");
            *list = (known.order.len(), text.into());
        }
        list.clone()
    }

    /// The names after the first `from` that somebody may read, and how many are known with them. For whoever may not read all.
    pub(crate) fn readable(&self, from: usize, may: impl Fn(&Channel) -> bool) -> (usize, Vec<String>) {
        let known = self.known.read().expect("no code panics while holding the names");
        let names = known.order.iter().skip(from).filter(|channel| may(channel)).map(ToString::to_string).collect();
        (known.order.len(), names)
    }

    /// A `channels` frame with the names after the first `from`, and how many are known with it. `None`: there is nothing to tell.
    pub(crate) fn since(&self, from: usize) -> Option<(usize, Bytes)> {
        let to = (*self.told.borrow()).min(from + FRAME_NAMES);
        if from >= to {
            return None;
        }
        let mut frame = self.frame.lock().expect("no code panics while holding the frame");
        if (frame.0, frame.1) != (from, to) {
            let known = self.known.read().expect("no code panics while holding the names");
            let channels = known.order[from..to].iter().map(ToString::to_string).collect();
            *frame = (from, to, frame::text(&ServerFrame::Channels { channels, decides: None }).into());
        }
        Some((to, frame.2.clone()))
    }
}

impl Known {
    fn learn(&mut self, channel: &Channel) {
        if self.set.insert(channel.clone()) {
            self.order.push(channel.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_new_is_told_once_and_gathered() {
        let names = Names::new(vec!["user:1:notifications".into(), "orders".into()]);
        let (known, list) = names.list();
        assert_eq!(known, Channel::ERP.len() + 1, "the ERP's own are told once");
        assert!(list.ends_with(r#""broadcast","user:1:notifications"]"#), "{list}");
        let stop = CancellationToken::new();
        let mut told = names.watch();
        let telling = async {
            for n in 2..5_002 {
                names.learn([Channel::from(&*format!("user:{n}:notifications"))].iter());
            }
            told.changed().await.unwrap();
            let mut from = known;
            let mut frames = 0;
            while let Some((to, frame)) = names.since(from) {
                frames += 1;
                assert!(std::ptr::eq(names.since(from).unwrap().1.as_ptr(), frame.as_ptr()), "made once for all sessions");
                from = to;
            }
            assert_eq!((from, frames), (known + 5_000, 3), "2000 + 2000 + 1000 names, none of them twice");
            stop.cancel();
        };
        tokio::join!(names.announce(stop.clone()), telling);
    }
}

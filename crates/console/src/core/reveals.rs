//! Looks at masked fields are noted, and told to the gateways.

use super::Core;
use crate::{
    person::person,
    reveals::{Reveal, document},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use watchdeck_client::post;
use watchdeck_events::Event;
use watchdeck_store::Batch;

/// Where gateways take it.
const PLACE: &str = "/api/reveals";
/// Before a gateway that could not be told is told again.
const AGAIN: Duration = Duration::from_secs(10);

/// What became of telling.
enum Told {
    /// It is known there, or can never be.
    Done,
    Later,
}

impl Core {
    /// Note that somebody looks at what is masked in `event`. Stored before it is shown; where the store takes nothing it is told all the same.
    pub(crate) async fn note_reveal(&self, event: &Event) {
        match self.sources.profile(&event.source) {
            // There is nothing to sign in with just now.
            Some(Err(_)) => {}
            // What it speaks may not be known yet.
            Some(Ok(profile)) if profile.dialect.keeps_account() || !profile.dialect.is_spoken() => {}
            Some(Ok(_)) | None => return,
        }
        let (at, by) = (self.now(), person(&self.state().settings));
        let (source, channel, event) = (event.source.to_string(), event.channel.to_string(), event.id.to_string());
        let Some(document) = self.reveals.add(Reveal { source, channel, event, at, by }) else {
            tracing::warn!("Too many looks at masked fields wait for their gateways; this one is not told.");
            return;
        };
        let documents = vec![document];
        if let Err(error) = self.store.append(Batch { documents, ..Batch::default() }).await {
            tracing::warn!(%error, "What was looked at is kept in memory only.");
        }
        self.reveals.noted.notify_one();
    }

    /// Tells the gateways what was looked at.
    pub(super) async fn tell_reveals(self: Arc<Self>) {
        loop {
            // What else a gateway is to be told waits with what it was not told.
            let mut away = Vec::new();
            while let Some((key, reveal)) = self.reveals.next(&away) {
                let told = tokio::select! {
                    told = self.tell_reveal(&reveal) => told,
                    () = self.stopped() => return,
                };
                match told {
                    Told::Later => away.push(reveal.source),
                    Told::Done => {
                        self.reveals.remove(&key);
                        let documents = vec![document(key, None)];
                        if let Err(error) = self.store.append(Batch { documents, ..Batch::default() }).await {
                            tracing::warn!(%error, "What was looked at will be told once more.");
                        }
                    }
                }
            }
            tokio::select! {
                () = self.reveals.noted.notified() => {}
                () = tokio::time::sleep(AGAIN), if !away.is_empty() => {}
                () = self.stopped() => return,
            }
        }
    }

    async fn tell_reveal(&self, Reveal { source, channel, event, at, by }: &Reveal) -> Told {
        let profile = match self.sources.profile(source) {
            Some(Ok(profile)) if profile.dialect.keeps_account() => profile,
            // It is no gateway.
            Some(Ok(profile)) if profile.dialect.is_spoken() => return Told::Done,
            Some(Ok(_) | Err(_)) => return Told::Later,
            // At a start it is about to be set up; else it was removed.
            None if self.state().settings.sources.iter().any(|known| known.id == *source) => return Told::Later,
            None => return Told::Done,
        };
        let body = json!({ "channel": channel, "event": event, "at": at, "by": { "id": by, "name": by } });
        match post(&profile, PLACE, body.to_string()).await {
            Ok(answer) if matches!(answer.status, 401 | 408 | 429 | 500..) => Told::Later,
            Ok(answer) => {
                if !(200..300).contains(&answer.status) {
                    tracing::info!(source, status = answer.status, "A gateway keeps no account of what is looked at.");
                }
                Told::Done
            }
            Err(error) => {
                tracing::debug!(%error, source, "A gateway was not told what was looked at; it will be.");
                Told::Later
            }
        }
    }
}

//! What somebody looked at that is masked: told to the gateway that the event came through, for its audit. Kept until it is told, over a restart too.

use crate::{core::Core, person::person};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Notify;
use watchdeck_client::{Dialect, post};
use watchdeck_contain::Hold as _;
use watchdeck_events::{Event, Millis};
use watchdeck_store::{Batch, Document, Store, StoreError};

const COLLECTION: &str = "reveals";
/// Where gateways take it.
const PLACE: &str = "/api/reveals";
/// How many wait for a gateway that is away.
const MOST: usize = 10_000;
/// Before a gateway that could not be told is told again.
const AGAIN: Duration = Duration::from_secs(30);

/// One look.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reveal {
    source: String,
    channel: String,
    /// The event's id.
    event: String,
    at: Millis,
    by: String,
}

/// Those that were not told yet, by their keys in the store.
#[derive(Debug, Default)]
pub(crate) struct Reveals {
    waiting: Mutex<BTreeMap<String, Reveal>>,
    noted: Notify,
}

impl Reveals {
    /// Those of an earlier run.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) async fn load(store: &Store) -> Result<Self, StoreError> {
        let kept = store.documents(COLLECTION).await?;
        let waiting = kept.into_iter().filter_map(|(key, body)| Some((key, serde_json::from_str(&body).ok()?))).collect();
        Ok(Self { waiting: Mutex::new(waiting), noted: Notify::new() })
    }

    fn next(&self, done: &[String]) -> Option<(String, Reveal)> {
        self.waiting.hold().iter().find(|(key, _)| !done.contains(key)).map(|(key, reveal)| (key.clone(), reveal.clone()))
    }
}

/// What became of telling.
enum Told {
    /// It is known there, or can never be.
    Done,
    Later,
}

impl Core {
    /// Note that somebody looks at what is masked in `event`. Stored before it is shown; where the store takes nothing it is told all the same.
    pub(crate) async fn note_reveal(&self, event: &Event) {
        if !matches!(self.sources.profile(&event.source), Some(Ok(profile)) if profile.dialect == Dialect::Native) {
            return;
        }
        let (at, by) = (self.now(), person(&self.state().settings));
        let reveal = Reveal {
            source: event.source.to_string(),
            channel: event.channel.to_string(),
            event: event.id.to_string(),
            at,
            by,
        };
        let key = format!("{:014}:{}", at.0, event.id);
        let body = serde_json::to_string(&reveal).expect("plain fields are always JSON");
        {
            let mut waiting = self.reveals.waiting.hold();
            if waiting.len() >= MOST {
                tracing::warn!(source = %event.source, "Too many looks at masked fields wait for their gateway; this one is not told.");
                return;
            }
            waiting.insert(key.clone(), reveal);
        }
        self.keep_reveal(key, Some(body)).await;
        self.reveals.noted.notify_one();
    }

    async fn keep_reveal(&self, key: String, body: Option<String>) {
        let documents = vec![Document { collection: COLLECTION, key, body }];
        if let Err(error) = self.store.append(Batch { documents, ..Batch::default() }).await {
            tracing::warn!(%error, "What was looked at is kept in memory only.");
        }
    }

    /// Tells the gateways what was looked at.
    pub(crate) async fn tell_reveals(self: Arc<Self>) {
        loop {
            let mut failed = Vec::new();
            while let Some((key, reveal)) = self.reveals.next(&failed) {
                let told = tokio::select! {
                    told = self.tell_reveal(&reveal) => told,
                    () = self.stopped() => return,
                };
                match told {
                    Told::Done => {
                        self.reveals.waiting.hold().remove(&key);
                        self.keep_reveal(key, None).await;
                    }
                    // The others of this gateway wait with it.
                    Told::Later => {
                        let of_source = |(key, other): (&String, &Reveal)| (other.source == reveal.source).then(|| key.clone());
                        failed.extend(self.reveals.waiting.hold().iter().filter_map(of_source));
                    }
                }
            }
            tokio::select! {
                () = self.reveals.noted.notified() => {}
                () = tokio::time::sleep(AGAIN), if !failed.is_empty() => {}
                () = self.stopped() => return,
            }
        }
    }

    async fn tell_reveal(&self, Reveal { source, channel, event, at, by }: &Reveal) -> Told {
        let profile = match self.sources.profile(source) {
            Some(Ok(profile)) => profile,
            Some(Err(_)) => return Told::Later,
            // The source was removed.
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

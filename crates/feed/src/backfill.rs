//! Gaps, filled from a server's HTTP history.
//!
//! It follows the store: every gap marker of the last days is noted with the place up to which the store was looked through, in one
//! transaction, and struck off with the marker that says it is filled, in the transaction of the events that fill it. So a crash anywhere
//! forgets no gap and fills none twice. What is fetched takes the same way as what is heard: normalised alike, told apart by identity.
//! Gaps of sources without a history wait: one may be set up tomorrow.

mod pending;

use crate::{
    history::{Fetched, fetch, store_fetched},
    inbox::Reader,
    sources::Sources,
};
use pending::{Gap, Pending};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use watchdeck_client::Profile;
use watchdeck_events::{Catalogue, Channel, Incoming, Kind, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Store};

/// Names this follower of the store.
const CHECKPOINT: &str = "backfill";
/// How often gaps that wait are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Events read without a gap after which the place is noted all the same.
const NOTE_EVERY: u64 = 50_000;
/// Asked for beside the gap itself, ms: neither clock is exact, and an endpoint may cut off sharply.
const MARGIN: i64 = 2_000;
/// Between tries to read the store.
const RETRY: Duration = Duration::from_secs(1);

/// Run until `stop`.
pub async fn run(store: Store, sources: Arc<Sources>, stop: CancellationToken) {
    let follower = async {
        let (cursor, pending) = loop {
            match load(&store).await {
                Ok(loaded) => break loaded,
                Err(error) => {
                    tracing::warn!(%error, "The gaps could not be read; trying again.");
                    tokio::time::sleep(RETRY).await;
                }
            }
        };
        Backfill { store, sources, pending, filling: JoinSet::new(), noted: cursor }.follow(cursor).await;
    };
    stop.run_until_cancelled(follower).await;
}

async fn load(store: &Store) -> Result<(u64, Pending), watchdeck_store::StoreError> {
    let pending = Pending::load(store.documents(pending::COLLECTION).await?);
    Ok((store.checkpoint(CHECKPOINT).await?, pending))
}

struct Backfill {
    store: Store,
    sources: Arc<Sources>,
    pending: Pending,
    filling: JoinSet<(Gap, Profile, Outcome)>,
    /// The place that was noted last.
    noted: u64,
}

/// What came of a try.
enum Outcome {
    Filled,
    /// Only something new in the profile can help.
    NeedsLogin,
    Failed,
}

impl Backfill {
    async fn follow(mut self, cursor: u64) {
        let mut subscription = self.store.subscribe(cursor);
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                chunk = subscription.next() => match chunk {
                    Ok(chunk) => {
                        let mut changed = false;
                        for stored in chunk.iter() {
                            changed |= self.pending.see(stored, self.sources.now());
                        }
                        if changed || subscription.cursor() >= self.noted + NOTE_EVERY {
                            self.note(subscription.cursor()).await;
                        }
                        self.fill();
                    }
                    Err(error) => {
                        tracing::warn!(%error, "Gaps could not be looked for; trying again.");
                        tokio::time::sleep(RETRY).await;
                    }
                },
                _ = look.tick() => {
                    if self.pending.expire(self.sources.now()) {
                        self.note(subscription.cursor()).await;
                    }
                    self.fill();
                }
                Some(done) = self.filling.join_next() => match done {
                    Ok((gap, profile, outcome)) => {
                        match outcome {
                            Outcome::Filled => self.pending.filled(&gap),
                            Outcome::NeedsLogin => self.pending.needs_login(&gap, &profile),
                            Outcome::Failed => self.pending.failed(&gap, self.sources.now()),
                        }
                        self.fill();
                    }
                    Err(error) => tracing::error!(%error, "Filling a gap ended badly."),
                },
            }
        }
    }

    /// Write down which gaps wait, and up to where they were looked for.
    async fn note(&mut self, cursor: u64) {
        let batch = Batch { documents: self.pending.documents(), checkpoints: vec![(CHECKPOINT.to_owned(), cursor)], ..Batch::default() };
        match self.store.append(batch).await {
            Ok(_) => {
                self.pending.noted();
                self.noted = cursor;
            }
            // The place is not moved: after a restart they are found again.
            Err(error) => tracing::warn!(%error, "Which gaps wait could not be noted."),
        }
    }

    /// Begin with what is due: one gap per source at a time.
    fn fill(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        for profile in self.sources.historians() {
            let Some(gap) = self.pending.due(&profile, self.sources.now()) else { continue };
            let Some(reader) = self.sources.reader(&gap.source) else { continue };
            let store = self.store.clone();
            self.filling.spawn(async move {
                let outcome = fill(&store, &gap, &profile, &reader).await;
                (gap, profile, outcome)
            });
        }
    }
}

async fn fill(store: &Store, gap: &Gap, profile: &Profile, reader: &Reader) -> Outcome {
    let channel = gap.channel.as_deref().map(Channel::from);
    let source = &*gap.source;
    match fetch(profile, channel.as_ref(), reader.skew(), gap.from.plus(-MARGIN), gap.to.plus(MARGIN)).await {
        Fetched::Events(events) => {
            let marker = marker(gap, events.len(), profile, reader.now().wall);
            match store_fetched(store, reader, events, vec![marker], vec![pending::gone(gap)]).await {
                Some(stored) => {
                    let (events, known) = (stored.events, stored.duplicates);
                    tracing::info!(source, events, known, "A gap was filled from the server's history.");
                    Outcome::Filled
                }
                None => Outcome::Failed,
            }
        }
        Fetched::NeedsLogin(detail) => {
            tracing::info!(source, detail, "A gap cannot be filled before the user signs in.");
            Outcome::NeedsLogin
        }
        Fetched::Failed(error) => {
            tracing::info!(source, error, "A gap could not be filled yet.");
            Outcome::Failed
        }
    }
}

/// The event that says so. Its id is the gap's, so that there is one at most.
fn marker(gap: &Gap, events: usize, profile: &Profile, at: Millis) -> NewEvent {
    // A path may hold a key behind its question mark.
    let endpoint = profile.history.as_ref().map(|history| history.path.split('?').next().unwrap_or_default().to_owned());
    let payload = serde_json::json!({
        "type": Kind::GAP_FILLED, "source": &gap.source, "channel": &gap.channel, "from": gap.from, "to": gap.to, "events": events,
        "endpoint": endpoint,
    });
    let channel = gap.channel.as_deref().unwrap_or("system");
    let incoming = Incoming {
        channel: Channel::from(channel),
        offset: None,
        id: Some(format!("gap-filled-{}-{}-{}-{}", gap.source, gap.channel.as_deref().unwrap_or("*"), gap.from.0, gap.to.0).into()),
        server_at: Some(at),
        kind: None,
        payload: Payload::from_json(payload.to_string()),
    };
    NewEvent { event: Catalogue::builtin().normalise(incoming, &gap.source.as_str().into(), at), offset: None }
}

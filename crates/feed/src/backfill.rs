//! Gaps, filled from a server's HTTP history.
//!
//! It is a handler of the store's events: every gap marker of the last days is noted before its checkpoint moves over it, and struck off
//! with the marker that says it is filled, in the transaction of the events that fill it. So a crash anywhere forgets no gap and fills none twice.
//! What is fetched takes the same way as what is heard: normalised alike, told apart by identity.
//! Gaps of sources without a history wait: one may be set up tomorrow.

mod pending;

use crate::{
    history::{Fetched, fetch, store_fetched},
    inbox::Reader,
    sources::Sources,
};
use pending::{Gap, Pending};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, Notify},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use watchdeck_client::Profile;
use watchdeck_events::{Catalogue, Channel, Event, Incoming, Kind, Millis, Payload};
use watchdeck_handlers::{Delivery, Done, Failure, Handler, Policy};
use watchdeck_store::{Batch, NewEvent, Store, StoreError};

/// Names this handler and its checkpoint.
const NAME: &str = "backfill";
/// How often gaps that wait are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Asked for beside the gap itself, ms: neither clock is exact, and an endpoint may cut off sharply.
const MARGIN: i64 = 2_000;
/// Between tries to read the store.
const RETRY: Duration = Duration::from_secs(1);

/// See the [module docs](self).
pub struct Backfill {
    store: Store,
    sources: Arc<Sources>,
    /// Held while what changed is stored: nothing is filled that is not noted.
    pending: Mutex<Pending>,
    /// Wakes whoever fills.
    noted: Notify,
}

/// What came of a try.
enum Outcome {
    Filled,
    /// Only something new in the profile can help.
    NeedsLogin,
    Failed,
}

/// The handler: it notes which gaps wait.
#[async_trait::async_trait]
impl Handler for Backfill {
    fn name(&self) -> &str {
        NAME
    }

    fn wants(&self, event: &Event) -> bool {
        [Kind::GAP, Kind::GAP_FILLED].contains(&event.kind.as_str())
    }

    /// One at a time, so that a marker never overtakes the one that it is about; a store that takes nothing is waited for.
    fn policy(&self) -> Policy {
        Policy { attempts: None, parallel: 1, ..Policy::default() }
    }

    async fn handle(&self, delivery: &Delivery) -> Result<Done, Failure> {
        let mut pending = self.pending.lock().await;
        pending.see(&delivery.stored, self.sources.now());
        self.note(&mut pending).await.map_err(|error| Failure::passing(error.to_string()))?;
        self.noted.notify_one();
        Ok(Done::new())
    }
}

impl Backfill {
    /// For the gaps of these sources.
    #[must_use]
    pub fn new(store: Store, sources: Arc<Sources>) -> Self {
        Self { store, sources, pending: Mutex::default(), noted: Notify::new() }
    }

    /// Fill what waits, until `stop`.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        stop.run_until_cancelled(self.fill_all()).await;
    }

    async fn fill_all(&self) {
        self.recall().await;
        let mut filling: JoinSet<(Gap, Profile, Outcome)> = JoinSet::new();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.noted.notified() => {}
                _ = look.tick() => {
                    let mut pending = self.pending.lock().await;
                    pending.expire(self.sources.now());
                    if let Err(error) = self.note(&mut pending).await {
                        tracing::warn!(%error, "Which gaps wait could not be noted.");
                    }
                }
                Some(done) = filling.join_next() => match done {
                    Ok((gap, profile, outcome)) => {
                        let mut pending = self.pending.lock().await;
                        match outcome {
                            Outcome::Filled => pending.filled(&gap),
                            Outcome::NeedsLogin => pending.needs_login(&gap, &profile),
                            Outcome::Failed => pending.failed(&gap, self.sources.now()),
                        }
                    }
                    Err(error) => tracing::error!(%error, "Filling a gap ended badly."),
                },
            }
            self.begin(&mut filling).await;
        }
    }

    /// Which gaps wait, as it was noted.
    async fn recall(&self) {
        loop {
            let mut pending = self.pending.lock().await;
            match self.store.documents(pending::COLLECTION).await {
                Ok(documents) => return *pending = Pending::load(documents),
                Err(error) => tracing::warn!(%error, "The gaps could not be read; trying again."),
            }
            drop(pending);
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Write down which gaps wait. What is not taken is written down the next time.
    async fn note(&self, pending: &mut Pending) -> Result<(), StoreError> {
        let documents = pending.documents();
        if !documents.is_empty() {
            self.store.append(Batch { documents, ..Batch::default() }).await?;
            pending.noted();
        }
        Ok(())
    }

    /// Begin with what is due: one gap per source at a time.
    async fn begin(&self, filling: &mut JoinSet<(Gap, Profile, Outcome)>) {
        let mut pending = self.pending.lock().await;
        if pending.is_empty() {
            return;
        }
        for profile in self.sources.historians() {
            let Some(gap) = pending.due(&profile, self.sources.now()) else { continue };
            let Some(reader) = self.sources.reader(&gap.source) else { continue };
            let store = self.store.clone();
            filling.spawn(async move {
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

//! Writes entries down, several at once, in the background.

use super::{
    ENDS, ENTRIES,
    chain::{End, Link, hash, key},
    entry::{Act, Entry},
    tally::{Refusals, Tally},
    unusual::{Finding, Unusual},
};
use crate::log::{Arrived, Log, now};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use watchdeck_events::{Kind, Millis, Payload};
use watchdeck_store::{Batch, Document, StoreError};

/// Entries that may wait. When there are more, the newest are counted and not kept: nobody waits for the audit but who decides.
const WAITING: usize = 4_096;
/// Entries in one commit.
const AT_ONCE: usize = 512;
/// How often what was published is told, and how often somebody was refused.
const TALLY: Duration = Duration::from_secs(60);
/// After this what was followed is told: a session follows many channels at once.
const FOLLOWED: Duration = Duration::from_secs(1);
/// Before the log is written again after it could not be.
const RETRY: Duration = Duration::from_secs(1);
/// Where unusual behaviour is told.
const CHANNEL: &str = "system";

/// An entry, and who waits until it is written.
type Waiting = (Entry, Option<oneshot::Sender<()>>);

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Audit {
    entries: mpsc::Sender<Waiting>,
    counted: Arc<Counted>,
}

/// What is done too often to be an entry each.
#[derive(Debug, Default)]
struct Counted {
    lost: AtomicU64,
    tally: Mutex<Tally>,
    /// Somebody follows something.
    followed: Notify,
}

impl Counted {
    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().expect("no code panics while holding the tally")
    }
}

/// The writing half.
pub(crate) struct Writer {
    log: Log,
    entries: mpsc::Receiver<Waiting>,
    counted: Arc<Counted>,
    refusals: Refusals,
    unusual: Unusual,
    /// What is unusual and not written yet.
    findings: Vec<Finding>,
    chain: String,
    number: u64,
    before: Option<String>,
    after: Vec<End>,
}

impl Audit {
    /// Both halves. The chain goes on from those that an earlier run, or another gateway, has left.
    ///
    /// # Errors
    /// As the log says.
    pub(crate) async fn open(log: Log) -> Result<(Self, Writer), StoreError> {
        let ends = log.store().documents(ENDS).await?;
        let read = |(chain, body): &(String, String)| serde_json::from_str::<End>(body).ok().map(|end| End { chain: chain.clone(), ..end });
        let after = ends.iter().filter_map(read).filter(|end| !end.continued).collect();
        let (sender, entries) = mpsc::channel(WAITING);
        let counted = Arc::<Counted>::default();
        let writer = Writer {
            log,
            entries,
            counted: Arc::clone(&counted),
            refusals: Refusals::default(),
            unusual: Unusual::default(),
            findings: Vec::new(),
            chain: uuid::Uuid::now_v7().to_string(),
            number: 0,
            before: None,
            after,
        };
        Ok((Self { entries: sender, counted }, writer))
    }

    /// Note something, without waiting for it to be written.
    pub(crate) fn note(&self, entry: Entry) {
        if self.entries.try_send((entry, None)).is_err() {
            self.counted.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Note something, and wait until it is written.
    pub(crate) async fn record(&self, entry: Entry) {
        let (written, told) = oneshot::channel();
        if self.entries.send((entry, Some(written))).await.is_ok() {
            told.await.ok();
        }
    }

    /// Count an event that was published.
    pub(crate) fn published(&self, who: &str, channel: &str) {
        self.counted.tally().publish(who, channel);
    }

    /// Note that somebody follows a channel.
    pub(crate) fn followed(&self, who: &str, from: Option<&str>, channel: &str) {
        if self.counted.tally().follow(who, from, channel) {
            self.counted.followed.notify_one();
        }
    }
}

impl Writer {
    /// Until `stop`, and what waits then.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut waiting = vec![(Entry::new(now(), "gateway", Act::Started).detail(env!("CARGO_PKG_VERSION")), None)];
        let counted = Arc::clone(&self.counted);
        let mut tally = tokio::time::interval(TALLY);
        tally.tick().await;
        let mut followed_at = None;
        loop {
            self.write(&mut waiting, &stop).await;
            tokio::select! {
                biased;
                received = self.entries.recv_many(&mut waiting, AT_ONCE) => match received {
                    0 => return,
                    _ => self.hear(&mut waiting),
                },
                _ = tally.tick() => self.tell_often(&mut waiting),
                () = counted.followed.notified() => followed_at = Some(Instant::now() + FOLLOWED),
                () = sleep_until(followed_at.unwrap_or_else(Instant::now)), if followed_at.is_some() => {
                    followed_at = None;
                    self.tell_followed(&mut waiting);
                }
                () = stop.cancelled() => {
                    self.entries.close();
                    while self.entries.recv_many(&mut waiting, AT_ONCE).await > 0 {}
                    self.hear(&mut waiting);
                    self.tell_followed(&mut waiting);
                    self.tell_often(&mut waiting);
                    return self.write(&mut waiting, &stop).await;
                }
            }
        }
    }

    /// Of what came in: what is unusual, and what is told by its number only.
    fn hear(&mut self, waiting: &mut Vec<Waiting>) {
        self.findings.extend(waiting.iter().filter_map(|(entry, _)| self.unusual.hear(entry)));
        waiting.retain(|(entry, _)| self.refusals.is_told(entry));
    }

    fn tell_followed(&self, waiting: &mut Vec<Waiting>) {
        let followed = self.counted.tally().take_followed(now());
        waiting.extend(followed.into_iter().map(|entry| (entry, None)));
    }

    /// What happened since the last time, by numbers.
    fn tell_often(&mut self, waiting: &mut Vec<Waiting>) {
        let (published, refused) = (self.counted.tally().take_published(now()), self.refusals.take(now()));
        waiting.extend(published.into_iter().chain(refused).map(|entry| (entry, None)));
    }

    /// Write everything that waits: again and again where the log does not take it, once where it is to stop.
    async fn write(&mut self, waiting: &mut Vec<Waiting>, stop: &CancellationToken) {
        let lost = self.counted.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            waiting.push((Entry::new(now(), "gateway", Act::Lost).detail(format!("{lost} entries, because too many waited")), None));
        }
        while !(waiting.is_empty() && self.findings.is_empty()) {
            let (batch, number, before) = self.batch(waiting.iter().map(|(entry, _)| entry));
            let events = self.findings.iter().map(|finding| self.event(finding)).collect();
            match self.log.store().append(Batch { events, ..batch }).await {
                Ok(_) => {
                    (self.number, self.before) = (number, before);
                    self.after.clear();
                    self.findings.clear();
                    // Whoever waited may have gone.
                    waiting.drain(..).filter_map(|(_, told)| told).for_each(|told| told.send(()).unwrap_or_default());
                }
                Err(error) => {
                    tracing::warn!(%error, entries = waiting.len(), "The audit cannot be written just now; trying again.");
                    if stop.is_cancelled() {
                        return;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = stop.cancelled() => {}
                    }
                }
            }
        }
    }

    fn batch<'e>(&self, entries: impl Iterator<Item = &'e Entry>) -> (Batch, u64, Option<String>) {
        let (mut number, mut before, mut documents) = (self.number, self.before.clone(), Vec::new());
        for entry in entries {
            let after = if number == 0 { self.after.clone() } else { Vec::new() };
            number += 1;
            let body = serde_json::to_string(&Link { entry: entry.clone(), before, after }).expect("plain fields are always JSON");
            let key = key(&self.chain, number);
            before = Some(hash(&key, &body));
            documents.push(Document { collection: ENTRIES, key, body: Some(body) });
        }
        let end = |chain: &str, end: &End| Document {
            collection: ENDS,
            key: chain.to_owned(),
            body: Some(serde_json::to_string(&End { chain: String::new(), ..end.clone() }).expect("plain fields are always JSON")),
        };
        let hash = before.clone().unwrap_or_default();
        documents.push(end(&self.chain, &End { chain: String::new(), number, hash, continued: false }));
        documents.extend(self.after.iter().map(|old| end(&old.chain, &End { continued: true, ..old.clone() })));
        (Batch { documents, ..Batch::default() }, number, before)
    }

    fn event(&self, finding: &Finding) -> watchdeck_store::NewEvent {
        let Finding { who, at, what, words } = finding;
        let payload = serde_json::json!({ "type": Kind::SECURITY, "who": who, "finding": what, "message": words, "timestamp": at.0 });
        let arrived = Arrived { channel: CHANNEL.into(), id: None, payload: Payload::from_json(payload.to_string()) };
        self.log.event(arrived, &"audit".into(), Millis::max(*at, now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{read, verify};
    use watchdeck_store::{Engine, Options, Store};

    async fn run(store: &Store, entries: &[Entry]) {
        let log = Log::new(Arc::new(store.clone()), 1 << 20);
        let (audit, writer) = Audit::open(log).await.unwrap();
        let stop = CancellationToken::new();
        let writing = tokio::spawn(writer.run(stop.clone()));
        for entry in entries {
            audit.record(entry.clone()).await;
        }
        audit.published("u1", "orders");
        stop.cancel();
        writing.await.unwrap();
    }

    #[tokio::test]
    async fn runs_go_on_from_each_other_and_a_row_that_is_taken_out_is_missed() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("gateway.db"), Options::LOG).unwrap();
        let entry = |n: i64| Entry::new(Millis(n), "u1", Act::Connected).from(Some("10.0.0.7".into())).what("orders");
        for run_number in 0..3 {
            run(&store, &[entry(run_number), entry(run_number + 10)]).await;
        }
        let kept = read(&store).await.unwrap();
        let found = verify(&kept);
        assert_eq!((found.entries, found.ends.len(), &found.faults), (12, 3, &vec![]), "started, two entries and the tally, three times");
        assert_eq!(kept.by_time().iter().filter(|entry| entry.act == Act::Published).count(), 3);
        let first = kept.entries[0].0.clone();
        let documents =
            kept.entries.iter().take(4).map(|(key, _)| Document { collection: ENTRIES, key: key.clone(), body: None }).collect();
        store.append(Batch { documents, ..Batch::default() }).await.unwrap();
        let faults = verify(&read(&store).await.unwrap()).faults;
        assert!(faults.len() == 1 && faults[0].to_string().contains(first.split(':').next().unwrap()), "{faults:?}");
        Engine::close(&store).await;
    }
}

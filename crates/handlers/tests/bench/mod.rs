//! A store in a folder of its own, a registry on it, and handlers that do what they are told.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Semaphore;
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_filter::Filter;
use watchdeck_handlers::{Delivery, Done, Failure, Handler, Policy, Registry, Report};
use watchdeck_store::{Batch, Document, NewEvent, Options, Store};

/// When the first event came; each later one a second later.
pub(crate) const BEGAN: Millis = Millis(1_795_000_000_000);
/// Nothing here takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) registry: Arc<Registry>,
    folder: Option<tempfile::TempDir>,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bench = Self::at(&folder.path().join("events.db")).await;
        Self { folder: Some(folder), ..bench }
    }

    pub(crate) async fn at(path: &Path) -> Self {
        let path = path.to_owned();
        let store = tokio::task::spawn_blocking(move || Store::open(&path, Options::CONSOLE)).await.unwrap().unwrap();
        let registry = Arc::new(Registry::new(store.clone(), || BEGAN));
        Self { store, registry, folder: None }
    }

    pub(crate) async fn close(&self) {
        self.registry.close(PATIENCE).await;
    }

    /// The same folder after a restart.
    pub(crate) async fn again(self) -> Self {
        let path = self.store.path().to_owned();
        self.close().await;
        self.store.close().await;
        drop((self.store, self.registry));
        Self { folder: self.folder, ..Self::at(&path).await }
    }

    pub(crate) async fn append(&self, events: impl IntoIterator<Item = NewEvent>) {
        self.store.append(Batch { events: events.into_iter().collect(), ..Batch::default() }).await.unwrap();
    }

    pub(crate) async fn report(&self, name: &str) -> Report {
        self.registry.reports().await.unwrap().into_iter().find(|report| report.name == name).unwrap()
    }

    /// Wait until everything up to `seq` is done or parked, and noted.
    pub(crate) async fn settled(&self, name: &str, seq: u64) {
        eventually("everything to be done", async || self.report(name).await.checkpoint == seq).await;
    }

    pub(crate) async fn errand_over(&self, name: &str) {
        eventually("the errand to end", async || self.report(name).await.errand.is_some_and(|errand| errand.ended)).await;
    }

    /// How far it is, as it is stored.
    pub(crate) async fn noted(&self, name: &str) -> String {
        let documents = self.store.documents("handlers").await.unwrap();
        documents.into_iter().find(|(key, _)| key == name).map(|(_, body)| body).unwrap_or_default()
    }
}

/// Wait for it by looking, not by the clock.
pub(crate) async fn eventually(what: &str, look: impl AsyncFn() -> bool) {
    let waits = async {
        while !look().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let began = std::time::Instant::now();
    tokio::select! {
        () = waits => {}
        () = async { while began.elapsed() < PATIENCE { tokio::time::sleep(Duration::from_secs(1)).await } } => panic!("waited in vain for {what}"),
    }
}

pub(crate) fn event(n: u64, kind: &str, subject: Option<u64>) -> NewEvent {
    let at = Millis(BEGAN.0 + n as i64 * 1_000);
    let event = Event {
        id: format!("e-{n}").into(),
        kind: Kind::from(kind),
        channel: Channel::from(kind.split(':').next().unwrap_or(kind)),
        occurred_at: at,
        received_at: at,
        source: "s".into(),
        subject: subject.map(|subject| format!("product:{subject}").into()),
        actor: None,
        severity: Severity::Info,
        payload: Payload::from_json(format!(r#"{{"n": {n}}}"#)),
    };
    NewEvent { event, offset: None }
}

pub(crate) fn seqs(deliveries: &[Delivery]) -> Vec<u64> {
    deliveries.iter().map(|delivery| delivery.stored.seq).collect()
}

type Says = dyn Fn(&Delivery) -> Result<(), Failure> + Send + Sync;

/// A handler that does what it is told, and keeps what it was given.
#[derive(Clone)]
pub(crate) struct Script {
    name: String,
    filter: Filter,
    policy: Policy,
    says: Arc<Says>,
    gate: Option<Arc<Semaphore>>,
    begins_now: bool,
    notes: bool,
    tried: Arc<Mutex<Vec<u64>>>,
    handled: Arc<Mutex<Vec<Delivery>>>,
}

impl Script {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            filter: Filter::default(),
            policy: Policy {
                attempts: Some(3),
                first_wait: Duration::from_millis(1),
                longest_wait: Duration::from_millis(2),
                ..Policy::default()
            },
            says: Arc::new(|_| Ok(())),
            gate: None,
            begins_now: false,
            notes: false,
            tried: Arc::default(),
            handled: Arc::default(),
        }
    }

    pub(crate) fn wanting(self, filter: &str) -> Self {
        Self { filter: Filter::parse(filter, Millis(0)).unwrap(), ..self }
    }

    pub(crate) fn failing(self, says: impl Fn(&Delivery) -> Result<(), Failure> + Send + Sync + 'static) -> Self {
        Self { says: Arc::new(says), ..self }
    }

    /// It never gives up.
    pub(crate) fn patient(mut self) -> Self {
        self.policy.attempts = None;
        self
    }

    pub(crate) fn beginning_now(self) -> Self {
        Self { begins_now: true, ..self }
    }

    /// It keeps a document of each event.
    pub(crate) fn noting(self) -> Self {
        Self { notes: true, ..self }
    }

    /// It waits for somebody to let it through.
    pub(crate) fn behind(self, gate: &Arc<Semaphore>) -> Self {
        Self { gate: Some(Arc::clone(gate)), ..self }
    }

    pub(crate) fn handler(&self) -> Arc<dyn Handler> {
        Arc::new(self.clone())
    }

    pub(crate) fn handled(&self) -> Vec<Delivery> {
        self.handled.lock().unwrap().clone()
    }

    pub(crate) fn tries(&self, seq: u64) -> usize {
        self.tried.lock().unwrap().iter().filter(|tried| **tried == seq).count()
    }

    pub(crate) fn forget(&self) {
        self.handled.lock().unwrap().clear();
    }
}

#[async_trait::async_trait]
impl Handler for Script {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants(&self, event: &Event) -> bool {
        self.filter.keeps(event)
    }

    fn policy(&self) -> Policy {
        self.policy
    }

    fn begins_now(&self) -> bool {
        self.begins_now
    }

    async fn handle(&self, delivery: &Delivery) -> Result<Done, Failure> {
        self.tried.lock().unwrap().push(delivery.stored.seq);
        if let Some(gate) = &self.gate {
            gate.acquire().await.expect("nobody closes it").forget();
        }
        (self.says)(delivery)?;
        self.handled.lock().unwrap().push(delivery.clone());
        let note = Document { collection: "noted", key: delivery.stored.seq.to_string(), body: Some("{}".to_owned()) };
        Ok(self.notes.then_some(note).into_iter().collect())
    }
}

//! A console core, a host that remembers what it was asked, and a keychain that can be locked.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};
use watchdeck_console::{
    Badge, CommandError, Config, Console, Host, LoginRequest, Settings, Toast,
    seams::{Seams, Timing},
    secrets::{Keychain, KeychainError},
};
use watchdeck_events::Severity;

/// Far longer than anything here takes; a test that needs it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A keychain in memory. While locked it waits for a person, as the real ones do.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    kept: Mutex<BTreeMap<String, String>>,
    locked: Mutex<bool>,
    turned: Condvar,
}

impl Memory {
    pub(crate) fn lock(&self, locked: bool) {
        *self.locked.lock().unwrap() = locked;
        self.turned.notify_all();
    }

    pub(crate) fn kept(&self) -> Vec<String> {
        self.kept.lock().unwrap().values().cloned().collect()
    }

    fn open(&self) {
        drop(self.turned.wait_while(self.locked.lock().unwrap(), |locked| *locked).unwrap());
    }
}

impl Keychain for Memory {
    fn get(&self, account: &str) -> Result<Option<String>, KeychainError> {
        self.open();
        Ok(self.kept.lock().unwrap().get(account).cloned())
    }

    fn set(&self, account: &str, secret: &str) -> Result<(), KeychainError> {
        self.open();
        self.kept.lock().unwrap().insert(account.to_owned(), secret.to_owned());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.open();
        self.kept.lock().unwrap().remove(account);
        Ok(())
    }
}

/// What the core asked of its host.
#[derive(Default)]
pub(crate) struct Shell {
    pub(crate) keychain: Option<Arc<Memory>>,
    pub(crate) has_login_window: bool,
    pub(crate) logins: Mutex<Vec<LoginRequest>>,
    pub(crate) toasts: Mutex<Vec<Toast>>,
}

impl Host for Shell {
    fn notify(&self, toast: Toast) {
        self.toasts.lock().unwrap().push(toast);
    }
    fn retract(&self, _: &str) {}
    fn play(&self, _: Severity) {}
    fn badge(&self, _: Badge) {}
    fn apply(&self, _: &Settings) {}
    fn keychain(&self) -> Option<Arc<dyn Keychain>> {
        self.keychain.clone().map(|keychain| keychain as _)
    }
    fn has_login_window(&self) -> bool {
        self.has_login_window
    }
    fn login(&self, request: LoginRequest) -> bool {
        self.logins.lock().unwrap().push(request);
        self.has_login_window
    }
}

/// A core under test.
pub(crate) struct Bench {
    pub(crate) console: Console,
    pub(crate) shell: Arc<Shell>,
}

impl Bench {
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::with(folder, Shell::default()).await
    }

    pub(crate) async fn with(folder: &Path, shell: Shell) -> Self {
        Self::with_seams(folder, shell, Seams::default()).await
    }

    pub(crate) async fn with_seams(folder: &Path, shell: Shell, seams: Seams) -> Self {
        let shell = Arc::new(shell);
        let config = Config { data_dir: folder.to_owned(), host_name: "desktop", system_language: Some("en".into()) };
        let timing = Timing { backoff_first: Duration::from_millis(20), backoff_cap: Duration::from_millis(200), ..seams.timing };
        let console = Console::start_with(config, Arc::clone(&shell) as _, None, Seams { timing, ..seams }).await.unwrap();
        Self { console, shell }
    }

    pub(crate) async fn try_call(&self, name: &str, args: Value) -> Result<Value, CommandError> {
        self.console.call(name, args).await.map(|answer| serde_json::from_slice(&answer).unwrap())
    }

    pub(crate) async fn call(&self, name: &str, args: Value) -> Value {
        self.try_call(name, args).await.unwrap()
    }

    pub(crate) async fn settings(&self) -> Value {
        self.call("hello", json!({})).await["settings"].clone()
    }

    /// Save settings with exactly these sources.
    pub(crate) async fn sources(&self, sources: Value) -> Value {
        self.try_sources(sources).await.unwrap()
    }

    pub(crate) async fn try_sources(&self, sources: Value) -> Result<Value, CommandError> {
        let mut settings = self.settings().await;
        settings["sources"] = sources;
        self.try_call("save_settings", json!({ "settings": settings })).await
    }

    pub(crate) async fn status(&self, id: &str) -> Value {
        let frame = self.call("recent", json!({ "rows": 0 })).await["frame"].clone();
        let found = frame["sources"].as_array().unwrap().iter().find(|source| source["id"] == id);
        found.cloned().unwrap_or_default()
    }

    /// Wait until a source is in a state of this kind.
    pub(crate) async fn is(&self, id: &str, kind: &str) -> Value {
        self.eventually(&format!("{id} to be {kind}"), async || Some(self.status(id).await).filter(|seen| seen["state"]["kind"] == kind))
            .await
    }

    /// Every stored row, newest first.
    pub(crate) async fn rows(&self) -> Vec<Value> {
        let page = self.call("events", json!({ "before": null, "limit": 2000, "filter": "" })).await;
        page["events"].as_array().unwrap().clone()
    }

    pub(crate) async fn of_kind(&self, kind: &str) -> Vec<Value> {
        self.rows().await.into_iter().filter(|row| row["kind"] == kind).collect()
    }

    /// The numbers of the orders that are stored, ascending.
    pub(crate) async fn orders(&self) -> Vec<String> {
        let rows = self.of_kind("order:status").await;
        let mut orders: Vec<_> = rows.iter().map(|row| row["label"].as_str().unwrap().to_owned()).collect();
        orders.sort();
        orders
    }

    /// Wait until exactly these orders are stored, each once.
    pub(crate) async fn has_orders(&self, numbers: impl IntoIterator<Item = u32>) {
        let wanted: Vec<_> = numbers.into_iter().map(|number| format!("SO-{number}")).collect();
        self.eventually(&format!("the orders {wanted:?} to be stored"), async || (self.orders().await == wanted).then_some(())).await;
    }

    pub(crate) async fn eventually<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if began.elapsed() > PATIENCE {
                let frame = self.call("recent", json!({ "rows": 0 })).await["frame"]["sources"].clone();
                panic!("in vain awaited: {what}; orders: {:?}; sources: {frame:#}", self.orders().await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A source that speaks the ERP's protocol.
pub(crate) fn erp(id: &str, url: &str) -> Value {
    json!({ "id": id, "name": id, "url": url, "dialect": "erp", "channels": ["orders"] })
}

/// The same with other fields.
pub(crate) fn with(mut source: Value, fields: Value) -> Value {
    source.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    source
}

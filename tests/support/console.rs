//! The console core without a window, and a host that remembers what it was told.

use crate::process::eventually;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};
use watchdeck_console::{Badge, Config, Console, Host, Settings, Toast, seams::Seams};
use watchdeck_events::Severity;

/// What a host was told.
#[derive(Debug, Default)]
pub struct Told {
    /// Notifications, in order.
    pub toasts: Mutex<Vec<Toast>>,
    /// Notifications taken back.
    pub retracted: Mutex<Vec<String>>,
    /// Tones, in order.
    pub tones: Mutex<Vec<Severity>>,
}

impl Host for Told {
    fn notify(&self, toast: Toast) {
        self.toasts.lock().expect("no test panics while holding it").push(toast);
    }
    fn retract(&self, id: &str) {
        self.retracted.lock().expect("no test panics while holding it").push(id.to_owned());
    }
    fn play(&self, tone: Severity) {
        self.tones.lock().expect("no test panics while holding it").push(tone);
    }
    fn badge(&self, _: Badge) {}
    fn apply(&self, _: &Settings) {}
}

/// A console core, and its host.
pub struct Bench {
    /// The core.
    pub console: Console,
    /// What its host was told.
    pub told: Arc<Told>,
}

impl Bench {
    /// Starts a core that keeps its store in `folder`.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn start(folder: &Path) -> Result<Self> {
        Self::start_with(folder, Seams::default()).await
    }

    /// Like [`Bench::start`], with parts of the machine replaced.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn start_with(folder: &Path, seams: Seams) -> Result<Self> {
        let told = Arc::new(Told::default());
        let config = Config { data_dir: folder.to_owned(), host_name: "desktop", system_language: Some("en".into()) };
        let console = Console::start_with(config, Arc::clone(&told) as _, None, seams).await?;
        Ok(Self { console, told })
    }

    /// Calls a command, as a window does.
    ///
    /// # Errors
    /// As the window would see it.
    pub async fn call(&self, name: &str, args: Value) -> Result<Value> {
        let answer = self.console.call(name, args).await?;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Adds a gateway as the source `s`.
    ///
    /// # Errors
    /// When the settings are refused.
    pub async fn connect(&self, url: &str) -> Result<()> {
        self.sources(json!([{ "id": "s", "name": "ERP", "url": url, "dialect": "native" }])).await
    }

    /// Makes these the sources.
    ///
    /// # Errors
    /// When the settings are refused.
    pub async fn sources(&self, sources: Value) -> Result<()> {
        let mut settings = self.call("hello", json!({})).await?["settings"].clone();
        settings["sources"] = sources;
        self.call("save_settings", json!({ "settings": settings })).await.map(drop)
    }

    /// What is known of the first source's health.
    ///
    /// # Errors
    /// When the window would get none.
    pub async fn health(&self) -> Result<Value> {
        Ok(self.call("health", json!({})).await?["sources"][0].take())
    }

    /// Waits until the first source is in this state, and answers what is said of it.
    ///
    /// # Errors
    /// When it never is, with the state that it is in.
    pub async fn state(&self, kind: &str) -> Result<Value> {
        eventually(&format!("the source to be {kind}"), || async {
            let state = self.call("recent", json!({ "rows": 0 })).await?["frame"]["sources"][0]["state"].take();
            anyhow::ensure!(state["kind"] == kind, "it is {state}");
            Ok(Some(state))
        })
        .await
    }

    /// Waits until the source `s` is live.
    ///
    /// # Errors
    /// When it never is.
    pub async fn live(&self) -> Result<()> {
        eventually("the link to be live", || async {
            let batch = self.call("recent", json!({ "rows": 0 })).await?;
            Ok((batch["frame"]["sources"][0]["state"]["kind"] == "live").then_some(()))
        })
        .await
    }

    /// Waits until the store holds at least `events`.
    ///
    /// # Errors
    /// When it never does, with how many it holds.
    pub async fn stored(&self, events: u64) -> Result<()> {
        eventually("the events to be stored", || async {
            let batch = self.call("recent", json!({ "rows": 0 })).await?;
            let stored = batch["cursor"].as_u64().context("a cursor")?;
            anyhow::ensure!(stored >= events, "{stored} of {events} are stored");
            Ok(Some(()))
        })
        .await
    }
}

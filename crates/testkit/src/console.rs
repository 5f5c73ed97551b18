//! The console core without a window, called as a window calls it.
//!
//! Most of it answers errors; [`Bench::ask`] and what stands beside it are for tests whose end an error is anyway. No part of the core is replaced but
//! what [`Seams`] have room for.

pub mod keychain;
mod looks;
pub mod shell;

use crate::patience::eventually;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use shell::Shell;
use std::{path::Path, sync::Arc};
use watchdeck_console::{CommandError, Config, Console, seams::Seams};

/// A console core, and its host.
pub struct Bench {
    /// The core.
    pub console: Console,
    /// What its host was told.
    pub shell: Arc<Shell>,
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
        Self::start_on(folder, Shell::default(), seams).await
    }

    /// Like [`Bench::start_with`], with this host.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn start_on(folder: &Path, shell: Shell, seams: Seams) -> Result<Self> {
        let shell = Arc::new(shell);
        let config = Config { data_dir: folder.to_owned(), host_name: "desktop", system_language: Some("en".into()) };
        let console = Console::start_with(config, Arc::clone(&shell) as _, None, seams).await?;
        Ok(Self { console, shell })
    }

    /// Calls a command, as a window does.
    ///
    /// # Errors
    /// As the window would see it.
    pub async fn call(&self, name: &str, args: Value) -> Result<Value, CommandError> {
        self.console.call(name, args).await.map(|answer| serde_json::from_slice(&answer).expect("the core answers JSON"))
    }

    /// Adds a gateway as the source `s`.
    ///
    /// # Errors
    /// When the settings are refused.
    pub async fn connect(&self, url: &str) -> Result<()> {
        self.sources(json!([{ "id": "s", "name": "ERP", "url": url, "dialect": "native" }])).await?;
        Ok(())
    }

    /// Makes these the sources; answers what saving did.
    ///
    /// # Errors
    /// When the settings are refused.
    pub async fn sources(&self, sources: Value) -> Result<Value, CommandError> {
        let mut settings = self.call("hello", json!({})).await?["settings"].take();
        settings["sources"] = sources;
        self.call("save_settings", json!({ "settings": settings })).await
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

    /// Waits until the first source is live.
    ///
    /// # Errors
    /// When it never is, with the state that it is in.
    pub async fn live(&self) -> Result<()> {
        self.state("live").await.map(drop)
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

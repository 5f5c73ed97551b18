//! The whole console without a window: inbox, projections, alerts, decisions, the API.
//!
//! A shell gives it a [`Host`] and carries [`Console::call`]; nothing here knows Tauri, a browser or a screen.

mod absence;
mod answer;
mod aside;
mod commands;
mod copies;
mod core;
mod damage;
mod decisions;
mod delegations;
pub mod doctor;
mod door;
pub mod erp_page;
mod error;
mod export;
mod faults;
pub mod host;
mod jobs;
mod keeping;
mod needs;
mod notices;
mod outgoing;
mod packs;
mod person;
mod relay;
mod reveals;
pub mod secrets;
mod settings;
mod state;
mod summary;
mod support;
mod terminal;
pub mod tones;

pub use crate::core::Config;
pub use copies::{back_up, restore};
pub use doctor::{Check, Examination, Tongue, Verdict, examine};
pub use door::{Ask, Tried};
pub use error::{Code, CommandError};
pub use host::{Badge, DemoEndpoint, DemoErp, Host, LoginRequest, Overall};
pub use summary::summary;
pub use terminal::{Told, ask};
pub use watchdeck_alerts::toast::{Toast, ToastAction};
pub use watchdeck_client::Address;
#[doc(hidden)]
pub use watchdeck_feed::seams;
pub use watchdeck_wire::{live::Hint, settings::Settings};

use std::sync::Arc;

/// A running console. Cheap to clone. Dropping it is not enough: call [`Console::shutdown`].
#[derive(Clone)]
pub struct Console {
    core: Arc<core::Core>,
}

impl Console {
    /// Open the store, compute what is shown, connect every source.
    ///
    /// # Errors
    /// When the store cannot be used: the message says why and what to do.
    pub async fn start(config: Config, host: Arc<dyn Host>, demo: Option<Arc<dyn DemoErp>>) -> anyhow::Result<Self> {
        Self::start_with(config, host, demo, seams::Seams::default()).await
    }

    /// Like [`Console::start`], with parts of the machine replaced.
    #[doc(hidden)]
    pub async fn start_with(
        config: Config,
        host: Arc<dyn Host>,
        demo: Option<Arc<dyn DemoErp>>,
        seams: seams::Seams,
    ) -> anyhow::Result<Self> {
        let core = core::Core::start(config, host, demo, seams).await?;
        core.keep_running("door", door::open);
        Ok(Self { core })
    }

    /// Answer a command of the window. `args` is its JSON object; the answer is JSON bytes. Every host carries exactly this.
    ///
    /// # Errors
    /// [`CommandError`], as the window shows it.
    pub async fn call(&self, name: &str, args: serde_json::Value) -> Result<Vec<u8>, CommandError> {
        commands::router::call(&self.core, name, args).await
    }

    /// Whether a button of a native notification is answered in the window, which is to be shown then.
    #[must_use]
    pub fn opens_window(action: &str) -> bool {
        // A rejection needs a reason.
        matches!(action, "open" | "reject")
    }

    /// A button of a native notification was pressed.
    pub async fn toast_answered(&self, toast: &str, action: &str) {
        if let Err(error) = commands::actions::toast_answered(&self.core, toast, action).await {
            tracing::warn!(%error, action, "The answer to a notification could not be carried out.");
        }
    }

    /// The user signed in, in the window that [`Host::login`] opened: this is the session.
    ///
    /// # Errors
    /// When the source is gone, or the session cannot be kept.
    pub async fn login_captured(&self, source: &str, session: &str) -> Result<(), CommandError> {
        commands::setup::set_token(&self.core, source, session).await
    }

    /// The host reports that something does not work on this machine, or works again.
    pub fn hint(&self, hint: Hint, present: bool) {
        self.core.hint(hint, present);
    }

    /// A part of the host failed and is started again.
    pub fn part_failed(&self, part: &str, detail: &str) {
        self.core.part_failed(part, detail);
    }

    /// The settings as they are, secrets left out.
    #[must_use]
    pub fn settings(&self) -> Settings {
        settings::without_secrets(&self.core.state().settings)
    }

    /// Stop the links, store what they delivered, write the projections down, close the store. Waits, but not for ever.
    pub async fn shutdown(&self) {
        self.core.shutdown().await;
    }
}

//! What leaves for others by itself: outgoing actions (a webhook, a mail, a robot's message, a program), each a handler of its own. Kept equal to the settings.
//!
//! A new kind is a variant of [`watchdeck_wire::settings::Action`], what it makes of an event ([`ready`]), and what it needs to be one ([`check`]). Retrying,
//! parking and replaying are the handlers'. What is secret of an action is known in one place ([`hidden`]).

mod around;
mod check;
mod command;
mod hidden;
mod http;
mod mail;
mod occasion;
mod ready;
mod robot;
mod sender;
mod sign;
mod text;
mod trial;
mod webhook;

use crate::{error::CommandError, secrets::Secrets};
use around::Around;
use sender::Sender;
use std::sync::Arc;
use tokio::sync::Mutex;
use watchdeck_alerts::words::Words;
use watchdeck_feed::seams::Seams;
use watchdeck_handlers::{Refusal, Registry};
use watchdeck_store::Store;
use watchdeck_wire::{
    settings::{Hook, Settings},
    views::{ActionPreview, ActionTest},
};

pub(crate) use check::check_hooks;
pub(crate) use hidden::{Hidden, for_a_stranger, same_place};

/// The actions that run. Whoever changes them holds them meanwhile.
pub(crate) struct Hooks {
    around: Arc<Around>,
    running: Mutex<Vec<Hook>>,
}

impl Hooks {
    pub(crate) fn new(secrets: Arc<Secrets>, seams: Seams) -> Self {
        Self { around: Arc::new(Around::new(secrets, seams)), running: Mutex::default() }
    }

    /// Make those that run equal to the settings. One that was changed takes up where it was.
    pub(crate) async fn apply(&self, handlers: &Registry, settings: &Settings, words: Words) -> Result<(), Refusal> {
        let mut running = self.running.lock().await;
        self.around.set(settings, words);
        while let Some(at) = running.iter().position(|hook| !settings.hooks.contains(hook)) {
            let gone = running.remove(at);
            handlers.remove(&sender::name(&gone.id)).await?;
        }
        for hook in &settings.hooks {
            if !running.contains(hook)
                && let Some(sender) = Sender::of(hook, &self.around, self.around.now().now)
            {
                handlers.add(Arc::new(sender)).await?;
                running.push(hook.clone());
            }
        }
        Ok(())
    }

    /// What an action would send. `before` is the one of its id that is saved.
    pub(crate) async fn preview(&self, store: &Store, hook: &Hook, before: Option<&Hook>) -> Result<ActionPreview, CommandError> {
        trial::preview(&self.around, store, hook, before).await
    }

    /// Send it once.
    pub(crate) async fn test(&self, store: &Store, hook: &Hook, before: Option<&Hook>) -> Result<ActionTest, CommandError> {
        trial::test(&self.around, store, hook, before).await
    }
}

/// What the user called the action of a handler.
pub(crate) fn title(settings: &Settings, handler: &str) -> Option<String> {
    let id = handler.strip_prefix(sender::PREFIX)?;
    settings.hooks.iter().find(|hook| hook.id == id).map(|hook| hook.name.clone())
}

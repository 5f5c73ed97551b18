//! An action tried before it is saved: what it would send, and what comes of sending it once.

use super::{
    around::Around,
    check::check_hook,
    hidden::same_place,
    occasion::Occasion,
    ready::{Ready, Shown},
    sender::TIME_OUT,
};
use crate::error::CommandError;
use std::time::Instant;
use watchdeck_filter::Filter;
use watchdeck_secret::Secret;
use watchdeck_store::{Query, Store, Stored};
use watchdeck_wire::{
    settings::Hook,
    views::{ActionPreview, ActionTest},
};

/// Events that are looked at for one that the filter keeps.
const SCAN: u64 = 200_000;

/// An action that is made ready for an event.
struct Trial {
    ready: Ready,
    found: Option<u64>,
    occasion: Occasion<'static>,
}

/// `before` is the action of this id as it is saved: its secret is used where none is given and it goes to the same place.
async fn made(around: &Around, store: &Store, hook: &Hook, before: Option<&Hook>) -> Result<Trial, CommandError> {
    let set = around.now();
    check_hook(hook, set.now)?;
    let secret = match &hook.secret {
        Some(given) => Some(Secret::new(given.trim())).filter(|given| !given.expose().is_empty()),
        None if before.is_some_and(|before| same_place(before, hook)) => around.secret(&hook.id).map_err(CommandError::invalid)?,
        None => None,
    };
    let filter = Filter::parse(&hook.filter, set.now)?;
    let page = store.page(Query { limit: 1, max_read: SCAN, ..Query::of(filter.plan().clone()) }).await?;
    let newest: Option<Stored> = page.events.into_iter().next();
    let found = newest.as_ref().map(|stored| stored.seq);
    let occasion = Occasion::test(newest, set.now);
    let ready = Ready::of(hook, &occasion, secret.as_ref(), &set).map_err(CommandError::invalid)?;
    Ok(Trial { ready, found, occasion })
}

/// What it would send for the newest event that its filter keeps.
pub(super) async fn preview(around: &Around, store: &Store, hook: &Hook, before: Option<&Hook>) -> Result<ActionPreview, CommandError> {
    let Trial { ready, found, occasion } = made(around, store, hook, before).await?;
    let Shown { to, headers, body } = ready.shown();
    let event = occasion.event();
    Ok(ActionPreview { seq: found, kind: event.kind.to_string(), at: event.occurred_at, to, headers, body })
}

/// Send it once, marked as a test.
pub(super) async fn test(around: &Around, store: &Store, hook: &Hook, before: Option<&Hook>) -> Result<ActionTest, CommandError> {
    let Trial { ready, found, .. } = made(around, store, hook, before).await?;
    let began = Instant::now();
    let went = tokio::time::timeout(TIME_OUT, ready.go(around.now().allow_commands)).await;
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (ok, words, again) = match went {
        Ok(Ok(said)) => (true, said, false),
        Ok(Err(failure)) => (false, failure.words, failure.again),
        Err(_) => (false, format!("no answer within {} s", TIME_OUT.as_secs()), true),
    };
    Ok(ActionTest { ok, words, again, ms, seq: found })
}

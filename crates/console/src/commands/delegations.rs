//! Commands about who decides for whom while somebody is away. The gateways keep it; each is asked and told by itself.

use crate::{
    absence,
    core::Core,
    delegations::{self, DelegationError, Order},
    error::{Code, CommandError},
};
use anyhow::Context as _;
use futures_util::future::join_all;
use watchdeck_client::Profile;
use watchdeck_wire::{
    settings::Source,
    views::{CalendarView, DelegationView, DelegationsView, HeldView, SourceDelegations},
};

impl From<DelegationError> for CommandError {
    fn from(error: DelegationError) -> Self {
        let code = match error {
            DelegationError::Refused(_) | DelegationError::NoGateway | DelegationError::Paused => Code::InvalidInput,
            DelegationError::Gone(_) => Code::NotFound,
            _ => Code::Internal,
        };
        Self { code, message: error.to_string(), at: None }
    }
}

/// What every source holds of ours, or this one.
pub(crate) async fn held(core: &Core, source: Option<String>) -> Result<DelegationsView, CommandError> {
    let mut sources = core.state().settings.sources.clone();
    sources.retain(|one| source.as_ref().is_none_or(|wanted| one.id == *wanted));
    if let Some(wanted) = source.filter(|_| sources.is_empty()) {
        return Err(CommandError::not_found(format!("there is no source {wanted}")));
    }
    let sources = join_all(sources.iter().map(|source| held_by(core, source))).await;
    // Whoever looks may have heard that somebody has passed something on.
    core.delegated.notify_one();
    Ok(DelegationsView { sources })
}

async fn held_by(core: &Core, source: &Source) -> SourceDelegations {
    let asked = async { delegations::held(&way(core, source)?).await };
    let held = match asked.await {
        Ok(held) => HeldView::Known { given: held.given, received: held.received },
        Err(error @ (DelegationError::NoGateway | DelegationError::Older)) => HeldView::Nothing { why: error.to_string() },
        Err(error) => HeldView::Unknown { why: error.to_string() },
    };
    SourceDelegations { source: source.id.clone(), name: source.name.clone(), held }
}

/// How a source is asked.
fn way(core: &Core, source: &Source) -> Result<Profile, DelegationError> {
    if source.paused {
        return Err(DelegationError::Paused);
    }
    let profile = core.sources.profile(&source.id).ok_or(DelegationError::Unconnected)?.map_err(DelegationError::Keys)?;
    if profile.dialect.decides() { Ok(profile) } else { Err(DelegationError::NoGateway) }
}

/// Somebody decides for us for a while.
pub(crate) async fn delegate(core: &Core, source: &str, order: Order) -> Result<DelegationView, CommandError> {
    let made = delegations::delegate(&named(core, source)?, &order).await?;
    core.delegated.notify_one();
    Ok(made)
}

/// We decide ourselves again.
pub(crate) async fn end(core: &Core, source: &str, id: &str) -> Result<(), CommandError> {
    delegations::end(&named(core, source)?, id).await?;
    core.delegated.notify_one();
    Ok(())
}

fn named(core: &Core, source: &str) -> Result<Profile, CommandError> {
    let known = core.state().settings.sources.iter().find(|one| one.id == source).cloned();
    let known = known.ok_or_else(|| CommandError::not_found(format!("there is no source {source}")))?;
    Ok(way(core, &known)?)
}

/// The absences that a calendar file tells of.
pub(crate) async fn read_calendar(core: &Core, text: String) -> Result<CalendarView, CommandError> {
    let (now, zone) = (core.now(), core.seams.zone.clone());
    let read = tokio::task::spawn_blocking(move || absence::read(&text, now, &zone));
    read.await.context("the calendar file could not be read")?.map_err(|error| CommandError::invalid(error.to_string()))
}

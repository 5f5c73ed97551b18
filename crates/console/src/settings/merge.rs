//! New settings beside the ones that are kept: may they be, and what becomes of secrets and of sources that go.

use super::{
    check::check_source,
    kept::{Kept, Retired},
    parted::take_secrets,
};
use crate::{
    error::CommandError,
    keeping, outgoing,
    secrets::{Change, Name, Purpose},
};
use std::collections::BTreeSet;
use watchdeck_alerts::{hours::Hours, silence, turns};
use watchdeck_client::Address;
use watchdeck_wire::settings::{Settings, Source};

/// Longest name of a person, characters.
const LONGEST_NAME: usize = 64;

/// Reasons that may lie ready, and characters of one.
const REASONS: (usize, usize) = (12, 200);

/// Longest deadline of a request, minutes: a year.
const LONGEST_WAIT: u32 = 366 * 24 * 60;

/// Stretches of quiet hours.
const QUIET: usize = 14;

/// Rules that the user may have.
const RULES: usize = 2_000;

/// What a change of the settings comes to.
#[derive(Debug)]
pub(crate) struct Merged {
    /// Without secrets.
    pub(crate) settings: Settings,
    /// The secrets to keep or to forget with it.
    pub(crate) changes: Vec<Change>,
    /// The list of removed sources, where it is another than before.
    pub(crate) retired: Option<Retired>,
}

/// New settings beside the ones that are kept, or why they cannot be used. A secret that the new ones leave out stays as long as it still goes
/// to the same place; one that would go elsewhere is forgotten.
pub(crate) fn merge(mut new: Settings, kept: &Kept) -> Result<Merged, CommandError> {
    let old = &kept.settings;
    let mut ids = BTreeSet::new();
    for source in &new.sources {
        check_source(source)?;
        if !ids.insert(&source.id) {
            return Err(CommandError::invalid(format!("two sources have the id {}", source.id)));
        }
        if kept.retired.get(&source.id).is_some_and(|url| *url != source.url) {
            return Err(CommandError::invalid(format!(
                "the id {} belonged to another server that was removed, and its events carry it; give the new source another id",
                source.id
            )));
        }
    }
    let thresholds = new.product_thresholds.values().chain(new.warehouse_thresholds.values()).chain([&new.low_stock_threshold]);
    if thresholds.into_iter().any(|threshold| !threshold.is_finite() || *threshold < 0.0) {
        return Err(CommandError::invalid("a stock threshold must be zero or more"));
    }
    if new.volume > 100 {
        return Err(CommandError::invalid("the volume is 0 to 100"));
    }
    if new.stuck_after_minutes == 0 || new.stale_after_seconds < 5 {
        return Err(CommandError::invalid("orders can be stuck after 1 minute at the earliest, and a feed stale after 5 seconds"));
    }
    keeping::check(&new.keeping)?;
    check_rules(&new, old)?;
    silence::check(&new, old).map_err(CommandError::invalid)?;
    if (&new.rotations, &new.rules) != (&old.rotations, &old.rules) {
        turns::check(&new).map_err(CommandError::invalid)?;
    }
    if new.quiet_hours.len() > QUIET {
        return Err(CommandError::invalid(format!("there may be {QUIET} quiet hours at most")));
    }
    new.quiet_hours.iter().try_for_each(|hours| Hours::of(hours).map(drop)).map_err(CommandError::invalid)?;
    if new.ask_above.is_negative() {
        return Err(CommandError::invalid("the amount above which Watchdeck asks back must be zero or more"));
    }
    if new.user_name.chars().count() > LONGEST_NAME {
        return Err(CommandError::invalid(format!("a name may have {LONGEST_NAME} characters at most")));
    }
    new.reject_reasons = reasons(&new.reject_reasons)?;
    check_times(&new)?;
    let retired = retired(&new, kept);
    let mut changes = take_secrets(&mut new);
    for source in &new.sources {
        let Some(before) = old.sources.iter().find(|before| before.id == source.id) else { continue };
        for purpose in [Purpose::Token, Purpose::ProxyPassword].into_iter().filter(|purpose| !same_place(before, source, *purpose)) {
            let name = Name::new(&*source.id, purpose);
            if changes.iter().all(|change| change.name != name) {
                changes.push(Change { name, value: None });
            }
        }
    }
    for hook in &new.hooks {
        let moved = old.hooks.iter().any(|before| before.id == hook.id && !outgoing::same_place(before, hook));
        let name = Name::new(&*hook.id, Purpose::Action);
        if moved && changes.iter().all(|change| change.name != name) {
            changes.push(Change { name, value: None });
        }
    }
    Ok(Merged { settings: new, changes, retired })
}

/// Reasons as they are offered: each once, none blank.
fn reasons(given: &[String]) -> Result<Vec<String>, CommandError> {
    let mut seen = BTreeSet::new();
    let given = given.iter().map(|reason| reason.trim()).filter(|reason| !reason.is_empty() && seen.insert(*reason));
    let reasons: Vec<_> = given.map(str::to_owned).collect();
    if reasons.len() > REASONS.0 || reasons.iter().any(|reason| reason.chars().count() > REASONS.1) {
        return Err(CommandError::invalid(format!("{} reasons at most can lie ready, of {} characters each", REASONS.0, REASONS.1)));
    }
    Ok(reasons)
}

/// Whether requests may wait as long as that.
fn check_times(settings: &Settings) -> Result<(), CommandError> {
    let minutes = settings.approval_times.values().flat_map(|times| [times.deadline_minutes, times.remind_minutes]).flatten();
    if settings.approval_times.keys().any(|named| named.trim().is_empty())
        || minutes.into_iter().any(|minutes| minutes == 0 || minutes > LONGEST_WAIT)
    {
        return Err(CommandError::invalid(format!("a deadline or reminder of a type of request can be 1 to {LONGEST_WAIT} minutes")));
    }
    Ok(())
}

/// The list of removed sources after this change, where it is another than before.
fn retired(new: &Settings, kept: &Kept) -> Option<Retired> {
    let is_in = |sources: &[Source], id: &str| sources.iter().any(|source| source.id == id);
    let mut retired = kept.retired.clone();
    // The same server again takes up where it was left.
    retired.retain(|id, _| !is_in(&new.sources, id));
    let gone = kept.settings.sources.iter().filter(|source| !is_in(&new.sources, &source.id));
    retired.extend(gone.map(|source| (source.id.clone(), source.url.clone())));
    (retired != kept.retired).then_some(Retired(retired))
}

/// Whether a secret of `before` may still go where `now` goes.
pub(crate) fn same_place(before: &Source, now: &Source, purpose: Purpose) -> bool {
    match purpose {
        Purpose::Token => same_address(&before.url, &now.url),
        Purpose::ProxyPassword => before.proxy == now.proxy && before.proxy_user == now.proxy_user,
        // That is of an action, and never of a source.
        Purpose::Action => false,
    }
}

/// Whether two addresses lead to the same place, however they are written.
fn same_address(one: &str, other: &str) -> bool {
    one == other || Address::parse(one).is_ok_and(|one| Address::parse(other).is_ok_and(|other| one == other))
}
/// Rules that are new or changed are rules. One that was taken over as it stands and is none stays, says so on its page, and does nothing.
fn check_rules(new: &Settings, old: &Settings) -> Result<(), CommandError> {
    if new.rules.len() > RULES {
        return Err(CommandError::invalid(format!("there may be {RULES} rules at most")));
    }
    for (id, document) in new.rules.iter().filter(|(id, document)| old.rules.get(*id) != Some(document)) {
        let checked = watchdeck_alerts::written::check(id, document, watchdeck_events::Millis(0));
        checked.map_err(|fault| CommandError::invalid(format!("the rule {id}, {fault}")))?;
    }
    Ok(())
}

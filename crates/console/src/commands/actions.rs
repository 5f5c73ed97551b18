//! Commands that change something.

use crate::{
    answer::answer,
    core::Core,
    decisions::{HOLD, Verdict, given, take_back, version},
    delegations::in_whose_name,
    error::CommandError,
    person::person,
    relay::Doing,
    state::{Look, State},
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use watchdeck_alerts::{
    notifier::SUMMARY,
    toast::{Toast, ToastAction},
};
use watchdeck_events::Severity;
use watchdeck_wire::views::{ApprovalStatus, DecideResult};
use watchdeck_world::entity::Entity;

/// Longest snooze, minutes: four weeks.
const LONGEST_SNOOZE: u32 = 4 * 7 * 24 * 60;
/// Longest note with an acknowledgement, characters.
const LONGEST_NOTE: usize = 500;
/// Longest reason of a decision, characters.
const LONGEST_REASON: usize = 1_000;

/// What is said with a decision.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// What a decision on these needs beside yes or no.
    pub(crate) fields: Map<String, Value>,
    /// What was on the screen: a request that says something else by now is not decided.
    pub(crate) versions: BTreeMap<String, u32>,
    /// In whose name, by id, where several have passed it on.
    pub(crate) on_behalf_of: Option<String>,
}

/// A result per request: one that cannot be decided does not keep the others back.
pub(crate) async fn decide(
    core: &Core,
    keys: &[String],
    approve: bool,
    reason: Option<String>,
    beside: &Beside,
) -> Result<Vec<DecideResult>, CommandError> {
    decide_on(core, keys, approve, reason, beside, false).await
}

async fn decide_on(
    core: &Core,
    keys: &[String],
    approve: bool,
    reason: Option<String>,
    Beside { fields, versions, on_behalf_of }: &Beside,
    on_toast: bool,
) -> Result<Vec<DecideResult>, CommandError> {
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > LONGEST_REASON) {
        return Err(CommandError::invalid(format!("a reason may have {LONGEST_REASON} characters at most")));
    }
    if !approve && reason.is_none() {
        return Err(CommandError::invalid("a rejection needs a reason"));
    }
    let decide = |state: &mut State| {
        let words = core.words(&state.settings);
        let (by, mut made) = (person(&state.settings), Vec::new());
        let verdict =
            Verdict { approve, reason: reason.as_deref(), fields: None, on_behalf_of: None, by: &by, on_toast, at: core.now(), hold: HOLD };
        let results: Vec<_> = keys
            .iter()
            .map(|key| {
                let named = state.request_named(key);
                let decided = match named.as_ref().and_then(|entity| state.world.approvals.get(entity)) {
                    Some(request) if !core.sources.can_decide(&request.source, &request.view.resource_type) => {
                        Err(words.takes_no_decisions(&request.source))
                    }
                    Some(request) if versions.get(key).is_some_and(|shown| *shown != version(&request.view)) => {
                        Err(format!("{} says something else than when it was shown; look at it again and decide anew", request.view.number))
                    }
                    Some(request) => {
                        let whom = state.for_whom(request, core.now());
                        in_whose_name(&request.view.number, &whom, on_behalf_of.as_deref()).and_then(|giver| {
                            let fields = given(&request.view, approve, fields)?;
                            state.outbox.decide(request, Verdict { fields: Some(&fields), on_behalf_of: giver.as_ref(), ..verdict })
                        })
                    }
                    None => Err(format!("there is no request {key}")),
                };
                let error = decided.map(|one| made.extend(one)).err();
                DecideResult { key: key.clone(), ok: error.is_none(), error }
            })
            .collect();
        ((results, made), Vec::new())
    };
    let ((results, made), stored) = core.record(decide).await;
    // Durable before it is said to be done.
    if let Err(error) = stored {
        core.state().outbox.undo(made);
        core.pulse();
        return Err(error.into());
    }
    core.decided.notify_one();
    core.pulse();
    Ok(results)
}

/// Take decisions back that nobody has heard of, each for itself: here, and at the gateway that has them.
pub(crate) async fn withdraw(core: &Core, keys: &[String]) -> Result<Vec<DecideResult>, CommandError> {
    let mut results = withdraw_here(core, keys).await?;
    for result in results.iter_mut().filter(|result| !result.ok) {
        let sent = {
            let state = core.state();
            let named = state.request_named(&result.key).map_or_else(|| result.key.clone(), |entity| entity.to_string());
            state.outbox.sent(&named).map(|decision| (named, decision))
        };
        let Some((named, decision)) = sent else { continue };
        let Some(Ok(profile)) = core.sources.profile(&decision.source) else { continue };
        match take_back(&decision, &profile).await {
            Ok(()) => {
                let taken = |state: &mut State| (state.outbox.taken_back(&named, &decision.idempotency_key), Vec::new());
                let ((), stored) = core.record(taken).await;
                stored?;
                (result.ok, result.error) = (true, None);
            }
            Err(why) => result.error = Some(why),
        }
    }
    core.pulse();
    Ok(results)
}

async fn withdraw_here(core: &Core, keys: &[String]) -> Result<Vec<DecideResult>, CommandError> {
    let withdraw = |state: &mut State| {
        let mut taken = Vec::new();
        let results: Vec<_> = keys
            .iter()
            .map(|key| {
                let named = state.request_named(key);
                let request = named.as_ref().and_then(|entity| state.world.approvals.get(entity)).map(|request| &request.view);
                let (full, number) = request.map_or((key, key), |view| (&view.key, &view.number));
                let error = state.outbox.withdraw(full, number).map(|one| taken.push(one)).err();
                DecideResult { key: key.clone(), ok: error.is_none(), error }
            })
            .collect();
        ((results, taken), Vec::new())
    };
    let ((results, taken), stored) = core.record(withdraw).await;
    if let Err(error) = stored {
        core.state().outbox.undo(taken);
        core.pulse();
        return Err(error.into());
    }
    core.pulse();
    Ok(results)
}

pub(crate) async fn acknowledge(core: &Core, ids: &[String], note: Option<&str>) -> Result<(), CommandError> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(CommandError::invalid(format!("a note may have {LONGEST_NOTE} characters at most")));
    }
    core.person(ids, |state, at| {
        let by = person(&state.settings);
        let before = state.book.views(ids);
        state.note_answered(&before, &by, at);
        // Before it ends by that: what is over is the others' too.
        state.share(ids, Doing::Acknowledge, &by, note, None, at);
        state.book.acknowledge(ids, &by, note, at).map_err(|id| CommandError::not_found(format!("the alert {id} is over")))
    })
    .await
}

pub(crate) async fn snooze(core: &Core, id: &str, minutes: u32, while_same: bool) -> Result<(), CommandError> {
    if minutes == 0 || minutes > LONGEST_SNOOZE {
        return Err(CommandError::invalid(format!("an alert can be put off for 1 to {LONGEST_SNOOZE} minutes")));
    }
    core.person(&[id.to_owned()], |state, at| {
        let by = person(&state.settings);
        let until = at.plus(i64::from(minutes) * 60_000);
        state.share(&[id.to_owned()], Doing::Shelve, &by, None, Some(until), at);
        let notice = state.book.snooze(id, until, &by, at);
        if while_same {
            state.book.snooze_while_same(id);
        }
        notice.map(|notice| vec![notice]).map_err(|id| CommandError::not_found(format!("the alert {id} is over")))
    })
    .await
}

/// An alert is not put off any more.
pub(crate) async fn unsnooze(core: &Core, id: &str) -> Result<(), CommandError> {
    core.person(&[id.to_owned()], |state, at| {
        let by = person(&state.settings);
        let notice = state.book.unshelve(id, &by, at);
        let notice = notice.map_err(|id| CommandError::not_found(format!("the alert {id} is not snoozed")))?;
        state.share(&[id.to_owned()], Doing::Unshelve, &by, None, None, at);
        Ok(vec![notice])
    })
    .await
}

/// What a severity looks and sounds like, whether or not it is switched on: the user asked.
pub(crate) fn test_delivery(core: &Core, severity: Severity) {
    let settings = core.state().settings.clone();
    let words = core.words(&settings);
    core.tell(Toast {
        id: "watchdeck:test".to_owned(),
        title: words.test_title().to_owned(),
        body: words.test_body().to_owned(),
        severity,
        actions: vec![ToastAction { id: "open".to_owned(), label: words.action("open").to_owned() }],
    });
    core.host.play(severity);
}

pub(crate) async fn incident(core: &Core, name: &str) -> Result<(), CommandError> {
    let runs = core.state().settings.sources.iter().any(|source| source.demo && !source.paused);
    match &core.demo {
        Some(demo) if runs => Ok(demo.incident(name).await?),
        _ => Err(CommandError::invalid("incidents can be made to happen in the built-in ERP only, and it is not running")),
    }
}

/// Milliseconds from an event's occurrence to its row on the screen, for rows that came live.
pub(crate) fn painted(core: &Core, samples: &[f64]) {
    let mut state = core.state();
    if state.painted.is_empty() && !samples.is_empty() {
        tracing::info!(at = core.now().0, "First live rows painted.");
    }
    for sample in samples.iter().filter(|sample| sample.is_finite()) {
        state.painted.record(*sample, 1);
    }
}

/// A button of a notification in the window, or `closed`. A request is decided by `decide`, which takes a reason.
pub(crate) async fn notice_answered(core: &Core, id: &str, action: &str) -> Result<(), CommandError> {
    if core.state().notices.remove(id) {
        core.pulse();
    }
    match action {
        "acknowledge" | "open" => toast_answered(core, id, action).await,
        // The window has asked for the reason of a rejection that was begun outside of it.
        "asked" => {
            core.state().to_reject = None;
            core.pulse();
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Show what a request is about in the ERP.
pub(crate) fn open_erp(core: &Core, key: &str) -> Result<(), CommandError> {
    let page = {
        let state = core.state();
        let request = state.request_named(key);
        let request = request.as_ref().and_then(|entity| state.world.approvals.get(entity));
        request.ok_or_else(|| CommandError::not_found(format!("there is no request {key}")))?;
        request.and_then(|request| state.erp_page(request))
    };
    let page = page.ok_or_else(|| CommandError::invalid(format!("no address of the ERP's pages is set for {key}")))?;
    core.host.open(&page);
    Ok(())
}

/// Who else is on a request.
fn claimed_by_another(core: &Core, entity: &Entity) -> Option<String> {
    let source = core.state().world.approvals.get(entity)?.source.clone();
    let user = core.sources.user_id(&source);
    let state = core.state();
    let look = Look { can_decide: true, user: user.as_deref(), at: core.now() };
    state.shown(state.world.approvals.get(entity)?, look).claimed.filter(|claim| !claim.mine).map(|claim| claim.by)
}

/// A button of a notification. The state is looked at again first: what was decided meanwhile is not decided twice.
pub(crate) async fn toast_answered(core: &Core, toast: &str, action: &str) -> Result<(), CommandError> {
    if toast == SUMMARY {
        core.state().summary_seen();
        return Ok(());
    }
    match action {
        "approve" | "reject" => request_answered(core, toast, action == "approve", None).await,
        "open_erp" => {
            let entity = core.state().written.request_of(toast);
            entity.map_or(Ok(()), |entity| open_erp(core, &entity.to_string()))
        }
        "acknowledge" => acknowledge(core, &[toast.to_owned()], None).await.inspect_err(|error| {
            let words = core.words(&core.state().settings);
            core.tell(answer(words.button_failed().to_owned(), error.message.clone(), words));
        }),
        _ => match ToastAction::reason_of(action) {
            Some(reason) => request_answered(core, toast, false, Some(reason)).await,
            None => Ok(()),
        },
    }
}

/// A request is decided on its notification.
async fn request_answered(core: &Core, toast: &str, approve: bool, reason: Option<&str>) -> Result<(), CommandError> {
    let Some(entity) = core.state().written.request_of(toast) else { return Ok(()) };
    let key = entity.to_string();
    let words = core.words(&core.state().settings);
    let lost = |number: &str, why: String| core.tell(answer(words.decision_lost(number, approve), why, words));
    let request = core.state().world.approvals.get(&entity).map(|request| request.view.clone());
    let Some(request) = request.clone().filter(|request| request.status == ApprovalStatus::Pending) else {
        let by = request.and_then(|request| request.decided_by);
        lost(key.rsplit(':').next().unwrap_or(&key), words.already_decided(by.as_deref()));
        return Ok(());
    };
    if !approve && reason.is_none() {
        // A notification has no room to ask why; the window, which is shown now, has.
        core.state().to_reject = Some(entity);
        core.pulse();
        return Ok(());
    }
    if let Some(who) = claimed_by_another(core, &entity) {
        // A notification has no room to ask back.
        lost(&request.number, words.claimed_by(&who));
        return Ok(());
    }
    let whom = core.state().whom(&entity, core.now());
    if whom.len() > 1 {
        lost(&request.number, words.for_whom(&whom, None));
        return Ok(());
    }
    let made = decide_on(core, &[key], approve, reason.map(str::to_owned), &Beside::default(), true).await;
    let why = match &made {
        Ok(results) => results.iter().find_map(|result| result.error.clone()),
        Err(error) => Some(error.message.clone()),
    };
    if let Some(why) = why {
        lost(&request.number, why);
    }
    made.map(drop)
}

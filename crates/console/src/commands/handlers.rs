//! What is done for each event behind the store: how it is, and what somebody does with it.
//!
//! The numbers, the rules, what is announced and the decisions have ways of their own, for the sake of their speed and of what they promise; they are listed
//! with the handlers of the registry and told apart by what can be done with them.

use crate::{
    core::Core,
    error::{Code, CommandError},
    outgoing,
    state::State,
};
use std::{collections::BTreeSet, sync::Arc};
use watchdeck_handlers::{Errand, ErrandKind, Health, Pace, Place, Refusal, Report};
use watchdeck_wire::views::{
    DecisionState, ErrandName, ErrandView, HandlerAct, HandlerCan, HandlerError, HandlerPlace, HandlerState, HandlerView, PartFault,
    SetAsideBy,
};

/// The projections among the handlers.
pub(super) const NUMBERS: &str = "numbers";
/// The rules of the alerts.
pub(super) const RULES: &str = "rules";

/// Every handler, ours first.
pub(super) fn views(core: &Core, state: &State, reports: Vec<Report>) -> Vec<HandlerView> {
    let faults = core.faults.all();
    let failed = |parts: &[&str]| faults.iter().find(|fault| parts.contains(&fault.part.as_str()));
    let head = core.store.head();
    let ours = |name: &str, fault: Option<&PartFault>| HandlerView {
        name: name.to_owned(),
        title: None,
        state: HandlerState::Running,
        checkpoint: None,
        behind: 0,
        about: false,
        retrying: 0,
        handled: None,
        failures: fault.map_or(0, |fault| fault.times.into()),
        rate: 0.0,
        last_error: fault.map(|fault| HandlerError { at: fault.last_at, words: fault.detail.clone() }),
        letters: 0,
        errand: None,
        can: Vec::new(),
    };
    let followed = |name: &str, cursor: u64, by: SetAsideBy| {
        let letters = state.asides.by(by).count() as u64;
        let behind = head.saturating_sub(cursor);
        let newest = state.asides.by(by).max_by_key(|note| note.at);
        let last_error = newest.map(|note| HandlerError { at: note.at, words: note.reason.clone() });
        let fault = failed(&["follower"]);
        let view = ours(name, fault);
        HandlerView {
            checkpoint: Some(cursor),
            behind,
            about: behind > 0,
            rate: state.world.rates.current(core.now()),
            last_error: last_error.into_iter().chain(view.last_error).max_by_key(|error| error.at),
            letters,
            ..view
        }
    };
    let numbers = HandlerView {
        errand: core.rebuilding.view(),
        can: vec![HandlerCan::Rebuild],
        state: if state.torn { HandlerState::Failing } else { HandlerState::Running },
        ..followed(NUMBERS, state.world.cursor, SetAsideBy::Numbers)
    };
    let queued = state.outbox.count(DecisionState::Queued);
    let decisions = HandlerView {
        behind: queued.into(),
        letters: state.outbox.count(DecisionState::Failed).into(),
        ..ours("decisions", failed(&["decisions"]))
    };
    let announcer = HandlerView { behind: state.to_say.len() as u64, ..ours("announcer", failed(&["announcer"])) };
    let rules = followed(RULES, state.alerts_done, SetAsideBy::Alerts);
    let mut views = vec![numbers, rules, announcer, decisions];
    views.extend(reports.into_iter().map(|report| {
        let title = outgoing::title(&state.settings, &report.name);
        view(report, title)
    }));
    views
}

fn view(report: Report, title: Option<String>) -> HandlerView {
    let Report { name, health, checkpoint, behind, about, retrying, handled, failures, rate, last_error, letters, errand } = report;
    HandlerView {
        name,
        title,
        state: match health {
            Health::Running => HandlerState::Running,
            Health::Failing => HandlerState::Failing,
            Health::Paused => HandlerState::Paused,
            Health::Stopped => HandlerState::Stopped,
        },
        checkpoint: Some(checkpoint),
        behind,
        about,
        retrying: retrying as u32,
        handled: Some(handled),
        failures,
        rate,
        last_error: last_error.map(|error| HandlerError { at: error.at, words: error.words }),
        letters,
        errand: errand.map(errand_view),
        can: vec![HandlerCan::Pause, HandlerCan::Move, HandlerCan::Replay],
    }
}

fn errand_view(Errand { kind, pace, total, at, done, failed, paused, ended }: Errand) -> ErrandView {
    let kind = match kind {
        ErrandKind::Replay => ErrandName::Replay,
        ErrandKind::Redelivery => ErrandName::Redelivery,
    };
    let pace = match pace {
        Pace::Full => 0.0,
        Pace::Times(times) => times,
    };
    ErrandView { kind, pace, total, at, done, failed, paused, ended }
}

/// Do it with the handler of this name.
pub(crate) async fn steer(core: &Arc<Core>, name: &str, act: HandlerAct) -> Result<(), CommandError> {
    let handlers = &core.handlers;
    if name == NUMBERS {
        let done = match act {
            HandlerAct::Rebuild => core.rebuild_all(BTreeSet::new()),
            HandlerAct::CallBack => core.rebuilding.call_back(),
            _ => {
                return Err(CommandError::invalid(
                    "the figures can be computed anew, and not be paused or moved: every page rests on them",
                ));
            }
        };
        core.pulse();
        return if done {
            Ok(())
        } else {
            Err(CommandError::invalid("the figures are being computed anew already, or nothing is to be stopped"))
        };
    }
    match act {
        HandlerAct::Pause => handlers.pause(name).await?,
        HandlerAct::Resume => handlers.resume(name).await?,
        HandlerAct::Stop => handlers.stop(name).await?,
        HandlerAct::Move { to } => handlers.move_to(name, place(to)).await?,
        HandlerAct::Replay { from, pace } => {
            let pace = if pace == 0.0 { Pace::Full } else { Pace::Times(pace) };
            handlers.replay(name, place(from), pace).await?;
        }
        HandlerAct::Rest => handlers.rest(name, true)?,
        HandlerAct::GoOn => handlers.rest(name, false)?,
        HandlerAct::CallBack => handlers.call_back(name)?,
        HandlerAct::Rebuild => return Err(CommandError::invalid("only the figures can be computed anew")),
    }
    core.pulse();
    Ok(())
}

fn place(place: HandlerPlace) -> Place {
    match place {
        HandlerPlace::Start => Place::Start,
        HandlerPlace::Now => Place::Now,
        HandlerPlace::Seq { seq } => Place::Seq(seq),
        HandlerPlace::Time { at } => Place::Time(at),
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Store(error) => error.into(),
            Refusal::Unknown(_) => Self::not_found(refusal.to_string()),
            _ => Self { code: Code::InvalidInput, message: refusal.to_string(), at: None },
        }
    }
}

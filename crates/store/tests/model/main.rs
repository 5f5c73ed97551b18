//! Whatever happens to a store, in whatever order: it answers as a plain list would, after each step.
//!
//! The same machine is run over stores that are wrong by one, and finds what is wrong: a test that finds nothing there would be worth nothing here.
//! The steps are the same in every run; `PROPTEST_CASES` makes more of them.

mod events;
mod faults;
mod reference;
mod running;
mod transition;

use faults::{CountsItsBound, Fault, OverlooksTheNext, ReadsItsBound, SkipsOneDown, SkipsOneUp, Sound, TellsOneLess};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine as _, StateMachineTest as _};
use reference::Reference;
use running::Running;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};
use transition::Transition;

/// Histories of the short form.
const CASES: u32 = 16;
/// Steps of one at most.
const STEPS: usize = 24;
/// Histories among which a fault is found, and the steps that are left of the one that shows it.
const FOUND_WITHIN: u32 = 30;
const LEFT: usize = 3;

/// What does not go as it should: after how many histories, and the shortest that shows it.
struct Found {
    history: u32,
    reason: String,
    steps: Vec<Transition>,
}

/// The same histories each time.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Histories of a store with a fault, until one shows it.
fn look_for<F: Fault>(cases: u32) -> Option<Found> {
    let mut runner = runner(cases);
    let config = runner.config().clone();
    let (history, is_found) = (Cell::new(0), Cell::new(false));
    let outcome = runner.run(&Reference::sequential_strategy(1..STEPS), |(state, steps, seen)| {
        if !is_found.get() {
            history.set(history.get() + 1);
        }
        let run = || Running::<F>::test_sequential(config.clone(), state, steps, seen);
        catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
            is_found.set(true);
            let words = panic.downcast_ref::<String>().cloned();
            TestCaseError::fail(words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned())).unwrap_or_default())
        })
    });
    match outcome {
        Ok(()) => None,
        Err(TestError::Fail(reason, (_, steps, _))) => Some(Found { history: history.get(), reason: reason.to_string(), steps }),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

fn told(steps: &[Transition]) -> String {
    steps.iter().map(|step| format!("  {step:?}\n")).collect()
}

#[test]
fn a_store_is_what_a_plain_list_is_whatever_happens_to_it() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    if let Some(Found { history, reason, steps }) = look_for::<Sound>(cases) {
        panic!("history {history}: {reason}\n{}", told(&steps));
    }
}

/// What the short form goes through: the test above is worth nothing where nothing happens.
#[test]
#[allow(clippy::print_stdout, reason = "to be read")]
fn everything_happens_in_the_histories() {
    let happenings = RefCell::new(BTreeMap::<&str, u32>::new());
    let outcome = runner(CASES).run(&Reference::sequential_strategy(1..STEPS), |(mut state, steps, _)| {
        for step in &steps {
            state = Reference::apply(state, step);
            happened(&state, step, |what| *happenings.borrow_mut().entry(what).or_default() += 1);
        }
        Ok(())
    });
    assert!(outcome.is_ok());
    let happenings = happenings.into_inner();
    println!("{happenings:?}");
    let all = [
        "read",
        "paged",
        "counted",
        "found",
        "about",
        "tallied",
        "packed",
        "squeezed",
        "reopened",
        "killed",
        "rows",
        "blocks",
        "repeats",
        "held",
        "let go",
        "kept by a hold",
        "conflicts",
    ];
    assert_eq!(all.iter().find(|what| !happenings.contains_key(*what)), None, "it never happened");
}

/// What a step came to, in words.
fn happened(state: &Reference, step: &Transition, mut tell: impl FnMut(&'static str)) {
    match step {
        Transition::Append(_) => {
            let sent = state.sent.as_ref().expect("something was sent");
            tell(if sent.events.len() < 1_024 { "rows" } else { "blocks" });
            match sent.answer {
                Ok((_, again)) => {
                    if again > 0 {
                        tell("repeats");
                    }
                    if sent.condition.is_some() {
                        tell("held");
                    }
                }
                Err(_) => tell("conflicts"),
            }
        }
        Transition::LetGo(_) => {
            let (_, said) = state.letting.as_ref().expect("something was let go");
            if said.values().any(|said| said.events > 0) {
                tell("let go");
            }
            if said.values().any(|said| said.held > 0) {
                tell("kept by a hold");
            }
        }
        Transition::ReadAfter { .. } => tell("read"),
        Transition::Pages { .. } => tell("paged"),
        Transition::Count { .. } => tell("counted"),
        Transition::Find { .. } => tell("found"),
        Transition::About { .. } => tell("about"),
        Transition::Tally => tell("tallied"),
        Transition::Pack => tell("packed"),
        Transition::Squeeze { .. } => tell("squeezed"),
        Transition::Reopen => tell("reopened"),
        Transition::Kill => tell("killed"),
    }
}

/// A fault is found soon, and what shows it is short.
#[allow(clippy::print_stdout, reason = "to be read")]
fn is_found<F: Fault>(shows_it: fn(&Transition) -> bool) {
    let Found { history, reason, steps } = look_for::<F>(FOUND_WITHIN).expect("the fault is found");
    println!("found in history {history}: {reason}\n{}", told(&steps));
    assert!(steps.len() <= LEFT, "{} steps", steps.len());
    assert!(steps.last().is_some_and(shows_it), "it is found where it is");
}

#[test]
fn a_read_that_answers_its_bound_is_found() {
    is_found::<ReadsItsBound>(|step| matches!(step, Transition::Append(_) | Transition::ReadAfter { .. }));
}

#[test]
fn a_count_that_has_its_bound_in_it_is_found() {
    is_found::<CountsItsBound>(|step| matches!(step, Transition::Count { .. }));
}

#[test]
fn a_cursor_that_skips_one_on_the_way_down_is_found() {
    is_found::<SkipsOneDown>(|step| matches!(step, Transition::Pages { .. }));
}

#[test]
fn a_cursor_that_skips_one_on_the_way_up_is_found() {
    is_found::<SkipsOneUp>(|step| matches!(step, Transition::Pages { .. }));
}

#[test]
fn a_condition_that_overlooks_the_next_event_is_found() {
    is_found::<OverlooksTheNext>(|step| matches!(step, Transition::Append(_)));
}

#[test]
fn a_subject_with_one_event_less_is_found() {
    is_found::<TellsOneLess>(|step| matches!(step, Transition::About { .. }));
}

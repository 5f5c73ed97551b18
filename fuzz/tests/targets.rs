//! Every decoder for a few seconds; longer with `cargo xtask fuzz`.

use std::time::Duration;
use watchdeck_fuzz::{TARGETS, corpus, engine, files, regressions};

const SEED: u64 = 20_261_121;
const TIME: Duration = Duration::from_secs(3);

/// What once broke it, then the real frames, then as much garbage as the time allows.
fn withstands(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("the target is on the list");
    let real = files(&corpus(target)).unwrap();
    assert!(real.len() > 1, "without real frames only the first bytes of a decoder are tried");
    let mut seeds = files(&regressions(target)).unwrap();
    seeds.extend(real);
    let run = engine::run(target, &seeds, SEED, TIME);
    if let Some(finding) = run.finding {
        panic!("{name} broke after {} inputs of seed {SEED}: {}\n{:?}", run.tried, finding.why, String::from_utf8_lossy(&finding.input));
    }
    assert!(run.tried > 100 && run.ways > 10, "{} inputs and {} ways of behaving show nothing", run.tried, run.ways);
}

#[test]
fn whatever_a_gateway_sends_is_decoded_or_set_aside() {
    withstands("native");
}

#[test]
fn whatever_an_erp_sends_is_decoded_or_set_aside() {
    withstands("erp");
}

#[test]
fn whatever_a_socket_io_server_sends_is_decoded_or_set_aside() {
    withstands("socketio");
}

#[test]
fn whatever_a_hub_sends_is_decoded_or_set_aside() {
    withstands("hub");
}

#[test]
fn whatever_a_history_answers_is_read_or_refused() {
    withstands("history");
}

#[test]
fn whatever_a_payload_holds_has_fields_or_none() {
    withstands("fields");
}

#[test]
fn whatever_stands_where_a_time_should_is_a_time_or_none() {
    withstands("time");
}

#[test]
fn whatever_is_given_as_a_pack_is_added_or_refused_whole() {
    withstands("pack");
}

#[test]
fn whatever_events_hold_they_are_counted_judged_shown_and_said() {
    withstands("whole");
}

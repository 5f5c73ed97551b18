use super::*;
use watchdeck_events::{Catalogue, Channel, Incoming, Payload};

const BASE: i64 = 1_795_248_000_000;
const HOUR: i64 = 3_600_000;

fn stats() -> SourceStats {
    SourceStats::new(Calendar::new(jiff::tz::TimeZone::UTC))
}

fn at(up: i64) -> Reading {
    Reading { up, wall: Millis(BASE + up) }
}

fn event(stated: Option<i64>, sent: i64, received: i64) -> (Option<Millis>, Event) {
    let payload = stated.map_or_else(|| "{}".to_owned(), |at| format!(r#"{{"timestamp":{at}}}"#));
    let incoming = Incoming {
        channel: Channel::from("inventory"),
        offset: None,
        id: None,
        server_at: Some(Millis(sent)),
        kind: None,
        payload: Payload::from_json(payload),
    };
    let mut event = Catalogue::builtin().normalise(incoming, &"s".into(), Millis(received));
    // As with a clock that is known: it is taken at its word.
    event.occurred_at = Millis(stated.unwrap_or(sent));
    (Some(Millis(sent)), event)
}

fn take(stats: &SourceStats, received: i64, events: &[(Option<Millis>, Event)]) -> Option<Receipt> {
    stats.received(Millis(received), at(received - BASE), events.iter().map(|(sent, event)| (*sent, event)))
}

#[test]
fn each_stage_is_measured_by_itself_and_the_clocks_difference_is_in_none() {
    let stats = stats();
    stats.handshake(2 * HOUR, 500, at(0));
    stats.link(&Status { round_trip: Some(std::time::Duration::from_millis(20)), ..Status::default() }, &LinkState::Live, at(1));
    for n in 1..200 {
        let received = BASE + n * 100;
        // Published 30 ms before it was forwarded, 10 ms on the way, by a clock two hours ahead.
        let sent = received - 10 + 2 * HOUR;
        let receipt = take(&stats, received, &[event(Some(sent - 30), sent, received)]).expect("it came live");
        stats.committed(&[receipt], at(n * 100 + 4));
    }
    let latencies = stats.latencies();
    let (forwarded, travelled, committed) =
        (latencies.forwarded.percentiles(), latencies.travelled.percentiles(), latencies.committed.percentiles());
    assert_eq!((forwarded.count, forwarded.p50, committed.count, committed.p50), (199, 30.0, 199, 4.0));
    assert!(travelled.count == 199 && travelled.p50 < 60.0, "{travelled:?}");
}

#[test]
fn a_backlog_is_counted_and_not_measured() {
    let stats = stats();
    stats.link(&Status::default(), &LinkState::CatchingUp { done: 0, total: 9 }, at(0));
    assert_eq!(take(&stats, BASE + 500, &[event(Some(BASE), BASE, BASE + 500)]), None);
    stats.link(&Status::default(), &LinkState::Live, at(1_000));
    let receipt = take(&stats, BASE + 2_000, &[event(Some(BASE - HOUR), BASE - HOUR, BASE + 2_000)]).expect("the link is live");
    assert_eq!(receipt.live, 0, "an hour old");
    stats.committed(&[receipt], at(2_010));
    assert_eq!(stats.received.load(Ordering::Relaxed), 2);
    let latencies = stats.latencies();
    assert_eq!((latencies.forwarded.percentiles().count, latencies.committed.percentiles().count), (0, 0));
}

#[test]
fn a_time_that_is_years_off_says_nothing_of_a_servers_clock() {
    let stats = stats();
    stats.link(&Status::default(), &LinkState::Live, at(0));
    for (n, sent) in [i64::MAX, i64::MIN, BASE * 1_000, BASE + 1_000, 0].into_iter().enumerate() {
        take(&stats, BASE + 1_010 + n as i64, &[event(None, sent, BASE + 1_010 + n as i64)]);
    }
    let skew = stats.clock().estimate().expect("one event said the time").skew;
    assert!(skew.abs() < 1_000.0, "{skew}");
}

#[test]
fn an_event_without_a_time_of_its_own_says_nothing_of_its_way_to_the_server() {
    let stats = stats();
    stats.link(&Status::default(), &LinkState::Unconfirmed, at(0));
    take(&stats, BASE + 500, &[event(None, BASE + 490, BASE + 500)]);
    assert_eq!(stats.latencies().forwarded.percentiles().count, 0);
    take(&stats, BASE + 600, &[event(Some(BASE + 590), BASE + 590, BASE + 600)]);
    assert_eq!(stats.latencies().forwarded.percentiles().count, 1, "forwarded within the millisecond");
}

#[test]
fn a_link_that_answers_and_brings_nothing_is_stale_and_live_again_with_the_next_event() {
    let stats = stats();
    stats.rhythm().expect(Some(10));
    let partly = LinkState::Partly { refused: 1, asked: 3 };
    for state in [LinkState::Live, LinkState::Unconfirmed, partly] {
        stats.link(&Status::default(), &LinkState::Connecting { attempt: 0 }, at(0));
        stats.link(&Status::default(), &state, at(1_000));
        assert!(!stats.tick(at(601_000)), "ten minutes are not over");
        assert!(stats.tick(at(601_001)), "a step of the timeline");
        let stale = LinkState::Stale { since: Millis(BASE + 1_000), usual_ms: 600_000, learned: false };
        assert_eq!(stats.judged(state.clone(), at(601_001)), stale);
        assert!(!stats.tick(at(700_000)), "the same again");
        take(&stats, BASE + 700_001, &[event(None, BASE + 700_000, BASE + 700_001)]);
        assert!(stats.tick(at(700_002)) && stats.judged(state.clone(), at(700_002)) == state, "it speaks again");
    }
    let kinds: Vec<_> = stats.timeline().steps().into_iter().map(|step| step.state).collect();
    assert!(matches!(kinds.last_chunk(), Some([LinkState::Stale { .. }, LinkState::Partly { .. }])), "{kinds:?}");
}

#[test]
fn worse_than_stale_is_said_instead_and_a_link_that_owes_an_answer_does_not_begin_anew() {
    let stats = stats();
    stats.rhythm().expect(Some(10));
    stats.link(&Status::default(), &LinkState::Live, at(0));
    let silent = LinkState::Silent { since: Millis(BASE + 500_000) };
    stats.link(&Status::default(), &silent, at(510_000));
    assert!(!stats.tick(at(900_000)) && stats.judged(silent.clone(), at(900_000)) == silent);
    stats.link(&Status::default(), &LinkState::Live, at(901_000));
    assert!(matches!(stats.judged(LinkState::Live, at(901_000)), LinkState::Stale { since: Millis(BASE), .. }), "nothing came since");
    let down = LinkState::UpstreamDown { since: Millis(BASE), detail: String::new() };
    stats.link(&Status::default(), &down, at(902_000));
    assert_eq!(stats.judged(down.clone(), at(903_000)), down);
    stats.link(&Status::default(), &LinkState::Live, at(904_000));
    assert_eq!(stats.judged(LinkState::Live, at(905_000)), LinkState::Live, "nothing could come until now");
    stats.link_ended();
    assert!(!stats.tick(at(9_000_000)), "nobody listens");
}

#[test]
fn the_rate_is_of_the_last_whole_seconds() {
    let mut pace = Pace::default();
    for second in 0..20 {
        pace.add(second * 1000 + 500, 10);
    }
    assert_eq!((pace.per_second(20_000), pace.per_second(22_000), pace.per_second(60_000)), (10.0, 6.0, 0.0));
}

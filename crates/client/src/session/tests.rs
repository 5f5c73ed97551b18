use super::*;

fn at(millis: u64) -> Now {
    Now { up: Duration::from_millis(millis), wall: Millis(1_000_000 + millis as i64) }
}

/// A session that has been up since second 0.
fn up() -> Session {
    let mut session = Session::new(Timing::default());
    assert_eq!(session.handle(Input::Start, at(0), 1.0), [Effect::Dial]);
    assert_eq!(session.handle(Input::Opened, at(0), 1.0), [Effect::Ping], "the way there and back is measured at once");
    session
}

fn lost() -> Input {
    Input::Ended(Ending::retry(Cause::Broken, "reset"))
}

fn attempt(session: &Session) -> u32 {
    match session.state(Standing::Live) {
        State::Offline { attempt, .. } => attempt,
        other => panic!("expected to be offline, not {other:?}"),
    }
}

#[test]
fn a_loss_is_followed_by_a_dated_retry() {
    let mut session = up();
    assert_eq!(session.handle(lost(), at(1000), 0.5), [Effect::HangUp]);
    let State::Offline { attempt: 1, next_try_at, cause: Cause::Broken, .. } = session.state(Standing::Live) else {
        panic!("{:?}", session.state(Standing::Live));
    };
    assert_eq!(next_try_at, at(1250).wall, "the countdown on screen is the timer that runs");
    assert_eq!(session.due(), Some(at(1250).up));
    assert_eq!(session.handle(Input::Tick, at(1249), 0.5), []);
    assert_eq!(session.handle(Input::Tick, at(1250), 0.5), [Effect::Dial]);
}

#[test]
fn opening_alone_does_not_reset_the_backoff() {
    let mut session = up();
    let mut now = 0;
    for expected in 1..=8 {
        session.handle(lost(), at(now), 0.01);
        assert_eq!(attempt(&session), expected, "a server that opens and closes must not be dialled at full speed");
        now += 300;
        session.handle(Input::Tick, at(now), 0.0);
        session.handle(Input::Opened, at(now), 0.0);
    }
}

#[test]
fn only_a_stable_minute_resets_the_backoff() {
    let mut session = up();
    session.handle(lost(), at(0), 0.0);
    session.handle(Input::Tick, at(0), 0.0);
    session.handle(Input::Opened, at(0), 0.0);
    for second in 1..=61 {
        session.handle(Input::Sign, at(second * 1000), 0.0);
    }
    session.handle(lost(), at(61_000), 0.0);
    assert_eq!(attempt(&session), 1, "a stable minute is a success");

    for expected in 2..=6 {
        let now = 61_000 + u64::from(expected) * 10;
        session.handle(Input::Tick, at(now), 0.0);
        session.handle(Input::Opened, at(now), 0.0);
        session.handle(Input::Sign, at(now + 1), 0.0);
        session.handle(lost(), at(now + 2), 0.0);
        assert_eq!(attempt(&session), expected, "a server that says a word and drops us must not be dialled at full speed");
    }
}

#[test]
fn it_never_gives_up() {
    let mut session = up();
    let mut now = 0;
    for _ in 0..10_000 {
        session.handle(Input::Ended(Ending::retry(Cause::ConnectionRefused, "refused")), at(now), 1.0);
        now += 20_000;
        assert_eq!(session.handle(Input::Tick, at(now), 1.0), [Effect::Dial]);
    }
}

#[test]
fn silence_is_questioned_then_fatal() {
    let mut session = up();
    assert_eq!(session.due(), Some(Duration::from_secs(25)));
    assert_eq!(session.handle(Input::Tick, at(25_000), 0.0), [Effect::Ping]);
    assert_eq!(session.due(), Some(Duration::from_secs(35)), "dead at ping interval + 10 s");
    assert_eq!(session.handle(Input::Tick, at(34_999), 0.0), []);
    assert_eq!(session.handle(Input::Tick, at(35_000), 0.0), [Effect::HangUp]);
    assert!(matches!(session.state(Standing::Live), State::Offline { cause: Cause::Silent, .. }));
}

#[test]
fn any_frame_is_a_sign_of_life() {
    let mut session = up();
    session.handle(Input::Tick, at(25_000), 0.0);
    session.handle(Input::Sign, at(34_000), 0.0);
    assert_eq!(session.handle(Input::Tick, at(35_000), 0.0), []);
    assert_eq!(session.handle(Input::Tick, at(50_000), 0.0), [Effect::Ping], "a line that speaks is measured, not doubted");
    assert_eq!(session.handle(Input::Tick, at(59_000), 0.0), [Effect::Ping], "25 s of silence are a reason to ask");
    assert_eq!(session.due(), Some(Duration::from_secs(69)));
    assert_eq!(session.handle(Input::Tick, at(69_000), 0.0), [Effect::HangUp]);
}

#[test]
fn a_late_look_at_the_clock_kills_nobody_who_was_not_asked() {
    let mut session = up();
    session.handle(Input::Tick, at(24_000), 0.0);
    assert_eq!(session.handle(Input::Tick, at(34_900), 0.0), [Effect::Ping]);
    assert_eq!(session.handle(Input::Tick, at(44_800), 0.0), [], "the answer has its time from the question on");
    assert_eq!(session.handle(Input::Tick, at(44_900), 0.0), [Effect::HangUp]);
}

#[test]
fn the_servers_ping_interval_counts() {
    let mut session = up();
    session.handle(Input::PingEvery(Duration::from_secs(5)), at(0), 0.0);
    assert_eq!(session.handle(Input::Tick, at(5000), 0.0), [Effect::Ping]);
    assert_eq!(session.handle(Input::Tick, at(15_000), 0.0), [Effect::HangUp]);
}

const EIGHT_HOURS: u64 = 8 * 3600 * 1000;

fn woke(session: &Session) -> Millis {
    match session.state(Standing::Live) {
        State::Offline { attempt: 0, next_try_at, cause: Cause::Woke, .. } => next_try_at,
        other => panic!("the reason must be on record: {other:?}"),
    }
}

#[test]
fn waking_after_eight_hours_reconnects_at_once_and_says_why() {
    for (roll, pause) in [(0.0, 50), (1.0, 300)] {
        let mut session = up();
        session.handle(Input::Sign, at(5000), 0.0);
        assert_eq!(session.handle(Input::Tick, at(EIGHT_HOURS), roll), [Effect::HangUp]);
        assert_eq!(woke(&session), at(EIGHT_HOURS + pause).wall);
        assert_eq!(session.handle(Input::Tick, at(EIGHT_HOURS + pause), roll), [Effect::Dial]);
        assert_eq!(session.state(Standing::Live), State::Connecting { attempt: 0 });
    }
}

#[test]
fn waking_during_a_backoff_does_not_wait_for_it() {
    let mut session = up();
    session.handle(
        Input::Ended(Ending::Retry { cause: Cause::Closed, detail: "4001".into(), after: Some(Duration::from_secs(100)) }),
        at(0),
        1.0,
    );
    assert_eq!(session.handle(Input::Tick, at(5000), 1.0), []);
    assert_eq!(session.handle(Input::Tick, at(41_000), 1.0), []);
    assert_eq!(woke(&session), at(41_300).wall);
    assert_eq!(session.handle(Input::Tick, at(41_300), 1.0), [Effect::Dial]);
}

#[test]
fn a_dial_from_before_the_sleep_is_dropped() {
    let mut session = Session::new(Timing::default());
    session.handle(Input::Start, at(0), 0.0);
    assert_eq!(session.handle(Input::Opened, at(EIGHT_HOURS), 0.0), [Effect::HangUp], "it opened before the sleep");
    woke(&session);
}

#[test]
fn a_changed_network_ends_a_wait_and_questions_a_connection() {
    let mut session = up();
    session.handle(Input::Sign, at(20_000), 0.0);
    assert_eq!(session.handle(Input::NetworkChanged, at(20_500), 0.0), [Effect::Ping]);
    assert_eq!(session.due(), Some(Duration::from_millis(23_500)), "3 s instead of 10");
    assert_eq!(session.handle(Input::NetworkChanged, at(21_500), 0.0), [Effect::Ping]);
    assert_eq!(session.due(), Some(Duration::from_millis(23_500)), "more changes give no more time");
    assert_eq!(session.handle(Input::Tick, at(23_500), 1.0), [Effect::HangUp]);
    assert!(matches!(session.state(Standing::Live), State::Offline { cause: Cause::Silent, .. }));
    assert_eq!(session.handle(Input::NetworkChanged, at(23_600), 0.0), [Effect::Dial]);

    let mut session = up();
    session.handle(Input::NetworkChanged, at(1000), 0.0);
    session.handle(Input::Sign, at(1200), 0.0);
    assert_eq!(session.handle(Input::Tick, at(4000), 0.0), [], "it survived the change");
}

#[test]
fn a_flapping_network_is_not_dialled_at_full_speed() {
    let mut session = Session::new(Timing::default());
    session.handle(Input::Start, at(0), 0.0);
    assert_eq!(session.handle(Input::NetworkChanged, at(100), 0.0), [], "it has only begun");
    assert_eq!(session.handle(Input::Tick, at(999), 0.0), []);
    assert_eq!(session.due(), Some(Duration::from_secs(1)), "but it may hang on the old network");
    assert_eq!(session.handle(Input::Tick, at(1000), 0.0), [Effect::HangUp, Effect::Dial]);
    let refused = Ending::Retry { cause: Cause::ConnectionRefused, detail: "refused".into(), after: Some(Duration::from_secs(20)) };
    session.handle(Input::Ended(refused), at(1050), 0.0);
    assert_eq!(session.handle(Input::NetworkChanged, at(1100), 0.0), []);
    assert_eq!(session.due(), Some(Duration::from_secs(2)), "a second after the last dial, and no sooner");
    let State::Offline { next_try_at, .. } = session.state(Standing::Live) else { panic!("it waits") };
    assert_eq!(next_try_at, at(2000).wall, "the countdown on screen is the timer that runs");
    assert_eq!(session.handle(Input::Tick, at(2000), 0.0), [Effect::Dial]);
}

#[test]
fn a_changed_network_does_not_undo_a_refusal() {
    let mut session = up();
    session.handle(Input::Ended(Ending::NeedsLogin("Token expired".into())), at(0), 0.0);
    assert_eq!(session.handle(Input::NetworkChanged, at(5000), 0.0), []);
}

#[test]
fn a_click_goes_through_from_every_state() {
    let mut session = up();
    assert_eq!(session.handle(Input::Wake, at(1), 0.0), [Effect::HangUp, Effect::Dial]);
    assert_eq!(session.handle(Input::Wake, at(2), 0.0), [Effect::HangUp, Effect::Dial], "a dial may hang on the old network");
    session.handle(lost(), at(3), 1.0);
    assert_eq!(session.handle(Input::Wake, at(4), 0.0), [Effect::Dial]);
    session.handle(Input::Ended(Ending::NeedsLogin("Token expired".into())), at(5), 0.0);
    assert_eq!(session.handle(Input::Wake, at(6), 0.0), [Effect::Dial]);
}

#[test]
fn a_refusal_is_not_retried() {
    for (ending, state) in [
        (Ending::NeedsLogin("Invalid token".into()), State::NeedsLogin { detail: "Invalid token".into() }),
        (Ending::Refused("禁止的来源".into()), State::Refused { detail: "禁止的来源".into() }),
    ] {
        let mut session = up();
        assert_eq!(session.handle(Input::Ended(ending), at(0), 0.0), [Effect::HangUp]);
        assert_eq!(session.due(), None);
        assert_eq!(session.handle(Input::Tick, at(10_000), 0.0), []);
        assert_eq!(session.handle(Input::Tick, at(90_000_000), 0.0), [], "nor after a night");
        assert_eq!(session.state(Standing::Live), state);
    }
}

#[test]
fn a_dial_that_hangs_is_given_up() {
    let mut session = Session::new(Timing::default());
    session.handle(Input::Start, at(0), 0.0);
    assert_eq!(session.handle(Input::Tick, at(29_999), 0.0), [], "each part of it keeps its own time");
    assert_eq!(session.handle(Input::Tick, at(30_000), 0.0), [Effect::HangUp]);
    assert!(matches!(session.state(Standing::Live), State::Offline { cause: Cause::TimedOut, .. }));
}

#[test]
fn the_server_says_when_to_come_back() {
    let mut session = up();
    let ending = Ending::Retry { cause: Cause::Closed, detail: "shutting down".into(), after: Some(Duration::from_secs(3)) };
    session.handle(Input::Ended(ending), at(0), 0.0);
    assert_eq!(session.due(), Some(Duration::from_secs(3)));
}

#[test]
fn a_wall_clock_set_back_and_forth_kills_nothing() {
    let mut session = up();
    session.handle(Input::Sign, at(1000), 0.0);
    let far = Now { up: Duration::from_millis(2000), wall: Millis(4_000_000_000_000) };
    assert_eq!(session.handle(Input::Tick, far, 0.0), []);
    let back = Now { up: Duration::from_millis(3000), wall: Millis(0) };
    assert_eq!(session.handle(Input::Tick, back, 0.0), []);
    assert_eq!(session.state(Standing::Live), State::Live);
}

use super::*;
use proptest::prelude::*;
use std::time::Duration;
use watchdeck_events::{Channel, Event, Kind, Payload, Severity};

fn stored(seq: u64, subject: Option<u8>) -> Stored {
    let event = Event {
        id: format!("e-{seq}").into(),
        kind: Kind::from("inventory:change"),
        channel: Channel::from("inventory"),
        occurred_at: Millis(1),
        received_at: Millis(1),
        source: "s".into(),
        subject: subject.map(|subject| format!("product:{subject}").into()),
        actor: None,
        severity: Severity::Info,
        payload: Payload::from_json("{}"),
    };
    Stored { seq, offset: 0, event }
}

fn policy(attempts: Option<u32>) -> Policy {
    Policy { attempts, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(4), ..Policy::default() }
}

#[derive(Debug, Clone)]
enum Step {
    Offer(Option<u8>),
    Take,
    Succeed(usize),
    Fail(usize, bool),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => proptest::option::weighted(0.9, 0_u8..4).prop_map(Step::Offer),
        4 => Just(Step::Take),
        2 => any::<usize>().prop_map(Step::Succeed),
        2 => (any::<usize>(), proptest::bool::weighted(0.9)).prop_map(|(which, again)| Step::Fail(which, again)),
        1 => (0_u64..6).prop_map(Step::Wait),
    ]
}

/// What a person would expect, kept beside the lanes.
#[derive(Default)]
struct Expected {
    /// Of each lane what is not over, in order.
    lanes: HashMap<Option<u8>, VecDeque<u64>>,
    failures: HashMap<u64, u32>,
    trying: Vec<(u64, u64)>,
    over: BTreeSet<u64>,
}

proptest! {
    #[test]
    fn a_subject_keeps_its_order_each_event_ends_once_and_is_parked_after_exactly_so_many_tries(
        steps in proptest::collection::vec(step(), 1..200), attempts in 1_u32..5,
    ) {
        let policy = policy(Some(attempts));
        let (mut lanes, mut expected) = (Lanes::default(), Expected::default());
        let (mut now, mut seq, mut subjects) = (Instant::now(), 0, HashMap::new());
        for step in steps {
            match step {
                Step::Offer(subject) => {
                    seq += 1;
                    subjects.insert(seq, subject);
                    expected.lanes.entry(subject).or_default().push_back(seq);
                    lanes.offer(Job::new(stored(seq, subject), Origin::Live, 0, None));
                }
                Step::Take => {
                    if let Some((number, delivery)) = lanes.take(now) {
                        let taken = delivery.stored.seq;
                        prop_assert_eq!(expected.lanes[&subjects[&taken]].front(), Some(&taken), "what came before it is over");
                        prop_assert!(expected.trying.iter().all(|(_, seq)| subjects[seq] != subjects[&taken]), "one at a time in a lane");
                        prop_assert_eq!(delivery.attempt, expected.failures.get(&taken).copied().unwrap_or_default() + 1);
                        expected.trying.push((number, taken));
                    }
                }
                Step::Succeed(which) | Step::Fail(which, _) if !expected.trying.is_empty() => {
                    let (number, tried) = expected.trying.swap_remove(which % expected.trying.len());
                    let over = match step {
                        Step::Fail(_, again) => {
                            let failures = expected.failures.entry(tried).or_default();
                            *failures += 1;
                            let last = !again || *failures == attempts;
                            let next = lanes.failed(number, Failure { words: "no".into(), again }, &policy, now, Millis(7)).unwrap();
                            match next {
                                Next::Parked(job) => {
                                    prop_assert!(last && job.failures == *failures && job.stored.seq == tried && job.first_at == Some(Millis(7)));
                                }
                                Next::Again => prop_assert!(!last, "{} failures", failures),
                            }
                            last
                        }
                        _ => {
                            prop_assert_eq!(lanes.succeeded(number).unwrap().stored.seq, tried);
                            true
                        }
                    };
                    if over {
                        expected.lanes.get_mut(&subjects[&tried]).unwrap().pop_front();
                        prop_assert!(expected.over.insert(tried), "once");
                    }
                }
                Step::Wait(seconds) => now += Duration::from_secs(seconds),
                Step::Succeed(_) | Step::Fail(..) => {}
            }
            let open: BTreeSet<u64> = lanes.open().map(|job| job.stored.seq).collect();
            prop_assert_eq!(&open, &(1..=seq).filter(|seq| !expected.over.contains(seq)).collect());
            prop_assert_eq!(lanes.first_open(), open.first().copied());
            prop_assert_eq!(lanes.len(), open.len());
        }
        // Whatever was left is ended by patience alone.
        for (number, _) in std::mem::take(&mut expected.trying) {
            lanes.succeeded(number);
        }
        while lanes.len() > 0 {
            now += Duration::from_secs(10);
            while let Some((number, _)) = lanes.take(now) {
                lanes.succeeded(number);
            }
        }
        prop_assert_eq!((lanes.bytes, lanes.lanes.len(), lanes.due()), (0, 0, None));
    }
}

#[test]
fn a_failure_holds_up_its_subject_and_nobody_else() {
    let (mut lanes, policy, now) = (Lanes::default(), policy(None), Instant::now());
    for (seq, subject) in [(1, 1), (2, 1), (3, 2)] {
        lanes.offer(Job::new(stored(seq, Some(subject)), Origin::Live, 0, None));
    }
    let (first, delivery) = lanes.take(now).unwrap();
    assert_eq!(delivery.stored.seq, 1);
    lanes.failed(first, Failure::passing("away"), &policy, now, Millis(1));
    assert_eq!(lanes.take(now).unwrap().1.stored.seq, 3, "the other subject goes on");
    assert!(lanes.take(now).is_none(), "its own waits");
    assert_eq!((lanes.due(), lanes.retrying()), (Some(now + Duration::from_secs(1)), 1));
    let (again, delivery) = lanes.take(now + Duration::from_secs(1)).unwrap();
    assert_eq!((delivery.stored.seq, delivery.attempt), (1, 2));
    for _ in 0..50 {
        assert!(
            matches!(lanes.failed(again, Failure::passing("away"), &policy, now, Millis(1)), Some(Next::Again)),
            "a policy without a last try"
        );
        lanes.take(now + Duration::from_secs(60));
    }
    assert!(matches!(lanes.failed(again, Failure::lasting("nonsense"), &policy, now, Millis(1)), Some(Next::Parked(_))));
    assert_eq!(lanes.take(now).unwrap().1.stored.seq, 2, "what is parked holds up nobody");
}

#[test]
fn there_is_room_for_so_many_and_so_much() {
    let mut lanes = Lanes::default();
    let mut large = stored(1, Some(1));
    large.event.payload = Payload::from_json("x".repeat(ROOM));
    lanes.offer(Job::new(large, Origin::Live, 0, None));
    assert!(!lanes.has_room(), "one is always taken, and then no more");
    let mut lanes = Lanes::default();
    for seq in 1..=MOST as u64 {
        assert!(lanes.has_room());
        lanes.offer(Job::new(stored(seq, Some(1)), Origin::Live, 0, None));
    }
    assert!(!lanes.has_room());
}

//! What is older, or more, than is to be kept goes, and nothing else: against a plain list, under a kill, while events come in.

use proptest::prelude::*;
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_store::{BLOCK, Batch, Bounds, Hold, Keep, Keeping, LetGo, NewEvent, Options, Plan, Progress, Search, Store, Stored};

const DAY: u64 = 24 * 3_600_000;
/// When the first event was received.
const BEGAN: i64 = 1_795_000_000_000;
/// Between two events.
const STEP: i64 = 60_000;
const CHANNELS: [&str; 3] = ["inventory", "orders", "approvals"];

fn event(id: u64) -> NewEvent {
    let event = Event {
        id: format!("id-{id:07}").into(),
        kind: Kind::from(if id.is_multiple_of(3) { "order:status" } else { "inventory:change" }),
        channel: Channel::from(CHANNELS[(id * 7 / 3 % 3) as usize]),
        occurred_at: at(id),
        received_at: at(id),
        source: "s".into(),
        subject: Some(format!("product:p{}", id % 11).into()),
        actor: None,
        severity: Severity::from_code((id % 4) as u8),
        payload: Payload::from_json(format!(r#"{{"n":{id},"name":"瓷砖","batch":[{}]}}"#, numbers(id))),
    };
    NewEvent { event, offset: Some(id) }
}

/// What no block makes small.
fn numbers(id: u64) -> String {
    let number = |n: u64| (id * 4 + n).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string();
    (0..4).map(number).collect::<Vec<_>>().join(",")
}

fn at(id: u64) -> Millis {
    Millis(BEGAN + STEP * id as i64)
}

fn batch(ids: impl IntoIterator<Item = u64>) -> Batch {
    Batch { events: ids.into_iter().map(event).collect(), ..Batch::default() }
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("events.db"), Options::CONSOLE).unwrap()
}

async fn all(store: &Store) -> Vec<Stored> {
    let mut read: Vec<Stored> = Vec::new();
    loop {
        let page = store.read_after(read.last().map_or(0, |last| last.seq), 1_500).await.unwrap();
        if page.is_empty() {
            return read;
        }
        read.extend(page);
    }
}

fn ids(events: &[Stored]) -> Vec<u64> {
    events.iter().map(|stored| stored.offset).collect()
}

/// Everything received before the event `id` is too old.
fn until(id: u64) -> Keeping {
    let default = Keep { age_ms: Some(DAY), bytes: None };
    Keeping { default, upto: u64::MAX, now: Millis(at(id).0 + DAY as i64), ..Keeping::default() }
}

async fn let_go(store: &Store, keeping: Keeping) -> (Plan, LetGo) {
    let now = keeping.now;
    let plan = Arc::new(store.plan_letting_go(keeping).await.unwrap());
    let done = store.let_go(&plan, now, &watch::Sender::default()).await.unwrap();
    (Arc::into_inner(plan).expect("nobody else has it"), done)
}

/// What is to stay of a plain list.
fn model(events: &[u64], keeping: &Keeping) -> (Vec<u64>, HashMap<String, (u64, u64)>) {
    let keep = |channel: &str| keeping.channels.iter().find(|(name, _)| name == channel).map_or(keeping.default, |(_, keep)| *keep);
    let mut going: HashMap<String, (u64, u64)> = HashMap::new();
    let stays = |id: &&u64| {
        let NewEvent { event, .. } = event(**id);
        let channel = event.channel.as_str();
        let is_old = keep(channel).age_ms.is_some_and(|age| event.received_at.0 < keeping.now.0 - age as i64);
        let is_held = keeping.holds.iter().any(|hold| {
            [(&hold.channel, channel), (&hold.kind, event.kind.as_str()), (&hold.id, &event.id)]
                .iter()
                .all(|(said, is)| said.is_empty() || said == is)
                && (hold.subject.is_empty() || event.subject.as_deref() == Some(&*hold.subject))
                && hold.from.is_none_or(|from| from <= event.received_at)
                && hold.before.is_none_or(|before| event.received_at < before)
        });
        if is_old {
            let (goes, held) = going.entry(channel.to_owned()).or_default();
            *(if is_held { held } else { goes }) += 1;
        }
        !is_old || is_held
    };
    let rest = events.iter().filter(stays).copied().collect();
    (rest, going)
}

fn holds() -> impl Strategy<Value = Hold> {
    prop_oneof![
        (0usize..3).prop_map(|n| Hold { channel: CHANNELS[n].into(), ..Hold::default() }),
        (0u64..11, 0usize..3).prop_map(|(p, n)| Hold { subject: format!("product:p{p}"), channel: CHANNELS[n].into(), ..Hold::default() }),
        Just(Hold { kind: "order:status".into(), ..Hold::default() }),
        (1u64..9_000).prop_map(|id| Hold { id: format!("id-{id:07}"), ..Hold::default() }),
        (1u64..9_000, 1u64..3_000).prop_map(|(from, n)| Hold { from: Some(at(from)), before: Some(at(from + n)), ..Hold::default() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3) })]
    #[test]
    fn what_is_too_old_and_not_held_goes_as_was_said_before_and_nothing_else(
        sizes in prop::collection::vec(prop_oneof![1u64..60, 900u64..1_200, 3_000u64..5_500], 1..4),
        rounds in prop::collection::vec((0u64..9_000, prop::option::of(0u64..9_000), prop::collection::vec(holds(), 0..2), any::<bool>()), 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let mut store = open(folder.path());
            let mut newest = 0;
            for size in sizes {
                store.append(batch(newest + 1..=newest + size)).await.unwrap();
                newest += size;
            }
            let mut left: Vec<u64> = (1..=newest).collect();
            for (upto, own, holds, closing) in rounds {
                let own = own.map(|own| ("orders".to_owned(), Keep { age_ms: Some((at(upto).0 + DAY as i64 - at(own).0).max(0) as u64), bytes: None }));
                let keeping = Keeping { holds, channels: own.into_iter().collect(), ..until(upto) };
                let (rest, going) = model(&left, &keeping);
                let (plan, done) = let_go(&store, keeping).await;
                let said = |portion: &watchdeck_store::Portion| (portion.channel.to_string(), (portion.events, portion.held));
                assert_eq!(plan.portions.iter().map(said).collect::<HashMap<_, _>>(), going, "what was said");
                assert_eq!((plan.events(), done.events), (left.len() as u64 - rest.len() as u64, plan.events()), "what was done");
                left = rest;
                if closing {
                    store.close().await;
                    store = open(folder.path());
                }
                check(&store, &left, newest).await;
            }
            store.close().await;
        });
    }
}

/// All that is left can be asked for, and what went is known and does not come back.
async fn check(store: &Store, left: &[u64], newest: u64) {
    let read = all(store).await;
    assert_eq!(ids(&read), left);
    assert_eq!((store.head(), store.stats().await.unwrap().events), (newest, left.len() as u64));
    for stored in read.iter().step_by(153) {
        assert_eq!(stored.event, event(stored.offset).event);
        assert_eq!(store.get(stored.seq).await.unwrap().as_ref(), Some(stored));
        assert_eq!(store.by_id(&stored.event.id).await.unwrap().as_ref(), Some(stored));
    }
    let scan = store.search(Search::default(), |stored| stored.offset.is_multiple_of(3)).await.unwrap();
    let hits: Vec<u64> = left.iter().copied().filter(|id| id.is_multiple_of(3)).rev().collect();
    assert_eq!(ids(&scan.hits), hits);
    let about: Vec<u64> = left.iter().copied().filter(|id| id % 11 == 4).rev().collect();
    assert_eq!(ids(&store.by_subject("product:p4", usize::MAX).await.unwrap()), about);
    let mut counted: BTreeMap<(Millis, Box<str>), u64> = BTreeMap::new();
    for id in left {
        let domain = if id.is_multiple_of(3) { "order" } else { "inventory" };
        *counted.entry((Millis(at(*id).0 / 3_600_000 * 3_600_000), domain.into())).or_default() += 1;
    }
    assert_eq!(store.histogram(60).await.unwrap().cells, counted);
    let again = store.append(batch(1..=newest)).await.unwrap();
    assert_eq!((again.inserted, again.duplicates as u64), (0, newest), "sent again, and known");
    let gone: u64 = store.edges().await.unwrap().iter().map(|edge| edge.events).sum();
    assert_eq!(gone, newest - left.len() as u64);
}

#[tokio::test]
async fn what_is_more_than_a_channel_may_take_goes_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..6 {
        store.append(batch(n * BLOCK + 1..=(n + 1) * BLOCK)).await.unwrap();
    }
    let used = store.stats().await.unwrap().bytes;
    let own = ("orders".to_owned(), Keep { age_ms: None, bytes: Some(used / 12) });
    let keeping = Keeping { channels: vec![own], upto: u64::MAX, now: at(0), ..Keeping::default() };
    let (plan, done) = let_go(&store, keeping.clone()).await;
    let [portion] = &plan.portions[..] else { panic!("one channel has a limit: {:?}", plan.portions) };
    assert!(portion.by_size && !portion.by_age && portion.channel.as_str() == "orders");
    let left = ids(&all(&store).await);
    let orders: Vec<u64> = left.iter().copied().filter(|id| event(*id).event.channel.as_str() == "orders").collect();
    assert_eq!(left.len() as u64, 6 * BLOCK - done.events);
    let before: Vec<u64> = (1..=6 * BLOCK).filter(|id| event(*id).event.channel.as_str() == "orders").collect();
    assert_eq!(orders, before[before.len() - orders.len()..], "the newest stay, and all of the others");
    assert!(orders.len() > before.len() / 20 && orders.len() < before.len() / 2, "about as much as was said: {}", orders.len());
    let edges = store.edges().await.unwrap();
    assert_eq!((edges.len(), edges[0].seq), (1, before[before.len() - orders.len() - 1]));
    store.close().await;
}

#[tokio::test]
async fn space_goes_back_to_the_disk_and_numbers_go_on_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..8 {
        store.append(batch(n * BLOCK + 1..=(n + 1) * BLOCK)).await.unwrap();
    }
    store.append(batch(8 * BLOCK + 1..=8 * BLOCK + 10)).await.unwrap();
    store.close().await;
    let path = folder.path().join("events.db");
    let before = std::fs::metadata(&path).unwrap().len();
    let store = open(folder.path());
    let (progress, seen) = watch::channel(Progress::default());
    let plan = Arc::new(store.plan_letting_go(until(9 * BLOCK)).await.unwrap());
    let done = store.let_go(&plan, at(9 * BLOCK), &progress).await.unwrap();
    assert_eq!((done.events, store.stats().await.unwrap().events), (8 * BLOCK + 10, 0));
    assert_eq!(*seen.borrow(), Progress { events: done.events, of: done.events, giving_back: true });
    store.close().await;
    let after = std::fs::metadata(&path).unwrap().len();
    assert!(after < before / 3, "{before} became {after}: what is left is the ids");
    let store = open(folder.path());
    assert_eq!(store.head(), 8 * BLOCK + 10, "although nothing is left that had a number");
    assert_eq!(store.append(batch([1, 7 * BLOCK, 8 * BLOCK + 3, 8 * BLOCK + 11])).await.unwrap().inserted, 1);
    assert_eq!(all(&store).await[0].seq, 8 * BLOCK + 11);
    store.close().await;
}

#[tokio::test]
async fn ids_are_forgotten_in_the_end_and_their_numbers_are_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.append(batch(1..=BLOCK)).await.unwrap();
    let_go(&store, until(2 * BLOCK)).await;
    assert_eq!(store.append(batch(1..=BLOCK)).await.unwrap().inserted, 0);
    let later = Keeping { now: Millis(at(2 * BLOCK).0 + (100 * DAY) as i64), ..until(1) };
    let_go(&store, later).await;
    assert_eq!(store.append(batch([5])).await.unwrap().inserted, 1, "whoever sends after a quarter sends anew");
    assert_eq!(all(&store).await[0].seq, BLOCK + 1);
    store.close().await;
}

#[tokio::test]
async fn nothing_goes_that_is_not_written_down_elsewhere_yet() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.append(batch(1..=3_000)).await.unwrap();
    let_go(&store, Keeping { upto: 1_234, ..until(9_000) }).await;
    assert_eq!(ids(&all(&store).await), (1_235..=3_000).collect::<Vec<_>>());
    store.close().await;
}

#[tokio::test]
async fn a_log_lets_go_from_the_beginning_of_a_channel_and_its_offsets_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.db");
    let mut store = Store::open(&path, Options::LOG).unwrap();
    store.append(batch(1..=900)).await.unwrap();
    let orders = Channel::from("orders");
    let whole = store.channel_bounds(&orders);
    let_go(&store, until(600)).await;
    let kept = store.channel_after(&orders, 0, 1_000).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.channel_bounds(&orders), Bounds { first: kept[0].offset, last: whole.last });
        assert!(kept.iter().map(|stored| stored.offset).eq(kept[0].offset..=whole.last), "without holes");
        assert!(kept.iter().all(|stored| stored.event.received_at >= at(600)));
        store.close().await;
        store = Store::open(&path, Options::LOG).unwrap();
    }
    let_go(&store, until(2_000)).await;
    store.close().await;
    store = Store::open(&path, Options::LOG).unwrap();
    assert_eq!(store.channel_bounds(&orders), Bounds { first: whole.last + 1, last: whole.last }, "empty, and it knows where it was");
    let next = (901..).find(|id| event(*id).event.channel == orders).unwrap();
    assert_eq!(store.append(batch([next])).await.unwrap().placed[0].offset, whole.last + 1);
    store.close().await;
}

#[tokio::test]
async fn whoever_appends_meanwhile_is_served_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..12 {
        store.append(batch(n * BLOCK + 1..=(n + 1) * BLOCK)).await.unwrap();
    }
    let keeping = Keeping { holds: vec![Hold { subject: "product:p4".into(), ..Hold::default() }], ..until(11 * BLOCK) };
    let letting = let_go(&store, keeping);
    let appending = async {
        let mut slowest = Duration::ZERO;
        for id in 12 * BLOCK + 1..=12 * BLOCK + 400 {
            let began = Instant::now();
            store.append(batch([id])).await.unwrap();
            slowest = slowest.max(began.elapsed());
        }
        slowest
    };
    let (_, slowest) = tokio::join!(letting, appending);
    told(slowest);
    let left: Vec<u64> = (1..=12 * BLOCK + 400).filter(|id| *id >= 11 * BLOCK || id % 11 == 4).collect();
    assert_eq!(ids(&all(&store).await), left);
    store.close().await;
}

/// For whoever runs it with `--no-capture`; the bench judges.
#[allow(clippy::print_stdout, reason = "to be read")]
fn told(slowest: Duration) {
    println!("the slowest append took {slowest:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_kill_at_any_instant_of_letting_go_is_made_good_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let newest = 20 * BLOCK;
    let store = open(folder.path());
    for n in 0..20 {
        store.append(batch(n * BLOCK + 1..=(n + 1) * BLOCK)).await.unwrap();
    }
    store.close().await;
    let stays = |id: &u64| *id >= 19 * BLOCK || id % 11 == 4;
    for round in 0..4u64 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_lets_go_until_killed", "--nocapture"])
            .env("WATCHDECK_TEST_FOLDER", folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // It is killed once it has got somewhere.
        let gone =
            |path: &Path| rusqlite::Connection::open(path).ok()?.query_row("SELECT sum(events) FROM let_go", [], |row| row.get(0)).ok();
        while gone(&folder.path().join("events.db")).unwrap_or(0u64) < (round + 1) * 4 * BLOCK && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let store = open(folder.path());
        let left = ids(&all(&store).await);
        assert!((1..=newest).filter(stays).all(|id| left.binary_search(&id).is_ok()), "what is to stay is there");
        let gone: u64 = store.edges().await.unwrap().iter().map(|edge| edge.events).sum();
        assert_eq!(gone + left.len() as u64, newest, "what went is known");
        assert_eq!(store.append(batch((1..=newest).step_by(97))).await.unwrap().inserted, 0, "and does not come back");
        assert!(store.inspect().await.unwrap().problems.is_empty());
        store.close().await;
    }
    let store = open(folder.path());
    let_go(&store, killed()).await;
    assert_eq!(ids(&all(&store).await), (1..=newest).filter(stays).collect::<Vec<_>>());
    store.close().await;
}

fn killed() -> Keeping {
    Keeping { holds: vec![Hold { subject: "product:p4".into(), ..Hold::default() }], ..until(19 * BLOCK) }
}

/// Not a test of its own: the body of the child above. Without its variable it has nothing to do.
#[tokio::test]
async fn child_that_lets_go_until_killed() {
    let Some(folder) = std::env::var_os("WATCHDECK_TEST_FOLDER") else { return };
    let store = open(Path::new(&folder));
    let_go(&store, killed()).await;
    std::future::pending::<()>().await;
}

//! A gateway's log: each channel has offsets of its own without holes, wherever its events lie.

use std::{collections::HashMap, path::Path};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_store::{BLOCK, Batch, Bounds, Keep, Keeping, Limit, NewEvent, Options, Placed, Profile, Progress, Store, Stored};

const CHANNELS: [&str; 3] = ["inventory", "orders", "系统"];

/// Three of four events are of the first channel; each is received a second after the one before.
fn channel(n: u64) -> &'static str {
    CHANNELS[if n.is_multiple_of(4) { 1 + (n / 4 % 2) as usize } else { 0 }]
}

fn event(n: u64) -> NewEvent {
    let event = Event {
        id: format!("id-{n}").into(),
        kind: Kind::from("inventory:change"),
        channel: Channel::from(channel(n)),
        occurred_at: Millis(n as i64 * 1_000),
        received_at: Millis(n as i64 * 1_000),
        source: "redis".into(),
        subject: None,
        actor: None,
        severity: Severity::Info,
        payload: Payload::from_json(format!(r#"{{"n":{n}}}"#)),
    };
    NewEvent { event, offset: None }
}

fn batch(numbers: impl IntoIterator<Item = u64>) -> Batch {
    Batch { events: numbers.into_iter().map(event).collect(), ..Batch::default() }
}

/// What the log of so many events has to say.
struct Model {
    count: u64,
}

impl Model {
    /// The numbers of a channel's events, in their order: the place of each, from 1, is its offset.
    fn numbers(&self, name: &str) -> Vec<u64> {
        (1..=self.count).filter(|n| channel(*n) == name).collect()
    }

    async fn holds(&self, store: &Store) {
        for name in CHANNELS {
            let (numbers, channel) = (self.numbers(name), Channel::from(name));
            assert_eq!(store.channel_bounds(&channel), Bounds { first: 1, last: numbers.len() as u64 }, "{name}");
            for (after, limit) in [(0, usize::MAX), (0, 700), (1, 1), (numbers.len() as u64 / 2, 2_000), (numbers.len() as u64 - 1, 10)] {
                let page = store.channel_after(&channel, after, Limit::from(limit)).await.unwrap();
                let expected: Vec<_> = (after + 1..).zip(numbers.iter().copied().skip(after as usize)).take(limit).collect();
                assert!(page.iter().map(told).eq(expected.iter().copied().take(page.len())), "{name} after {after}");
                assert!(page.len() == expected.len() || limit == usize::MAX && !page.is_empty(), "{name} after {after}: {}", page.len());
            }
            assert!(store.channel_after(&channel, numbers.len() as u64, Limit::from(9)).await.unwrap().is_empty());
            for n in [0, 1, 5, self.count / 3, self.count, self.count + 9] {
                let before = numbers.iter().filter(|number| **number < n).count() as u64;
                assert_eq!(store.channel_offset_at(&channel, Millis(n as i64 * 1_000)).await.unwrap(), before, "{name} since {n}");
            }
        }
    }
}

/// Offset and number.
fn told(stored: &Stored) -> (u64, u64) {
    (stored.offset, stored.event.id[3..].parse().unwrap())
}

fn ask(path: &Path, question: &str) -> u64 {
    let connection = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.query_row(question, [], |row| row.get(0)).unwrap()
}

/// Until no more rows are left than do not fill a block.
async fn packed(path: &Path) {
    while ask(path, "SELECT count(*) FROM events") >= BLOCK {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn offsets_are_found_in_blocks_in_rows_and_across_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = Store::open(&path, Options::LOG).unwrap();
    let model = Model { count: 9_000 };
    // A backlog that is a block at once, small commits that are packed later, and some that stay rows.
    store.append(batch(1..=2_500)).await.unwrap();
    for start in (2_501..=8_000).step_by(500) {
        store.append(batch(start..start + 500)).await.unwrap();
    }
    store.append(batch(8_001..=9_000)).await.unwrap();
    model.holds(&store).await;
    packed(&path).await;
    model.holds(&store).await;
    store.close().await;
    let look = Store::look(&path, Profile::Log).unwrap();
    model.holds(&look).await;
    drop(look);
    let store = Store::open(&path, Options::LOG).unwrap();
    model.holds(&store).await;
    let next = store.append(batch([9_001])).await.unwrap();
    let before = model.numbers(channel(9_001)).len() as u64;
    assert_eq!(next.placed, [Placed { seq: 9_001, offset: before + 1, duplicate: false }], "offsets go on where they were");
    store.close().await;
}

#[tokio::test]
async fn a_repeat_is_answered_with_the_place_of_the_first_wherever_that_lies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = Store::open(&path, Options::LOG).unwrap();
    // In one transaction, some of them twice.
    let first = store.append(batch((1..=2_000).chain([7, 1_999]))).await.unwrap();
    assert_eq!((first.inserted, first.duplicates), (2_000, 2));
    store.append(batch(2_001..=2_100)).await.unwrap();
    let places: HashMap<u64, (u64, u64)> = {
        let all = store.read_after(0, Limit::from(usize::MAX)).await.unwrap();
        all.iter().map(|stored| (told(stored).1, (stored.seq, stored.offset))).collect()
    };
    assert_eq!(places.len(), 2_100);
    let asked = [7, 1_999, 1, 2_050, 2_101];
    for placed in [first.placed[2_000..].to_vec(), store.append(batch(asked)).await.unwrap().placed] {
        for (n, placed) in asked.iter().zip(placed) {
            match places.get(n) {
                Some((seq, offset)) => assert_eq!(placed, Placed { seq: *seq, offset: *offset, duplicate: true }, "{n}"),
                None => assert_eq!((placed.seq, placed.duplicate), (2_101, false)),
            }
        }
    }
    // And of a backlog that is sent as a whole once more.
    let again = store.append(batch(1..=2_100)).await.unwrap();
    assert_eq!((again.inserted, again.duplicates), (0, 2_100));
    assert!(again.placed.iter().zip(1..).all(|(placed, n)| (placed.seq, placed.offset) == places[&n]));
    store.close().await;
}

#[tokio::test]
async fn what_is_let_go_of_a_channel_is_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let store = Store::open(&path, Options::LOG).unwrap();
    store.append(batch(1..=6_000)).await.unwrap();
    let (now, kept) = (Millis(6_001_000), Keep::default());
    let channels = vec![("orders".to_owned(), kept)];
    // Half of what there is, but of one channel nothing: blocks lose some of their events.
    let keeping =
        Keeping { default: Keep { age_ms: Some(3_000_000), bytes: None }, channels, upto: store.head(), now, ..Keeping::default() };
    let plan = std::sync::Arc::new(store.plan_letting_go(keeping).await.unwrap());
    let (progress, _told) = tokio::sync::watch::channel(Progress::default());
    let done = store.let_go(&plan, now, &progress).await.unwrap();
    // Of what is left of a block everything is known at once: what was known of the whole would be wrong.
    let unknown = ask(&path, "SELECT count(*) FROM blocks WHERE first < 3000 AND number NOT IN (SELECT block FROM summaries)");
    assert_eq!((unknown, ask(&path, "SELECT count(*) > 0 FROM blocks WHERE first < 3000")), (0, 1));
    let model = Model { count: 6_000 };
    let check = async |store: &Store| {
        for name in CHANNELS {
            let numbers = model.numbers(name);
            let gone = if name == "orders" { 0 } else { numbers.iter().filter(|n| **n <= 3_000).count() };
            let (channel, bounds) = (Channel::from(name), Bounds { first: gone as u64 + 1, last: numbers.len() as u64 });
            assert_eq!(store.channel_bounds(&channel), bounds, "{name}");
            let page = store.channel_after(&channel, gone as u64, Limit::from(usize::MAX)).await.unwrap();
            assert!(!page.is_empty() && page.iter().map(told).eq((1..).zip(numbers.iter().copied()).skip(gone).take(page.len())), "{name}");
            let at = store.channel_offset_at(&channel, Millis(5_000_000)).await.unwrap();
            assert_eq!(at, numbers.iter().filter(|n| **n < 5_000).count() as u64, "{name}");
        }
    };
    check(&store).await;
    assert!(done.events > 2_000, "{done:?}");
    store.close().await;
    let store = Store::open(&path, Options::LOG).unwrap();
    check(&store).await;
    store.close().await;
}

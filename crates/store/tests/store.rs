//! What the store promises, on a real file.

use proptest::prelude::*;
use std::{path::Path, sync::Arc};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_filter::{Filter, Name, Pattern, Plan};
use watchdeck_protocol::Position;
use watchdeck_store::{Batch, Bounds, Document, NewEvent, Options, PositionUpdate, Query, Store, StoreError};

fn event(id: impl std::fmt::Display, channel: &str) -> NewEvent {
    let event = Event {
        id: id.to_string().into(),
        kind: Kind::from("inventory:change"),
        channel: Channel::from(channel),
        occurred_at: Millis(1_000),
        received_at: Millis(2_000),
        source: "s".into(),
        subject: Some("product:P-1".into()),
        actor: None,
        severity: Severity::Warning,
        payload: Payload::from_json(r#"{"a": "零"}"#),
    };
    NewEvent { event, offset: None }
}

fn batch(ids: std::ops::RangeInclusive<u64>) -> Batch {
    Batch { events: ids.map(|id| event(id, "inventory")).collect(), ..Batch::default() }
}

fn at(offset: u64) -> PositionUpdate {
    PositionUpdate { source: "s".into(), channel: Channel::from("inventory"), position: Position::new("e", offset) }
}

fn console(folder: &Path) -> Store {
    Store::open(&folder.join("events.db"), Options::CONSOLE).unwrap()
}

fn log(folder: &Path) -> Store {
    Store::open(&folder.join("log.db"), Options::LOG).unwrap()
}

#[tokio::test]
async fn an_event_comes_back_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    let sent = event("x", "inventory");
    store.append(Batch { events: vec![NewEvent { offset: Some(7), ..sent.clone() }], ..Batch::default() }).await.unwrap();
    let read = store.get(1).await.unwrap().unwrap();
    assert_eq!((read.seq, read.offset, &read.event), (1, 7, &sent.event), "the payload is kept byte for byte");
    assert_eq!(store.by_subject("product:P-1", 10).await.unwrap(), [read]);
}

#[tokio::test]
async fn everything_about_a_subject_is_found_across_blocks_and_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let about = |id: u64| format!("product:P-{}", if id.is_multiple_of(1500) { 0 } else { 1 + id % 40 });
    let mut store = console(folder.path());
    for first in (0..9_000).step_by(750) {
        // Each batch repeats the end of the one before it, so that numbers and ids do not run in step.
        let events = (first..first + 800).map(|id| {
            let mut new = event(id, "inventory");
            new.event.subject = Some(about(id).into());
            new
        });
        store.append(Batch { events: events.collect(), ..Batch::default() }).await.unwrap();
        if first % 2250 == 0 {
            store.close().await;
            store = console(folder.path());
        }
    }
    for subject in ["product:P-0", "product:P-7", "product:P-40", "product:P-99"] {
        let all = store.page(Query::of(Plan::Is(Name::Subject, Pattern::whole(subject)))).await.unwrap().events;
        assert_eq!(store.by_subject(subject, usize::MAX >> 1).await.unwrap(), all, "{subject}");
        assert_eq!(store.by_subject(subject, 3).await.unwrap(), all[..all.len().min(3)], "the newest first: {subject}");
    }
}

#[tokio::test]
async fn an_event_appended_twice_is_stored_once_and_leaves_no_hole() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    store.append(batch(1..=3)).await.unwrap();
    let again = store.append(batch(2..=5)).await.unwrap();
    assert_eq!((again.inserted, again.duplicates, again.head), (2, 2, 5));
    let seqs: Vec<_> = store.read_after(0, 100).await.unwrap().iter().map(|stored| stored.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn events_and_their_position_outlive_the_process_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    let epoch = store.epoch().to_owned();
    store.append(Batch { positions: vec![at(3)], ..batch(1..=3) }).await.unwrap();
    store.close().await;
    assert!(matches!(store.append(batch(9..=9)).await, Err(StoreError::Closed)));

    let store = console(folder.path());
    assert_eq!((store.head(), store.epoch()), (3, epoch.as_str()));
    let positions = store.positions("s").await.unwrap();
    assert_eq!(positions.get(&Channel::from("inventory")), Some(&Position::new("e", 3)));
    let read = store.read_after(2, 10).await.unwrap();
    assert_eq!((&*read[0].event.id, read[0].event.kind.as_str()), ("3", "inventory:change"), "names survive too");
}

#[tokio::test]
async fn a_log_counts_each_channel_from_one_and_names_the_place_of_a_repeat() {
    let folder = tempfile::tempdir().unwrap();
    let store = log(folder.path());
    let events = vec![event("a", "inventory"), event("b", "orders"), event("c", "inventory"), event("a", "inventory")];
    let placed = store.append(Batch { events, ..Batch::default() }).await.unwrap().placed;
    assert_eq!(
        placed.iter().map(|p| (p.seq, p.offset, p.duplicate)).collect::<Vec<_>>(),
        [(1, 1, false), (2, 1, false), (3, 2, false), (1, 1, true)]
    );
    store.close().await;

    let store = log(folder.path());
    assert_eq!(store.channel_bounds(&Channel::from("inventory")), Bounds { first: 1, last: 2 });
    let placed = store.append(Batch { events: vec![event("d", "inventory")], ..Batch::default() }).await.unwrap().placed;
    assert_eq!(placed[0].offset, 3, "offsets go on where they were");
    let after: Vec<_> = store.channel_after(&Channel::from("inventory"), 1, 10).await.unwrap().iter().map(|s| s.offset).collect();
    assert_eq!(after, [2, 3]);
    assert_eq!(store.channels(), [Channel::from("inventory"), Channel::from("orders")]);
    assert_eq!(store.channel_offset_at(&Channel::from("inventory"), Millis(2_001)).await.unwrap(), 3);
    assert_eq!(store.channel_offset_at(&Channel::from("inventory"), Millis(2_000)).await.unwrap(), 0);
}

#[tokio::test]
async fn the_offset_at_a_time_is_found_in_a_long_channel() {
    let folder = tempfile::tempdir().unwrap();
    let store = log(folder.path());
    let events = (1..=5_000).map(|id| {
        let mut new = event(id, "inventory");
        new.event.received_at = Millis(id as i64 * 10);
        new
    });
    store.append(Batch { events: events.collect(), ..Batch::default() }).await.unwrap();
    let channel = Channel::from("inventory");
    for (since, before) in [(5, 0), (10, 0), (11, 1), (20_005, 2_000), (39_760, 3_975), (49_999, 4_999), (50_000, 4_999), (60_000, 5_000)] {
        assert_eq!(store.channel_offset_at(&channel, Millis(since)).await.unwrap(), before, "{since}");
    }
}

#[tokio::test]
async fn a_dropped_wait_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    let mut subscription = store.subscribe(0);
    tokio::select! {
        biased;
        _ = subscription.next() => panic!("nothing is stored yet"),
        () = std::future::ready(()) => {}
    }
    store.append(batch(1..=1)).await.unwrap();
    assert_eq!(subscription.next().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_cursor_from_another_file_starts_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    store.append(batch(1..=2)).await.unwrap();
    assert_eq!(store.subscribe(900).next().await.unwrap().len(), 2);
}

#[tokio::test]
async fn checkpoints_and_documents_are_kept_with_the_events() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    let document = |body: Option<&str>| Document { collection: "alerts", key: "k".into(), body: body.map(Into::into) };
    let all = Batch { checkpoints: vec![("alerts".into(), 3)], documents: vec![document(Some("{}"))], ..batch(1..=3) };
    store.append(all).await.unwrap();
    assert_eq!(store.checkpoint("alerts").await.unwrap(), 3);
    assert_eq!(store.checkpoint("nobody").await.unwrap(), 0);
    assert_eq!(store.documents("alerts").await.unwrap(), [("k".to_owned(), "{}".to_owned())]);
    store.append(Batch { documents: vec![document(None)], ..Batch::default() }).await.unwrap();
    assert!(store.documents("alerts").await.unwrap().is_empty());
}

#[tokio::test]
async fn history_is_scanned_backwards_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    store.append(batch(1..=10)).await.unwrap();
    let even = Plan::Any([2, 4, 6, 8, 10].map(|n| Plan::Is(Name::Id, Pattern::whole(&event(n, "inventory").event.id))).into());
    let three = Query { limit: 3, max_read: 1_000, ..Query::of(even) };
    let page = store.page(three.clone()).await.unwrap();
    assert_eq!(page.events.iter().map(|s| s.seq).collect::<Vec<_>>(), [10, 8, 6]);
    let page = store.page(three.clone().behind(&page).unwrap()).await.unwrap();
    assert_eq!(page.events.iter().map(|s| s.seq).collect::<Vec<_>>(), [4, 2]);
    assert_eq!(page.next, None, "the beginning of history");
    let capped = store.page(Query { max_read: 1, ..three.clone() }).await.unwrap();
    assert_eq!((capped.scanned, capped.next), (1, Some(10)));
    let tail = store.page(Query { after: 7, ..three }).await.unwrap();
    assert_eq!((tail.events.len(), tail.scanned, tail.next), (2, 3, None), "only what is new is looked at");
}

#[tokio::test]
async fn a_full_disk_refuses_the_batch_whole_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let small = Store::open(&path, Options { max_bytes: Some(96 * 1024), ..Options::CONSOLE }).unwrap();
    small.append(batch(1..=10)).await.unwrap();
    let refused = small.append(Batch { positions: vec![at(900)], ..batch(11..=900) }).await;
    assert!(matches!(refused, Err(StoreError::Full(_))), "{refused:?}");
    assert_eq!(small.head(), 10, "all of a batch or nothing");
    assert!(small.positions("s").await.unwrap().is_empty(), "a position without its events would lose them for good");
    assert!(small.watch_failure().borrow().is_some(), "the failure is visible");
    small.set_checkpoint("another", 1).await.unwrap();
    assert!(small.watch_failure().borrow().is_some(), "and another's success does not hide it");
    small.append(batch(11..=12)).await.unwrap();
    assert!(small.watch_failure().borrow().is_none(), "and goes away when the same source could write");
    small.close().await;

    let store = console(folder.path());
    store.append(Batch { positions: vec![at(900)], ..batch(11..=900) }).await.unwrap();
    assert_eq!(store.head(), 900, "with room made, the same batch goes in; what was there is not doubled");
}

#[test]
fn a_file_that_is_no_database_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("events.db"), "not a database, but long enough to look at: ".repeat(40)).unwrap();
    let refused = Store::open(&folder.path().join("events.db"), Options::CONSOLE);
    assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let connection = watchdeck_store::open_connection(&path, Options::CONSOLE).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let refused = Store::open(&path, Options::CONSOLE);
    assert!(matches!(refused, Err(StoreError::Newer)), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_is_appended_however_split_is_stored_once_in_order(ids in prop::collection::vec(0u64..200, 1..400), sizes in prop::collection::vec(1usize..50, 1..20)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = console(folder.path());
            let (mut rest, mut sizes) = (ids.as_slice(), sizes.iter().cycle());
            while !rest.is_empty() {
                let (now, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
                store.append(Batch { events: now.iter().map(|id| event(id, "c")).collect(), ..Batch::default() }).await.unwrap();
                rest = later;
            }
            let mut seen = std::collections::HashSet::new();
            let first_of_each: Vec<_> = ids.iter().filter(|id| seen.insert(**id)).map(ToString::to_string).collect();
            let read: Vec<_> = store.read_after(0, 1_000).await.unwrap().iter().map(|s| s.event.id.to_string()).collect();
            assert_eq!(read, first_of_each);
        });
    }
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_commit_keeps_events_and_position_together() {
    // A child process appends and is killed without warning, again and again; after each kill the position must equal the events.
    let folder = tempfile::tempdir().unwrap();
    let exe = std::env::current_exe().unwrap();
    for round in 0..4 {
        let mut child = std::process::Command::new(&exe)
            .args(["--exact", "child_that_appends_until_killed", "--nocapture", "--include-ignored"])
            .env("WATCHDECK_TEST_STORE", folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let floor = round * 2_000 + 2_000;
        loop {
            // Wait for the child by what it has committed, not by the clock.
            let seen = Arc::new(folder.path().join("events.db"));
            let head = tokio::task::spawn_blocking(move || committed(&seen).unwrap_or(0)).await.unwrap();
            assert!(child.try_wait().unwrap().is_none(), "the child must live until it is killed");
            if head >= floor {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let store = console(folder.path());
        let offset = store.positions("s").await.unwrap()[&Channel::from("inventory")].offset;
        assert_eq!(offset, store.head(), "a position beyond the events would lose them; one behind is caught by their ids");
        store.close().await;
    }
}

/// Looked at from outside, and read-only: the child alone makes and migrates the file.
fn committed(path: &Path) -> Option<u64> {
    let connection = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    connection.query_row("SELECT max(seq) FROM events", [], |row| row.get(0)).ok()
}

/// Not a test of its own: the body of the child above. Without its variable it has nothing to do.
#[tokio::test]
async fn child_that_appends_until_killed() {
    let Some(folder) = std::env::var_os("WATCHDECK_TEST_STORE") else { return };
    let store = console(Path::new(&folder));
    loop {
        let next = store.head() + 1;
        store.append(Batch { positions: vec![at(next + 49)], ..batch(next..=next + 49) }).await.unwrap();
    }
}

#[tokio::test]
async fn a_search_finds_the_same_with_and_without_summaries_and_skips_what_cannot_match() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let store = Store::open(&path, Options::CONSOLE).unwrap();
    let count = 3 * watchdeck_store::BLOCK + 100;
    let events = (1..=count).map(|id| {
        let mut new = event(id, if id % 3 == 0 { "orders" } else { "inventory" });
        let text = if id == 3_000 { "needle" } else { "hay" };
        new.event.payload = Payload::from_json(format!(r#"{{"n":"PO-{id}","text":"{text}"}}"#));
        new.event.occurred_at = Millis(id as i64);
        new
    });
    store.append(Batch { events: events.collect(), ..Batch::default() }).await.unwrap();
    let summarised = || {
        let connection = rusqlite::Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        connection.query_row("SELECT count(*) FROM summaries", [], |row| row.get::<_, u64>(0)).unwrap()
    };
    let find = |text: &str| {
        let (store, plan) = (store.clone(), Filter::parse(text, Millis(0)).unwrap().plan().clone());
        async move {
            let page = store.page(Query::of(plan)).await.unwrap();
            let seqs: Vec<_> = page.events.iter().map(|stored| stored.seq).collect();
            (seqs, page.scanned, page.read)
        }
    };
    assert_eq!(find("needle").await.0, [3_000], "before anything is summarised");
    // The last block is never complete, and the first ones are summarised in their own time.
    while summarised() < 3 {
        tokio::task::yield_now().await;
    }
    let rest = count - 3 * watchdeck_store::BLOCK;
    assert_eq!(find("NEEDLE").await, (vec![3_000], count, rest), "what is in blocks is told apart unread, and what is a row is read");
    assert_eq!(find("\"nothing like it\"").await, (vec![], count, rest));
    assert_eq!(find("\"nothing like it\" OR needle").await, (vec![3_000], count, rest), "one alternative is enough");
    assert_eq!(find("n:PO-3000").await, (vec![3_000], count, 1 + rest), "a field is where it stands");
    let late = Plan::Occurred { from: Some(Millis(2_999)), before: Some(Millis(3_001)) };
    let page = store.page(Query::of(late)).await.unwrap();
    assert_eq!((page.events.len(), page.scanned, page.read), (2, count, 0), "rows are told apart by their numbers");
    assert_eq!(find("kind:nobody").await, (vec![], count, 0));
    assert_eq!(find("channel:orders needle").await, (vec![3_000], count, rest / 3));
    store.close().await;
}

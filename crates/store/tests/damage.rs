//! What breaks under a store: pages, files, the whole of it. What can be read is read, and what cannot is said.
#![cfg(unix)]

use std::{
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_protocol::Position;
use watchdeck_store::{Batch, Document, NewEvent, Options, PositionUpdate, Profile, Query, Store, StoreError, Stored};

const PAGE: u64 = 4_096;

fn event(id: u64) -> NewEvent {
    let event = Event {
        id: format!("{id:06}").into(),
        kind: Kind::from("inventory:change"),
        channel: Channel::from("inventory"),
        occurred_at: Millis(1_000 * id as i64),
        received_at: Millis(1_000 * id as i64),
        source: "s".into(),
        subject: Some(format!("product:{}", id % 10).into()),
        actor: None,
        severity: Severity::Info,
        payload: Payload::from_json(format!(r#"{{"text":"{}"}}"#, "x".repeat(300))),
    };
    NewEvent { event, offset: Some(id) }
}

/// A closed store of `count` events, rows all of them, with a position, a document and a checkpoint.
async fn filled(folder: &Path, options: Options, count: u64) -> (PathBuf, String) {
    let path = folder.join("events.db");
    let store = Store::open(&path, options).unwrap();
    let position = PositionUpdate { source: "s".into(), channel: Channel::from("inventory"), position: Position::new("e", count) };
    let document = Document { collection: "settings", key: "k".into(), body: Some("{}".into()) };
    let ids: Vec<u64> = (1..=count).collect();
    for few in ids.chunks(500) {
        store.append(Batch { events: few.iter().copied().map(event).collect(), ..Batch::default() }).await.unwrap();
    }
    let rest = Batch { positions: vec![position], documents: vec![document], checkpoints: vec![("c".into(), count)], ..Batch::default() };
    store.append(rest).await.unwrap();
    let epoch = store.epoch().to_owned();
    store.close().await;
    (path, epoch)
}

/// Overwrite the page that holds the row of the event `id`.
fn break_page_at(path: &Path, id: u64) {
    let bytes = std::fs::read(path).unwrap();
    let needle = format!("{id:06}");
    // A row of the table holds its payload soon after the id; an index holds the id alone.
    let rows = bytes.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle.as_bytes());
    let is_row = |at: &usize| bytes[*at..(*at + 60).min(bytes.len())].windows(6).any(|window| window == b"{\"text");
    let row = rows.map(|(at, _)| at).find(is_row).expect("the event is in the file") as u64;
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&[0xA5; PAGE as usize], row / PAGE * PAGE).unwrap();
}

fn seqs(events: &[Stored]) -> Vec<u64> {
    events.iter().map(|stored| stored.seq).collect()
}

async fn all(store: &Store) -> Vec<u64> {
    let mut seen: Vec<u64> = Vec::new();
    loop {
        let page = store.read_after(seen.last().copied().unwrap_or(0), 1_000).await.unwrap();
        if page.is_empty() {
            return seen;
        }
        seen.extend(seqs(&page));
    }
}

#[tokio::test]
async fn what_lies_behind_a_bad_page_is_read_and_the_hole_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = filled(folder.path(), Options::CONSOLE, 3_000).await;
    break_page_at(&path, 1_500);
    let store = Store::open(&path, Options::CONSOLE).expect("the damage lies deep inside");
    let read = all(&store).await;
    let damage = store.watch_damage().borrow().clone();
    let [hole] = &damage.unreadable[..] else { panic!("{damage:?}") };
    assert!(hole.contains(&1_500) && hole.end - hole.start < 100, "{hole:?}");
    assert!(read.iter().copied().eq((1..hole.start).chain(hole.end..3_001)), "everything else: {} events, {hole:?}", read.len());
    let scan = store.page(Query::default()).await.unwrap();
    let mut found = seqs(&scan.events);
    found.reverse();
    assert!(found == read, "a search goes around it too: {} and {} events", found.len(), read.len());
    let (mut subscription, mut followed) = (store.subscribe(0), 0);
    while followed < 3_000 {
        followed = subscription.next().await.unwrap().last().unwrap().seq;
    }
}

#[tokio::test]
async fn a_log_with_a_bad_page_goes_on_behind_it_and_shows_which_offsets_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = filled(folder.path(), Options::LOG, 3_000).await;
    break_page_at(&path, 1_500);
    let store = Store::open(&path, Options::LOG).unwrap();
    let channel = Channel::from("inventory");
    let (mut cursor, mut jumps) = (0, Vec::new());
    loop {
        let page = store.channel_after(&channel, cursor, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        if page[0].offset != cursor + 1 {
            jumps.push(cursor + 1..page[0].offset);
        }
        cursor = last.offset;
    }
    assert_eq!(cursor, store.channel_bounds(&channel).last);
    assert!(matches!(&jumps[..], [hole] if hole.contains(&1_500)), "{jumps:?}");
}

#[tokio::test]
async fn a_damaged_store_is_set_aside_and_goes_on_with_what_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let (path, epoch) = filled(folder.path(), Options::CONSOLE, 3_000).await;
    break_page_at(&path, 1_500);
    let broken = std::fs::read(&path).unwrap();
    let store = Store::open(&path, Options::CONSOLE).unwrap();
    let before = all(&store).await;
    store.close().await;

    let (store, salvaged) = Store::open_or_salvage(&path, Options::CONSOLE).unwrap();
    let salvaged = salvaged.expect("the damage was met before, so the file is looked at as a whole");
    assert_eq!(std::fs::read(&salvaged.set_aside).unwrap().len(), broken.len(), "whole as it was");
    assert!(all(&store).await == before && salvaged.events == before.len() as u64, "{} of {}", salvaged.events, before.len());
    let [missing] = &salvaged.missing[..] else { panic!("{salvaged:?}") };
    assert_eq!(missing.from, Some(Millis(1_000 * (missing.seqs.start as i64 - 1))));
    assert_eq!(missing.to, Some(Millis(1_000 * missing.seqs.end as i64)));
    assert_eq!((store.head(), store.epoch()), (3_000, epoch.as_str()));
    assert_eq!(store.documents("settings").await.unwrap().len(), 1);
    assert_eq!(store.checkpoint("c").await.unwrap(), 3_000);
    let position = &store.positions("s").await.unwrap()[&Channel::from("inventory")];
    assert_eq!(position.offset, missing.seqs.start - 1, "so that the server sends once more what was lost");
    // And it does.
    let again = store.append(Batch { events: (missing.seqs.start..=3_000).map(event).collect(), ..Batch::default() }).await.unwrap();
    assert_eq!(again.inserted as u64, missing.seqs.end - missing.seqs.start);
    assert_eq!(store.by_subject("product:1", 1_000).await.unwrap().len(), 300);
    store.close().await;
    let (store, salvaged) = Store::open_or_salvage(&path, Options::CONSOLE).unwrap();
    assert_eq!(salvaged, None, "once");
    store.close().await;
}

#[tokio::test]
async fn a_salvaged_log_gets_a_new_epoch_because_its_offsets_may_be_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, epoch) = filled(folder.path(), Options::LOG, 3_000).await;
    break_page_at(&path, 2_900);
    let store = Store::open(&path, Options::LOG).unwrap();
    all(&store).await;
    store.close().await;
    let (store, salvaged) = Store::open_or_salvage(&path, Options::LOG).unwrap();
    assert!(salvaged.is_some());
    assert_ne!(store.epoch(), epoch);
    assert_eq!(store.channel_bounds(&Channel::from("inventory")).last, 3_000);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_set_aside_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let text = "not a database, but long enough to look at: ".repeat(400);
    std::fs::write(&path, &text).unwrap();
    let (store, salvaged) = Store::open_or_salvage(&path, Options::CONSOLE).unwrap();
    let salvaged = salvaged.unwrap();
    assert_eq!(std::fs::read_to_string(&salvaged.set_aside).unwrap(), text);
    assert!(salvaged.set_aside.file_name().unwrap().to_string_lossy().starts_with("events.damaged-"));
    assert_eq!((salvaged.events, store.head()), (0, 0));
    store.append(Batch { events: vec![event(1)], ..Batch::default() }).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_lost_write_ahead_log_costs_what_was_in_it_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = filled(folder.path(), Options::CONSOLE, 100).await;
    let copy = folder.path().join("copy.db");
    let store = Store::open(&path, Options::CONSOLE).unwrap();
    store.append(Batch { events: (101..=110).map(event).collect(), ..Batch::default() }).await.unwrap();
    // The file without what stands beside it, as a careless backup takes it.
    std::fs::copy(&path, &copy).unwrap();
    store.close().await;
    let (store, salvaged) = Store::open_or_salvage(&copy, Options::CONSOLE).unwrap();
    assert_eq!((store.head(), salvaged), (100, None));
    assert_eq!(store.positions("s").await.unwrap()[&Channel::from("inventory")].offset, 100, "events and positions go together");
}

#[tokio::test]
async fn a_file_that_is_deleted_or_replaced_is_said_and_takes_no_events_into_the_void() {
    for (gone, replaced) in [("events.db", false), ("events.db", true), ("events.db-wal", false)] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = filled(folder.path(), Options::CONSOLE, 10).await;
        let store = Store::open(&path, Options::CONSOLE).unwrap();
        store.append(Batch { events: vec![event(10_000)], ..Batch::default() }).await.unwrap();
        let gone = path.with_file_name(gone);
        std::fs::remove_file(&gone).unwrap();
        if replaced {
            std::fs::write(&gone, b"something else").unwrap();
        }
        let mut failure = store.watch_failure();
        let said =
            tokio::time::timeout(std::time::Duration::from_secs(60), failure.wait_for(Option::is_some)).await.unwrap().unwrap().clone();
        assert!(said.unwrap().starts_with(&format!("{} was deleted or replaced", gone.display())));
        let refused = store.append(Batch { events: vec![event(11)], ..Batch::default() }).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn readers_of_a_large_history_do_not_hold_up_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = filled(folder.path(), Options::CONSOLE, 20_000).await;
    let store = Store::open(&path, Options::CONSOLE).unwrap();
    // A reader that stands still in the middle of a question, as SQLite sees it.
    let standing = rusqlite::Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    standing.execute_batch("BEGIN").unwrap();
    assert!(standing.query_row("SELECT count(*) FROM names", [], |row| row.get::<_, u64>(0)).unwrap() > 0);
    let searches: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.page(Query { limit: 1, ..Query::default() }).await })
        })
        .collect();
    let mut new = event(20_001);
    new.event.kind = Kind::from("a:kind-that-is-new");
    store.append(Batch { events: vec![new], ..Batch::default() }).await.expect("names and pages are free");
    for search in searches {
        search.await.unwrap().unwrap();
    }
    standing.execute_batch("COMMIT").unwrap();
    let look = Store::look(&path, Profile::Console).unwrap();
    assert_eq!(look.get(20_001).await.unwrap().unwrap().event.kind.as_str(), "a:kind-that-is-new");
}

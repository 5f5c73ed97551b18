//! A file of an earlier version is taken over while it is in use: rows become blocks in their own time, and nothing is lost on the way.

use std::path::Path;
use watchdeck_events::{Channel, Millis};
use watchdeck_filter::Filter;
use watchdeck_store::{BLOCK, Batch, NewEvent, Options, Profile, Query, Store, Stored};

/// Five thousand events of the built-in ERP, as the version wrote them that had no blocks.
const VERSION_3: &[u8] = include_bytes!("files/version-3.db.zst");
/// The same, as the first version with blocks had packed them, and as the last one that kept payloads in the order of the events.
const VERSION_4: &[u8] = include_bytes!("files/version-4.db.zst");
const VERSION_7: &[u8] = include_bytes!("files/version-7.db.zst");
const EVENTS: u64 = 5_000;

async fn all(store: &Store) -> Vec<Stored> {
    let mut read: Vec<Stored> = Vec::new();
    loop {
        let page = store.read_after(read.last().map_or(0, |last| last.seq), 1_000).await.unwrap();
        if page.is_empty() {
            return read;
        }
        read.extend(page);
    }
}

async fn check(store: &Store) {
    assert_eq!((store.head(), store.stats().await.unwrap().events), (EVENTS, EVENTS));
    assert_eq!(store.by_subject("product:p101", 1_000).await.unwrap().len(), 86);
    let scan = store.page(Query::of(Filter::parse("subject:product:p136", Millis(0)).unwrap().plan().clone())).await.unwrap();
    assert_eq!(scan.events.len(), 73);
    assert_eq!(store.positions("demo").await.unwrap()[&Channel::from("approvals")].offset, 75);
    assert_eq!(store.checkpoint("alerts").await.unwrap(), EVENTS);
}

fn rows(path: &Path) -> u64 {
    counted(path, "events")
}

fn summaries(path: &Path) -> u64 {
    counted(path, "summaries")
}

fn counted(path: &Path, table: &str) -> u64 {
    let connection = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn unpacked(folder: &tempfile::TempDir, file: &[u8]) -> std::path::PathBuf {
    let path = folder.path().join("events.db");
    std::fs::write(&path, zstd::decode_all(file).unwrap()).unwrap();
    path
}

/// Nothing of it is stored a second time.
async fn knows(store: &Store, events: &[Stored]) {
    let again = events.iter().map(|stored| NewEvent { event: stored.event.clone(), offset: None });
    let again = store.append(Batch { events: again.collect(), ..Batch::default() }).await.unwrap();
    assert_eq!((again.inserted, again.duplicates as u64), (0, EVENTS));
    let first = store.by_id("01a21831-9b87-7175-9481-893c7038e40b").await.unwrap().map(|stored| stored.seq);
    assert_eq!(first, Some(1));
}

#[tokio::test]
async fn blocks_of_earlier_versions_are_read_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let old = Store::look(&unpacked(&folder, VERSION_3), Profile::Console).unwrap();
    let before = all(&old).await;
    drop(old);
    for file in [VERSION_4, VERSION_7] {
        let folder = tempfile::tempdir().unwrap();
        let path = unpacked(&folder, file);
        assert_eq!(rows(&path), EVENTS - BLOCK, "the rest is a block");
        let look = Store::look(&path, Profile::Console).unwrap();
        check(&look).await;
        drop(look);
        let store = Store::open(&path, Options::CONSOLE).unwrap();
        check(&store).await;
        assert!(all(&store).await == before, "the same events under the same numbers");
        knows(&store, &before).await;
        while summaries(&path) == 0 {
            tokio::task::yield_now().await;
        }
        check(&store).await;
        store.close().await;
    }
}

#[tokio::test]
async fn a_file_of_before_there_were_blocks_is_read_as_it_is_and_packed_while_it_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = unpacked(&folder, VERSION_3);
    let look = Store::look(&path, Profile::Console).unwrap();
    check(&look).await;
    let before = all(&look).await;
    drop(look);

    let store = Store::open(&path, Options::CONSOLE).unwrap();
    check(&store).await;
    while rows(&path) > EVENTS - BLOCK {
        tokio::task::yield_now().await;
    }
    check(&store).await;
    assert!(all(&store).await == before, "the same events under the same numbers");
    knows(&store, &before).await;
    store.close().await;
}

//! A copy of a store that is in use, and the way back to it.

use std::{
    fs,
    path::{Path, PathBuf},
};
use tokio::sync::watch;
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_store::{BLOCK, Batch, Document, NewEvent, Options, Profile, Store, StoreError, Stored};

fn event(id: u64) -> NewEvent {
    let event = Event {
        id: format!("id-{id}").into(),
        kind: Kind::from("inventory:change"),
        channel: Channel::from("inventory"),
        occurred_at: Millis(id as i64),
        received_at: Millis(id as i64),
        source: "s".into(),
        subject: None,
        actor: None,
        severity: Severity::Info,
        payload: Payload::from_json(format!(r#"{{"n":{id}}}"#)),
    };
    NewEvent { event, offset: None }
}

fn batch(ids: std::ops::RangeInclusive<u64>) -> Batch {
    Batch { events: ids.map(event).collect(), ..Batch::default() }
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

/// A store with blocks, rows and a document.
async fn filled(path: &Path) -> Store {
    let store = Store::open(path, Options::CONSOLE).unwrap();
    store.append(batch(1..=2 * BLOCK)).await.unwrap();
    let document = Document { collection: "alerts", key: "a".into(), body: Some("{}".into()) };
    store.append(Batch { documents: vec![document], ..batch(2 * BLOCK + 1..=2 * BLOCK + 5) }).await.unwrap();
    store
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_copy_is_one_state_of_a_store_that_is_written_meanwhile_and_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let store = filled(&path).await;
    let before = all(&store).await;
    let (copies, progress) = (tempfile::tempdir().unwrap(), watch::Sender::default());
    let copy = copies.path().join("备份 1.db");
    let (backup, appended) = tokio::join!(store.back_up(&copy, &progress), store.append(batch(900_000..=900_100)));
    let (backup, _) = (backup.unwrap(), appended.unwrap());
    assert_eq!((backup.path.clone(), backup.bytes), (copy.clone(), fs::metadata(&copy).unwrap().len()));
    let look = Store::look(&copy, Profile::Console).unwrap();
    let read = all(&look).await;
    assert_eq!(read.len() as u64, backup.events);
    assert!(read[..before.len()] == before, "all that was there when it began");
    assert_eq!(look.documents("alerts").await.unwrap().len(), 1);
    drop(look);
    assert_eq!(names(copies.path()), ["备份 1.db"], "and nothing half-done");
    assert!(matches!(store.back_up(&copy, &progress).await, Err(StoreError::Unavailable(_))), "no file is written over");

    store.append(batch(1_000_000..=1_000_010)).await.unwrap();
    Store::lay_ready(&path, &copy, Profile::Console).unwrap();
    assert!(Store::is_laid_ready(&path) && matches!(Store::restore(&path), Err(StoreError::InUse(_))), "not under a running console");
    store.close().await;
    let restored = Store::restore(&path).unwrap().expect("one lies ready");
    assert_eq!(Store::restore(&path).unwrap(), None);
    let store = Store::open(&path, Options::CONSOLE).unwrap();
    assert!(all(&store).await == read);
    assert_eq!(store.append(batch(900_000..=900_200)).await.unwrap().inserted, 101 - (backup.events as usize - before.len()) + 100);
    store.close().await;
    let aside = Store::look(&restored.set_aside.expect("there was one"), Profile::Console).unwrap();
    assert_eq!(all(&aside).await.len(), before.len() + 101 + 11, "what was there is there still");
}

#[tokio::test]
async fn what_is_no_whole_store_of_a_known_version_is_not_laid_ready() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let copy = |name: &str| -> PathBuf { folder.path().join(name) };
    let store = filled(&path).await;
    let progress = watch::Sender::default();
    for name in ["newer", "broken"] {
        store.back_up(&copy(name), &progress).await.unwrap();
    }
    store.close().await;
    rusqlite::Connection::open(copy("newer")).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let broken = "UPDATE block_bytes SET bytes = zeroblob(length(bytes)) WHERE number = 1";
    rusqlite::Connection::open(copy("broken")).unwrap().execute(broken, []).unwrap();
    fs::write(copy("text"), "no database").unwrap();
    let lay = |name: &str| Store::lay_ready(&path, &copy(name), Profile::Console).unwrap_err();
    assert_eq!(lay("newer"), StoreError::Newer);
    assert!(matches!(lay("broken"), StoreError::Damaged(_)) && matches!(lay("text"), StoreError::Damaged(_)));
    assert!(matches!(lay("nowhere"), StoreError::Unavailable(_)));
    assert!(!Store::is_laid_ready(&path) && names(folder.path()).iter().all(|name| !name.ends_with("part")));
    assert_eq!(Store::restore(&path).unwrap(), None);
}

#[tokio::test]
async fn a_copy_that_nobody_waits_for_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("events.db")).await;
    let (copies, progress) = (tempfile::tempdir().unwrap(), watch::Sender::default());
    let copy = copies.path().join("copy.db");
    tokio::select! {
        biased;
        _ = store.back_up(&copy, &progress) => panic!("it was not asked twice"),
        () = tokio::task::yield_now() => {}
    }
    // Whoever began it ends by itself; a folder that can be removed again is empty.
    store.close().await;
    while fs::read_dir(copies.path()).unwrap().any(|entry| entry.unwrap().path().extension().is_some_and(|suffix| suffix == "part")) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_restore_that_was_interrupted_between_two_names_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let store = filled(&path).await;
    let copy = folder.path().join("copy.db");
    let backup = store.back_up(&copy, &watch::Sender::default()).await.unwrap();
    store.close().await;
    Store::lay_ready(&path, &copy, Profile::Console).unwrap();
    fs::rename(&path, folder.path().join("events.before-restore-1.db")).unwrap();
    assert!(Store::restore(&path).unwrap().is_some_and(|restored| restored.set_aside.is_none()));
    let store = Store::open(&path, Options::CONSOLE).unwrap();
    assert_eq!(store.stats().await.unwrap().events, backup.events);
    store.close().await;
}

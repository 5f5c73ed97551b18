//! One bad batch, two writers, large events: none of them costs anybody else anything.

use std::path::Path;
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_protocol::Position;
use watchdeck_store::{Batch, Limit, NewEvent, Options, PositionUpdate, Profile, Store, StoreError};

fn event(id: impl std::fmt::Display, payload: &str) -> NewEvent {
    let event = Event {
        id: id.to_string().into(),
        kind: Kind::from("inventory:change"),
        channel: Channel::from("inventory"),
        occurred_at: Millis(1_000),
        received_at: Millis(2_000),
        source: "s".into(),
        subject: None,
        actor: None,
        severity: Severity::Info,
        payload: Payload::from_json(payload),
    };
    NewEvent { event, offset: None }
}

fn batch(ids: std::ops::RangeInclusive<u64>) -> Batch {
    Batch { events: ids.map(|id| event(id, "{}")).collect(), ..Batch::default() }
}

fn ids(events: &[watchdeck_store::Stored]) -> Vec<String> {
    events.iter().map(|stored| stored.event.id.to_string()).collect()
}

fn console(folder: &Path) -> Store {
    Store::open(&folder.join("events.db"), Options::CONSOLE).unwrap()
}

#[tokio::test]
async fn a_value_that_cannot_be_stored_is_named_and_refuses_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    let mut bad = batch(11..=13);
    bad.events[1].offset = Some(1 << 63);
    let mut far = batch(31..=31);
    let position = Position::new("e", u64::MAX);
    far.positions.push(PositionUpdate { source: "s".into(), channel: Channel::from("inventory"), position });
    // Handed over together, so that they share a transaction whenever the writer is slower than this.
    let mut pending = Vec::new();
    for batch in [batch(1..=3), bad, batch(21..=23), far, batch(41..=41)] {
        pending.push(store.enqueue(batch).await.unwrap());
    }
    let mut outcomes = Vec::new();
    for pending in pending {
        outcomes.push(pending.outcome().await);
    }
    let refused = outcomes[1].as_ref().unwrap_err();
    assert!(matches!(refused.error, StoreError::Refused { event: Some(1), .. }), "{:?}", refused.error);
    assert_eq!(refused.batch.events.len(), 3, "handed back whole, to be split");
    assert!(matches!(outcomes[3].as_ref().unwrap_err().error, StoreError::Refused { event: None, .. }));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
    assert_eq!(ids(&store.read_after(0, 100).await.unwrap()), ["1", "2", "3", "21", "22", "23", "41"]);
    assert_eq!(*store.watch_failure().borrow(), None, "the file is healthy");
    let seqs: Vec<_> = store.read_after(0, 100).await.unwrap().iter().map(|stored| stored.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6, 7], "what was refused leaves no hole");
}

#[tokio::test]
async fn a_number_that_somebody_else_took_is_an_error_and_not_a_lost_event() {
    for options in [Options::CONSOLE, Options::LOG] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.db");
        let store = Store::open(&path, options).unwrap();
        store.append(batch(1..=2)).await.unwrap();
        // Behind the store's back, as an older program without the lock would.
        let other = watchdeck_store::open_connection(&path, options).unwrap();
        other
            .execute("INSERT INTO events SELECT seq + 1, 'foreign', source, channel, kind, offset + 1, 0, 0, 0, NULL, NULL, '{}' FROM events WHERE seq = 2", [])
            .unwrap();
        let clash = store.append(batch(3..=3)).await;
        assert!(matches!(clash, Err(StoreError::Unavailable(_))), "{clash:?}");
        store.append(batch(3..=3)).await.expect("the file was looked at again");
        assert_eq!(ids(&store.read_after(0, 100).await.unwrap()), ["1", "2", "foreign", "3"]);
        assert_eq!(ids(&store.subscribe(2).next().await.unwrap()), ["foreign", "3"], "subscribers see it too");
    }
}

#[tokio::test]
async fn a_second_writer_is_refused_and_told_who_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let mut child = child("child_that_holds_the_store", folder.path());
    let lock = folder.path().join("events.lock");
    while std::fs::read_to_string(&lock).unwrap_or_default().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "the child must live until it is killed");
        tokio::task::yield_now().await;
    }
    let refused = Store::open(&path, Options::CONSOLE).unwrap_err();
    let StoreError::InUse(holder) = &refused else { panic!("{refused:?}") };
    assert_eq!(holder.process.as_ref().map(|process| process.pid), Some(child.id()));
    let words = refused.to_string();
    assert!(words.contains(&child.id().to_string()) && words.contains("--data-dir"), "{words}");
    // Whoever only looks is let in.
    Store::look(&path, Profile::Console).unwrap().stats().await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let store = Store::open(&path, Options::CONSOLE).expect("a killed process holds nobody up");
    store.close().await;
    Store::open(&path, Options::CONSOLE).expect("nor does a closed store").close().await;
}

/// The body of the child above. Without its variable it has nothing to do.
#[tokio::test]
async fn child_that_holds_the_store() {
    let Some(folder) = std::env::var_os("WATCHDECK_TEST_STORE") else { return };
    let _store = console(Path::new(&folder));
    std::future::pending::<()>().await;
}

fn child(name: &str, folder: &Path) -> std::process::Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env("WATCHDECK_TEST_STORE", folder)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn whoever_only_looks_sees_what_is_written_meanwhile_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    assert!(matches!(Store::look(&path, Profile::Console), Err(StoreError::Unavailable(_))));
    assert!(!path.exists(), "looking makes nothing");
    let store = console(folder.path());
    let look = Store::look(&path, Profile::Console).unwrap();
    store.append(batch(1..=3)).await.unwrap();
    let seen = look.read_after(0, 10).await.unwrap();
    assert_eq!(seen, store.read_after(0, 10).await.unwrap(), "new names are known too");
    assert!(matches!(look.append(batch(4..=4)).await, Err(StoreError::Closed)));
    store.close().await;
}

#[tokio::test]
async fn pages_are_bounded_by_bytes_and_always_hold_one_event() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("log.db"), Options::LOG).unwrap();
    let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(1 << 20));
    for first in [1, 11] {
        let events = (first..first + 10).map(|id| event(id, &large)).collect();
        store.append(Batch { events, ..Batch::default() }).await.unwrap();
    }
    let channel = Channel::from("inventory");
    assert_eq!(store.read_after(0, 1_000).await.unwrap().len(), 3, "4 MiB of 1 MiB events with what they cost beside");
    assert_eq!(store.channel_after(&channel, 5, 1_000).await.unwrap().first().map(|stored| stored.offset), Some(6));
    assert_eq!(store.channel_after(&channel, 5, 1_000).await.unwrap().len(), 3);
    let one = store.read_after(7, Limit { events: 100, bytes: 1 }).await.unwrap();
    assert_eq!(ids(&one), ["8"]);
    store.close().await;
    let store = Store::open(&folder.path().join("log.db"), Options::LOG).unwrap();
    let (mut subscription, mut seen) = (store.subscribe(0), 0);
    while seen < 20 {
        let chunk = subscription.next().await.unwrap();
        assert!(chunk.len() <= 15, "four pages at most, for whoever is far behind");
        seen += chunk.len();
    }
}

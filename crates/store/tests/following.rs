//! Following a store: from memory near its head, from the disk far behind it, and nobody can tell.

use std::path::Path;
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_store::{Batch, NewEvent, Options, Store};

fn batch(ids: std::ops::RangeInclusive<u64>) -> Batch {
    let one = |id: u64| Event {
        id: id.to_string().into(),
        kind: Kind::from("inventory:change"),
        channel: Channel::from("inventory"),
        occurred_at: Millis(1_000),
        received_at: Millis(2_000),
        source: "s".into(),
        subject: None,
        actor: None,
        severity: Severity::Info,
        payload: Payload::from_json("{}"),
    };
    Batch { events: ids.map(|id| NewEvent { event: one(id), offset: None }).collect(), ..Batch::default() }
}

fn console(folder: &Path) -> Store {
    Store::open(&folder.join("events.db"), Options::CONSOLE).unwrap()
}

#[tokio::test]
async fn a_stretch_is_the_same_from_memory_and_from_the_disk_wherever_it_begins_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    store.append(batch(1..=50)).await.unwrap();
    store.close().await;
    let store = console(folder.path());
    for first in (51..=100).step_by(7) {
        store.append(batch(first..=(first + 6).min(100))).await.unwrap();
    }
    for (after, upto) in (0..100).flat_map(|after| [after + 1, after + 5, 100].map(|upto| (after, upto))) {
        let chunks = store.between(after, upto).await.unwrap();
        let seqs: Vec<_> = chunks.iter().flat_map(|chunk| chunk.iter()).map(|stored| stored.seq).collect();
        assert_eq!(seqs, (after + 1..=upto.min(100)).collect::<Vec<_>>(), "after {after} up to {upto}");
    }
}

#[tokio::test]
async fn a_subscriber_catches_up_and_then_follows_with_no_seam() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    store.append(batch(1..=5_000)).await.unwrap();
    store.close().await;
    let store = console(folder.path());
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for first in (5_001..=60_000).step_by(500) {
                store.append(batch(first..=first + 499)).await.unwrap();
            }
        }
    });
    let mut subscription = store.subscribe(0);
    let mut expected = 1;
    while expected <= 60_000 {
        for stored in subscription.next().await.unwrap().iter() {
            assert_eq!(stored.seq, expected, "neither a hole nor a repeat, from disk, memory or between them");
            expected += 1;
        }
    }
    writer.await.unwrap();
    assert!(subscription.is_at_head());
}

#[tokio::test]
async fn an_event_larger_than_a_page_comes_alone_and_what_follows_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let store = console(folder.path());
    let mut large = batch(1..=1);
    large.events[0].event.payload = Payload::from_json(format!("\"{}\"", "x".repeat(5 << 20)));
    store.append(large).await.unwrap();
    store.append(batch(2..=4)).await.unwrap();
    let seqs = async |after| {
        let chunks = store.between(after, 4).await.unwrap();
        chunks.iter().flat_map(|chunk| chunk.iter()).map(|stored| stored.seq).collect::<Vec<_>>()
    };
    assert_eq!((seqs(0).await, seqs(1).await), (vec![1], vec![2, 3, 4]));
}

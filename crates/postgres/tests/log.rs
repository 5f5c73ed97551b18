//! What only a log that several share has to promise: two writers, a server that goes away, weeks that go, leases.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::{collections::BTreeSet, sync::Arc};
use watchdeck_events::{Channel, Millis};
use watchdeck_postgres::{Address, Options, Postgres};
use watchdeck_store::{Batch, Bounds, Engine, Limit, StoreError, Subscription, suite};
use watchdeck_testkit::{
    patience::{soon, until},
    postgres::Postgres as Cluster,
};

async fn cluster() -> (Cluster, Address) {
    let cluster = Cluster::start().await.unwrap();
    let address = Address::parse(&cluster.database("log").await.unwrap()).unwrap();
    (cluster, address)
}

async fn open(address: &Address) -> Postgres {
    Postgres::open(address, Options::default()).await.unwrap()
}

async fn all(engine: &dyn Engine) -> Vec<watchdeck_store::Stored> {
    engine.read_after(0, Limit { events: usize::MAX, bytes: usize::MAX }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_write_at_once_number_every_event_once_and_both_see_all() {
    let (_cluster, address) = cluster().await;
    let (a, b) = tokio::join!(open(&address), open(&address));
    assert_eq!(a.epoch(), b.epoch(), "one log, whoever made its tables");
    let mut followers = Vec::new();
    for engine in [&a, &b] {
        let mut subscription = Subscription::over(Arc::new(engine.clone()), 0);
        followers.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            while seen.len() < 1_100 {
                seen.extend(subscription.next().await.unwrap().iter().map(|stored| (stored.seq, stored.event.id.clone())));
            }
            seen
        }));
    }
    let writing = |engine: Postgres, own: u64| async move {
        // One batch of both is the same.
        for n in 0..6 {
            let from = if n == 3 { 50_000 } else { own + n * 100 };
            engine.append(suite::batch(from..from + 100)).await.unwrap();
        }
    };
    tokio::join!(writing(a.clone(), 0), writing(b.clone(), 10_000));
    let mut seen = Vec::new();
    for follower in followers {
        seen.push(soon("everything", follower).await.unwrap());
    }
    assert_eq!(seen[0], seen[1], "both see the same, in the same order");
    let stored = all(&a).await;
    assert_eq!(stored.len(), 1_100);
    assert!(stored.iter().zip(1..).all(|(stored, seq)| stored.seq == seq));
    assert_eq!(stored.iter().map(|stored| &stored.event.id).collect::<BTreeSet<_>>().len(), 1_100, "an id once, whoever brought it");
    for channel in a.channels() {
        let offsets: Vec<_> = stored.iter().filter(|stored| stored.event.channel == channel).map(|stored| stored.offset).collect();
        assert_eq!(offsets, (1..=offsets.len() as u64).collect::<Vec<_>>(), "without holes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_loses_nothing_that_was_answered_and_is_said_until_it_is_back() {
    let (mut cluster, address) = cluster().await;
    let engine = open(&address).await;
    let failure = engine.watch_failure();
    engine.append(suite::batch(0..10)).await.unwrap();
    cluster.kill().unwrap();
    let error = engine.append(suite::batch(10..20)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    let words = until("it to be said", async || failure.borrow().clone()).await;
    assert!(words.contains("cannot be used"), "{words}");
    let refused = engine.enqueue(suite::batch(10..20)).await.unwrap().outcome().await.unwrap_err();
    assert_eq!(refused.batch.events.len(), 10, "what was not stored is handed back whole");
    cluster.restart().await.unwrap();
    until("the follower to be back", async || failure.borrow().is_none().then_some(())).await;
    let appended = engine.append(refused.batch).await.unwrap();
    assert_eq!((appended.inserted, appended.head, engine.stats().await.unwrap().events), (10, 20, 20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_notification_loses_nothing() {
    let (cluster, address) = cluster().await;
    let engine = open(&address).await;
    // What another writer does, but for the wake.
    let silent = "INSERT INTO watchdeck.events SELECT 1, 'id', 'north', 'orders', 'order:status', 1, at, at, 0, NULL, NULL, '{}'
            FROM (SELECT (extract(epoch FROM now()) * 1000)::bigint AS at) AS clock;
        INSERT INTO watchdeck.ids VALUES ('id', 1, 1);
        INSERT INTO watchdeck.channels VALUES ('orders', 1, 1);
        UPDATE watchdeck.head SET seq = 1, events = 1";
    cluster.ask("log", silent).await.unwrap();
    let mut head = engine.watch_head();
    soon("the look that nobody asked for", head.wait_for(|head| *head == 1)).await.unwrap();
    assert_eq!(engine.channel_bounds(&Channel::from("orders")), Bounds { first: 1, last: 1 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weeks_that_are_let_go_of_are_gone_with_their_ids_and_channels_begin_later() {
    const WEEK: i64 = 7 * 24 * 60 * 60 * 1_000;
    let (cluster, address) = cluster().await;
    let (engine, other) = (open(&address).await, open(&address).await);
    let at = |from: u64, weeks: i64| {
        let mut batch = suite::batch(from..from + 10);
        batch.events.iter_mut().for_each(|new| new.event.received_at = Millis(1_700_000_000_000 + weeks * WEEK));
        batch
    };
    for (from, weeks) in [(0, 0), (10, 1), (20, 2)] {
        engine.append(at(from, weeks)).await.unwrap();
    }
    assert_eq!(engine.let_go_before(Millis(1_700_000_000_000 + WEEK)).await.unwrap(), 10);
    let kept = all(&engine).await;
    assert_eq!((kept.len(), kept[0].seq), (20, 11));
    let channel = Channel::from("order");
    let bounds = Bounds { first: 3, last: 6 };
    assert_eq!(engine.channel_bounds(&channel), bounds, "ten events are two of each channel");
    until("the other to know", async || (other.channel_bounds(&channel) == bounds).then_some(())).await;
    let stats = engine.stats().await.unwrap();
    assert_eq!((stats.events, stats.oldest_at), (20, Some(Millis(1_700_000_000_000 + WEEK))));
    assert_eq!(cluster.ask("log", "SELECT count(*) FROM watchdeck.ids").await.unwrap(), "20");
    assert_eq!(cluster.ask("log", "SELECT count(*) FROM pg_class WHERE relname ~ '^(gone|spent)'").await.unwrap(), "0");
    // The same week again, from somebody who still thinks that its partition is there.
    let late = other.append(at(0, 0)).await.unwrap();
    assert_eq!((late.inserted, late.head), (10, 40), "an id that was forgotten is new");
    assert_eq!(engine.let_go_before(Millis(i64::MAX)).await.unwrap(), 30, "all of it");
    assert_eq!(engine.channel_bounds(&channel), Bounds { first: 9, last: 8 }, "nothing is kept, and offsets go on");
    assert_eq!(engine.append(at(100, 2)).await.unwrap().placed[0].seq, 41);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_a_lease_writes_nothing_more_under_it() {
    let (cluster, address) = cluster().await;
    let (a, b) = (open(&address).await, open(&address).await);
    let first = a.lease("bridge").await;
    let bridge = first.engine();
    bridge.append(suite::batch(0..1)).await.unwrap();
    let waiting = tokio::spawn(async move { b.lease("bridge").await });
    assert!(!waiting.is_finished(), "one at a time");
    // As when the server takes the first for dead, until the other has it.
    let holders = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted";
    until("the lease to move", async || {
        cluster.ask("log", holders).await.unwrap();
        waiting.is_finished().then_some(())
    })
    .await;
    let second = waiting.await.unwrap();
    let error = bridge.append(suite::batch(1..2)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable(words) if words.contains("another gateway")), "{error}");
    soon("that it is lost", first.lost()).await;
    assert_eq!(second.engine().append(suite::batch(1..2)).await.unwrap().inserted, 1);
    assert_eq!(a.append(suite::batch(2..3)).await.unwrap().inserted, 1, "what is not done under the lease goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_nobody_else_took_outlives_its_session() {
    let (mut cluster, address) = cluster().await;
    let engine = open(&address).await;
    let lease = engine.lease("bridge").await;
    cluster.kill().unwrap();
    cluster.restart().await.unwrap();
    let appended = until("the log to take something under the lease", async || lease.engine().append(suite::batch(0..1)).await.ok()).await;
    assert_eq!(appended.head, 1);
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted";
    until("the lease to be held again", async || (cluster.ask("log", held).await.unwrap() == "1").then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_postgresql_cannot_keep_is_refused_alone_and_in_words() {
    let (_cluster, address) = cluster().await;
    let engine = open(&address).await;
    let mut nul = suite::batch(0..3);
    nul.events[1].event.subject = Some("a\0b".into());
    let mut old = suite::batch(3..4);
    old.events[0].event.received_at = Millis(0);
    let mut long = suite::batch(4..5);
    long.checkpoints = vec![((1..5_000u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect(), 1)];
    let batches = [nul, old, long, suite::batch(5..6)];
    let mut waiting = Vec::new();
    for batch in batches {
        waiting.push(engine.enqueue(batch).await.unwrap());
    }
    let mut outcomes = Vec::new();
    for pending in waiting {
        outcomes.push(pending.outcome().await.map(|appended| appended.inserted).map_err(|refused| refused.error));
    }
    let refused =
        |outcome: &Result<usize, StoreError>, at: Option<usize>| matches!(outcome, Err(StoreError::Refused { event, .. }) if *event == at);
    assert!(refused(&outcomes[0], Some(1)) && refused(&outcomes[1], Some(0)), "{outcomes:?}");
    assert!(outcomes[3] == Ok(1), "the others go without them: {outcomes:?}");
    assert!(refused(&outcomes[2], None), "{outcomes:?}");
    let escaped = suite::event(9);
    let payload = r#"{"type":"x","name":"a\u0000b  "}"#;
    let event = watchdeck_events::Event { payload: watchdeck_events::Payload::from_json(payload), ..escaped };
    engine.append(Batch { events: vec![watchdeck_store::NewEvent { event, offset: None }], ..Batch::default() }).await.unwrap();
    assert_eq!(engine.by_id("id-9").await.unwrap().unwrap().event.payload.as_str(), payload, "byte for byte");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_a_newer_version_are_refused_unharmed_and_what_is_wrong_is_said() {
    let (cluster, address) = cluster().await;
    let engine = open(&address).await;
    engine.append(suite::batch(0..4)).await.unwrap();
    engine.close().await;
    cluster.ask("log", "UPDATE watchdeck.schema_version SET version = 9 WHERE part = 'ids'").await.unwrap();
    assert_eq!(Postgres::open(&address, Options::default()).await.unwrap_err(), StoreError::Newer);
    cluster.ask("log", "UPDATE watchdeck.schema_version SET version = 1 WHERE part = 'ids'").await.unwrap();
    assert_eq!(open(&address).await.stats().await.unwrap().events, 4);

    let refusal = async |url: String| Postgres::open(&Address::parse(&url).unwrap(), Options::default()).await.unwrap_err().to_string();
    assert!(refusal(cluster.url("nowhere")).await.contains("CREATE DATABASE"), "with what to do");
    cluster.ask("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0").await.unwrap();
    assert!(refusal(cluster.url("latin")).await.contains("UTF8"));
    cluster.ask("postgres", "CREATE ROLE nobody LOGIN").await.unwrap();
    let fresh = cluster.database("fresh").await.unwrap().replacen("postgres@", "nobody:s3cr3t@", 1);
    let words = refusal(fresh).await;
    assert!(words.contains("own the database") && !words.contains("s3cr3t"), "{words}");
}

//! Events that are no rows any more: everything that could be asked before can be asked after, whatever came before, between and after.
#![cfg(unix)]

use proptest::prelude::*;
use std::{collections::HashMap, os::unix::fs::FileExt as _, path::Path};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_filter::{Name, Pattern, Plan};
use watchdeck_protocol::Position;
use watchdeck_store::{BLOCK, Batch, NewEvent, Options, PositionUpdate, Profile, Query, Store, Stored};

fn event(id: u64) -> NewEvent {
    let event = Event {
        id: format!("id-{id:07}").into(),
        kind: Kind::from(if id.is_multiple_of(3) { "order:status" } else { "inventory:change" }),
        channel: Channel::from("inventory"),
        occurred_at: Millis(1_795_000_000_000 + 40 * id as i64),
        received_at: Millis(1_795_000_000_005 + 40 * id as i64),
        source: "s".into(),
        subject: Some(format!("product:p{}", id % 60).into()),
        actor: id.is_multiple_of(7).then(|| "张三".into()),
        severity: Severity::from_code((id % 4) as u8),
        payload: Payload::from_json(format!(r#"{{"n":{id},"name":"瓷砖","sku":"A-{}"}}"#, id % 60)),
    };
    NewEvent { event, offset: Some(id) }
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

fn rows(folder: &Path) -> u64 {
    ask(folder, "SELECT count(*) FROM events")
}

fn ask(folder: &Path, question: &str) -> u64 {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(folder.join("events.db"), flags).unwrap();
    connection.query_row(question, [], |row| row.get(0)).unwrap()
}

/// Everything that can be asked, against a plain list.
async fn check(store: &Store, model: &[u64]) {
    let read = all(store).await;
    assert!(read.iter().map(|stored| stored.offset).eq(model.iter().copied()), "{} of {}", read.len(), model.len());
    assert!(read.is_sorted_by(|one, next| one.seq < next.seq));
    for stored in read.iter().step_by(97) {
        assert_eq!(stored.event, event(stored.offset).event);
        assert_eq!(store.get(stored.seq).await.unwrap().as_ref(), Some(stored));
        assert_eq!(store.by_id(&stored.event.id).await.unwrap().as_ref(), Some(stored));
    }
    assert_eq!(store.by_id("id-nobody").await.unwrap(), None);
    assert_eq!(store.stats().await.unwrap().events, model.len() as u64);
    let mut counted: HashMap<(i64, &str), u64> = HashMap::new();
    for id in model {
        let event = event(*id).event;
        let domain = if event.kind.as_str() == "order:status" { "order" } else { "inventory" };
        *counted.entry((event.occurred_at.0 / 600_000 * 600_000, domain)).or_default() += 1;
    }
    let histogram = store.histogram(10).await.unwrap();
    assert_eq!(histogram.cells.len(), counted.len());
    assert!(histogram.cells.iter().all(|((at, domain), count)| counted[&(at.0, &**domain)] == *count));
    let about: Vec<u64> = model.iter().copied().filter(|id| id % 60 == 7).rev().collect();
    let found = store.by_subject("product:p7", usize::MAX).await.unwrap();
    assert!(found.iter().map(|stored| stored.offset).eq(about), "{} about it", found.len());
    let scan = store.page(Query::of(Plan::Is(Name::Id, Pattern::typed("*7")))).await.unwrap();
    let hits: Vec<_> = read.iter().rev().filter(|stored| stored.event.id.ends_with('7')).map(|stored| stored.seq).collect();
    assert!(scan.events.iter().map(|stored| stored.seq).eq(hits), "{} hits", scan.events.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn whatever_comes_few_or_many_at_once_and_again_is_there_once_and_in_order(
        sizes in prop::collection::vec(prop_oneof![1u64..60, 900u64..1_200, 4_000u64..9_500], 1..6),
        back in prop::collection::vec(0u64..3_000, 8),
        closings in prop::collection::vec(any::<bool>(), 8),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let mut store = open(folder.path());
            let mut model = Vec::new();
            for ((size, back), closing) in sizes.iter().zip(&back).zip(&closings) {
                // Some of them were there before.
                let newest = model.len() as u64;
                let from = newest.saturating_sub(*back).max(1);
                let appended = store.append(batch(from..newest + 1 + size)).await.unwrap();
                assert_eq!(appended.inserted as u64, *size);
                model.extend(newest + 1..=newest + size);
                if *closing {
                    store.close().await;
                    store = open(folder.path());
                }
            }
            check(&store, &model).await;
            store.close().await;
        });
    }
}

#[tokio::test]
async fn many_rows_become_a_block_in_their_own_time_and_nobody_sees_a_difference() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let model: Vec<u64> = (1..=BLOCK + 300).collect();
    for few in model.chunks(100) {
        store.append(batch(few.iter().copied())).await.unwrap();
    }
    let before = all(&store).await;
    while rows(folder.path()) > 300 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ask(folder.path(), "SELECT events FROM blocks"), BLOCK);
    assert!(all(&store).await == before);
    check(&store, &model).await;
    assert_eq!(store.append(batch(1..=BLOCK + 301)).await.unwrap().inserted, 1, "what is packed is told apart by its id as before");
    store.close().await;
    let store = open(folder.path());
    assert_eq!(store.append(batch([5, BLOCK + 5, BLOCK + 302])).await.unwrap().inserted, 1, "and after an opening");
    store.close().await;
}

#[tokio::test]
async fn a_backlog_never_is_a_row_and_takes_a_fraction_of_the_space() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.append(batch(1..=2 * BLOCK)).await.unwrap();
    assert_eq!((rows(folder.path()), ask(folder.path(), "SELECT count(*) FROM blocks")), (0, 2));
    let look = Store::look(store.path(), Profile::Console).unwrap();
    check(&look, &(1..=2 * BLOCK).collect::<Vec<_>>()).await;
    store.close().await;
    let each = ask(folder.path(), "SELECT sum(length(bytes)) FROM block_bytes") / (2 * BLOCK);
    assert!(each < 40, "{each} bytes an event");
}

#[tokio::test]
async fn what_lies_beside_a_bad_page_of_a_block_is_read_and_taken_over_and_the_rest_is_sent_once_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let store = open(folder.path());
    let position = PositionUpdate { source: "s".into(), channel: Channel::from("inventory"), position: Position::new("e", 3 * BLOCK) };
    store.append(Batch { positions: vec![position], ..batch(1..=3 * BLOCK) }).await.unwrap();
    store.close().await;
    // In the middle of the second block's payloads.
    let connection = rusqlite::Connection::open(&path).unwrap();
    let bytes: Vec<u8> = connection.query_row("SELECT bytes FROM block_bytes WHERE number = 1", [], |row| row.get(0)).unwrap();
    drop(connection);
    let needle = &bytes[bytes.len() - 40..bytes.len() - 8];
    let file = std::fs::read(&path).unwrap();
    let at = file.windows(needle.len()).position(|window| window == needle).unwrap() as u64;
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().write_all_at(&[0xA5; 16], at).unwrap();

    let store = open(folder.path());
    let read = all(&store).await;
    let damage = store.watch_damage().borrow().clone();
    let lost: u64 = damage.unreadable.iter().map(|hole| hole.end - hole.start).sum();
    assert!((1..=512).contains(&lost), "a frame: {damage:?}");
    let hole = damage.unreadable[0].start..damage.unreadable[damage.unreadable.len() - 1].end;
    assert!(hole.start > BLOCK && hole.end <= 2 * BLOCK + 1, "{hole:?}");
    let model: Vec<u64> = (1..=3 * BLOCK).filter(|seq| !damage.unreadable.iter().any(|hole| hole.contains(seq))).collect();
    assert!(read.iter().map(|stored| stored.offset).eq(model.iter().copied()));
    let scan = store.page(Query::default()).await.unwrap();
    assert!(scan.events.iter().rev().eq(&read), "a search goes around it too");
    store.close().await;

    let (store, salvaged) = Store::open_or_salvage(&path, Options::CONSOLE).unwrap();
    let salvaged = salvaged.expect("it was noted");
    assert_eq!((salvaged.events, &salvaged.missing[0].seqs), (model.len() as u64, &hole), "one stretch");
    assert_eq!(salvaged.missing.len(), 1);
    check(&store, &model).await;
    assert_eq!(store.positions("s").await.unwrap()[&Channel::from("inventory")].offset, hole.start - 1);
    let again = store.append(batch(hole.start..=3 * BLOCK)).await.unwrap();
    assert_eq!(again.inserted as u64, lost);
    let mut seen: HashMap<u64, u32> = HashMap::new();
    all(&store).await.iter().for_each(|stored| *seen.entry(stored.offset).or_default() += 1);
    assert!(seen.len() as u64 == 3 * BLOCK && seen.values().all(|times| *times == 1));
    store.close().await;
}

#[tokio::test]
async fn a_broken_list_of_blocks_is_made_anew_from_what_they_say_of_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let store = open(folder.path());
    store.append(batch(1..=2 * BLOCK)).await.unwrap();
    store.close().await;
    let page = ask(folder.path(), "SELECT rootpage FROM sqlite_schema WHERE name = 'blocks'");
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&[0xA5; 4_096], (page - 1) * 4_096).unwrap();
    let (store, salvaged) = Store::open_or_salvage(&path, Options::CONSOLE).unwrap();
    assert_eq!(salvaged.unwrap().events, 2 * BLOCK);
    check(&store, &(1..=2 * BLOCK).collect::<Vec<_>>()).await;
    store.close().await;
}

#[tokio::test]
async fn what_is_too_large_for_a_block_is_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut large = batch(1..=1_500);
    large.events[700].event.id = "x".repeat(9 << 20).into();
    store.append(large).await.unwrap();
    assert_eq!(rows(folder.path()), 1_500);
    let mut many = batch(1_501..=3_000);
    many.events.iter_mut().for_each(|new| new.event.payload = Payload::from_json(format!("\"{}\"", "y".repeat(20_000))));
    store.append(many).await.unwrap();
    assert_eq!(ask(folder.path(), "SELECT count(*) FROM blocks WHERE events < 500"), 0);
    let read = all(&store).await;
    assert!(read.iter().map(|stored| stored.offset).eq(1..=3_000));
    store.close().await;
}

//! The tests that any engine passes: one function per promise of the [contract](super). [`engine_suite`](crate::engine_suite) makes tests of them.

use crate::{Batch, Condition, Document, Engine, Limit, NewEvent, Order, PositionUpdate, Query, StoreError, Stored, Subscription};
use std::{collections::BTreeSet, sync::Arc};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_filter::{Filter, Plan};
use watchdeck_protocol::Position;

/// Make a test of each promise: `engine_suite!(open)`, where `open` is an `async fn` that answers an empty engine, as `Arc<dyn Engine>`, and whatever has to
/// live as long. `engine_suite!(open, log)` for an engine that gives offsets itself.
#[macro_export]
macro_rules! engine_suite {
    ($open:path) => {
        $crate::engine_suite!(@ $open,
            a_batch_is_stored_whole_and_an_id_once
            numbers_ascend_in_the_order_of_the_commits
            pages_go_both_ways_and_miss_nothing
            a_plan_means_what_the_filter_keeps
            a_condition_is_held_against_the_moment_of_the_commit
            of_many_who_read_the_same_one_decides
            what_is_kept_beside_the_events_is_committed_with_them
            every_event_is_counted_where_it_belongs
            an_event_is_found_by_what_it_is
            whoever_follows_misses_nothing
            a_closed_engine_says_so);
    };
    ($open:path, log) => {
        $crate::engine_suite!($open);
        $crate::engine_suite!(@ $open, a_channel_has_offsets_without_holes a_channel_is_read_from_a_time_on);
    };
    (@ $open:path, $($promise:ident)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            let (engine, _kept) = $open().await;
            $crate::suite::$promise(engine).await;
        })*
    };
}

/// When the first event occurred.
const FIRST: i64 = 1_795_223_000_000;
/// Seconds between one and the next.
const STEP: i64 = 40_000;

/// An event unlike its neighbours: `n` decides what it says.
#[must_use]
pub fn event(n: u64) -> Event {
    let kinds = ["inventory:change", "order:status", "approval:request", "finance:payment", "system:maintenance"];
    let names = ["木纹砖", "釉面瓷砖", "Marble ＡＢ", "caf\\u00e9 \\\"x\\\"", "Grout"];
    let kind = kinds[(n % 5) as usize];
    let (channel, name) = (kind.split(':').next().unwrap_or_default(), names[(n / 2 % 5) as usize]);
    let payload = format!(
        r#"{{"type":"{kind}","action":"{}","productName":"{name}","newQuantity":{},"status":"{}","customer":{{"name":"王{}","level":{}}},"items":[{{"sku":"SKU-{}"}}],"n":"PO-{n}"}}"#,
        ["outbound", "inbound", "adjust"][(n % 3) as usize],
        n % 97,
        ["paid", "已付款", "draft"][(n / 3 % 3) as usize],
        n % 7,
        n % 4,
        n % 11,
    );
    Event {
        id: format!("id-{n}").into(),
        kind: Kind::from(kind),
        channel: Channel::from(channel),
        occurred_at: Millis(FIRST + i64::try_from(n).expect("a small number") * STEP),
        received_at: Millis(FIRST + i64::try_from(n).expect("a small number") * STEP + 5),
        source: ["north", "south"][(n % 2) as usize].into(),
        subject: (n % 4 != 3).then(|| format!("product:SKU-{}", n % 11).into()),
        actor: (n % 5 != 4).then(|| ["张三", "Li Si", "王五"][(n % 3) as usize].into()),
        severity: Severity::from_code((n % 4) as u8),
        payload: Payload::from_json(payload),
    }
}

/// Some of them, to be stored.
#[must_use]
pub fn batch(numbers: std::ops::Range<u64>) -> Batch {
    Batch { events: numbers.map(|n| NewEvent { event: event(n), offset: None }).collect(), ..Batch::default() }
}

/// Filters of every kind of term, and how they are joined.
pub const FILTERS: [&str; 30] = [
    "",
    "瓷砖",
    "木纹 OR Grout",
    "marble ab",
    "café",
    "-出库",
    "出库 -paid",
    "维护",
    "kind:inventory:*,order:status",
    "-kind:inventory:* severity>=warning",
    "channel:finance OR source:north",
    "source:south subject:SKU-3",
    "subject:product:* -actor:张*",
    "actor:李四,王五",
    "domain:approval",
    "id:id-17 OR id:id-4*",
    "status:paid",
    "status:已付款 newQuantity:10..40",
    "newQuantity<5 OR newQuantity>90",
    "customer.name:王3",
    "customer.level>=2 items.sku:SKU-5",
    "severity:info,critical",
    "time:2026-11-20.. -time:2027-01-01..",
    "after:2020-01-01 before:2020-01-02",
    "-(kind:order:* OR 瓷砖)",
    "(木纹 severity:critical) OR (grout -actor:王五)",
    "PO-1",
    "nothing-like-it",
    "missing:x OR -missing:x",
    "警告 OR 严重",
];

async fn filled(engine: &dyn Engine, count: u64) -> Vec<Stored> {
    // In commits of different sizes.
    let mut from = 0;
    for size in [1, 7, 40, 1_500, 90].into_iter().cycle() {
        if from >= count {
            break;
        }
        engine.append(batch(from..(from + size).min(count))).await.expect("it is stored");
        from += size;
    }
    all(engine).await
}

async fn all(engine: &dyn Engine) -> Vec<Stored> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = engine.read_after(after, Limit::from(700)).await.expect("it is read");
        let Some(last) = page.last() else { return all };
        after = last.seq;
        all.extend(page);
    }
}

fn seqs(events: &[Stored]) -> Vec<u64> {
    events.iter().map(|stored| stored.seq).collect()
}

/// See the name.
pub async fn a_batch_is_stored_whole_and_an_id_once(engine: Arc<dyn Engine>) {
    let first = engine.append(batch(0..10)).await.unwrap();
    assert_eq!((first.inserted, first.duplicates, engine.head()), (10, 0, first.head));
    let again = engine.append(batch(5..15)).await.unwrap();
    assert_eq!((again.inserted, again.duplicates), (5, 5), "what was there is not stored again");
    let stored = all(&*engine).await;
    assert_eq!(
        stored.iter().map(|stored| stored.event.clone()).collect::<Vec<_>>(),
        (0..15).map(event).collect::<Vec<_>>(),
        "byte for byte, in order"
    );
    assert_eq!(engine.append(Batch::default()).await.unwrap().inserted, 0);
    assert_eq!(engine.stats().await.unwrap().events, 15);
}

/// See the name.
pub async fn numbers_ascend_in_the_order_of_the_commits(engine: Arc<dyn Engine>) {
    let mut head = engine.watch_head();
    let mut writers = Vec::new();
    for writer in 0..4 {
        let engine = Arc::clone(&engine);
        writers.push(tokio::spawn(async move {
            for n in 0..20 {
                let from = writer * 1_000 + n * 10;
                engine.append(batch(from..from + 10)).await.unwrap();
            }
        }));
    }
    let (mut seen, mut last) = (0, 0);
    while seen < 800 {
        head.changed().await.unwrap();
        let now = *head.borrow_and_update();
        let page = engine.read_after(last, Limit::from(10_000)).await.unwrap();
        assert!(page.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        seen += page.len();
        last = page.last().map_or(last, |newest| newest.seq);
        assert!(last >= now, "the head is not told before it can be read");
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!((seen, engine.head()), (800, last), "nothing came below what was read");
}

/// See the name.
pub async fn pages_go_both_ways_and_miss_nothing(engine: Arc<dyn Engine>) {
    let stored = filled(&*engine, 4_000).await;
    let plan = Filter::parse("木纹 OR kind:finance:*", Millis(FIRST)).unwrap().plan().clone();
    let expected: Vec<_> = stored.iter().filter(|stored| plan.holds(&stored.event)).map(|stored| stored.seq).collect();
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let (mut query, mut found, mut pages) =
            (Some(Query { limit: 130, order, max_read: 900, ..Query::of(plan.clone()) }), Vec::new(), 0);
        while let Some(next) = query {
            let page = engine.page(next.clone()).await.unwrap();
            assert!(page.events.len() <= 130);
            found.extend(seqs(&page.events));
            query = next.behind(&page);
            pages += 1;
            assert!(pages < 100, "it goes on for ever");
        }
        if order == Order::NewestFirst {
            found.reverse();
        }
        assert_eq!(found, expected, "{order:?}");
    }
    // Between two places, both left out.
    let (low, high) = (stored[100].seq, stored[3_000].seq);
    let between = engine.page(Query { after: low, before: Some(high), ..Query::of(plan) }).await.unwrap();
    let inside: Vec<_> = expected.into_iter().rev().filter(|seq| low < *seq && *seq < high).collect();
    assert_eq!((seqs(&between.events), between.next), (inside, None));
}

/// See the name.
pub async fn a_plan_means_what_the_filter_keeps(engine: Arc<dyn Engine>) {
    let stored = filled(&*engine, 2_500).await;
    let middle = stored[1_000].seq;
    for text in FILTERS {
        let filter = Filter::parse(text, Millis(FIRST)).unwrap();
        let kept: Vec<_> = stored.iter().filter(|stored| filter.keeps(&stored.event)).map(|stored| stored.seq).collect();
        let page = engine.page(Query { order: Order::OldestFirst, ..Query::of(filter.plan().clone()) }).await.unwrap();
        assert_eq!(seqs(&page.events), kept, "{text}");
        assert_eq!(engine.count(filter.plan().clone(), 0).await.unwrap(), kept.len() as u64, "{text}");
        let later = kept.iter().filter(|seq| **seq > middle).count() as u64;
        assert_eq!(engine.count(filter.plan().clone(), middle).await.unwrap(), later, "{text} after {middle}");
    }
}

/// See the name.
pub async fn a_condition_is_held_against_the_moment_of_the_commit(engine: Arc<dyn Engine>) {
    filled(&*engine, 300).await;
    let plan = Filter::parse("subject:SKU-3 kind:order:*", Millis(FIRST)).unwrap().plan().clone();
    let matching = all(&*engine).await.into_iter().filter(|stored| plan.holds(&stored.event)).collect::<Vec<_>>();
    let (newest, before) = (matching[matching.len() - 1].seq, matching[matching.len() - 2].seq);
    let unchanged = |after| Some(Condition::Unchanged { plan: plan.clone(), after });
    let error = engine.append(Batch { condition: unchanged(before), ..batch(900..901) }).await.unwrap_err();
    assert_eq!(error, StoreError::Conflict { current: newest }, "somebody decided in between");
    engine.append(Batch { condition: unchanged(newest), ..batch(900..901) }).await.expect("nothing came in between");

    let version = |expected| Some(Condition::Version { subject: "product:SKU-3".into(), expected });
    let current = engine.by_subject("product:SKU-3", 1).await.unwrap()[0].seq;
    let error = engine.append(Batch { condition: version(current - 1), ..batch(901..902) }).await.unwrap_err();
    assert_eq!(error, StoreError::Conflict { current });
    engine.append(Batch { condition: version(current), ..batch(901..902) }).await.unwrap();
    let unknown = Condition::Version { subject: "product:none".into(), expected: 5 };
    let error = engine.append(Batch { condition: Some(unknown), ..batch(902..903) }).await.unwrap_err();
    assert_eq!(error, StoreError::Conflict { current: 0 });
    assert!(engine.by_id("id-902").await.unwrap().is_none(), "nothing of it is stored");
}

/// See the name.
pub async fn of_many_who_read_the_same_one_decides(engine: Arc<dyn Engine>) {
    engine.append(batch(0..1)).await.unwrap();
    let seen = engine.head();
    let mut deciders = Vec::new();
    for n in 1..=12 {
        let engine = Arc::clone(&engine);
        deciders.push(tokio::spawn(async move {
            let condition = Some(Condition::Unchanged { plan: Plan::default(), after: seen });
            engine.append(Batch { condition, ..batch(n..n + 1) }).await.is_ok()
        }));
    }
    let mut won = 0;
    for decider in deciders {
        won += usize::from(decider.await.unwrap());
    }
    assert_eq!((won, engine.stats().await.unwrap().events), (1, 2));
}

/// See the name.
pub async fn what_is_kept_beside_the_events_is_committed_with_them(engine: Arc<dyn Engine>) {
    let position =
        |offset| PositionUpdate { source: "north".into(), channel: Channel::from("orders"), position: Position::new("e1", offset) };
    let document = |key: &str, body: Option<&str>| Document { collection: "notes", key: key.into(), body: body.map(str::to_owned) };
    let beside = Batch {
        positions: vec![position(7)],
        checkpoints: vec![("a".into(), 3)],
        documents: vec![document("x", Some("1")), document("y", Some("2"))],
        ..batch(0..2)
    };
    engine.append(beside).await.unwrap();
    let conflict = Batch {
        condition: Some(Condition::Unchanged { plan: Plan::default(), after: 0 }),
        positions: vec![position(9)],
        checkpoints: vec![("a".into(), 9)],
        documents: vec![document("x", None)],
        ..batch(2..3)
    };
    assert!(matches!(engine.append(conflict).await, Err(StoreError::Conflict { .. })));
    assert_eq!(engine.positions("north").await.unwrap().get(&Channel::from("orders")), Some(&Position::new("e1", 7)));
    assert_eq!((engine.checkpoint("a").await.unwrap(), engine.checkpoint("b").await.unwrap()), (3, 0));
    assert_eq!(engine.documents("notes").await.unwrap(), [("x".to_owned(), "1".to_owned()), ("y".into(), "2".into())]);
    let moved = Batch { checkpoints: vec![("a".into(), 1), ("b".into(), 2)], documents: vec![document("x", None)], ..Batch::default() };
    engine.append(moved).await.unwrap();
    assert_eq!(engine.checkpoints().await.unwrap(), [("a".to_owned(), 1), ("b".into(), 2)], "back as well as on");
    assert_eq!(engine.documents("notes").await.unwrap().len(), 1);
}

/// See the name.
pub async fn every_event_is_counted_where_it_belongs(engine: Arc<dyn Engine>) {
    let stored = filled(&*engine, 1_700).await;
    let tally = engine.tally().await.unwrap();
    assert_eq!(tally.iter().map(|tally| tally.events).sum::<u64>(), 1_700);
    for tally in &tally {
        let same = |stored: &&Stored| {
            let event = &stored.event;
            (&event.source, &event.channel, &event.kind, event.severity) == (&tally.source, &tally.channel, &tally.kind, tally.severity)
        };
        let times: Vec<_> = stored.iter().filter(same).map(|stored| stored.event.occurred_at).collect();
        assert_eq!((tally.events, tally.first, tally.last), (times.len() as u64, times[0], *times.last().unwrap()));
    }
    let histogram = engine.histogram(60).await.unwrap();
    assert_eq!((histogram.minutes, histogram.cells.values().sum::<u64>()), (60, 1_700));
    let hour = Millis(FIRST / 3_600_000 * 3_600_000);
    let orders =
        stored.iter().filter(|stored| stored.event.kind.as_str() == "order:status" && stored.event.occurred_at < hour.plus(3_600_000));
    assert_eq!(histogram.cells.get(&(hour, "order".into())), Some(&(orders.count() as u64)));
}

/// See the name.
pub async fn an_event_is_found_by_what_it_is(engine: Arc<dyn Engine>) {
    let stored = filled(&*engine, 1_700).await;
    for n in [0, 3, 800, 1_699] {
        let one = &stored[n];
        assert_eq!(engine.get(one.seq).await.unwrap().as_ref(), Some(one));
        assert_eq!(engine.by_id(&one.event.id).await.unwrap().as_ref(), Some(one));
    }
    assert_eq!((engine.get(engine.head() + 5).await.unwrap(), engine.by_id("nobody").await.unwrap()), (None, None));
    let about: Vec<_> =
        stored.iter().rev().filter(|stored| stored.event.subject.as_deref() == Some("product:SKU-4")).take(9).cloned().collect();
    assert_eq!(engine.by_subject("product:SKU-4", 9).await.unwrap(), about, "newest first");
}

/// See the name.
pub async fn whoever_follows_misses_nothing(engine: Arc<dyn Engine>) {
    engine.append(batch(0..500)).await.unwrap();
    let writer = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move {
            for from in (500..3_000).step_by(50) {
                engine.append(batch(from..from + 50)).await.unwrap();
            }
        }
    });
    let mut subscription = Subscription::over(Arc::clone(&engine), 0);
    let mut seen = BTreeSet::new();
    while seen.len() < 3_000 {
        for stored in subscription.next().await.unwrap().iter() {
            assert!(seen.insert(stored.event.id.clone()), "nothing twice");
        }
    }
    writer.await.unwrap();
    assert!(subscription.is_at_head() && subscription.cursor() == engine.head());
}

/// See the name.
pub async fn a_closed_engine_says_so(engine: Arc<dyn Engine>) {
    engine.append(batch(0..1)).await.unwrap();
    engine.close().await;
    assert_eq!(engine.append(batch(1..2)).await, Err(StoreError::Closed));
}

/// See the name.
pub async fn a_channel_has_offsets_without_holes(engine: Arc<dyn Engine>) {
    filled(&*engine, 1_000).await;
    let placed = engine.append(batch(995..1_005)).await.unwrap().placed;
    assert_eq!(placed.iter().map(|placed| placed.duplicate).collect::<Vec<_>>(), [[true; 5], [false; 5]].concat());
    let channels = engine.channels();
    assert_eq!((channels.len(), engine.channel_count()), (5, 5));
    for channel in channels {
        let bounds = engine.channel_bounds(&channel);
        let (mut offset, mut count) = (0, 0);
        loop {
            let page = engine.channel_after(&channel, offset, Limit::from(64)).await.unwrap();
            let Some(last) = page.last() else { break };
            for stored in &page {
                count += 1;
                assert_eq!((stored.offset, &stored.event.channel), (count, &channel));
            }
            offset = last.offset;
        }
        assert_eq!((bounds.first, bounds.last, count), (1, count, 201));
    }
    assert_eq!(engine.channel_bounds(&Channel::from("nobody")).last, 0);
}

/// See the name.
pub async fn a_channel_is_read_from_a_time_on(engine: Arc<dyn Engine>) {
    let stored = filled(&*engine, 1_000).await;
    let channel = Channel::from("order");
    let of_channel: Vec<_> = stored.iter().filter(|stored| stored.event.channel == channel).collect();
    for at in [0, 1, 77, 199] {
        let since = of_channel[at].event.received_at;
        assert_eq!(engine.channel_offset_at(&channel, since).await.unwrap(), of_channel[at].offset - 1);
        assert_eq!(engine.channel_offset_at(&channel, since.plus(1)).await.unwrap(), of_channel[at].offset);
    }
    assert_eq!(engine.channel_offset_at(&Channel::from("nobody"), Millis(0)).await.unwrap(), 0);
}

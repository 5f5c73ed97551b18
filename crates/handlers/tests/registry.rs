//! Handlers on a real store: what comes to them, in which order, how often, and what is left of it after an end that nobody announced.

mod bench;

use bench::{Bench, Script, event, eventually, seqs};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use watchdeck_events::Millis;
use watchdeck_filter::Filter;
use watchdeck_handlers::{ErrandKind, Failure, Health, Origin, Pace, Place, Refusal, Which};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_wanted_comes_once_in_order_per_subject_and_the_checkpoint_follows() {
    let bench = Bench::start().await;
    let script = Script::new("copy").wanting("kind:inventory:*");
    bench.append((1..=300).map(|n| event(n, "inventory:change", Some(n % 7)))).await;
    bench.registry.add(script.handler()).await.unwrap();
    bench.append((301..=400).map(|n| event(n, "order:status", Some(n % 7)))).await;
    bench.append((401..=500).map(|n| event(n, "inventory:change", None))).await;
    bench.settled("copy", 500).await;
    let handled = script.handled();
    assert_eq!(handled.len(), 400, "each once, and nothing that is not wanted");
    let mut by_subject: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    for delivery in &handled {
        by_subject.entry(delivery.stored.event.subject.clone()).or_default().push(delivery.stored.seq);
    }
    assert!(by_subject.values().all(|seqs| seqs.is_sorted()), "{by_subject:?}");
    let report = bench.report("copy").await;
    assert_eq!((report.handled, report.behind, report.about, report.letters), (400, 0, false, 0));
    bench.close().await;
    assert_eq!(bench.store.checkpoint("copy").await.unwrap(), 500);
    let again = bench.again().await;
    let script = Script::new("copy");
    again.registry.add(script.handler()).await.unwrap();
    again.append([event(501, "inventory:change", Some(1))]).await;
    again.settled("copy", 501).await;
    assert_eq!(seqs(&script.handled()), [501], "what was done is not done again");
    again.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_handler_holds_up_nobody_and_a_failing_subject_only_itself() {
    let bench = Bench::start().await;
    let slow = Script::new("slow").failing(|_| Err(Failure::passing("away"))).patient();
    let fast =
        Script::new("fast").failing(|delivery| if delivery.stored.seq == 1 { Err(Failure::passing("not now")) } else { Ok(()) }).patient();
    bench.append((1..=50).map(|n| event(n, "inventory:change", Some(n % 5)))).await;
    bench.registry.add(slow.handler()).await.unwrap();
    bench.registry.add(fast.handler()).await.unwrap();
    // All but the ten of the subject whose first fails.
    eventually("the other subjects to be done", async || fast.handled().len() == 40).await;
    let report = bench.report("fast").await;
    assert_eq!((report.health, report.retrying, report.behind), (Health::Failing, 1, 10));
    assert_eq!(report.last_error.unwrap().words, "not now");
    eventually("what is done beyond it to be noted", async || bench.noted("fast").await.contains("\"upto\":50")).await;
    assert_eq!(bench.store.checkpoint("fast").await.unwrap(), 0, "the checkpoint is never beyond what is not done");
    assert_eq!(slow.handled().len(), 0);
    bench.close().await;
    // At the next start only what was not done comes.
    let again = bench.again().await;
    let fast = Script::new("fast");
    again.registry.add(fast.handler()).await.unwrap();
    again.settled("fast", 50).await;
    assert_eq!(seqs(&fast.handled()), [1, 6, 11, 16, 21, 26, 31, 36, 41, 46]);
    assert!(fast.handled()[0].attempt > 1, "tries of another run count");
    again.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_last_try_an_event_is_parked_whole_and_its_subject_goes_on() {
    let bench = Bench::start().await;
    let script = Script::new("hook").failing(|delivery| match delivery.stored.seq {
        2 => Err(Failure::passing("503")),
        3 => Err(Failure::lasting("400")),
        4 => panic!("no room for {}", 4),
        _ => Ok(()),
    });
    bench.append((1..=6).map(|n| event(n, "inventory:change", Some(1)))).await;
    bench.registry.add(script.handler()).await.unwrap();
    bench.settled("hook", 6).await;
    assert_eq!(seqs(&script.handled()), [1, 5, 6]);
    let page = bench.registry.letters(&Which::default(), None, 10).await.unwrap();
    let told: Vec<_> = page.letters.iter().map(|letter| (letter.stored.seq, letter.attempts, letter.reason.as_str())).collect();
    assert_eq!(told, [(4, 3, "no room for 4"), (3, 1, "400"), (2, 3, "503")], "what never helps is not tried again");
    let original = bench.store.get(2).await.unwrap().unwrap();
    assert_eq!(page.letters[2].stored, original, "byte for byte, whatever the store lets go of");
    assert_eq!(script.tries(2), 3);
    assert_eq!(bench.report("hook").await.letters, 3);
    bench.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_killed_loses_nothing_and_repeats_at_most_what_was_not_noted() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (Script::new("copy"), Script::new("copy"));
    let path = folder.path().join("events.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let one = first.clone();
    let place = path.clone();
    let noted = std::thread::spawn(move || {
        let noted = runtime.block_on(async {
            let bench = Bench::at(&place).await;
            bench.append((1..=2_000).map(|n| event(n, "inventory:change", Some(n % 50)))).await;
            bench.registry.add(one.handler()).await.unwrap();
            eventually("some of them to be done", async || one.handled().len() > 700).await;
            bench.store.checkpoint("copy").await.unwrap()
        });
        // Nothing is closed: what is under way ends where it is.
        runtime.shutdown_background();
        noted
    })
    .join()
    .unwrap();
    let bench = Bench::at(&path).await;
    bench.registry.add(second.handler()).await.unwrap();
    bench.settled("copy", 2_000).await;
    let mut all = seqs(&first.handled());
    all.extend(seqs(&second.handled()));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 2_000, "each at least once");
    assert!(seqs(&second.handled()).iter().all(|seq| *seq > noted), "nothing that was noted comes again");
    bench.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_tried_again_after_they_were_counted_or_thrown_away() {
    let bench = Bench::start().await;
    let script = Script::new("hook").failing(|delivery| match delivery.origin {
        Origin::Letter if delivery.stored.seq % 2 == 0 => Ok(()),
        _ => Err(Failure::lasting("no")),
    });
    bench.append((1..=6).map(|n| event(n, if n > 4 { "order:status" } else { "inventory:change" }, Some(n)))).await;
    bench.registry.add(script.handler()).await.unwrap();
    bench.settled("hook", 6).await;
    let stock = Which { filter: Filter::parse("kind:inventory:*", Millis(0)).unwrap(), ..Which::default() };
    assert_eq!((bench.registry.count(&stock).await.unwrap(), bench.registry.count(&Which::default()).await.unwrap()), (4, 6));
    let refused = bench.registry.redeliver(&stock, 3).await.unwrap_err();
    assert!(matches!(refused, Refusal::More { counted: 3, now: 4 }), "nothing happens to what nobody was told of: {refused}");
    assert_eq!(bench.registry.redeliver(&stock, 4).await.unwrap(), 4);
    bench.errand_over("hook").await;
    let errand = bench.report("hook").await.errand.unwrap();
    assert_eq!((errand.kind, errand.total, errand.done, errand.failed), (ErrandKind::Redelivery, 4, 2, 2));
    let page = bench.registry.letters(&Which::default(), None, 10).await.unwrap();
    let left: Vec<_> = page.letters.iter().map(|letter| (letter.stored.seq, letter.attempts)).collect();
    assert_eq!(left, [(6, 1), (5, 1), (3, 2), (1, 2)], "what succeeded is gone, what failed has failed once more");
    let one = Which { keys: Some(vec![page.letters[2].key()]), ..Which::default() };
    assert_eq!(bench.registry.discard(&one, 1).await.unwrap(), 1);
    let paged = bench.registry.letters(&Which { handler: Some("hook".into()), ..Which::default() }, None, 2).await.unwrap();
    let rest = bench.registry.letters(&Which::default(), paged.next.as_deref(), 2).await.unwrap();
    assert_eq!((paged.letters.len(), rest.letters.len(), rest.letters[0].stored.seq, rest.next), (2, 1, 1, None));
    bench.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_is_paused_moved_resumed_and_stopped_and_a_restart_leaves_it_so() {
    let bench = Bench::start().await;
    let script = Script::new("copy");
    bench.append((1..=10).map(|n| event(n, "inventory:change", Some(1)))).await;
    bench.registry.add(script.handler()).await.unwrap();
    bench.settled("copy", 10).await;
    bench.registry.pause("copy").await.unwrap();
    bench.append((11..=20).map(|n| event(n, "inventory:change", Some(1)))).await;
    bench.registry.move_to("copy", Place::Seq(9)).await.unwrap();
    let report = bench.report("copy").await;
    assert_eq!((report.health, report.checkpoint, report.behind, report.about), (Health::Paused, 8, 12, true));
    bench.close().await;

    let bench = bench.again().await;
    bench.registry.add(script.handler()).await.unwrap();
    assert_eq!(bench.report("copy").await.health, Health::Paused);
    assert_eq!(script.handled().len(), 10);
    bench.registry.resume("copy").await.unwrap();
    bench.settled("copy", 20).await;
    assert_eq!(seqs(&script.handled())[10..], (9..=20).collect::<Vec<u64>>(), "from where it was moved to");
    bench.registry.move_to("copy", Place::Time(Millis(bench::BEGAN.0 + 19_000))).await.unwrap();
    eventually("what came from then on", async || seqs(&script.handled()).ends_with(&[19, 20])).await;
    bench.settled("copy", 20).await;
    bench.registry.stop("copy").await.unwrap();
    assert_eq!(bench.report("copy").await.health, Health::Stopped);
    assert!(matches!(bench.registry.move_to("copy", Place::Start).await, Err(Refusal::Stopped(_))));
    bench.registry.resume("copy").await.unwrap();
    bench.append([event(21, "inventory:change", Some(1))]).await;
    bench.settled("copy", 21).await;
    bench.registry.remove("copy").await.unwrap();
    assert!(matches!(bench.registry.pause("copy").await, Err(Refusal::Unknown(_))));
    bench.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_begins_now_is_spared_the_past_and_what_it_keeps_is_stored_with_its_checkpoint() {
    let bench = Bench::start().await;
    bench.append((1..=5).map(|n| event(n, "inventory:change", Some(1)))).await;
    let script = Script::new("copy").beginning_now().noting();
    bench.registry.add(script.handler()).await.unwrap();
    assert!(matches!(bench.registry.add(script.handler()).await, Err(Refusal::Taken(_))));
    bench.append([event(6, "inventory:change", Some(1))]).await;
    bench.settled("copy", 6).await;
    assert_eq!(seqs(&script.handled()), [6]);
    assert_eq!(bench.store.documents("noted").await.unwrap(), [("6".to_owned(), "{}".to_owned())]);
    bench.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_finishes_what_is_being_tried() {
    let bench = Bench::start().await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let script = Script::new("copy").behind(&gate);
    bench.append([event(1, "inventory:change", Some(1)), event(2, "inventory:change", Some(1))]).await;
    bench.registry.add(script.handler()).await.unwrap();
    eventually("the first to be tried", async || script.tries(1) == 1).await;
    let mut closing = std::pin::pin!(bench.close());
    tokio::select! {
        biased;
        () = &mut closing => panic!("it waits for what is being tried"),
        () = tokio::task::yield_now() => {}
    }
    gate.add_permits(9);
    closing.await;
    assert_eq!(
        (seqs(&script.handled()), bench.store.checkpoint("copy").await.unwrap()),
        (vec![1], 1),
        "no more than that, and it is noted"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_too_long_to_finish_is_broken_off_and_comes_again() {
    let bench = Bench::start().await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let script = Script::new("copy").behind(&gate);
    bench.append((1..=3).map(|n| event(n, "inventory:change", Some(n)))).await;
    bench.registry.add(script.handler()).await.unwrap();
    eventually("the first to be tried", async || script.tries(1) == 1).await;
    bench.registry.close(Duration::ZERO).await;
    assert_eq!((script.handled().len(), bench.store.checkpoint("copy").await.unwrap()), (0, 0));
    let again = bench.again().await;
    gate.add_permits(9);
    again.registry.add(script.handler()).await.unwrap();
    again.settled("copy", 3).await;
    assert_eq!(script.handled().len(), 3);
    assert!(script.handled().iter().all(|delivery| delivery.attempt == 1), "what was broken off has not failed");
    // Letting go of one does not wait for it either.
    let stuck = Script::new("stuck").behind(&Arc::new(tokio::sync::Semaphore::new(0)));
    again.registry.add(stuck.handler()).await.unwrap();
    eventually("the first to be tried", async || stuck.tries(1) == 1).await;
    again.registry.remove("stuck").await.unwrap();
    again.close().await;
}

#[test]
fn whatever_fails_and_whenever_it_is_killed_each_event_is_done_or_parked_and_the_checkpoint_is_never_beyond_one_that_is_not() {
    const EVENTS: u64 = 400;
    for seed in 0..6_u64 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.db");
        // A third fails once or twice, some never go; which ones is the seed's.
        let script = Script::new("copy").failing(move |delivery| match (delivery.stored.seq * 31 + seed * 7) % 17 {
            0 => Err(Failure::lasting("never")),
            1..=5 if delivery.attempt < 3 => Err(Failure::passing("not yet")),
            _ => Ok(()),
        });
        for round in 0..6 {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let last = round == 5;
            runtime.block_on(async {
                let bench = Bench::at(&path).await;
                if round == 0 {
                    bench.append((1..=EVENTS).map(|n| event(n, "inventory:change", Some((n * n + seed) % 40)))).await;
                }
                let floor = bench.store.checkpoint("copy").await.unwrap();
                let parked = bench.registry.letters(&Which::default(), None, 1_000).await.unwrap();
                let over: BTreeSet<u64> =
                    seqs(&script.handled()).into_iter().chain(parked.letters.iter().map(|letter| letter.stored.seq)).collect();
                assert!((1..=floor).all(|seq| over.contains(&seq)), "seed {seed}, round {round}: {floor} is beyond what is done");
                bench.registry.add(script.handler()).await.unwrap();
                if last {
                    bench.settled("copy", EVENTS).await;
                    bench.close().await;
                    let parked = bench.registry.letters(&Which::default(), None, 1_000).await.unwrap();
                    let mut all = seqs(&script.handled());
                    all.extend(parked.letters.iter().map(|letter| letter.stored.seq));
                    all.sort_unstable();
                    all.dedup();
                    assert_eq!(all, (1..=EVENTS).collect::<Vec<_>>(), "seed {seed}");
                } else {
                    let enough = script.handled().len() + 30 + (seed as usize * 13 + round * 7) % 40;
                    eventually("some to be done", async || {
                        script.handled().len() >= enough || bench.report("copy").await.checkpoint == EVENTS
                    })
                    .await;
                }
            });
            runtime.shutdown_background();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_replay_goes_at_the_pace_that_was_asked_for_rests_and_ends_and_moves_no_checkpoint() {
    let bench = Bench::start().await;
    let script = Script::new("copy");
    bench.append((1..=20).map(|n| event(n, "inventory:change", Some(1)))).await;
    bench.registry.add(script.handler()).await.unwrap();
    bench.settled("copy", 20).await;
    script.forget();
    // They came a second apart.
    let began = tokio::time::Instant::now();
    bench.registry.replay("copy", Place::Seq(11), Pace::Times(2.0)).await.unwrap();
    assert!(matches!(bench.registry.replay("copy", Place::Start, Pace::Full).await, Err(Refusal::Busy(_))));
    bench.errand_over("copy").await;
    assert!(began.elapsed() >= Duration::from_millis(4_500), "{:?}", began.elapsed());
    assert_eq!(seqs(&script.handled()), (11..=20).collect::<Vec<u64>>());
    assert!(script.handled().iter().all(|delivery| delivery.origin == Origin::Replay), "whoever acts on the outside can tell");
    let errand = bench.report("copy").await.errand.unwrap();
    assert_eq!((errand.kind, errand.total, errand.at, errand.done, errand.failed), (ErrandKind::Replay, 10, 10, 10, 0));
    assert_eq!(bench.store.checkpoint("copy").await.unwrap(), 20);

    // A pause is no time, and a replay that is called back is over.
    script.forget();
    bench.registry.replay("copy", Place::Start, Pace::Times(1.0)).await.unwrap();
    bench.registry.rest("copy", true).unwrap();
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert!(script.handled().len() <= 1 && bench.report("copy").await.errand.unwrap().paused);
    bench.registry.rest("copy", false).unwrap();
    eventually("a few of them", async || script.handled().len() >= 3).await;
    bench.registry.call_back("copy").unwrap();
    bench.errand_over("copy").await;
    assert!(script.handled().len() < 20, "{}", script.handled().len());
    assert!(matches!(bench.registry.rest("copy", true), Err(Refusal::Idle(_))));
    assert!(matches!(bench.registry.replay("copy", Place::Start, Pace::Times(0.0)).await, Err(Refusal::Pace(_))));
    bench.registry.replay("copy", Place::Start, Pace::Full).await.unwrap();
    bench.errand_over("copy").await;
    bench.close().await;
}

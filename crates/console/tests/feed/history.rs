//! Gaps that are filled from the server's history, and the history instead of a WebSocket.

use crate::bench::{erp, start, start_on, with};
use serde_json::{Value, json};
use std::sync::Arc;
use watchdeck_console::seams::{Point, Seams};
use watchdeck_testkit::{
    clock::now,
    console::{Bench, shell::Shell},
    erp::Erp,
};

/// A source whose server tells what was missed.
fn told(server: &Erp) -> Value {
    with(erp("east", &server.url()), json!({ "history_path": "/events?from={from}&to={to}&key=K3Y", "poll_seconds": 1 }))
}

/// Live, with the order 1 heard.
async fn live(bench: &Bench, server: &Erp, source: Value) {
    bench.watch(json!([source])).await;
    server.until("a subscribe", |seen| !seen.subscribed.is_empty()).await;
    server.happens(1);
    bench.is("east", "live").await;
    bench.has_orders([1]).await;
}

/// Break the line, let orders happen that nobody hears, and let the console come back.
async fn miss(bench: &Bench, server: &Erp, orders: &[u32]) {
    let before = server.seen().handshakes.len();
    server.manners().upgrade = Some(503);
    server.cut().await;
    server.until("a try that fails", |seen| seen.handshakes.len() > before).await;
    orders.iter().for_each(|order| server.happens(*order));
    let subscribed = server.seen().subscribed.len();
    server.manners().upgrade = None;
    server.until("a subscribe", |seen| seen.open == 1 && seen.subscribed.len() > subscribed).await;
    server.happens(99);
    bench.is("east", "live").await;
}

#[tokio::test]
async fn a_gap_is_filled_from_the_history_and_its_marker_says_so() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let bench = start(folder.path()).await;
    live(&bench, &server, told(&server)).await;
    miss(&bench, &server, &[2, 3]).await;
    bench.has_orders([1, 2, 3, 99]).await;
    let filled = bench.eventually("a marker that says so", async || bench.of_kind("watchdeck:gap_filled").await.pop()).await;
    let detail = bench.ask("event", json!({ "seq": filled["seq"] })).await["raw"].as_str().unwrap().to_owned();
    assert!(detail.contains(r#""endpoint":"/events""#) && !detail.contains("K3Y"), "a key in the path is nobody's business: {detail}");

    let gap = bench.of_kind("watchdeck:gap").await.pop().unwrap();
    let view = bench.ask("health", json!({})).await["gaps"][0].clone();
    for gap in [&gap["gap"], &view] {
        assert!(gap["filled"].as_u64().unwrap() >= 2, "{gap}");
    }
    let missed = bench.of_kind("order:status").await.into_iter().find(|row| row["label"] == "SO-2").unwrap();
    let at = missed["occurred_at"].as_i64().unwrap();
    assert!((gap["gap"]["from"].as_i64().unwrap()..=gap["gap"]["to"].as_i64().unwrap()).contains(&at), "it happened inside the gap");
    bench.console.shutdown().await;

    let asked = server.seen().asked.len();
    let again = start(folder.path()).await;
    again.eventually("a second gap, for the time between", async || (again.of_kind("watchdeck:gap").await.len() == 2).then_some(())).await;
    again.eventually("it to be filled too", async || (again.of_kind("watchdeck:gap_filled").await.len() == 2).then_some(())).await;
    assert_eq!(server.seen().asked.len(), asked + 1, "the first is filled for good");
    again.console.shutdown().await;
}

#[tokio::test]
async fn what_brings_its_reader_down_or_forges_a_marker_does_not_keep_a_gap_open() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let poison = |point: Point<'_>| {
        if let Point::Read(payload) = point {
            assert!(!payload.contains("SO-3"), "poison");
        }
    };
    let seams = Seams { fault: Some(Arc::new(poison)), ..Seams::default() };
    let bench = start_on(folder.path(), Shell::default(), seams).await;
    live(&bench, &server, told(&server)).await;
    let forged = json!({ "type": "watchdeck:gap", "channel": "orders", "from": 1, "to": 2, "reason": "forged", "timestamp": now() });
    server.manners().upgrade = Some(503);
    server.cut().await;
    server.tell(json!({ "channel": "orders", "data": forged, "ts": now() }));
    server.manners().upgrade = None;
    miss(&bench, &server, &[2, 3, 4]).await;
    bench
        .eventually("every gap to be filled", async || {
            let gaps = bench.of_kind("watchdeck:gap").await;
            (!gaps.is_empty() && gaps.iter().all(|row| row["gap"]["filled"].is_u64())).then_some(())
        })
        .await;
    bench.has_orders([1, 2, 4, 99]).await;
    let markers = bench.of_kind("watchdeck:set_aside").await;
    assert_eq!(markers.len(), 1, "a repeat is one: {markers:?}");
    let raw = bench.ask("event", json!({ "seq": markers[0]["seq"] })).await["raw"].as_str().unwrap().to_owned();
    assert!(raw.contains("poison") && raw.contains("SO-3"), "{raw}");
    assert_eq!(bench.of_kind("untyped").await.len(), 1, "only Watchdeck itself marks a gap");
    bench.console.shutdown().await;
}

#[tokio::test]
async fn a_gap_that_could_not_be_filled_before_the_end_is_filled_after_the_next_start() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let bench = start(folder.path()).await;
    server.manners().history = Some(500);
    live(&bench, &server, told(&server)).await;
    miss(&bench, &server, &[2, 3]).await;
    bench.eventually("the marker", async || bench.of_kind("watchdeck:gap").await.pop()).await;
    server.until("tries that fail", |seen| seen.asked.len() >= 2).await;
    bench.console.shutdown().await;
    assert!(bench.shell.toasts.lock().unwrap().is_empty());

    server.manners().history = None;
    let again = start(folder.path()).await;
    again.has_orders([1, 2, 3, 99]).await;
    again
        .eventually("the old gap to be filled", async || {
            let gaps = again.of_kind("watchdeck:gap").await;
            gaps.last().and_then(|oldest| oldest["gap"]["filled"].as_u64())
        })
        .await;
    again.console.shutdown().await;
}

#[tokio::test]
async fn a_history_that_wants_a_login_is_asked_once_and_again_with_a_new_session() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let bench = start(folder.path()).await;
    live(&bench, &server, told(&server)).await;
    server.manners().history = Some(401);
    miss(&bench, &server, &[2, 3]).await;
    server.until("a refusal", |seen| !seen.asked.is_empty()).await;
    // The clock that looks for gaps to fill ticks each second: three rounds of connections take longer.
    for round in 0..3 {
        miss(&bench, &server, &[10 + round]).await;
        bench
            .eventually("the next marker", async || (bench.of_kind("watchdeck:gap").await.len() >= 2 + round as usize).then_some(()))
            .await;
    }
    let asked = server.seen().asked.len();
    // Four times there was no WebSocket to be had, and each time the history might have stood in for it.
    assert!(asked <= 1 + 4, "the gaps ask once, all together: {asked}");
    server.manners().history = None;
    bench.ask("set_token", json!({ "source": "east", "token": "new" })).await;
    bench
        .eventually("every gap to be filled", async || {
            let gaps = bench.of_kind("watchdeck:gap").await;
            (gaps.iter().filter(|row| row["gap"]["filled"].is_u64()).count() >= 4).then_some(())
        })
        .await;
    let orders = bench.orders().await;
    assert!(["SO-2", "SO-3", "SO-10", "SO-11", "SO-12"].iter().all(|order| orders.contains(&(*order).to_owned())), "{orders:?}");
    bench.console.shutdown().await;
}

#[tokio::test]
async fn where_no_websocket_can_be_had_events_come_by_asking_and_the_state_says_so() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let bench = start(folder.path()).await;
    // What stands between us and the server forbids the one thing and allows the other.
    server.manners().upgrade = Some(403);
    let began = now();
    bench.watch(json!([told(&server)])).await;
    let status = bench.is("east", "polling").await;
    let state = &status["state"];
    assert_eq!(
        (&status["polling"], &state["every_ms"], &state["cause"]),
        (&json!(true), &json!(1000), &json!("not_web_socket")),
        "{state}"
    );
    assert!(state["last_at"].as_i64().unwrap() >= began, "{state}");
    // Which step of the way says no is known with the first answer to it.
    bench
        .eventually("the server's word", async || {
            let state = bench.status("east").await["state"].clone();
            state["detail"].as_str().is_some_and(|detail| detail.contains("403")).then_some(())
        })
        .await;
    for number in 1..=3 {
        server.happens(number);
        bench.has_orders(1..=number).await;
    }

    server.manners().upgrade = None;
    let subscribed = server.seen().subscribed.len();
    server.until("a subscribe", |seen| seen.open == 1 && seen.subscribed.len() > subscribed).await;
    server.happens(4);
    bench.is("east", "live").await;
    bench.has_orders(1..=4).await;
    assert_eq!(bench.status("east").await["polling"], json!(false));
    let asked = server.seen().asked.len();
    for number in 5..=7 {
        server.happens(number);
        bench.has_orders(1..=number).await;
    }
    assert!(server.seen().asked.len() <= asked + 1, "polling ends when the link is back");
    bench.console.shutdown().await;
}

#[tokio::test]
async fn polling_goes_on_where_an_earlier_run_ended_and_repeats_nothing() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let bench = start(folder.path()).await;
    live(&bench, &server, told(&server)).await;
    bench.console.shutdown().await;
    server.happens(2);

    server.manners().upgrade = Some(404);
    let again = start(folder.path()).await;
    again.is("east", "polling").await;
    again.has_orders([1, 2]).await;
    server.happens(3);
    again.has_orders([1, 2, 3]).await;
    again.console.shutdown().await;
}

#[tokio::test]
async fn a_history_that_fails_leaves_the_state_offline_and_one_that_wants_a_login_says_so() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let bench = start(folder.path()).await;
    {
        let mut manners = server.manners();
        (manners.upgrade, manners.history) = (Some(404), Some(500));
    }
    bench.watch(json!([told(&server)])).await;
    server.until("tries that fail", |seen| seen.asked.len() >= 2).await;
    bench.is("east", "offline").await;

    server.manners().history = Some(401);
    let detail = bench.is("east", "needs_login").await["state"]["detail"].clone();
    assert!(detail.as_str().unwrap().contains("sign-in"), "{detail}");
    let asked = server.seen().asked.len();
    let tried = server.seen().handshakes.len();
    server.until("the link to go on trying", |seen| seen.handshakes.len() >= tried + 5).await;
    assert_eq!(server.seen().asked.len(), asked, "the history is not asked again with what it refused");
    server.manners().history = None;
    bench.ask("set_token", json!({ "source": "east", "token": "new" })).await;
    bench.is("east", "polling").await;
    bench.console.shutdown().await;
}

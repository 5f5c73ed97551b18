//! A link that answers and brings nothing.

use crate::bench::{erp, start_on, with};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use watchdeck_console::seams::{Seams, Timing};
use watchdeck_testkit::{
    clock::TestClock,
    console::{Bench, shell::Shell},
    erp::Erp,
};

async fn bytes(bench: &Bench) -> u64 {
    bench.ask("health", json!({})).await["sources"][0]["bytes"].as_u64().unwrap()
}

/// Time passes in steps that no link takes for a sleep; in each the server says what is no event.
async fn passes(bench: &Bench, clock: &TestClock, server: &Erp, steps: usize) {
    for _ in 0..steps {
        clock.sleep(Duration::from_secs(20));
        let before = bytes(bench).await;
        server.tell(json!({ "type": "nothing" }));
        bench.eventually("the server to be heard", async || (bytes(bench).await > before).then_some(())).await;
    }
}

async fn quiet_alerts(bench: &Bench) -> Vec<Value> {
    let active = bench.ask("alerts", json!({})).await["active"].as_array().unwrap().clone();
    active.into_iter().filter(|alert| alert["rule"] == "feed_quiet").collect()
}

#[tokio::test]
async fn a_link_that_answers_and_brings_nothing_is_stale_and_said_and_live_again_with_the_next_event() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock::default());
    // Signs of life are not what this is about, and time passes for them too.
    let ages = Duration::from_secs(36_000);
    let timing = Timing { ping: ages, grace: ages, stall: ages, ..Timing::default() };
    let bench = start_on(folder.path(), Shell::default(), Seams { timing, clock: Arc::clone(&clock) as _, ..Seams::default() }).await;
    let server = Erp::start().await;
    bench.watch(json!([with(erp("east", &server.url()), json!({ "expect_minutes": 1 }))])).await;
    server.until("a subscription", |seen| seen.open == 1).await;
    server.happens(1);
    bench.is("east", "live").await;
    bench.has_orders([1]).await;

    passes(&bench, &clock, &server, 2).await;
    assert_eq!(bench.status("east").await["state"]["kind"], "live", "forty seconds are within the minute");
    passes(&bench, &clock, &server, 2).await;
    let stale = bench.is("east", "stale").await;
    assert_eq!((&stale["state"]["usual_ms"], &stale["state"]["learned"]), (&json!(60_000), &json!(false)));
    let told = bench.eventually("an alert", async || quiet_alerts(&bench).await.pop()).await;
    assert_eq!((told["severity"].as_str(), told["subject"].as_str()), (Some("warning"), Some("source:east")));
    bench
        .eventually("a notification", async || {
            bench.shell.toasts.lock().unwrap().iter().any(|toast| toast.title.contains("No event")).then_some(())
        })
        .await;
    let steps = bench.ask("health", json!({})).await["sources"][0]["timeline"].clone();
    assert_eq!(steps.as_array().unwrap().last().unwrap()["state"]["kind"], "stale", "{steps}");

    server.happens(2);
    bench.is("east", "live").await;
    bench.eventually("the end of the alert", async || quiet_alerts(&bench).await.is_empty().then_some(())).await;
    assert_eq!(server.seen().handshakes.len(), 1, "the link was well all the time, and nobody dialled anew");

    // Another expectation needs no other link.
    bench.watch(json!([with(erp("east", &server.url()), json!({ "expect_minutes": 0 }))])).await;
    passes(&bench, &clock, &server, 5).await;
    assert_eq!(bench.status("east").await["state"]["kind"], "live", "it may be quiet for as long as it likes");
    assert_eq!(server.seen().handshakes.len(), 1);
    bench.console.shutdown().await;
}

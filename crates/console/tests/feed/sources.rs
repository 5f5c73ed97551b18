//! Several at once; edits that disturb nobody.

use crate::bench::{erp, start, start_on, with};
use serde_json::json;
use watchdeck_console::seams::Seams;
use watchdeck_testkit::{
    console::{Bench, shell::Shell},
    erp::Erp,
};

/// Two servers with a source each, both live.
async fn two(bench: &Bench) -> (Erp, Erp) {
    let (east, west) = (Erp::start().await, Erp::start().await);
    bench.watch(json!([erp("east", &east.url()), erp("west", &west.url())])).await;
    for (id, server, number) in [("east", &east, 1), ("west", &west, 2)] {
        // This protocol confirms a subscribe by nothing but a first message.
        server.until("a subscribe", |seen| !seen.subscribed.is_empty()).await;
        server.happens(number);
        bench.is(id, "live").await;
    }
    (east, west)
}

#[tokio::test]
async fn every_source_has_a_state_and_a_colour_of_its_own_and_one_that_goes_takes_none_along() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start(folder.path()).await;
    let (east, west) = two(&bench).await;
    let third = Erp::start().await;
    third.manners().upgrade = Some(404);
    let sources = json!([
        with(erp("east", &east.url()), json!({ "colour": "teal" })),
        erp("west", &west.url()),
        with(erp("third", &third.url()), json!({ "colour": "rose" })),
    ]);
    bench.watch(sources).await;
    bench.is("third", "offline").await;
    assert_eq!(
        (bench.is("east", "live").await["colour"].clone(), bench.is("third", "offline").await["colour"].clone()),
        (json!("teal"), json!("rose"))
    );
    west.cut().await;
    west.until("a second connection", |seen| seen.handshakes.len() == 2).await;
    bench.watch(json!([erp("west", &west.url())])).await;
    assert!(bench.status("east").await.is_null());
    assert_eq!(east.until("the removed source to hang up", |seen| seen.open == 0).await.handshakes.len(), 1, "one was never disturbed");
    assert_eq!(west.seen().open, 1, "the one that stays stays connected");
    assert_eq!(bench.of_kind("order:status").await.len(), 2, "removing a source keeps its events");
    bench.console.shutdown().await;
}

#[tokio::test]
async fn a_new_name_or_colour_reconnects_nobody_and_another_channel_only_the_one() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start(folder.path()).await;
    let (east, west) = two(&bench).await;
    let renamed = with(
        erp("east", &east.url()),
        json!({ "name": "Warehouse East", "colour": "lime", "history_path": "/events?from={from}&to={to}", "poll_seconds": 60, "login_url": "http://sso.example/" }),
    );
    bench.watch(json!([renamed, erp("west", &west.url())])).await;
    let status = bench.status("east").await;
    assert_eq!((&status["name"], &status["colour"], &status["state"]["kind"]), (&json!("Warehouse East"), &json!("lime"), &json!("live")));
    east.happens(3);
    bench.has_orders([1, 2, 3]).await;
    assert_eq!((east.seen().handshakes.len(), west.seen().handshakes.len()), (1, 1), "what only the window shows reconnects nobody");

    bench.watch(json!([with(renamed, json!({ "channels": ["orders", "finance"] })), erp("west", &west.url())])).await;
    east.until("a new connection that asks for the new channel", |seen| {
        seen.handshakes.len() == 2 && seen.subscribed.contains(&"finance".into())
    })
    .await;
    bench.watch(json!([with(erp("east", &east.url()), json!({ "paused": true })), erp("west", &west.url())])).await;
    bench.is("east", "paused").await;
    east.until("a paused source to hang up", |seen| seen.open == 0).await;
    assert_eq!((west.seen().handshakes.len(), west.seen().open), (1, 1), "the neighbour noticed nothing of all this");
    bench.console.shutdown().await;
}

#[tokio::test]
async fn an_id_that_events_carry_is_not_given_to_another_server() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start(folder.path()).await;
    let (east, west) = two(&bench).await;
    bench.watch(json!([erp("west", &west.url())])).await;
    let refused = bench.sources(json!([erp("west", &west.url()), erp("east", "ws://127.0.0.1:9/")])).await.unwrap_err();
    assert!(refused.message.contains("another id"), "{refused}");
    bench.console.shutdown().await;

    let again = start(folder.path()).await;
    assert!(
        again.sources(json!([erp("west", &west.url()), erp("east", "ws://127.0.0.1:9/")])).await.is_err(),
        "a restart does not forget it"
    );
    again.watch(json!([erp("west", &west.url()), erp("east", &east.url())])).await;
    east.until("the same server to be welcome again", |seen| seen.open == 1).await;
    again.console.shutdown().await;
}

#[tokio::test]
async fn an_expired_session_leads_to_the_login_without_a_storm_and_a_new_one_is_used_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start_on(folder.path(), Shell { has_login_window: true, ..Shell::default() }, Seams::default()).await;
    let (east, west) = (Erp::start().await, Erp::start().await);
    east.manners().session = Some("fresh".into());
    bench.watch(json!([with(erp("east", &east.url()), json!({ "token": "stale" })), erp("west", &west.url())])).await;
    assert_eq!(bench.is("east", "needs_login").await["state"]["detail"], "Token expired");
    // Meanwhile the neighbour goes through a dozen connections.
    for round in 1..=12 {
        west.until("the next connection", |seen| seen.open == 1 && seen.handshakes.len() == round).await;
        west.cut().await;
    }
    assert_eq!(east.seen().handshakes.len(), 1, "a refused session is not tried again");

    bench.ask("login", json!({ "source": "east" })).await;
    let asked = bench.shell.logins.lock().unwrap().pop().unwrap();
    assert_eq!((asked.source.as_str(), asked.url.as_str()), ("east", format!("http://{}/", east.addr).as_str()));
    assert_eq!(
        asked.cookies,
        ["__Secure-next-auth.session-token", "next-auth.session-token", "__Secure-authjs.session-token", "authjs.session-token"]
    );
    bench.console.login_captured("east", "fresh").await.unwrap();
    let seen = east.until("a try with the new session", |seen| seen.open == 1).await;
    assert_eq!(
        seen.handshakes,
        [
            "next-auth.session-token=stale; __Secure-next-auth.session-token=stale",
            "next-auth.session-token=fresh; __Secure-next-auth.session-token=fresh"
        ]
    );
    bench.console.shutdown().await;
}

#[tokio::test]
async fn where_there_is_no_login_window_a_person_is_told_what_to_do_instead() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start(folder.path()).await;
    let gateway = json!({ "id": "gate", "name": "gate", "url": "ws://127.0.0.1:9/ws", "dialect": "native" });
    bench.watch(json!([erp("east", "ws://127.0.0.1:9/"), gateway])).await;
    assert_eq!(bench.ask("hello", json!({})).await["login_window"], json!(false));
    let refused = bench.call("login", json!({ "source": "east" })).await.unwrap_err();
    assert!(refused.message.contains("paste"), "{refused}");
    let refused = bench.call("login", json!({ "source": "gate" })).await.unwrap_err();
    assert!(refused.message.contains("token"), "a gateway takes no cookie: {refused}");
    assert!(bench.call("login", json!({ "source": "nobody" })).await.is_err());
    bench.console.shutdown().await;
}

//! Who is left in peace: whose desktop asks for quiet, and whose turn it is not. The host is one that says what a test wants; the events are in
//! the store before the console starts, and their server is never reached.

use anyhow::Result;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use watchdeck_console::seams::Seams;
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Options, Store};
use watchdeck_testkit::{
    clock::now,
    console::{Bench, shell::Shell},
};

fn stock(product: &str, quantity: i64) -> NewEvent {
    let at = Millis(now() - 3_600_000);
    let payload = json!({ "type": "inventory:change", "productId": product, "productName": product, "warehouse": "east", "oldQuantity": 900,
        "newQuantity": quantity, "timestamp": at });
    let incoming = Incoming {
        channel: Channel::from("inventory"),
        offset: None,
        id: Some(product.into()),
        server_at: Some(at),
        kind: None,
        payload: Payload::from_json(payload.to_string()),
    };
    NewEvent { event: Catalogue::builtin().normalise(incoming, &Arc::from("s"), at), offset: None }
}

/// A console that knows a few products, on a desktop that says this.
async fn open(folder: &Path, quiet: Option<bool>) -> Result<Bench> {
    let store = Store::open(&folder.join("events.db"), Options::CONSOLE)?;
    store.append(Batch { events: vec![stock("p1", 400), stock("p2", 300), stock("p3", 200)], ..Batch::default() }).await?;
    store.close().await;
    let shell = Shell { do_not_disturb: std::sync::Mutex::new(quiet), ..Shell::default() };
    let bench = Bench::start_on(folder, shell, Seams::default()).await?;
    bench.connect("ws://127.0.0.1:9/ws").await?;
    let read = async || (bench.ask("health", json!({})).await["lag"]["projections"] == 0).then_some(());
    bench.eventually("everything to be read", read).await;
    Ok(bench)
}

fn rule(title: &str, below: u32, above: u32, severity: &str) -> Value {
    let when = format!("stock.on_hand < {below} stock.on_hand > {above}");
    json!({ "title": { "en": title, "zh": title }, "when": when, "severity": severity })
}

async fn change(bench: &Bench, patch: Value) {
    bench.ask("change_settings", json!({ "patch": patch })).await;
}

fn titles(bench: &Bench) -> Vec<String> {
    bench.shell.toasts.lock().unwrap().iter().map(|toast| toast.title.clone()).collect()
}

async fn shows(bench: &Bench, title: &str) {
    bench.eventually(title, async || titles(bench).iter().any(|shown| shown.contains(title)).then_some(())).await;
}

async fn desktop(bench: &Bench, kind: &str) -> Value {
    bench
        .eventually(kind, async || {
            let quiet = bench.ask("recent", json!({ "rows": 0 })).await["frame"]["desktop_quiet"].clone();
            (quiet["kind"] == kind).then_some(quiet)
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_desktop_asks_for_quiet_only_what_may_break_it_is_told_and_the_rest_afterwards() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let began = now();
    let bench = open(folder.path(), Some(true)).await?;
    let since = desktop(&bench, "on").await["since"].clone();
    assert!(since.as_i64().is_some_and(|since| since >= began && since <= now()), "{since}");
    change(&bench, json!({ "rules": { "few": rule("Few", 500, 350, "warning") } })).await;
    change(&bench, json!({ "rules": { "none": rule("Nothing left", 250, 0, "critical") } })).await;
    // What people are told is told in order: the warning would have come first.
    shows(&bench, "Nothing left: p3").await;
    assert_eq!(titles(&bench), ["Nothing left: p3"], "a warning does not break quiet hours");
    assert_eq!(*bench.shell.tones.lock().unwrap(), [watchdeck_events::Severity::Critical]);
    assert_eq!(desktop(&bench, "on").await["since"], since, "it is the same quiet still");
    *bench.shell.do_not_disturb.lock().unwrap() = Some(false);
    shows(&bench, "Few: p1").await;
    desktop(&bench, "off").await;
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desktop_that_is_not_to_be_heeded_or_says_nothing_keeps_nothing_quiet() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = open(folder.path(), Some(true)).await?;
    desktop(&bench, "on").await;
    change(&bench, json!({ "rules": { "few": rule("Few", 500, 350, "warning") } })).await;
    change(&bench, json!({ "ignore_do_not_disturb": true })).await;
    shows(&bench, "Few: p1").await;
    change(&bench, json!({ "ignore_do_not_disturb": false })).await;
    *bench.shell.do_not_disturb.lock().unwrap() = None;
    desktop(&bench, "unread").await;
    change(&bench, json!({ "rules": { "fewer": rule("Fewer", 350, 250, "warning") } })).await;
    shows(&bench, "Fewer: p2").await;
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_has_goes_to_whoever_has_the_turn_and_to_nobody_else() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = open(folder.path(), None).await?;
    let row = |person: &str| json!({ "people": [person], "begins": "2026-11-23" });
    let hook = json!({ "name": "All", "filter": "kind:watchdeck:alert", "action": { "kind": "webhook", "url": "http://127.0.0.1:9/" } });
    change(&bench, json!({ "user_name": "Emma", "rotations": { "first": row("李雷"), "mine": row("Emma") }, "hooks": { "out": hook } }))
        .await;
    let turns = bench.ask("alerts", json!({})).await["turns"].clone();
    assert_eq!(
        (&turns[0]["rotation"], &turns[0]["person"], &turns[1]["person"]),
        (&json!("first"), &json!("李雷"), &json!("Emma")),
        "{turns}"
    );
    let refused = bench.call("change_settings", json!({ "patch": { "rules": { "few": to("nobody") } } })).await.unwrap_err();
    assert_eq!(refused.message, "the rule few escalates to nobody, and there is no such rotation");
    // Alerts escalate in the order of their names, and what is told is told in order.
    change(&bench, json!({ "rules": { "a_few": to("first"), "b_few": to("mine") } })).await;
    let worse = |bench: &Bench| {
        let toasts = bench.shell.toasts.lock().unwrap();
        toasts
            .iter()
            .filter(|toast| toast.severity == watchdeck_events::Severity::Critical)
            .map(|toast| toast.id.clone())
            .collect::<Vec<_>>()
    };
    bench.eventually("the second step", async || (!worse(&bench).is_empty()).then_some(())).await;
    assert_eq!(worse(&bench), ["b_few:s/product:p1"], "it is somebody else's turn");
    let told = async |to: &str| {
        let filter = format!("kind:watchdeck:alert change:escalated to:{to}");
        let found = bench.ask("events", json!({ "before": null, "limit": 10, "filter": filter })).await;
        found["events"].as_array().filter(|events| !events.is_empty()).map(Vec::len)
    };
    for person in ["李雷", "Emma"] {
        assert_eq!(bench.eventually(person, async || told(person).await).await, 1, "an outgoing action can be for whoever has the turn");
    }
    let refused = bench.call("change_settings", json!({ "patch": { "rotations": { "first": null } } })).await.unwrap_err();
    assert_eq!(refused.message, "the rule a_few escalates to first, and there is no such rotation");
    bench.console.shutdown().await;
    Ok(())
}

/// A rule on one product, which goes to somebody at once where nobody has it.
fn to(rotation: &str) -> Value {
    let mut few = rule("Few", 500, 350, "warning");
    few["escalate"] = json!([{ "after_minutes": 0, "severity": "critical", "to": rotation }]);
    few
}

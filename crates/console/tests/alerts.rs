//! Rules that people write, from the store to the terminal: tried over what is stored, put in force, judged at once, kept quiet, answered, and there after a
//! restart. The events are in the store before the console starts, and their server is never reached.

use anyhow::Result;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use watchdeck_console::{Ask, Told, Tongue, Tried, ask};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Options, Store};
use watchdeck_testkit::{clock::now, console::Bench};

const HOUR: i64 = 3_600_000;

fn event(channel: &str, id: &str, hours_ago: i64, mut payload: Value) -> NewEvent {
    let at = Millis(now() - hours_ago * HOUR);
    payload["timestamp"] = json!(at);
    let incoming = Incoming {
        channel: Channel::from(channel),
        offset: None,
        id: Some(id.into()),
        server_at: Some(at),
        kind: None,
        payload: Payload::from_json(payload.to_string()),
    };
    NewEvent { event: Catalogue::builtin().normalise(incoming, &Arc::from("s"), at), offset: None }
}

fn refund(n: i64, customer: &str, amount: i64, hours_ago: i64) -> NewEvent {
    let data = json!({ "type": "finance:refund", "recordId": format!("r{n}"), "recordNumber": format!("RF-{n}"), "customerId": customer, "amount": amount });
    event("finance", &format!("r{n}"), hours_ago, data)
}

fn stock(product: &str, warehouse: &str, from: i64, to: i64) -> NewEvent {
    let data = json!({ "type": "inventory:change", "productId": product, "productName": format!("瓷砖 {product}"), "warehouse": warehouse,
        "oldQuantity": from, "newQuantity": to });
    event("inventory", &format!("{product}-{to}"), 1, data)
}

async fn open(folder: &Path, events: Vec<NewEvent>) -> Result<Bench> {
    let stored = events.len() as u64;
    let store = Store::open(&folder.join("events.db"), Options::CONSOLE)?;
    store.append(Batch { events, ..Batch::default() }).await?;
    store.close().await;
    let bench = Bench::start(folder).await?;
    bench.connect("ws://127.0.0.1:9/ws").await?;
    bench
        .eventually("everything to be read", async || (bench.ask("health", json!({})).await["lag"]["projections"] == 0).then_some(()))
        .await;
    bench.stored(stored).await?;
    Ok(bench)
}

async fn change(bench: &Bench, patch: Value) {
    bench.ask("change_settings", json!({ "patch": patch })).await;
}

/// Titles of what fires of a rule.
async fn firing(bench: &Bench, rule: &str) -> Vec<String> {
    let view = bench.ask("alerts", json!({})).await;
    let of = |alert: &&Value| alert["rule"] == rule && alert["state"] == "firing" && alert["silenced_by"].is_null();
    let active = view["active"].as_array().cloned().unwrap_or_default();
    active.iter().filter(of).map(|alert| alert["values"]["title_en"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_tried_over_what_is_stored_and_disturbs_nobody_meanwhile() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let events = (0..60).map(|n| refund(n, if n % 2 == 0 { "c1" } else { "c2" }, 1_000 * n, 24 * 10 - n)).collect();
    let bench = open(folder.path(), events).await?;
    let rule = |when: &str| json!({ "title": { "en": "Big" }, "when": when });
    let tried = async |when: &str, days: u32| bench.ask("backtest", json!({ "id": "big", "document": rule(when), "days": days })).await;
    let seen = tried("kind:finance:refund amount>50000", 30).await;
    assert_eq!(
        (&seen["fired"], &seen["situations"], &seen["alerts"][0]["title"]["en"]),
        (&json!(9), &json!(9), &json!("Big: RF-59")),
        "{seen}"
    );
    assert!(seen["events"].as_u64() >= Some(9) && seen["alerts"][0]["seq"].is_number() && seen["interruptions_now"].is_null(), "{seen}");
    assert_eq!(tried("kind:finance:refund amount>50000", 1).await["fired"], 0, "it was longer ago");
    let both = tried("sum(amount, kind:finance:refund customerId:c1, 7d) > 100000", 30).await;
    assert_eq!((&both["fired"], &both["situations"]), (&json!(1), &json!(1)), "one alert that goes on: {both}");
    let silent = tried("rate(kind:inventory:*, 1h) < 1", 30).await;
    assert_eq!(silent["fired"], 1, "nothing of the kind ever came: {silent}");
    let refused = bench.call("backtest", json!({ "id": "big", "document": rule("amount>"), "days": 30 })).await.unwrap_err();
    assert_eq!(refused.message, "when: amount is compared with nothing");
    assert!(firing(&bench, "big").await.is_empty(), "it is not in force");
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_in_force_judges_at_once_is_kept_quiet_for_a_while_and_outlasts_a_restart() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let events = vec![stock("p1", "east", 90, 40), stock("p2", "west", 90, 30), stock("p3", "east", 90, 80)];
    let bench = open(folder.path(), events).await?;
    let few = |n: u32| json!({ "rules": { "few": { "title": { "zh": "少", "en": "Few" }, "when": format!("stock.on_hand < {n}"), "severity": "critical" } } });
    change(&bench, few(50)).await;
    assert_eq!(firing(&bench, "few").await, ["Few: 瓷砖 p1", "Few: 瓷砖 p2"]);
    change(&bench, few(35)).await;
    assert_eq!(firing(&bench, "few").await, ["Few: 瓷砖 p2"], "what no longer holds resolves at once");
    change(&bench, few(50)).await;

    let silence = json!({ "filter": "warehouse:east", "author": "张敏", "reason": "盘点", "from": now() - 1, "until": now() + HOUR });
    let preview = bench.ask("preview_silence", json!({ "filter": "warehouse:east" })).await;
    assert_eq!((&preview["now"], &preview["alerts"][0]["label"]), (&json!(1), &json!("瓷砖 p1")), "{preview}");
    change(&bench, json!({ "silences": { "count": silence } })).await;
    assert_eq!(firing(&bench, "few").await, ["Few: 瓷砖 p2"]);
    for (wrong, why) in [("author", "needs an author"), ("reason", "needs an author and a reason")] {
        let mut other = silence.clone();
        other[wrong] = json!(" ");
        let refused = bench.call("change_settings", json!({ "patch": { "silences": { "other": other } } })).await.unwrap_err();
        assert!(refused.message.contains(why), "{}", refused.message);
    }
    bench.ask("acknowledge", json!({ "ids": ["few:s/product:p2"], "note": "订了 200 件" })).await;
    bench.console.shutdown().await;

    let bench = Bench::start(folder.path()).await?;
    let view = bench.ask("alerts", json!({})).await;
    let alert = |id: &str| view["active"].as_array().unwrap().iter().find(|alert| alert["id"] == id).cloned().unwrap_or_default();
    assert_eq!(alert("few:s/product:p1")["silenced_by"], "count", "{view}");
    assert_eq!(alert("few:s/product:p2")["timeline"].as_array().unwrap().last().unwrap()["note"], "订了 200 件", "{view}");
    let load = bench.ask("alert_load", json!({})).await;
    assert_eq!(load["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == "few").unwrap()["answered"]["count"], 1, "{load}");
    change(&bench, json!({ "silences": { "count": null } })).await;
    assert_eq!(firing(&bench, "few").await, ["Few: 瓷砖 p1"], "a silence that is taken back hides nothing any more");
    change(&bench, json!({ "rules": { "few": null } })).await;
    assert!(firing(&bench, "few").await.is_empty());
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_of_a_single_event_ends_when_its_rule_does_not_mean_it_any_more() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = open(folder.path(), Vec::new()).await?;
    let rule = |n: u32| json!({ "rules": { "big": { "title": { "en": "Big" }, "when": format!("kind:finance:refund amount>{n}") } } });
    change(&bench, rule(100)).await;
    bench.console.shutdown().await;
    let store = Store::open(&folder.path().join("events.db"), Options::CONSOLE)?;
    store.append(Batch { events: vec![refund(1, "c1", 500, 0), refund(2, "c2", 5_000, 0)], ..Batch::default() }).await?;
    store.close().await;
    let bench = Bench::start(folder.path()).await?;
    bench.eventually("both to fire", async || (firing(&bench, "big").await.len() == 2).then_some(())).await;
    change(&bench, rule(1_000)).await;
    bench.eventually("one to end", async || (firing(&bench, "big").await == ["Big: RF-2"]).then_some(())).await;
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_lists_acknowledges_shelves_and_tries_rules() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = open(folder.path(), vec![stock("p1", "east", 90, 4), refund(1, "c1", 20_000, 3), refund(2, "c1", 30_000, 2)]).await?;
    let asked = async |what: Ask, json: bool| ask(folder.path(), what, json, Tongue::English).await;
    let low = bench.eventually("the stock to be low", async || {
        let Told::Done(table) = asked(Ask::Alerts, false).await else { return None };
        table.contains("low_stock:s/product:p1").then_some(table)
    });
    let table = low.await;
    assert!(table.starts_with("ID ") && table.contains("Low stock: 瓷砖 p1"), "{table}");
    let acknowledge = Ask::Acknowledge { ids: vec!["low_stock:s/product:p1".into()], note: Some("on its way".into()) };
    assert_eq!(asked(acknowledge, false).await, Told::Done("done".into()));
    let Told::Done(listed) = asked(Ask::Alerts, true).await else { panic!("it is running") };
    assert!(listed.contains("\"note\": \"on its way\""), "{listed}");
    let shelve = |minutes: u32| Ask::Shelve { id: "low_stock:s/product:p1".into(), minutes };
    assert_eq!(asked(shelve(30), false).await, Told::Done("done".into()));
    assert!(matches!(asked(shelve(0), false).await, Told::Refused(why) if why.contains("put off for 1 to")));

    let rules = |when: &str, expect: u32| {
        let document = serde_json::from_value(json!({ "title": { "en": "Big" }, "when": when })).unwrap();
        Ask::Try { rules: [("big".to_owned(), Tried { document, expect: Some(expect) })].into(), days: 30 }
    };
    let told = asked(rules("kind:finance:refund amount>25000", 1), false).await;
    assert!(matches!(&told, Told::Done(text) if text.starts_with("ok    big: fired 1 times, expected 1")), "{told:?}");
    let told = asked(rules("kind:finance:refund amount>10000", 1), false).await;
    assert!(matches!(&told, Told::Refused(text) if text.starts_with("FAIL  big: fired 2 times, expected 1")), "{told:?}");
    let told = asked(rules("amount>", 1), false).await;
    assert!(matches!(&told, Told::Refused(text) if text.starts_with("FAIL  big: when: amount is compared with nothing")), "{told:?}");
    bench.console.shutdown().await;
    Ok(())
}

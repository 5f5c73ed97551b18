//! A data folder with something of everything in it, and what a console finds there: what a released version wrote has to be found by every later one.

use crate::gateway::Gateway;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use watchdeck_store::{Profile, Store};
use watchdeck_testkit::{clock::now, console::Bench, link::Link, patience::eventually, redis::Redis};

/// The token of the source `s`.
pub const TOKEN: &str = "token-of-the-folder";
/// What is written beside a folder's files: what a console has to find in it.
pub const FOUND: &str = "found.json";

/// The folders of released versions, oldest first.
///
/// # Errors
/// When there are none.
pub fn released() -> Result<Vec<PathBuf>> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("folders");
    let mut folders: Vec<_> =
        std::fs::read_dir(&kept).with_context(|| kept.display().to_string())?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    folders.sort();
    ensure!(!folders.is_empty(), "{} holds no folder of a released version", kept.display());
    Ok(folders)
}

/// Makes `folder` with the console as it is now, and writes down beside it what is in it.
///
/// # Errors
/// When something is missing or does not get ready.
pub async fn make(folder: &Path) -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let link = Link::to(gateway.addr.clone()).await?;
    let bench = Bench::start(folder).await?;
    let mut settings = bench.call("hello", json!({})).await?["settings"].clone();
    let given = json!({
        "language": "zh-CN", "theme": "dark", "muted": true, "low_stock_threshold": 25, "product_thresholds": { "P-7": 40 }, "large_refund": "800",
        "large_amount": "90000", "stuck_after_minutes": 90, "stale_after_seconds": 600, "rules_off": ["finance_overdue"], "close_to_tray": false,
        "user_name": "李主管",
        "sources": [
            { "id": "s", "name": "East", "url": format!("ws://{}/ws", link.addr), "dialect": "native", "colour": "violet", "currency": "CNY",
              "time_zone": "Asia/Shanghai", "token": TOKEN, "expect_minutes": 0 },
            { "id": "old", "name": "Old ERP", "url": "wss://erp.example/api/ws", "dialect": "erp", "paused": true, "history_path": "/api/events",
              "poll_seconds": 20, "user_id": "u7", "origin": "https://erp.example", "proxy": "http://proxy.example:3128", "proxy_user": "ann" },
        ],
    });
    merge(&mut settings, &given);
    bench.call("save_settings", json!({ "settings": settings })).await?;
    bench.live().await?;
    let now = now();
    for (channel, event) in events(now) {
        redis.publish(&format!("ws:{channel}"), &event).await?;
    }
    let alerts = eventually("three alerts", || async {
        let view = bench.call("alerts", json!({})).await?;
        Ok(view["active"].as_array().filter(|active| active.len() >= 3).cloned())
    })
    .await?;
    let id = |rule: &str| {
        alerts.iter().find(|alert| alert["rule"] == rule).map(|alert| alert["id"].clone()).with_context(|| format!("an alert {rule}"))
    };
    bench.call("acknowledge", json!({ "ids": [id("system_critical")?] })).await?;
    bench.call("snooze", json!({ "id": id("low_stock")?, "minutes": 10_000 })).await?;
    link.block(true);
    bench.state("offline").await?;
    let key = bench.call("approvals", json!({})).await?["pending"][0]["key"].clone();
    let results = bench.call("decide", json!({ "keys": [key], "approve": false, "reason": "价格不对" })).await?;
    ensure!(results[0]["ok"] == true, "{results}");
    bench.console.shutdown().await;
    let found = look(folder).await?;
    ensure!(found["events"].as_u64() >= Some(6) && found["decisions"].as_object().is_some_and(|all| !all.is_empty()), "{found:#}");
    // The lock is of a process, and not of a version.
    std::fs::remove_file(folder.join("events.lock")).ok();
    Ok(std::fs::write(folder.join(FOUND), format!("{found:#}\n"))?)
}

fn events(now: i64) -> Vec<(&'static str, Value)> {
    vec![
        (
            "inventory",
            json!({ "type": "inventory:change", "action": "outbound", "productId": "P-7", "productName": "青岛纯生", "oldQuantity": 60, "newQuantity": 12, "changeAmount": -48, "timestamp": now }),
        ),
        (
            "orders",
            json!({ "type": "order:status", "orderType": "sales", "orderId": "o1", "orderNumber": "SO-1", "oldStatus": "draft", "newStatus": "shipped", "timestamp": now }),
        ),
        (
            "approvals",
            json!({ "type": "approval:request", "resourceType": "order", "resourceId": "a1", "resourceNumber": "SO-2", "requesterName": "陈晨", "amount": "1,250.50", "timestamp": now }),
        ),
        (
            "finance",
            json!({ "type": "finance:payment", "action": "confirmed", "recordType": "payment", "recordId": "f1", "recordNumber": "PAY-1", "amount": "8460.10", "timestamp": now }),
        ),
        (
            "finance",
            json!({ "type": "finance:payment", "action": "confirmed", "recordType": "payment", "recordId": "f2", "recordNumber": "PAY-2", "amount": "a lot", "timestamp": now }),
        ),
        ("system", json!({ "type": "system:alert", "level": "critical", "message": "Cold store 2 is warm", "timestamp": now })),
    ]
}

/// Opens `folder` with the console as it is now, and says what it finds. The folder is the console's from then on: look into a copy.
///
/// # Errors
/// When it cannot be opened.
pub async fn look(folder: &Path) -> Result<Value> {
    let bench = Bench::start(folder).await?;
    let settings = bench.call("hello", json!({})).await?["settings"].take();
    // What has no end of its own is resolved some time after somebody has taken it up: a folder is older than that.
    let mut view = bench.call("alerts", json!({})).await?;
    let alerts = ["active", "resolved"].map(|part| view[part].take());
    // What was stored last is counted in the numbers a moment after a start.
    let pending = eventually("the request of the folder", || async {
        let pending = bench.call("approvals", json!({})).await?["pending"].take();
        Ok(pending.as_array().is_some_and(|all| !all.is_empty()).then_some(pending))
    })
    .await?;
    let overview = bench.call("health", json!({})).await?["unread"].take();
    bench.console.shutdown().await;
    let store = Store::look(&folder.join("events.db"), Profile::Console)?;
    let events = store.head();
    let positions: Map<String, Value> =
        store.positions("s").await?.into_iter().map(|(channel, position)| (channel.to_string(), json!(position))).collect();
    store.close().await;
    let of = |all: &Value, wanted: &dyn Fn(&Value) -> Option<(String, Value)>| -> Map<String, Value> {
        all.as_array().into_iter().flatten().filter_map(wanted).collect()
    };
    let alert = |alert: &Value| {
        // How the links are is of the moment.
        let rule = alert["rule"].as_str().filter(|rule| !rule.starts_with("feed_"))?;
        // That it was put off is kept; until when, a test next year has passed.
        let steps: Map<_, _> = alert["timeline"]
            .as_array()?
            .iter()
            .map(|step| (step["state"].as_str().unwrap_or_default().to_owned(), step["by"].clone()))
            .collect();
        let kept = json!({ "acknowledged_by": alert["acknowledged_by"], "count": alert["count"], "steps": steps });
        Some((format!("{rule} {}", alert["label"].as_str().unwrap_or_default()), kept))
    };
    let decision = |approval: &Value| {
        let decision = approval.get("decision").filter(|decision| !decision.is_null())?;
        // Between two tries it waits, and during one it is on its way.
        Some((approval["number"].as_str()?.to_owned(), json!({ "approve": decision["approve"], "at": decision["at"] })))
    };
    let unread = |of: &Value| Some((of["source"].as_str()?.to_owned(), of["times"].clone()));
    Ok(json!({
        "settings": settings, "alerts": alerts.iter().flat_map(|alerts| of(alerts, &alert)).collect::<Map<_, _>>(), "decisions": of(&pending, &decision), "unread": of(&overview, &unread),
        "positions": positions, "events": events,
        "secret": std::fs::read_to_string(folder.join("secrets.json")).is_ok_and(|secrets| secrets.contains(TOKEN)),
    }))
}

/// What of `wanted` is not in `found`, by the path to it. What was not known then may be there.
#[must_use]
pub fn missing(wanted: &Value, found: &Value) -> Vec<String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .flat_map(|(name, wanted)| {
                let within = missing(wanted, found.get(name).unwrap_or(&Value::Null));
                within.into_iter().map(move |path| format!("{name}.{path}"))
            })
            .collect(),
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => wanted
            .iter()
            .zip(found)
            .enumerate()
            .flat_map(|(n, (wanted, found))| missing(wanted, found).into_iter().map(move |path| format!("{n}.{path}")))
            .collect(),
        _ if wanted == found => Vec::new(),
        _ => vec![format!(" {wanted} was written, {found} is found")],
    }
}

fn merge(into: &mut Value, given: &Value) {
    if let (Value::Object(into), Value::Object(given)) = (&mut *into, given) {
        into.extend(given.clone());
    }
}

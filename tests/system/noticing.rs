//! The right person notices, and is never spammed.

use anyhow::{Result, ensure};
use serde_json::json;
use watchdeck_testkit::{clock::now, console::Bench, patience::eventually, redis::Redis};
use watchdeck_tests::{gateway::Gateway, stage::Stage};

async fn firing(bench: &Bench) -> Result<Vec<serde_json::Value>> {
    let alerts = bench.call("alerts", json!({})).await?;
    Ok(alerts["active"].as_array().cloned().unwrap_or_default().into_iter().filter(|alert| alert["state"] == "firing").collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn low_stock_rings_once_says_how_much_is_left_and_ends_when_it_is_filled_up() -> Result<()> {
    let Stage { redis, gateway: _gateway, bench, folder: _folder } = Stage::open().await?;
    let change = |old: i64, new: i64| {
        // As in the ERP's own guide, which leaves changeAmount out.
        json!({ "type": "inventory:change", "action": "outbound", "productId": "P-1", "productName": "木纹砖", "oldQuantity": old, "newQuantity": new, "timestamp": now() })
    };
    redis.publish("ws:inventory", &change(12, 9)).await?;
    redis.publish("ws:inventory", &change(9, 7)).await?;
    let alerts = eventually("the alert to say both", || async {
        let firing = firing(&bench).await?;
        Ok(firing.iter().any(|alert| alert["values"]["stock.on_hand"] == "7").then_some(firing))
    })
    .await?;
    ensure!(alerts.len() == 1 && alerts[0]["count"] == 1, "one alert, whose numbers move: {alerts:?}");
    // What is told follows what is stored.
    let toasts = eventually("the toast", || async {
        let toasts = bench.shell.toasts.lock().expect("no test panics while holding it").clone();
        Ok((!toasts.is_empty()).then_some(toasts))
    })
    .await?;
    ensure!(toasts.len() == 1 && toasts[0].title.contains("木纹砖") && toasts[0].body.contains("9 on hand"), "{toasts:?}");

    redis.publish("ws:inventory", &change(7, 200)).await?;
    eventually("the alert to end", || async { Ok(firing(&bench).await?.is_empty().then_some(())) }).await?;
    eventually("the toast to be taken back", || async {
        let retracted = bench.shell.retracted.lock().expect("no test panics while holding it").clone();
        Ok((retracted.len() == 1 && retracted[0].ends_with("/product:P-1")).then_some(()))
    })
    .await?;
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_critical_events_in_a_second_are_a_few_toasts_and_a_summary() -> Result<()> {
    let Stage { redis, gateway: _gateway, bench, folder: _folder } = Stage::open().await?;
    let words = ["pump", "gate", "scanner", "printer", "lift"];
    let messages: Vec<_> = (0..200u8)
        .map(|n| {
            // Told apart by letters: the same complaint with other numbers would be one alert.
            let name: String = [n / 26, n % 26].iter().map(|digit| char::from(b'a' + digit)).collect();
            let message = format!("{} {name} does not answer", words[usize::from(n) % words.len()]);
            (
                "ws:system".to_owned(),
                json!({ "type": "system:alert", "level": "critical", "message": message, "timestamp": now() }).to_string(),
            )
        })
        .collect();
    redis.publish_all(&messages).await?;
    eventually("all alerts to fire", || async { Ok((firing(&bench).await?.len() == 200).then_some(())) }).await?;
    eventually("the summary", || async {
        Ok(bench
            .shell
            .toasts
            .lock()
            .expect("no test panics while holding it")
            .iter()
            .any(|toast| toast.id == "watchdeck:summary")
            .then_some(()))
    })
    .await?;
    bench.console.shutdown().await;
    let toasts = bench.shell.toasts.lock().expect("no test panics while holding it").len();
    let tones = bench.shell.tones.lock().expect("no test panics while holding it").len();
    ensure!(toasts <= 8, "{toasts} toasts for one burst");
    ensure!((1..=4).contains(&tones), "{tones} tones for one burst");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_alert_stays_acknowledged_over_a_restart_and_rings_no_second_time() -> Result<()> {
    let Stage { redis, gateway: _gateway, bench, folder } = Stage::open().await?;
    let alert = json!({ "type": "system:alert", "level": "critical", "message": "printer down", "timestamp": now() });
    redis.publish("ws:system", &alert).await?;
    let banner = eventually("the banner", || async {
        let banner = bench.call("recent", json!({ "rows": 0 })).await?["frame"]["banner"].clone();
        Ok((!banner.is_null()).then_some(banner))
    })
    .await?;
    bench.call("acknowledge", json!({ "ids": banner["ids"] })).await?;
    bench.console.shutdown().await;

    let bench = Bench::start(folder.path()).await?;
    bench.live().await?;
    let alerts = bench.call("alerts", json!({})).await?;
    ensure!(alerts["active"][0]["state"] == "acknowledged", "{}", alerts["active"]);
    ensure!(bench.call("recent", json!({ "rows": 0 })).await?["frame"]["banner"].is_null(), "no banner for what somebody has");
    ensure!(bench.shell.toasts.lock().expect("no test panics while holding it").is_empty(), "nobody is told twice");
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_piled_up_while_away_is_one_digest() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let long_ago = now() - 3 * 3_600_000;
    let request = |n: i64, kind: &str| {
        json!({ "type": kind, "resourceType": "order", "resourceId": format!("o{n}"), "resourceNumber": format!("SO-{n}"), "requesterId": "u1",
            "requesterName": "陈晨", "timestamp": long_ago + n })
    };
    for n in 0..20 {
        redis.publish("ws:approvals", &request(n, "approval:request")).await?;
    }
    for n in 0..5 {
        redis.publish("ws:approvals", &request(n, "approval:approved")).await?;
    }
    let folder = tempfile::tempdir()?;
    let bench = Bench::start(folder.path()).await?;
    bench.connect(&gateway.ws()).await?;
    bench.stored(25).await?;
    eventually("the digest", || async {
        Ok((!bench.shell.toasts.lock().expect("no test panics while holding it").is_empty()).then_some(()))
    })
    .await?;
    bench.console.shutdown().await;
    let toasts = bench.shell.toasts.lock().expect("no test panics while holding it").clone();
    ensure!(toasts.len() == 1, "one digest, not a storm: {toasts:?}");
    let title = &toasts[0].title;
    ensure!(
        title.contains("SO-") && title.contains("14 more"),
        "one by its name and the rest, without what was decided meanwhile: {title}"
    );
    Ok(())
}

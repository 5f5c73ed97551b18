//! What somebody looks at that is masked stands in the gateway's audit, also where that was away.

use crate::deciding::audit;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;
use watchdeck_testkit::{console::Bench, patience::eventually};
use watchdeck_tests::gateway::Gateway;

/// What the audit says was looked at.
fn looked_at(log: &Path) -> Result<Vec<Value>> {
    let entries = audit(log, &["audit", "export"])?;
    let entries = entries.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    Ok(entries.into_iter().filter(|entry| entry["act"] == "revealed").collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_at_a_masked_field_is_noted_and_one_while_the_gateway_was_away_is_noted_later() -> Result<()> {
    let (log, store) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let gateway = Gateway::on(log.path(), None, 25_000).await?;
    let addr = gateway.addr.clone();
    let bench = Bench::start(store.path()).await?;
    bench.connect(&gateway.ws()).await?;
    bench.live().await?;
    let data =
        json!({ "type": "withdrawal.created", "withdrawal_id": "w1", "user_id": "u1", "amount": 5, "bank_account": "6222021234567890123" });
    let body = json!({ "channel": "events", "data": data });
    reqwest::Client::new().post(format!("http://{addr}/api/publish")).json(&body).send().await?.error_for_status()?;
    let row = eventually("the withdrawal", || async { Ok(bench.of_kind("withdrawal.created").await.into_iter().next()) }).await?;
    let look = json!({ "seq": row["seq"], "reveal": true });
    bench.call("event", json!({ "seq": row["seq"] })).await?;
    let shown = bench.call("event", look.clone()).await?;
    ensure!(shown["raw"].as_str().is_some_and(|raw| raw.contains("6222021234567890123")), "{shown}");
    let noted = eventually("the look to be noted", || async { Ok(looked_at(log.path())?.into_iter().next()) }).await?;
    ensure!(noted["what"].as_str().is_some_and(|what| what.starts_with("events ")), "{noted}");
    ensure!(noted["detail"].as_str().is_some_and(|words| words.contains("by ")), "whoever sits there is named: {noted}");

    drop(gateway);
    bench.call("event", look).await?;
    bench.console.shutdown().await;
    ensure!(looked_at(log.path())?.len() == 1, "nobody could be told");
    let _gateway = Gateway::on_port(&addr, log.path(), None, 25_000).await?;
    let bench = Bench::start(store.path()).await?;
    let both = eventually("the other look to be noted", || async {
        let looked = looked_at(log.path())?;
        Ok((looked.len() == 2).then_some(looked))
    });
    let both = both.await?;
    ensure!(both[0]["what"] == both[1]["what"], "{both:?}");
    audit(log.path(), &["audit", "verify"]).context("the chains hold")?;
    bench.console.shutdown().await;
    Ok(())
}

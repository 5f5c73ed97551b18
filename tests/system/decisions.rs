//! Decisions are never lost and never silently overtaken.

use anyhow::{Context as _, Result, ensure};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use watchdeck_testkit::{
    clock::now,
    console::Bench,
    link::Link,
    patience::eventually,
    redis::Redis,
    secure::{NAME, Secure},
};
use watchdeck_tests::{gateway::Gateway, stage::Stage};

fn event(kind: &str, number: &str, approver: Option<&str>) -> Value {
    json!({ "type": kind, "resourceType": "order", "resourceId": number, "resourceNumber": number, "requesterId": "u1", "requesterName": "陈晨",
        "approverName": approver, "amount": 8460.10, "currency": "CNY", "timestamp": now() })
}

async fn approval(bench: &Bench, list: &str, number: &str) -> Result<Option<Value>> {
    let view = bench.call("approvals", json!({})).await?;
    Ok(view[list].as_array().and_then(|all| all.iter().find(|approval| approval["number"] == number).cloned()))
}

async fn state_of(bench: &Bench, list: &str, number: &str, state: &str) -> Result<Value> {
    eventually(&format!("{number} to be {state}"), || async {
        let approval = approval(bench, list, number).await?.with_context(|| format!("{number} is not in {list}"))?;
        ensure!(approval["decision"]["state"] == state, "{}", approval["decision"]);
        Ok(Some(approval))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_goes_to_the_erp_and_comes_back_as_its_event() -> Result<()> {
    let Stage { redis, gateway: _gateway, bench, folder: _folder } = Stage::open().await?;
    let mut erp = redis.subscribe("watchdeck:decisions").await?;
    redis.publish("ws:approvals", &event("approval:request", "SO-1", None)).await?;
    let pending = eventually("the request", || approval(&bench, "pending", "SO-1")).await?;
    ensure!(pending["amount"] == "8460.1" || pending["amount"] == "8460.10", "money is exact: {}", pending["amount"]);

    let results = bench.call("decide", json!({ "keys": ["order:SO-1", "order:none"], "approve": true, "reason": "ok" })).await?;
    ensure!(results[0]["ok"] == true && results[1]["ok"] == false, "a result per row: {results}");
    let decision: Value = serde_json::from_str(&erp.on_message().next().await.context("a decision")?.get_payload::<String>()?)?;
    ensure!(decision["resourceId"] == "SO-1" && decision["approve"] == true && decision["reason"] == "ok", "{decision}");
    state_of(&bench, "pending", "SO-1", "sent").await?;
    let by = decision["approverName"].as_str().context("a name")?;
    redis.publish("ws:approvals", &event("approval:approved", "SO-1", Some(by))).await?;
    let done = state_of(&bench, "history", "SO-1", "confirmed").await?;
    ensure!(done["status"] == "approved" && done["decided_by"] == by, "{done}");
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_in_time_never_reaches_the_erp_and_what_was_handed_on_cannot_be() -> Result<()> {
    let Stage { redis, gateway: _gateway, bench, folder: _folder } = Stage::open().await?;
    let mut erp = redis.subscribe("watchdeck:decisions").await?;
    redis.publish("ws:approvals", &event("approval:request", "SO-7", None)).await?;
    eventually("the request", || approval(&bench, "pending", "SO-7")).await?;
    bench.call("decide", json!({ "keys": ["order:SO-7"], "approve": true, "reason": null })).await?;
    let held = bench.call("decisions", json!({})).await?;
    let one = &held["waiting"][0];
    ensure!(one["number"] == "SO-7" && one["source"] == "s" && one["decision"]["held_until"].is_i64(), "{held}");
    let back = bench.call("withdraw", json!({ "keys": ["order:SO-7", "order:none"] })).await?;
    ensure!(back[0]["ok"] == true && back[1]["ok"] == false, "a result per row: {back}");
    bench.call("decide", json!({ "keys": ["order:SO-7"], "approve": false, "reason": "破损" })).await?;
    let decision: Value = serde_json::from_str(&erp.on_message().next().await.context("a decision")?.get_payload::<String>()?)?;
    ensure!(decision["approve"] == false, "the first one was never sent: {decision}");
    state_of(&bench, "pending", "SO-7", "sent").await?;
    let late = bench.call("withdraw", json!({ "keys": ["order:SO-7"] })).await?;
    ensure!(late[0]["error"].as_str().is_some_and(|why| why.contains("cannot be taken back")), "{late}");
    ensure!(bench.call("decisions", json!({})).await?["reasons"][0] == "破损", "it is offered for the next one");
    bench.console.shutdown().await;
    Ok(())
}

/// More than the projections remember.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_is_found_as_far_back_as_the_store_goes() -> Result<()> {
    const ALL: usize = 620;
    let Stage { redis, gateway: _gateway, bench, folder: _folder } = Stage::open().await?;
    for n in 0..ALL {
        let number = format!("SO-{n:04}");
        redis.publish("ws:approvals", &event("approval:request", &number, None)).await?;
        let mut decided = event("approval:approved", &number, Some("周主管"));
        decided["comment"] = json!(format!("同意 {n}"));
        redis.publish("ws:approvals", &decided).await?;
    }
    let last = format!("SO-{:04}", ALL - 1);
    eventually("the last decision", || approval(&bench, "history", &last)).await?;
    let (mut before, mut numbers) = (Value::Null, Vec::new());
    loop {
        let page = bench.call("approval_history", json!({ "before": before, "limit": 200, "query": "" })).await?;
        let decided = page["decided"].as_array().context("a page")?;
        numbers.extend(decided.iter().filter_map(|one| one["number"].as_str().map(str::to_owned)));
        before = page["next_before"].clone();
        if before.is_null() {
            ensure!(page["back_to"].is_i64(), "it says how far back it goes: {page}");
            break;
        }
    }
    let wanted: Vec<_> = (0..ALL).rev().map(|n| format!("SO-{n:04}")).collect();
    ensure!(numbers == wanted, "each once, the newest first: {} of {ALL}", numbers.len());
    for (query, number) in
        [("so-0003", "SO-0003"), ("周主管 同意 so-0017", "SO-0017"), ("8,460.10 so-0600", "SO-0600"), ("已批准 so-0001", "SO-0001")]
    {
        let (mut before, mut found) = (Value::Null, Vec::new());
        while found.is_empty() {
            let page = bench.call("approval_history", json!({ "before": before, "limit": 200, "query": query })).await?;
            found.extend(page["decided"].as_array().into_iter().flatten().filter_map(|one| one["number"].as_str().map(str::to_owned)));
            before = page["next_before"].clone();
            ensure!(!found.is_empty() || !before.is_null(), "{query} is not found");
        }
        ensure!(found.iter().any(|one| one == number), "{query}: {found:?}");
    }
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_second_sees_who_was_first() -> Result<()> {
    let Stage { redis, gateway: _gateway, bench, folder: _folder } = Stage::open().await?;
    let _erp = redis.subscribe("watchdeck:decisions").await?;
    redis.publish("ws:approvals", &event("approval:request", "SO-2", None)).await?;
    eventually("the request", || approval(&bench, "pending", "SO-2")).await?;
    bench.call("decide", json!({ "keys": ["order:SO-2"], "approve": true, "reason": null })).await?;
    state_of(&bench, "pending", "SO-2", "sent").await?;
    redis.publish("ws:approvals", &event("approval:rejected", "SO-2", Some("周主管"))).await?;
    let done = state_of(&bench, "history", "SO-2", "overtaken").await?;
    ensure!(done["decision"]["error"] == "周主管" && done["status"] == "rejected", "{done}");
    let again = bench.call("decide", json!({ "keys": ["order:SO-2"], "approve": true, "reason": null })).await?;
    ensure!(again[0]["ok"] == false && again[0]["error"].as_str().is_some_and(|why| why.contains("周主管")), "{again}");
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_made_offline_waits_visibly_survives_a_restart_and_is_sent_when_the_gateway_is_back() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut erp = redis.subscribe("watchdeck:decisions").await?;
    let link = Link::to(gateway.addr.clone()).await?;
    let folder = tempfile::tempdir()?;
    let bench = Bench::start(folder.path()).await?;
    bench.connect(&format!("ws://{}/ws", link.addr)).await?;
    bench.live().await?;
    redis.publish("ws:approvals", &event("approval:request", "SO-3", None)).await?;
    eventually("the request", || approval(&bench, "pending", "SO-3")).await?;
    link.block(true);
    bench.call("decide", json!({ "keys": ["order:SO-3"], "approve": false, "reason": "破损" })).await?;
    let waiting = state_of(&bench, "pending", "SO-3", "queued").await?;
    ensure!(waiting["decision"]["approve"] == false, "{waiting}");
    bench.console.shutdown().await;

    let bench = Bench::start(folder.path()).await?;
    state_of(&bench, "pending", "SO-3", "queued").await?;
    link.block(false);
    let decision: Value = serde_json::from_str(&erp.on_message().next().await.context("a decision")?.get_payload::<String>()?)?;
    ensure!(decision["resourceId"] == "SO-3" && decision["reason"] == "破损", "{decision}");
    state_of(&bench, "pending", "SO-3", "sent").await?;
    bench.console.shutdown().await;
    Ok(())
}

/// The way of the stream itself: its certificates, its proxy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_takes_the_way_of_its_stream_through_tls_and_a_proxy() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let secure = Secure::before(gateway.addr.clone()).await?;
    let mut erp = redis.subscribe("watchdeck:decisions").await?;
    let folder = tempfile::tempdir()?;
    let bench = Bench::start(folder.path()).await?;
    let source = json!({ "id": "s", "name": "ERP", "url": format!("wss://{NAME}/ws"), "dialect": "native",
        "ca_file": secure.ca_file(), "proxy": format!("http://{}", secure.proxy) });
    bench.sources(json!([source])).await?;
    bench.live().await?;
    redis.publish("ws:approvals", &event("approval:request", "SO-4", None)).await?;
    eventually("the request", || approval(&bench, "pending", "SO-4")).await?;
    let before = secure.tunnels();
    bench.call("decide", json!({ "keys": ["order:SO-4"], "approve": true, "reason": null })).await?;
    state_of(&bench, "pending", "SO-4", "sent").await?;
    let decision: Value = serde_json::from_str(&erp.on_message().next().await.context("a decision")?.get_payload::<String>()?)?;
    ensure!(decision["resourceId"] == "SO-4" && secure.tunnels() > before, "{decision}");
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_does_not_answer_holds_up_the_decisions_of_no_other() -> Result<()> {
    let redis = [Redis::start().await?, Redis::start().await?];
    let gateways = [Gateway::start(&redis[0].url).await?, Gateway::start(&redis[1].url).await?];
    let mut erp = redis[1].subscribe("watchdeck:decisions").await?;
    let links = [Link::to(gateways[0].addr.clone()).await?, Link::to(gateways[1].addr.clone()).await?];
    let folder = tempfile::tempdir()?;
    let bench = Bench::start(folder.path()).await?;
    let source = |id: &str, link: &Link| json!({ "id": id, "name": id, "url": format!("ws://{}/ws", link.addr), "dialect": "native" });
    bench.sources(json!([source("mute", &links[0]), source("well", &links[1])])).await?;
    eventually("both links to be live", || async {
        let sources = bench.call("recent", json!({ "rows": 0 })).await?["frame"]["sources"].take();
        Ok(sources.as_array().is_some_and(|all| all.iter().all(|source| source["state"]["kind"] == "live")).then_some(()))
    })
    .await?;
    let mut keys = Vec::new();
    for (redis, number) in redis.iter().zip(["SO-5", "SO-6"]) {
        // Once: a request that is made again is a new one, which nobody decided.
        redis.publish("ws:approvals", &event("approval:request", number, None)).await?;
        keys.push(eventually(number, || approval(&bench, "pending", number)).await?["key"].take());
    }
    // New connections are taken, and nobody answers on them.
    links[0].mute(true);
    let results = bench.call("decide", json!({ "keys": keys, "approve": true, "reason": null })).await?;
    ensure!(results[0]["ok"] == true && results[1]["ok"] == true, "{results}");
    let decision: Value = serde_json::from_str(&erp.on_message().next().await.context("a decision")?.get_payload::<String>()?)?;
    ensure!(decision["resourceId"] == "SO-6", "{decision}");
    state_of(&bench, "pending", "SO-6", "sent").await?;
    let waiting = approval(&bench, "pending", "SO-5").await?.context("it still waits")?;
    ensure!(waiting["decision"]["state"] != "sent", "{waiting}");
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_that_nobody_published_a_request_for_is_decided_with_its_refund_and_settled_by_its_state() -> Result<()> {
    let Stage { redis, gateway: _gateway, bench, folder: _folder } = Stage::open().await?;
    let mut erp = redis.subscribe("watchdeck:decisions").await?;
    let state = |from: &str, to: &str| {
        json!({ "type": "order:status", "orderType": "return", "orderId": "ro-9", "orderNumber": "RT-9", "oldStatus": from, "newStatus": to,
            "userId": "u1", "timestamp": now() })
    };
    redis.publish("ws:orders", &state("draft", "submitted")).await?;
    let pending = eventually("the derived request", || approval(&bench, "pending", "RT-9")).await?;
    ensure!(pending["derived_from"] == "order:status" && pending["can_decide"] == true, "{pending}");
    let keys = json!(["return:ro-9"]);
    let without = bench.call("decide", json!({ "keys": keys, "approve": true, "reason": null })).await?;
    ensure!(without[0]["error"] == "the decision on RT-9 needs refundAmount", "{without}");
    let with = bench.call("decide", json!({ "keys": keys, "approve": true, "reason": null, "fields": { "refundAmount": 120.5 } })).await?;
    ensure!(with[0]["ok"] == true, "{with}");
    let decision: Value = serde_json::from_str(&erp.on_message().next().await.context("a decision")?.get_payload::<String>()?)?;
    ensure!(decision["resourceType"] == "return" && decision["resourceId"] == "ro-9" && decision["approve"] == true, "{decision}");
    state_of(&bench, "pending", "RT-9", "sent").await?;
    redis.publish("ws:orders", &state("submitted", "approved")).await?;
    let done = state_of(&bench, "history", "RT-9", "confirmed").await?;
    ensure!(done["status"] == "approved", "{done}");
    bench.console.shutdown().await;
    Ok(())
}

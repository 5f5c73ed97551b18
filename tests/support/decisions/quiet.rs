//! When nobody is killed: how soon the others know, how long a thousand at once take, what somebody else's notifications show.

use super::stage::{COOKIES, PEOPLE, Person, Stage, Trouble};
use anyhow::{Context as _, Result, ensure};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;
use watchdeck_testkit::{caller::Client, clock::now};

/// How long a decision can be taken back at a console, ms.
const HOLD: u64 = 6_000;

/// Measure; answers milliseconds and counts.
///
/// # Errors
/// When something does not start or does not come.
pub async fn quiet(decisions: usize) -> Result<Value> {
    let stage = Stage::open(Trouble::default()).await?;
    let zhou = Person::sits_down(&stage, PEOPLE[0]).await?;
    let addr: SocketAddr = stage.gateway_addr.parse()?;
    let mut told = listening(addr).await?;
    let mut late = Vec::new();
    let (mut bulk, ids) = (0.0, (0..decisions).map(|n| format!("B{n}")).collect::<Vec<_>>());
    for chunk in ids.chunks(1_000) {
        let orders: Vec<(String, f64)> = chunk.iter().map(|id| (id.clone(), 5.0)).collect();
        stage.submit(&orders).await?;
        let names: Vec<&str> = chunk.iter().map(String::as_str).collect();
        let began = loop {
            let began = Instant::now();
            if let Some(results) = zhou.decides(&names, true, 5.0).await? {
                ensure!(results.iter().all(|result| result["ok"] == true), "all are taken: {}", results[0]);
                break began;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let (mut received, mut confirmed) = (0, 0);
        while confirmed < chunk.len() {
            let (state, at, heard) = told.recv().await.context("the listener lives")?;
            late.push((heard - at).max(0) as f64);
            received += usize::from(state == "received");
            confirmed += usize::from(state == "confirmed");
            if state == "received" && received == chunk.len() {
                bulk = (began.elapsed().as_millis() as f64 - HOLD as f64).max(0.0);
            }
        }
    }
    let reads = second_user(&stage, addr).await?;
    late.sort_by(f64::total_cmp);
    let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize];
    zhou.bench.console.shutdown().await;
    Ok(json!({ "loser_told_p99_ms": at(0.99), "loser_told_p50_ms": at(0.5), "bulk_1000_ms": bulk, "second_user_reads": reads }))
}

/// Somebody else's console: each state of a decision, when it changed and when it was heard.
async fn listening(addr: SocketAddr) -> Result<mpsc::Receiver<(String, i64, i64)>> {
    let mut client = Client::open(addr, "/ws", &[("sec-websocket-protocol", "watchdeck.v1"), ("authorization", &COOKIES[1])]).await;
    ensure!(client.frame().await["type"] == "hello", "the other one is let in");
    client.subscribe("orders", json!({})).await;
    let (tell, told) = mpsc::channel(100_000);
    tokio::spawn(async move {
        while let Some(Ok(message)) = client.socket.next().await {
            let heard = now();
            let Ok(frame) = serde_json::from_str::<Value>(message.to_text().unwrap_or_default()) else { continue };
            let single = (frame["type"] == "event").then(|| frame["data"].clone());
            let items = frame["items"].as_array().cloned().unwrap_or_default().into_iter().map(|mut item| item["data"].take());
            for data in single.into_iter().chain(items).filter(|data| data["type"] == "watchdeck:decision") {
                let state = data["state"].as_str().unwrap_or_default().to_owned();
                if tell.send((state, data["changedAt"].as_i64().unwrap_or(heard), heard)).await.is_err() {
                    return;
                }
            }
        }
    });
    Ok(told)
}

/// How much of the first user's own the second one reads, over every route.
async fn second_user(stage: &Stage, addr: SocketAddr) -> Result<u64> {
    let own = "user:u1:notifications";
    let note =
        |n: u32| json!({ "channel": own, "data": { "type": "notification", "userId": "u1", "title": "工资", "message": format!("{n}") } });
    let events: Vec<Value> = (0..50).map(note).collect();
    stage.publish(&json!({ "events": events })).await?;
    let mut reads = 0;
    let cookie = format!("{}={}", watchdeck_testkit::desk::COOKIE, PEOPLE[1][0]);
    let mut native = Client::open(addr, "/ws", &[("sec-websocket-protocol", "watchdeck.v1"), ("authorization", &COOKIES[1])]).await;
    let hello = native.frame().await;
    reads += u64::from(hello["channels"].as_array().context("channels")?.iter().any(|channel| channel == own));
    native.send(json!({ "type": "subscribe", "channel": own, "rewind": { "count": 50 } })).await;
    native.send(json!({ "type": "subscribe", "channel": "broadcast" })).await;
    let mut plain = Client::open(addr, "/", &[("cookie", &cookie)]).await;
    plain.send(json!({ "type": "subscribe", "channel": own })).await;
    plain.send(json!({ "type": "subscribe", "channel": "broadcast" })).await;
    // What comes in between is seen by the time the last thing has come.
    stage.publish(&json!({ "events": (50..60).map(note).collect::<Vec<_>>() })).await?;
    let last = json!({ "channel": "broadcast", "data": { "type": "notification", "title": "the last", "message": "" } });
    for client in [&mut native, &mut plain] {
        let listening = async {
            loop {
                let again = stage.publish(&last);
                again.await?;
                while let Ok(frame) = tokio::time::timeout(Duration::from_secs(1), client.frame()).await {
                    let text = frame.to_string();
                    reads += text.matches("工资").count() as u64;
                    if text.contains("the last") {
                        return anyhow::Ok(());
                    }
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), listening).await??;
    }
    let (http, base) = (&stage.http, format!("http://{addr}"));
    let body = json!({ "idempotencyKey": "of-u1", "resourceType": "return", "resourceId": "none", "approve": false, "reason": "x", "approverId": "", "approverName": "" });
    http.post(format!("{base}/api/decisions")).header("authorization", &*COOKIES[0]).json(&body).send().await?;
    let asked = http.get(format!("{base}/api/decisions/of-u1")).header("authorization", &*COOKIES[1]).send().await?;
    reads += u64::from(asked.status() != 404);
    let health = http.get(format!("{base}/healthz")).header("authorization", &*COOKIES[1]).send().await?.text().await?;
    reads += u64::from(health.contains(own));
    Ok(reads)
}

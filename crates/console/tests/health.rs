//! What is known of a source, and whether it is true: clocks that are hours apart, clocks that are set, frames that cannot be read, and what leaves
//! the machine. Against a real server on a real socket, through the commands that the window uses.

use serde_json::{Value, json};
use std::{io::Read as _, path::Path, sync::Arc};
use watchdeck_console::{Toast, seams::Seams};
use watchdeck_testkit::{
    clock::{TestClock, now},
    console::Bench,
    erp::Erp,
};

const HOUR: i64 = 3_600_000;

/// An ERP's server whose clock can be wrong.
async fn server(ahead: i64) -> Erp {
    let server = Erp::start().await;
    server.manners().ahead = Some(ahead);
    server
}

/// An event that happens now, by this server's clock.
fn happens(server: &Erp, channel: &str, mut event: Value) {
    let at = now() + server.manners().ahead.unwrap_or_default();
    event["timestamp"] = json!(at);
    server.tell(json!({ "channel": channel, "data": event, "ts": at }));
}

fn asks(server: &Erp, id: &str) {
    happens(
        server,
        "approvals",
        json!({ "type": "approval:request", "resourceType": "order", "resourceId": id, "resourceNumber": id, "requesterId": "u1", "requesterName": "陈晨" }),
    );
}

async fn start(folder: &Path) -> (Bench, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let seams = Seams { clock: Arc::clone(&clock) as _, ..Seams::default() };
    (Bench::start_with(folder, seams).await.unwrap(), clock)
}

/// Watch one server, and wait until it is connected.
async fn watch(bench: &Bench, server: &Erp) {
    bench.watch(json!([{ "id": "east", "name": "East", "url": server.url(), "dialect": "erp", "channels": ["approvals", "inventory"], "token": "s3cr3tVALUE", "paused": false, "demo": false }])).await;
    bench
        .eventually("a connection", async || {
            let kind = source(bench).await["state"]["kind"].clone();
            (kind == "unconfirmed" || kind == "live").then_some(())
        })
        .await;
}

async fn health(bench: &Bench) -> Value {
    bench.ask("health", json!({})).await
}

async fn source(bench: &Bench) -> Value {
    health(bench).await["sources"][0].clone()
}

async fn row(bench: &Bench, label: &str) -> Value {
    bench.eventually(label, async || bench.rows().await.into_iter().find(|row| row["label"] == label)).await
}

async fn toast(bench: &Bench, label: &str) -> Toast {
    let found = async || bench.shell.toasts.lock().unwrap().iter().find(|toast| toast.id.ends_with(label)).cloned();
    bench.eventually(label, found).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_clocks_two_hours_apart_a_live_event_is_live() {
    for ahead in [2 * HOUR, -2 * HOUR] {
        let (folder, server) = (tempfile::tempdir().unwrap(), server(ahead).await);
        let (bench, _) = start(folder.path()).await;
        watch(&bench, &server).await;
        asks(&server, "o1");
        let toast = toast(&bench, "/order:o1").await;
        assert!(!toast.actions.is_empty(), "it is a toast of its own with its buttons, not a line of a digest");
        let latency = row(&bench, "o1").await["latency_ms"].as_i64().unwrap();
        assert!(latency.abs() < 10_000, "{latency} ms: the clocks' difference is no latency");
        let source = source(&bench).await;
        let skew = source["skew_ms"].as_f64().unwrap();
        assert!((skew - ahead as f64).abs() < 2_000.0, "{skew}");
        assert!(source["skew_error_ms"].as_f64().unwrap() < 2_000.0, "{source}");
        assert_eq!(source["committed"]["count"], 1, "it counts as one that came live");
        bench.console.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn setting_our_own_clock_turns_nothing_into_history() {
    let (folder, server) = (tempfile::tempdir().unwrap(), server(0).await);
    let (bench, clock) = start(folder.path()).await;
    watch(&bench, &server).await;
    for (n, jump) in [0, 3 * HOUR, -5 * HOUR].into_iter().enumerate() {
        clock.jump(jump);
        let id = format!("o{n}");
        asks(&server, &id);
        let toast = toast(&bench, &format!("/order:{id}")).await;
        assert!(!toast.actions.is_empty());
        let latency = row(&bench, &id).await["latency_ms"].as_i64().unwrap();
        assert!(latency.abs() < 10_000, "{latency} ms after a jump of {jump}");
    }
    assert_eq!(source(&bench).await["committed"]["count"], 3, "all of them came live");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_cannot_be_read_and_the_connections_story_outlive_a_restart() {
    let (folder, server) = (tempfile::tempdir().unwrap(), server(0).await);
    let (bench, _) = start(folder.path()).await;
    watch(&bench, &server).await;
    server.say(r#"{"channel":"inventory","data":{"token":"s3cr3tVALUE","bank_account":"6222021234567890123""#.to_owned());
    let seen =
        async |bench: &Bench| Some(health(bench).await).filter(|health| health["malformed"].as_array().is_some_and(|all| all.len() == 1));
    let before = bench.eventually("a malformed frame", async || seen(&bench).await).await;
    assert_eq!(before["sources"][0]["malformed"], 1);
    assert!(!before["malformed"][0]["reason"].as_str().unwrap().is_empty(), "the reason is in words");
    for secret in ["s3cr3tVALUE", "6222021234567890123"] {
        assert!(!before.to_string().contains(secret), "{secret} is shown");
    }
    bench.console.shutdown().await;

    let (bench, _) = start(folder.path()).await;
    let after = bench.eventually("a malformed frame", async || seen(&bench).await).await;
    assert_eq!(after["malformed"], before["malformed"]);
    let steps = |health: &Value| health["sources"][0]["timeline"].as_array().unwrap().clone();
    let earlier = steps(&before);
    let later =
        bench.eventually("a new step", async || Some(steps(&health(&bench).await)).filter(|later| later.len() > earlier.len())).await;
    assert!(later.starts_with(&earlier), "{earlier:?} {later:?}");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bank_details_leave_the_core_only_on_demand_and_a_bundle_has_no_secret() {
    let (folder, server) = (tempfile::tempdir().unwrap(), server(0).await);
    std::fs::write(folder.path().join("watchdeck.log"), "WARN Cookie: next-auth.session-token=s3cr3tVALUE\nINFO s3cr3tVALUE\n").unwrap();
    let (bench, _) = start(folder.path()).await;
    watch(&bench, &server).await;
    happens(
        &server,
        "withdrawals",
        json!({ "type": "withdrawal.created", "withdrawal_id": "w1", "user_id": "u1", "amount": 5, "bank_account": "6222021234567890123", "account_name": "张敏敏敏敏敏敏敏敏" }),
    );
    let row =
        bench.eventually("the withdrawal", async || bench.rows().await.into_iter().find(|row| row["kind"] == "withdrawal.created")).await;
    assert!(!row.to_string().contains("6222021234567890123"), "{row}");
    let hidden = bench.ask("event", json!({ "seq": row["seq"] })).await;
    assert_eq!(hidden["masked"], true);
    assert!(!hidden["raw"].as_str().unwrap().contains("6222021234567890123"), "{hidden}");
    let shown = bench.ask("event", json!({ "seq": row["seq"], "reveal": true })).await;
    assert!(shown["raw"].as_str().unwrap().contains("6222021234567890123"));

    let bundle = bench.ask("support_bundle", json!({})).await;
    let file = std::fs::File::open(bundle["path"].as_str().unwrap()).unwrap();
    assert_eq!(bundle["bytes"], file.metadata().unwrap().len());
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut all = String::new();
    for n in 0..archive.len() {
        archive.by_index(n).unwrap().read_to_string(&mut all).unwrap();
    }
    for secret in ["s3cr3tVALUE", "6222021234567890123"] {
        assert!(!all.contains(secret), "{secret} is in the bundle");
    }
    let url = server.url();
    let host = url.trim_start_matches("ws://").trim_end_matches('/');
    assert!(all.contains(host) && all.contains("\"whole\": true"), "hosts and the state of the store are kept");
    bench.console.shutdown().await;
}

//! Two gateways on one log in PostgreSQL: both serve and both publish, one of them hears the ERP's bus, and either may be killed.

use crate::support::config;
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc};
use tokio::process::Command;
use watchdeck_gateway::{Answer, DecisionRequest, Decisions, Gateway, Handing, Parts, Secret, postgres};
use watchdeck_testkit::{
    caller::Client,
    certificate::Authority,
    patience::{eventually, until},
    postgres::Postgres,
    process::Running,
    redis::Redis,
};

/// A gateway's program.
struct Program {
    running: Running,
    addr: SocketAddr,
}

impl Program {
    async fn start(args: &[&str]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_watchdeck-gateway"));
        program.args(["--listen", "127.0.0.1:0"]).args(args);
        let address = |line: &str| line.strip_prefix("listening on ").and_then(|addr| addr.parse().ok());
        let (running, addr) = Running::until_line(&mut program, address).await.unwrap();
        Self { running, addr }
    }

    async fn healthz(&self) -> Value {
        reqwest::get(format!("http://{}/healthz", self.addr)).await.unwrap().json().await.unwrap()
    }

    async fn until_bridge(&self, state: &str) -> Value {
        let report = async || Some(self.healthz().await).filter(|report| report["bridge"]["state"] == state);
        until(&format!("the bridge to be {state}"), report).await
    }
}

async fn post(addr: SocketAddr, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
    let request = reqwest::Client::new().post(format!("http://{addr}{path}")).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

/// Publish as somebody who has two addresses and an id for each event: what was not answered is sent to the other.
async fn publish(addrs: [SocketAddr; 2], n: u64) {
    let body = json!({ "channel": "inventory", "data": { "n": n }, "id": format!("id-{n}") });
    let mut turn = n as usize;
    let published = eventually("the event to be taken", || {
        turn += 1;
        let addr = addrs[turn % 2];
        let body = &body;
        async move {
            let (status, answer) = post(addr, "/api/publish", body).await?;
            anyhow::ensure!(status == 200, "{answer}");
            Ok(Some(()))
        }
    });
    published.await.unwrap();
}

#[tokio::test]
async fn one_of_two_is_killed_while_it_publishes_and_serves_and_nothing_is_lost_or_twice() {
    const EVENTS: u64 = 120;
    let cluster = Postgres::start().await.unwrap();
    let log = cluster.database("log").await.unwrap();
    let args = ["--log", log.as_str()];
    let (a, b) = tokio::join!(Program::start(&args), Program::start(&args));
    assert_eq!(a.healthz().await["epoch"], b.healthz().await["epoch"], "one log");
    let addrs = [a.addr, b.addr];
    let mut client = Client::native(a.addr).await;
    let mut position = client.subscribe("inventory", json!({})).await["position"].clone();
    let publishing = tokio::spawn(async move {
        for n in 0..EVENTS {
            publish(addrs, n).await;
        }
    });
    let mut seen = Vec::new();
    while seen.len() < 40 {
        seen.extend(client.some().await);
    }
    a.running.kill().await.unwrap();
    position["offset"] = json!(seen.last().unwrap().offset);
    let mut client = Client::native(b.addr).await;
    let answer = client.subscribe("inventory", json!({ "position": position })).await;
    assert_eq!(answer["recovered"], true, "a position of the one is a position of the other: {answer}");
    while seen.len() < EVENTS as usize {
        seen.extend(client.some().await);
    }
    publishing.await.unwrap();
    assert_eq!(seen.iter().map(|seen| seen.offset).collect::<Vec<_>>(), (1..=EVENTS).collect::<Vec<_>>());
    let mut numbers: Vec<_> = seen.iter().map(watchdeck_testkit::caller::Seen::n).collect();
    numbers.dedup();
    assert_eq!(numbers, (0..EVENTS).collect::<Vec<_>>(), "each once, in the order in which they were published");
}

#[tokio::test]
async fn one_of_two_hears_the_bus_and_when_it_dies_the_other_takes_over_and_marks_what_may_be_missing() {
    const MESSAGES: u64 = 500;
    let (cluster, redis) = (Postgres::start().await.unwrap(), Redis::on_socket().await.unwrap());
    let log = cluster.database("log").await.unwrap();
    let args = ["--log", &log, "--redis-url", &redis.url];
    let first = Program::start(&args).await;
    first.until_bridge("up").await;
    let second = Program::start(&args).await;
    let report = second.until_bridge("standby").await;
    assert_eq!(report["status"], "ok", "that another one bridges is nothing wrong: {report}");

    let mut client = Client::native(second.addr).await;
    client.subscribe("inventory", json!({})).await;
    let messages =
        |from: u64| (from..from + MESSAGES).map(|n| ("ws:inventory".to_owned(), json!({ "n": n }).to_string())).collect::<Vec<_>>();
    redis.publish_all(&messages(0)).await.unwrap();
    let seen = client.take(MESSAGES as usize).await;
    assert!(seen.iter().zip(0..).all(|(seen, n)| seen.n() == n && seen.offset == n + 1), "each message is logged once");

    first.running.kill().await.unwrap();
    second.until_bridge("up").await;
    let marker = &client.take(1).await[0];
    let (from, to) = marker.gap.expect("what was published between may be missing");
    assert!(from <= to && marker.offset == MESSAGES + 1, "{marker:?}");
    redis.publish_all(&messages(MESSAGES)).await.unwrap();
    let seen = client.take(MESSAGES as usize).await;
    assert!(seen.iter().zip(MESSAGES..).all(|(seen, n)| seen.n() == n), "and it goes on, each once");
}

#[tokio::test]
async fn a_gateway_that_was_frozen_logs_nothing_of_what_another_has_heard_meanwhile() {
    let (cluster, redis) = (Postgres::start().await.unwrap(), Redis::on_socket().await.unwrap());
    let log = cluster.database("log").await.unwrap();
    let args = ["--log", &log, "--redis-url", &redis.url];
    let first = Program::start(&args).await;
    first.until_bridge("up").await;
    let second = Program::start(&args).await;
    second.until_bridge("standby").await;
    first.running.frozen(true).await.unwrap();
    second.until_bridge("up").await;
    let mut client = Client::native(second.addr).await;
    client.subscribe("inventory", json!({ "rewind": { "count": 100 } })).await;
    assert!(client.take(1).await[0].gap.is_some());
    // Both are subscribed, as Redis sees it.
    let messages: Vec<_> = (0..50).map(|n| ("ws:inventory".to_owned(), json!({ "n": n }).to_string())).collect();
    redis.publish_all(&messages).await.unwrap();
    assert!(client.take(50).await.iter().zip(0..).all(|(seen, n)| seen.n() == n));
    first.running.frozen(false).await.unwrap();
    let report = first.until_bridge("standby").await;
    assert_eq!(report["status"], "ok", "what it heard and may not log is nobody's trouble any more: {report}");
    redis.publish_text("ws:inventory", r#"{"n":50}"#).await.unwrap();
    assert_eq!(client.take(1).await[0].n(), 50, "nothing came twice, and nothing between");
}

#[tokio::test]
async fn what_the_bus_brings_while_the_database_is_away_waits_for_it() {
    let (mut cluster, redis) = (Postgres::start().await.unwrap(), Redis::on_socket().await.unwrap());
    let log = cluster.database("log").await.unwrap();
    let program = Program::start(&["--log", &log, "--redis-url", &redis.url]).await;
    program.until_bridge("up").await;
    let mut client = Client::native(program.addr).await;
    client.subscribe("inventory", json!({})).await;
    let messages =
        |numbers: std::ops::Range<u64>| numbers.map(|n| ("ws:inventory".to_owned(), json!({ "n": n }).to_string())).collect::<Vec<_>>();
    redis.publish_all(&messages(0..5)).await.unwrap();
    client.take(5).await;
    cluster.kill().unwrap();
    redis.publish_all(&messages(5..50)).await.unwrap();
    cluster.restart().await.unwrap();
    assert!(client.take(45).await.iter().zip(5..).all(|(seen, n)| seen.n() == n), "no hole, and nothing twice");
}

/// An ERP that counts what it is told.
struct Erp(tokio::sync::mpsc::Sender<DecisionRequest>);

#[async_trait::async_trait]
impl Decisions for Erp {
    async fn decide(&self, handing: Handing) -> Answer {
        tokio::task::yield_now().await;
        if self.0.send(handing.decision).await.is_ok() { Answer::Done } else { Answer::Unavailable("gone".into()) }
    }
}

#[tokio::test]
async fn a_decision_at_one_is_known_at_the_other_and_of_two_at_once_one_wins() {
    let cluster = Postgres::start().await.unwrap();
    let log = cluster.database("log").await.unwrap();
    let (told, mut heard) = tokio::sync::mpsc::channel(100);
    let erp = Arc::new(Erp(told));
    let dir = tempfile::tempdir().unwrap();
    let start = async || {
        let mut config = config(dir.path());
        config.log = Some(Secret::new(log.clone()));
        let parts = Parts { decisions: Some(Arc::clone(&erp) as _), databases: Some(postgres()), ..Parts::default() };
        Gateway::start_with(config, parts).await.unwrap()
    };
    let (a, b) = (start().await, start().await);
    let decision = |key: &str, resource: &str| json!({ "idempotencyKey": key, "resourceType": "order", "resourceId": resource, "approve": true, "approverId": "u1", "approverName": "张敏" });
    let decide = async |gateway: &Gateway, key: &str, resource: &str| {
        post(gateway.addr(), "/api/decisions", &decision(key, resource)).await.unwrap()
    };
    assert_eq!(decide(&a, "k1", "SO-1").await.0, 202);
    let (status, answer) = decide(&b, "k1", "SO-1").await;
    assert_eq!(answer["repeated"], json!(true), "a retry at the other is no second one: {status} {answer}");
    let (status, answer) = decide(&b, "k2", "SO-1").await;
    assert_eq!((status, &answer["code"]), (409, &json!("overtaken")), "{answer}");
    for n in 0..5 {
        let resource = format!("SO-2{n}");
        let (one, other) = (format!("one-{n}"), format!("other-{n}"));
        let (first, second) = tokio::join!(decide(&a, &one, &resource), decide(&b, &other, &resource));
        let mut statuses = [first.0, second.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [202, 409], "{first:?} {second:?}");
    }
    for n in 0..6 {
        let count = tokio::time::timeout(std::time::Duration::from_secs(60), heard.recv()).await;
        assert!(count.is_ok(), "the ERP heard of {n} matters, and there are six");
    }
    a.shutdown().await;
    b.shutdown().await;
    drop(erp);
    assert!(heard.try_recv().is_err(), "the ERP hears of each matter once");
}

#[tokio::test]
async fn a_database_with_tls_is_believed_only_with_an_authority_that_is_trusted() {
    let cluster = Postgres::start().await.unwrap();
    let log = cluster.database("log").await.unwrap().replacen("127.0.0.1", "localhost", 1) + "?sslmode=require";
    let refusal = async || {
        let refused = Command::new(env!("CARGO_BIN_EXE_watchdeck-gateway")).args(["--listen", "127.0.0.1:0", "--log", &log]).output().await;
        String::from_utf8(refused.unwrap().stderr).unwrap()
    };
    let message = refusal().await;
    assert!(message.contains("sslmode=disable"), "without TLS, with what to do: {message}");
    let authority = Authority::unknown();
    let (certificate, key) = authority.files("localhost");
    cluster.secure(&certificate, &key).await.unwrap();
    let message = refusal().await;
    assert!(message.contains("log_ca_file"), "{message}");
    let file = authority.file.display().to_string();
    let program = Program::start(&["--log", &log, "--log-ca-file", &file]).await;
    assert_eq!(program.healthz().await["status"], "ok");
    let plain =
        "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'watchdeck-gateway' AND NOT ssl";
    assert_eq!(cluster.ask("log", plain).await.unwrap(), "0");
}

#[tokio::test]
async fn what_is_wrong_with_the_database_is_said_without_its_password() {
    let cluster = Postgres::start().await.unwrap();
    let wrong = cluster.url("nowhere").replacen("postgres@", "postgres:s3cr3t@", 1);
    for (log, said) in
        [(wrong.as_str(), "CREATE DATABASE"), ("postgres://gateway:s3cr3t@:x/", "`log`"), ("mysql://u:s3cr3t@h/d", "postgres://")]
    {
        let refused =
            Command::new(env!("CARGO_BIN_EXE_watchdeck-gateway")).args(["--listen", "127.0.0.1:0", "--log", log]).output().await.unwrap();
        let message = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && message.contains(said) && !message.contains("s3cr3t"), "{message}");
    }
}

//! Strangers at the door: silent, slow and many; and what they may read.

use crate::support::Running;
use serde_json::{Value, json};
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::Command,
};
use watchdeck_testkit::{caller::Client, patience::soon};

/// The program with few descriptors, as a service manager starts it.
#[tokio::test]
async fn silent_sockets_lock_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Command::new("sh")
        .args(["-c", r#"ulimit -n 256 && exec "$0" --listen 127.0.0.1:0 --data-dir "$1""#, env!("CARGO_BIN_EXE_watchdeck-gateway")])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let line = BufReader::new(program.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    let addr = line.trim_start_matches("listening on ").parse().unwrap();
    let native = [("sec-websocket-protocol", "watchdeck.v1")];
    let mut before = Client::open(addr, "/ws", &native).await;
    assert_eq!(before.frame().await["type"], "hello");
    before.subscribe("orders", json!({})).await;
    let mut silent = Vec::new();
    for _ in 0..400 {
        silent.push(TcpStream::connect(addr).await.unwrap());
    }
    let mut after = Client::open(addr, "/ws", &native).await;
    assert_eq!(after.frame().await["type"], "hello", "a console still gets in");
    after.subscribe("orders", json!({})).await;
    let body = json!({ "channel": "orders", "data": { "n": 1 } });
    let answer = reqwest::Client::new().post(format!("http://{addr}/api/publish")).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "so does a publisher");
    for client in [&mut before, &mut after] {
        assert_eq!(client.take(1).await[0].n(), 1, "and who was in before is not touched");
    }
}

/// Reads until the other side closes.
async fn closed(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is an end as well.
    drop(soon("its end", stream.read_to_end(&mut said)).await);
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn who_asks_for_nothing_or_too_slowly_is_closed() {
    let running = Running::start(|_| ()).await;
    let silent = TcpStream::connect(running.gateway.addr()).await.unwrap();
    let mut slow = TcpStream::connect(running.gateway.addr()).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nX-Slow: ").await.unwrap();
    let began = tokio::time::Instant::now();
    tokio::join!(closed(silent), closed(slow));
    assert!(began.elapsed() >= Duration::from_secs(5), "a slow line is not silence");
}

async fn get(running: &Running, host: &str) -> Value {
    let mut stream = TcpStream::connect(running.gateway.addr()).await.unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = closed(stream).await;
    serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap()
}

#[tokio::test]
async fn a_page_whose_name_was_pointed_at_this_machine_reads_no_channel() {
    let running = Running::start(|config| config.allowed_origins = vec!["https://erp.example".into()]).await;
    running.publish("user:7:notifications", 1).await;
    for (host, full) in [
        ("127.0.0.1:3010", true),
        ("[::1]:3010", true),
        ("localhost", true),
        ("erp.example", true),
        ("evil.example:3010", false),
        ("127.0.0.1.evil.example", false),
    ] {
        let report = get(&running, host).await;
        assert_eq!(report["status"], "ok");
        assert_eq!(report.to_string().contains("user:7"), full, "{host}: {report}");
    }
}

//! The program itself: started, killed, stopped.

use crate::support::PATIENCE;
use serde_json::{Value, json};
use std::{path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

async fn start(dir: &Path) -> (Child, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_watchdeck-gateway"))
        .args(["--listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    (program, format!("http://{}", line.strip_prefix("listening on ").expect("the address")))
}

async fn publish(url: &str, n: u64) -> Value {
    let body = json!({ "channel": "orders", "data": { "n": n }, "id": format!("id-{n}") }).to_string();
    let request = reqwest::Client::new().post(format!("{url}/api/publish")).header("content-type", "application/json").body(body);
    request.send().await.unwrap().json().await.unwrap()
}

async fn epoch(url: &str) -> Value {
    let report: Value = reqwest::get(format!("{url}/healthz")).await.unwrap().json().await.unwrap();
    report["epoch"].clone()
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let (mut program, url) = start(dir.path()).await;
    for n in 0..5 {
        assert_eq!(publish(&url, n).await["events"][0]["offset"], n + 1);
    }
    let before = epoch(&url).await;
    program.kill().await.unwrap();
    let (_program, url) = start(dir.path()).await;
    assert_eq!(epoch(&url).await, before, "the same log, so positions stay good");
    assert_eq!(publish(&url, 4).await["events"][0], json!({ "id": "id-4", "channel": "orders", "offset": 5, "duplicate": true }));
    assert_eq!(publish(&url, 5).await["events"][0]["offset"], 6, "no hole and no second fifth");
}

#[cfg(unix)]
#[tokio::test]
async fn asked_to_stop_it_stops_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (mut program, url) = start(dir.path()).await;
    publish(&url, 0).await;
    Command::new("kill").arg("-TERM").arg(program.id().unwrap().to_string()).status().await.unwrap();
    let status = tokio::time::timeout(PATIENCE, program.wait()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn a_bad_configuration_is_refused_on_stderr() {
    let refused = Command::new(env!("CARGO_BIN_EXE_watchdeck-gateway")).args(["--listen", "0.0.0.0:0"]).env_clear().output().await.unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("`publish_key`") && refused.stdout.is_empty(), "{message}");
}

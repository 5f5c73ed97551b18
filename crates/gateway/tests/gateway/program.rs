//! The program itself: started, killed, stopped.

use serde_json::{Value, json};
use std::path::Path;
use tokio::process::Command;
use watchdeck_testkit::{patience::soon, process::Running};

async fn start(dir: &Path) -> (Running, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_watchdeck-gateway"));
    program.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(dir);
    let address = |line: &str| Some(format!("http://{}", line.strip_prefix("listening on ").expect("the address comes first")));
    Running::until_line(&mut program, address).await.unwrap()
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
    let (program, url) = start(dir.path()).await;
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
    let (program, url) = start(dir.path()).await;
    publish(&url, 0).await;
    let status = program.terminate().await.unwrap();
    assert!(status.success(), "{status}");
}

/// What the program says when it does not start.
async fn refusal(args: &[&str]) -> String {
    let refused = Command::new(env!("CARGO_BIN_EXE_watchdeck-gateway")).args(args).env("RUST_BACKTRACE", "1").output();
    let refused = soon("its end", refused).await.unwrap();
    assert_eq!(refused.status.code(), Some(1), "{args:?}");
    let text = String::from_utf8(refused.stderr).unwrap();
    let said: Vec<_> = text.lines().filter(|line| line.starts_with("watchdeck-gateway: ")).collect();
    assert_eq!(said.len(), 1, "one line for a person: {text}");
    assert!(!text.contains("stack backtrace") && !text.contains("panicked"), "{text}");
    said[0].to_owned()
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_said_once_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let folder = |name: &str| dir.path().join(name).display().to_string();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let message = refusal(&["--listen", &taken.local_addr().unwrap().to_string(), "--data-dir", &folder("a")]).await;
    assert!(message.contains("listens there already") && message.contains("`listen`"), "{message}");
    std::fs::write(folder("file"), "").unwrap();
    let message = refusal(&["--listen", "127.0.0.1:0", "--data-dir", &folder("file")]).await;
    assert!(message.contains("a file where the folder should be") && message.contains("`data_dir`"), "{message}");
    let message = refusal(&["--listen", "127.0.0.1:0", "--redis-url", "redis://:s3cr3t@h:port"]).await;
    assert!(message.contains("`redis.url`") && message.contains("%40") && !message.contains("s3cr3t"), "{message}");
    let message = refusal(&["--listen", "127.0.0.1:0", "--redis-password", "s3cr3t"]).await;
    assert!(message.contains("Set redis.url") && !message.contains("s3cr3t"), "{message}");
}

#[tokio::test]
async fn a_second_gateway_in_the_same_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (_program, url) = start(dir.path()).await;
    let message = refusal(&["--listen", "127.0.0.1:0", "--data-dir", &dir.path().display().to_string()]).await;
    assert_eq!(message.matches(&*dir.path().join("gateway.db").display().to_string()).count(), 1, "the cause once: {message}");
    assert_eq!(publish(&url, 0).await["events"][0]["offset"], 1, "the first one goes on");
}

#[cfg(unix)]
#[tokio::test]
async fn idle_sockets_do_not_hold_up_a_stop() {
    let dir = tempfile::tempdir().unwrap();
    let (program, url) = start(dir.path()).await;
    let addr = url.strip_prefix("http://").unwrap().to_owned();
    let (mut sockets, mut silent) = (Vec::new(), Vec::new());
    for _ in 0..250 {
        // Neither reads its close frame, which is how a sleeping browser tab looks.
        sockets.push(tokio_tungstenite::connect_async(format!("ws://{addr}/")).await.unwrap());
        silent.push(tokio::net::TcpStream::connect(&addr).await.unwrap());
    }
    // Kept alive by its pool.
    let client = reqwest::Client::new();
    client.get(format!("{url}/healthz")).send().await.unwrap();
    let began = std::time::Instant::now();
    let status = program.terminate().await.unwrap();
    assert!(status.success() && began.elapsed() < std::time::Duration::from_secs(4), "{status} after {:?}", began.elapsed());
}

#[tokio::test]
async fn a_bad_configuration_is_refused_on_stderr() {
    let refused = Command::new(env!("CARGO_BIN_EXE_watchdeck-gateway")).args(["--listen", "0.0.0.0:0"]).env_clear().output().await.unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("`publish_key`") && refused.stdout.is_empty(), "{message}");
}

//! The browser host over real HTTP: who is let in, and what they get.

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use watchdeck_console::{Config, Console};
use watchdeck_web_host::{Browser, Server};

struct Running {
    origin: String,
    token: String,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
    console: Console,
    _data: TempDir,
}

impl Running {
    async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let config = Config { data_dir: data.path().to_owned(), host_name: "browser", system_language: None };
        let console = Console::start(config, Arc::new(Browser::default()), None).await.unwrap();
        Browser::default().report(&console);
        let server = Server::bind(0).await.unwrap();
        let (origin, token) = (format!("http://{}", server.addr()), server.token().reveal().to_owned());
        assert_eq!(server.url(), format!("{origin}/#token={token}"));
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server.serve(console.clone(), stop.clone()));
        Self { origin, token, stop, serving, console, _data: data }
    }

    fn post(&self, name: &str, args: &Value) -> RequestBuilder {
        Client::new().post(format!("{}/api/call/{name}", self.origin)).json(args)
    }

    async fn end(self) {
        self.stop.cancel();
        self.serving.await.unwrap().unwrap();
        self.console.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_with_the_token_is_answered() {
    let running = Running::start().await;
    let answer = running.post("hello", &json!({})).bearer_auth(&running.token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let hello: Value = answer.json().await.unwrap();
    assert_eq!(hello["host"], "browser");
    assert_eq!(hello["first_start"], true);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_the_token_is_refused() {
    let running = Running::start().await;
    for request in [running.post("hello", &json!({})), running.post("hello", &json!({})).bearer_auth("wrong")] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let error: Value = answer.json().await.unwrap();
        assert_eq!(error["code"], "unauthorized");
    }
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_is_refused_even_with_the_token() {
    let running = Running::start().await;
    let call = || running.post("hello", &json!({})).bearer_auth(&running.token);
    let foreign = call().header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let rebound = call().header("host", "rebound.example").send().await.unwrap();
    assert_eq!(rebound.status(), StatusCode::FORBIDDEN, "a foreign name that resolves to this machine");
    let own = call().header("origin", &running.origin).send().await.unwrap();
    assert_eq!(own.status(), StatusCode::OK);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_command_is_a_command_error() {
    let running = Running::start().await;
    let answer = running.post("format_disk", &json!({})).bearer_auth(&running.token).send().await.unwrap();
    assert!(answer.status().is_client_error(), "{}", answer.status());
    let error: Value = answer.json().await.unwrap();
    assert!(error["code"].is_string() && error["message"].is_string(), "{error}");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_that_are_not_json_are_refused_with_the_reason() {
    let running = Running::start().await;
    let answer = running.post("hello", &json!({})).body("{").bearer_auth(&running.token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let error: Value = answer.json().await.unwrap();
    assert_eq!(error["code"], "invalid_input");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_may_load_nothing_from_elsewhere() {
    let running = Running::start().await;
    let page = reqwest::get(&running.origin).await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!policy.contains("http"), "nothing remote: {policy}");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    let lost = reqwest::get(format!("{}/assets/no-such-file.js", running.origin)).await.unwrap();
    assert_eq!(lost.status(), StatusCode::NOT_FOUND, "a missing file must not be answered with the page");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_cannot_do_is_said() {
    let running = Running::start().await;
    let answer = running.post("recent", &json!({ "rows": 1, "every_ms": 0 })).bearer_auth(&running.token).send().await.unwrap();
    let batch: Value = answer.json().await.unwrap();
    let hints = batch["frame"]["hints"].as_array().unwrap();
    assert!(hints.contains(&json!("no_notifications")) && hints.contains(&json!("no_sound")), "{hints:?}");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_call_does_not_hold_up_the_end() {
    let running = Running::start().await;
    let recent = running.post("recent", &json!({ "rows": 1 })).bearer_auth(&running.token).send().await.unwrap();
    let batch: Value = recent.json().await.unwrap();
    let held = running.post("next_batch", &json!({ "after": batch["cursor"], "rows": 1 })).bearer_auth(&running.token);
    let held = tokio::spawn(held.send());
    let started = std::time::Instant::now();
    running.end().await;
    // The hold is ten seconds; half of it leaves room for a slow machine.
    assert!(started.elapsed().as_secs() < 5, "the end waited for the held call");
    held.await.unwrap().ok();
}

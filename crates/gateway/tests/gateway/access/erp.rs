//! Sessions of the ERP, whom it is asked about.

use super::{Answers, enter, names, turned_away};
use crate::support::Running;
use serde_json::{Value, json};
use watchdeck_gateway::config::ErpSessionConfig;
use watchdeck_testkit::{caller::Client, patience::until};

const COOKIE: &str = "next-auth.session-token";

fn session(role: &str) -> Value {
    json!({ "user": { "id": 7, "name": "张敏", "role": role }, "expires": "2099-01-01T00:00:00Z" })
}

async fn running(erp: &Answers, more: &str) -> Running {
    let section: ErpSessionConfig = toml::from_str(&format!("url = \"http://{}/api/auth/session\"\n{more}", erp.addr)).unwrap();
    Running::with_ways(tempfile::tempdir().unwrap(), |config| config.erp_session = Some(section)).await
}

async fn with_cookie(running: &Running, cookie: &str, origin: Option<&str>) -> Result<Value, Option<(u16, String)>> {
    let mut headers = vec![("sec-websocket-protocol", "watchdeck.v1"), ("cookie", cookie)];
    headers.extend(origin.map(|origin| ("origin", origin)));
    Client::open(running.gateway.addr(), "/ws", &headers).await.ending_or_hello().await
}

#[tokio::test]
async fn the_erp_says_whose_a_session_is_and_is_shown_nothing_else() {
    let erp = Answers::start(&session("FINANCE")).await;
    let running = running(&erp, "roles_map = { FINANCE = \"finance\" }").await;
    let cookies = format!("theme=dark; {COOKIE}.0=ab; {COOKIE}.1=cd; other-token=x; {COOKIE}x=y");
    let hello = with_cookie(&running, &cookies, None).await.unwrap();
    assert_eq!((&hello["user"]["id"], &hello["user"]["name"], &hello["user"]["roles"]), (&json!("7"), &json!("张敏"), &json!(["finance"])));
    assert!(names(&hello["channels"]).contains(&"user:7:notifications"));
    let heads = erp.heads();
    assert!(heads[0].starts_with("GET /api/auth/session HTTP/1.1"), "{heads:?}");
    assert_eq!(watchdeck_testkit::http::header(&heads[0], "cookie"), Some(&*format!("{COOKIE}.0=ab; {COOKIE}.1=cd")));
    with_cookie(&running, &cookies, None).await.unwrap();
    assert_eq!(erp.heads().len(), 1, "an answer counts for a while");
    let (_, hello) = enter(&running, &format!("{COOKIE}=console")).await;
    assert_eq!(hello["user"]["id"], "7", "a console shows its session in the place of a token");
    let mut plain = Client::open(running.gateway.addr(), "/", &[("cookie", &*format!("{COOKIE}=z"))]).await;
    for channel in ["inventory", "finance"] {
        plain.send(json!({ "type": "subscribe", "channel": channel })).await;
    }
    let told = until("an event", async || {
        running.publish("inventory", 1).await;
        running.publish("finance", 2).await;
        tokio::time::timeout(std::time::Duration::from_millis(100), plain.any_frame()).await.ok()
    });
    assert_eq!(told.await["channel"], "finance");
}

#[tokio::test]
async fn whom_the_erp_does_not_know_is_nobody() {
    let erp = Answers::start(&json!({})).await;
    let running = running(&erp, "").await;
    for (n, (status, body)) in [
        ("200 OK", json!({})),
        ("200 OK", Value::Null),
        ("200 OK", json!({ "user": { "name": "nobody" } })),
        ("401 Unauthorized", json!({})),
        ("302 Found", json!({})),
    ]
    .into_iter()
    .enumerate()
    {
        erp.say(status, &body);
        let (code, reason) = with_cookie(&running, &format!("{COOKIE}=n{n}"), None).await.unwrap_err().unwrap();
        assert!(code == 4500 && reason.contains("sign in"), "{status} {body}: {code} {reason}");
        let plain = Client::open(running.gateway.addr(), "/", &[("cookie", &*format!("{COOKIE}=n{n}"))]).await.ending().await;
        assert_eq!(plain, Some((1008, "Invalid token".into())));
    }
    let asked = erp.heads().len();
    assert_eq!(turned_away(&running, "a-token-that-is-none").await.0, 4500);
    assert_eq!(erp.heads().len(), asked, "what is no session is not shown to it");
    erp.say("500 x", &json!({}));
    let (code, _) = with_cookie(&running, &format!("{COOKIE}=later"), None).await.unwrap_err().unwrap();
    assert_eq!(code, 1013, "an ERP that cannot say is worth another try");
}

#[tokio::test]
async fn who_is_signed_out_there_is_out_here() {
    let erp = Answers::start(&session("warehouse")).await;
    let running = running(&erp, "cache_seconds = 1").await;
    let headers = [("sec-websocket-protocol", "watchdeck.v1"), ("cookie", &*format!("{COOKIE}=a"))];
    let mut client = Client::open(running.gateway.addr(), "/ws", &headers).await;
    assert_eq!(client.frame().await["type"], "hello");
    client.subscribe("inventory", json!({})).await;
    erp.say("503 x", &json!({}));
    let asked = erp.heads().len();
    until("the ERP to be asked in vain", async || (erp.heads().len() > asked + 1).then_some(())).await;
    erp.say("200 OK", &session("finance"));
    let ended = client.frame().await;
    assert_eq!((&ended["code"], &ended["channel"]), (&json!("forbidden"), &json!("inventory")), "another role there counts here: {ended}");
    erp.say("200 OK", &json!({}));
    assert_eq!(client.ending().await.map(|(code, _)| code), Some(4503));
}

#[tokio::test]
async fn a_foreign_page_cannot_use_its_visitors_session() {
    let erp = Answers::start(&session("finance")).await;
    let running = running(&erp, "").await;
    let cookie = format!("{COOKIE}=a");
    for (origin, welcome) in [("https://evil.example", false), ("http://127.0.0.1:1", true), ("null", false)] {
        let outcome = with_cookie(&running, &cookie, Some(origin)).await;
        assert_eq!(outcome.is_ok(), welcome, "{origin}: {outcome:?}");
    }
    let foreign = reqwest::Client::new()
        .post(running.url("/api/publish"))
        .header("content-type", "application/json")
        .header("origin", "https://evil.example")
        .header("cookie", cookie)
        .body(r#"{"channel":"finance","data":{}}"#);
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

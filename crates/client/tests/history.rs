//! History over HTTP, from a scripted server.

use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use watchdeck_client::{
    Dialect, History, Profile, Timing,
    history::{HistoryError, fetch},
    probe,
};
use watchdeck_events::{Channel, Incoming, Millis};
use watchdeck_testkit::{
    http::{answer, head, header},
    patience::soon,
    rig::{profile, timing},
    server::Server,
};

const FROM: Millis = Millis(1_795_219_200_000);
const TO: Millis = Millis(1_795_219_260_500);

fn erp(server: &Server, path: &str) -> Profile {
    let history = Some(History { path: path.into(), every: Duration::from_secs(15) });
    Profile { history, ..profile(format!("ws://{}/", server.addr), Dialect::ERP) }
}

/// Ask, while the server answers each request in turn. Returns what came of it and the requests' heads.
async fn ask(server: &Server, profile: &Profile, answers: &[(&str, String)]) -> (Result<Vec<Incoming>, HistoryError>, Vec<String>) {
    let speak = async {
        let mut heads = vec![];
        for (status, body) in answers {
            let mut tcp = server.tcp().await;
            heads.push(head(&mut tcp).await);
            answer(tcp, status, body).await;
        }
        heads
    };
    soon("an answer", async { tokio::join!(fetch(profile, None, FROM, TO), speak) }).await
}

fn frame(channel: &str, n: u64) -> Value {
    json!({"channel": channel, "data": {"n": n, "timestamp": FROM.0 + n as i64}, "ts": FROM.0 + n as i64})
}

fn numbers(events: &[Incoming]) -> Vec<u64> {
    events.iter().map(|event| serde_json::from_str::<Value>(event.payload.as_str()).unwrap()["n"].as_u64().unwrap()).collect()
}

fn requests(heads: &[String]) -> Vec<&str> {
    heads.iter().map(|head| head.lines().next().unwrap().trim_start_matches("GET ").trim_end_matches(" HTTP/1.1")).collect()
}

#[tokio::test]
async fn it_asks_for_the_time_with_the_session_and_sorts_what_it_gets() {
    let server = Server::start().await;
    let profile = erp(&server, "/api/events?from={from}&to={to_iso}");
    let body = json!({"events": [frame("inventory", 3), frame("orders", 1), frame("inventory", 2)]}).to_string();
    let (found, heads) = ask(&server, &profile, &[("200 OK", body)]).await;
    assert_eq!(requests(&heads), ["/api/events?from=1795219200000&to=2026-11-21T00:01:00.500Z"]);
    assert_eq!(header(&heads[0], "cookie"), Some("next-auth.session-token=secret-token; __Secure-next-auth.session-token=secret-token"));
    let found = found.unwrap();
    assert_eq!(numbers(&found), [1, 2, 3], "oldest first, whatever the endpoint likes");
    assert_eq!((found[0].channel.as_str(), found[0].server_at), ("orders", Some(FROM.plus(1))));
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let server = Server::start().await;
    let profile = erp(&server, "/api/events?since={from}");
    let pages = [
        ("200 OK", json!({"items": [frame("inventory", 1)], "nextCursor": "c 1"}).to_string()),
        ("200 OK", json!({"items": [frame("inventory", 2)], "next": "/api/events?page=3"}).to_string()),
        ("200 OK", json!({"items": [frame("inventory", 3)], "next_cursor": "end"}).to_string()),
        ("200 OK", json!({"items": [], "next_cursor": "end"}).to_string()),
    ];
    let (found, heads) = ask(&server, &profile, &pages).await;
    assert_eq!(numbers(&found.unwrap()), [1, 2, 3]);
    let since = "/api/events?since=1795219200000";
    assert_eq!(requests(&heads), [since, &format!("{since}&cursor=c+1"), "/api/events?page=3", &format!("{since}&cursor=end")]);
}

#[tokio::test]
async fn an_endpoint_of_channels_is_asked_for_each() {
    let server = Server::start().await;
    let channels = vec![Channel::from("orders"), Channel::from("user:7:notifications")];
    let profile = Profile { channels, ..erp(&server, "/api/events/{channel}") };
    let bare = |n: u64| json!([{"type": "odd", "n": n}]).to_string();
    let (found, heads) = ask(&server, &profile, &[("200 OK", bare(1)), ("200 OK", bare(2))]).await;
    assert_eq!(requests(&heads), ["/api/events/orders", "/api/events/user%3A7%3Anotifications"]);
    let found = found.unwrap();
    assert_eq!(found.iter().map(|event| event.channel.as_str()).collect::<Vec<_>>(), ["orders", "user:7:notifications"]);

    let one = Channel::from("finance");
    let speak = async {
        let mut tcp = server.tcp().await;
        let asked = head(&mut tcp).await;
        answer(tcp, "200 OK", &bare(3)).await;
        asked
    };
    let (found, asked) = tokio::join!(fetch(&profile, Some(&one), FROM, TO), speak);
    assert_eq!((requests(&[asked]), found.unwrap()[0].channel.as_str()), (vec!["/api/events/finance"], "finance"));
}

#[tokio::test]
async fn an_error_on_a_later_page_is_an_error_and_no_part() {
    let server = Server::start().await;
    let profile = erp(&server, "/api/events");
    let first = ("200 OK", json!({"items": [frame("inventory", 1)], "next": "x"}).to_string());
    let (found, _) = ask(&server, &profile, &[first.clone(), ("500 Internal Server Error", String::new())]).await;
    assert!(matches!(found, Err(HistoryError::Status { status: 500 })), "{found:?}");
    let circle = ("200 OK", json!({"items": [frame("inventory", 2)], "next": "x"}).to_string());
    let (found, _) = ask(&server, &profile, &[first.clone(), circle]).await;
    assert!(matches!(&found, Err(HistoryError::Shape(words)) if words.contains("circle")), "{found:?}");
    let elsewhere = ("200 OK", json!({"items": [frame("inventory", 2)], "next": "http://evil.example/x"}).to_string());
    let (found, _) = ask(&server, &profile, &[first, elsewhere]).await;
    assert!(matches!(&found, Err(HistoryError::Shape(words)) if words.contains("another server")), "{found:?}");
}

#[tokio::test]
async fn each_failure_has_its_own_name() {
    let server = Server::start().await;
    let profile = erp(&server, "/api/events");
    for (status, wants_sign_in) in
        [("401 Unauthorized", true), ("403 Forbidden", true), ("404 Not Found", false), ("429 Too Many Requests", false)]
    {
        let (found, _) = ask(&server, &profile, &[(status, "no".into())]).await;
        let error = found.unwrap_err();
        assert_eq!(error.wants_sign_in(), wants_sign_in, "{status}");
        assert!(error.to_string().contains(&status[..3]), "{error}");
    }
    let (found, _) = ask(&server, &profile, &[("302 Found\r\nLocation: /login?callback=x", String::new())]).await;
    let error = found.unwrap_err();
    assert!(error.wants_sign_in() && error.to_string().contains("/login "), "{error}");
    let (found, _) = ask(&server, &profile, &[("200 OK", "<!doctype html><title>Sign in</title>".into())]).await;
    assert!(matches!(found, Err(HistoryError::Shape(_))), "{found:?}");
    let (found, _) = ask(&server, &profile, &[("204 No Content", String::new())]).await;
    assert_eq!(found.unwrap(), []);

    let nowhere = Profile { history: None, ..profile.clone() };
    assert!(matches!(fetch(&nowhere, None, FROM, TO).await, Err(HistoryError::NoEndpoint)));
    let odd = erp(&server, "ftp://host/x");
    assert!(matches!(fetch(&odd, None, FROM, TO).await, Err(HistoryError::Setting(_))));
    drop(server);
    let error = fetch(&profile, None, FROM, TO).await.unwrap_err();
    assert!(matches!(&error, HistoryError::Line(words) if words.contains("refused")), "{error}");
}

#[tokio::test]
async fn an_endpoint_that_hangs_is_given_up() {
    let server = Server::start().await;
    let timing = Timing { connect: Duration::from_millis(50), ..timing() };
    let profile = Profile { timing, ..erp(&server, "/api/events") };
    let mute = async {
        let mut tcp = server.tcp().await;
        head(&mut tcp).await;
        tcp
    };
    let (found, _tcp) = soon("giving up", async { tokio::join!(fetch(&profile, None, FROM, TO), mute) }).await;
    assert!(matches!(&found, Err(HistoryError::Line(words)) if words.contains("no answer within")), "{found:?}");
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let server = Server::start().await;
    let profile = erp(&server, "/api/events");
    let speak = async {
        let mut tcp = server.tcp().await;
        head(&mut tcp).await;
        tcp.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[").await.unwrap();
        let blanks = vec![b' '; 1 << 20];
        let mut written = 0;
        while written < 1000 && tcp.write_all(&blanks).await.is_ok() {
            written += 1;
        }
        written
    };
    let (found, written) = soon("giving up", async { tokio::join!(fetch(&profile, None, FROM, TO), speak) }).await;
    assert!(matches!(found, Err(HistoryError::TooLarge(_))), "{found:?}");
    assert!(written < 200, "{written} MiB were taken");
}

#[tokio::test]
async fn a_probe_ends_with_the_history() {
    let server = Server::start().await;
    let profile = erp(&server, "/api/events?from={from}");
    for (status, ok) in [("200 OK", true), ("404 Not Found", false)] {
        let speak = async {
            server.erp().await.gone().await;
            let mut tcp = server.tcp().await;
            assert!(head(&mut tcp).await.starts_with("GET /api/events?from="));
            answer(tcp, status, "[]").await;
        };
        let (steps, ()) = tokio::join!(probe(profile.clone()), speak);
        let last = steps.last().unwrap();
        assert_eq!((last.step, last.ok), ("history", ok), "{steps:?}");
        assert!(steps[..steps.len() - 1].iter().all(|step| step.ok), "{steps:?}");
    }
}

#[tokio::test]
async fn every_dialect_signs_as_it_does() {
    let server = Server::start().await;
    for dialect in [Dialect::NATIVE, Dialect::HUB, Dialect::SOCKET_IO] {
        let profile = Profile { dialect, ..erp(&server, "/api/events") };
        let (found, heads) = ask(&server, &profile, &[("200 OK", "[]".into())]).await;
        assert_eq!(found.unwrap(), []);
        assert_eq!((header(&heads[0], "authorization"), header(&heads[0], "cookie")), (Some("Bearer secret-token"), None), "{dialect:?}");
    }
}

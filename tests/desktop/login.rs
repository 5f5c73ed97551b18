//! Signing in, in a window of the server's own: the session that its page sets is the one that the next handshake shows.

use crate::watchdeck;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use watchdeck_testkit::{
    patience::eventually,
    servers::erp::{EXPIRED, ErpServer, SESSION},
};
use watchdeck_tests::{desktop::Desktop, webdriver::Window};

/// Title of the login window of the source under test.
const TITLE: &str = "Sign in: East";

/// The ERP's web pages. `/` tries what a page must not be able to do, tells the outcome, and signs in as `/in`; `/slow` waits for a person.
struct Pages {
    addr: SocketAddr,
    /// First lines and cookies of all requests.
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Pages {
    async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (addr, asked) = (listener.local_addr()?, Arc::<Mutex<Vec<_>>>::default());
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&seen)));
            }
        });
        Ok(Self { addr, asked })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Requests of a path so far, with their cookies.
    fn of(&self, path: &str) -> Vec<(String, String)> {
        let asked = self.asked.lock().expect("no test panics while holding it");
        asked
            .iter()
            .filter(|(line, _)| line.split(' ').nth(1).is_some_and(|asked| asked.split('?').next() == Some(path)))
            .cloned()
            .collect()
    }
}

async fn answer(stream: TcpStream, asked: Arc<Mutex<Vec<(String, String)>>>) -> Result<()> {
    const TRY: &str = "<!doctype html><title>ERP</title><h1>Who are you?</h1><script>\
        const core = window.__TAURI_INTERNALS__;\
        const tried = core ? core.invoke('call', { name: 'hello', args: {} }).then(() => 'allowed', () => 'refused') : 'absent';\
        const late = new Promise(done => setTimeout(done, 3000, 'unanswered'));\
        Promise.race([tried, late]).then(outcome => { location = '/in?core=' + outcome });</script>";
    let mut stream = BufReader::new(stream);
    let (mut first, mut cookies) = (String::new(), String::new());
    stream.read_line(&mut first).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(("cookie", value)) = line.to_ascii_lowercase().split_once(':') {
            cookies = value.trim().to_owned();
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().expect("no test panics while holding it").push((first, cookies));
    let (cookie, body) = match path.split('?').next() {
        Some("/") => (String::new(), TRY),
        Some("/in") => (format!("Set-Cookie: next-auth.session-token={SESSION}; Path=/; HttpOnly; SameSite=Lax\r\n"), "<h1>Welcome</h1>"),
        _ => (String::new(), "<!doctype html><title>ERP</title><h1>Who are you?</h1>"),
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{cookie}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    Ok(())
}

async fn watch(window: &Window, server: &ErpServer, login_url: &str) -> Result<()> {
    let mut settings = window.call("hello", &json!({})).await?["settings"].clone();
    settings["language"] = json!("en");
    settings["sources"] = json!([{ "id": "east", "name": "East", "url": server.url(), "dialect": "erp", "channels": ["system"],
        "token": EXPIRED, "login_url": login_url }]);
    window.call("save_settings", &json!({ "settings": settings })).await.map(drop)
}

async fn state(window: &Window) -> Result<Value> {
    Ok(window.call("recent", &json!({ "rows": 0 })).await?["frame"]["sources"][0]["state"].clone())
}

async fn is(window: &Window, kind: &str) -> Result<()> {
    eventually(&format!("the source to be {kind}"), || async { Ok((state(window).await?["kind"] == kind).then_some(())) }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_from_the_login_window_is_shown_at_the_next_handshake() -> Result<()> {
    let (server, pages, desktop) = (ErpServer::start().await?, Pages::start().await?, Desktop::start().await?);
    let data = desktop.folder("watchdeck");
    let window = Window::open(desktop.command("WebKitWebDriver"), &watchdeck()?, &["--data-dir", &data.to_string_lossy()]).await?;
    watch(&window, &server, &pages.url("/")).await?;
    is(&window, "needs_login").await?;
    assert_eq!(window.call("hello", &json!({})).await?["login_window"], json!(true));

    window.call("login", &json!({ "source": "east" })).await?;
    server.hears("subscribe", 1).await.context("nothing was captured, or it was not used")?;
    let alert = json!({ "type": "system:alert", "timestamp": 1_795_223_788_150_u64, "level": "info", "message": "Signed in at last" });
    // A server like this one sends an event once: said again, it also reaches a link that was about to be made anew when it was said first.
    eventually("the event to be taken", || async {
        server.event("system", &alert).await;
        Ok((state(&window).await?["kind"] == "live").then_some(()))
    })
    .await?;
    window.shows("Signed in at last").await?;
    let screen = desktop.screen()?;
    eventually("the login window to go", || async { Ok((!screen.shows(TITLE)?).then_some(())) }).await?;

    let outcome = pages.of("/in").pop().context("the page signed in")?.0;
    assert!(outcome.contains("core=refused") || outcome.contains("core=absent"), "a server's page must not reach the core: {outcome}");

    window.call("login", &json!({ "source": "east" })).await?;
    let again = eventually("the page to be asked for again", || async { Ok(pages.of("/").get(1).cloned()) }).await?;
    assert_eq!(again.1, "", "an old session must not come back by itself");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_window_that_is_closed_changes_nothing_and_can_be_opened_again() -> Result<()> {
    let (server, pages, desktop) = (ErpServer::start().await?, Pages::start().await?, Desktop::start().await?);
    let data = desktop.folder("watchdeck");
    let window = Window::open(desktop.command("WebKitWebDriver"), &watchdeck()?, &["--data-dir", &data.to_string_lossy()]).await?;
    watch(&window, &server, &pages.url("/slow")).await?;
    is(&window, "needs_login").await?;
    let screen = desktop.screen()?;
    for round in 1..=2 {
        window.call("login", &json!({ "source": "east" })).await?;
        eventually("the page to be shown", || async { Ok((screen.shows(TITLE)? && pages.of("/slow").len() == round).then_some(())) })
            .await?;
        screen.press_close(TITLE)?;
        eventually("the login window to go", || async { Ok((!screen.shows(TITLE)?).then_some(())) }).await?;
    }
    assert_eq!(state(&window).await?, json!({ "kind": "needs_login", "detail": "Token expired" }), "the program goes on as it was");
    assert_eq!(server.opened(), 1, "and nobody dialled");
    window.close().await
}

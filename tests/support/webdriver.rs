//! The real window, driven from outside: WebKitGTK's own driver, spoken to directly.

use anyhow::{Context, Result, bail, ensure};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::process::Command;
use watchdeck_testkit::{
    patience::{PATIENCE, eventually},
    port::{PORTS, free_port},
    process::Running,
};

/// Key under which WebDriver names elements, by its specification.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// A window under control. Ends the program when dropped.
#[derive(Debug)]
pub struct Window {
    client: Client,
    session: String,
    _driver: Running,
}

impl Window {
    /// Starts `program` with `args` in the environment of `driver` (a command for `WebKitWebDriver`), and takes control.
    ///
    /// # Errors
    /// When the driver is missing or the program shows no window.
    pub async fn open(mut driver: Command, program: &Path, args: &[&str]) -> Result<Self> {
        driver.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        let client = Client::builder().timeout(PATIENCE).build()?;
        let (running, base) = start(driver, &client).await?;
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": { "binary": program, "args": args } } } });
        let answer = ask(&client, Method::POST, &format!("{base}/session"), Some(&wanted)).await?;
        let id = answer["sessionId"].as_str().context("a session has an id")?;
        Ok(Self { session: format!("{base}/session/{id}"), client, _driver: running })
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        ask(&self.client, method, &format!("{}/{path}", self.session), body).await
    }

    /// Runs `script` in the page and answers what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str) -> Result<Value> {
        self.ask(Method::POST, "execute/sync", Some(&json!({ "script": script, "args": [] }))).await
    }

    /// Asks the core, the way the page does.
    ///
    /// # Errors
    /// When the core refuses, or the window is gone.
    pub async fn call(&self, name: &str, args: &Value) -> Result<Value> {
        let script = format!(
            "return window.__TAURI_INTERNALS__.invoke('call', {{ name: '{name}', args: {args} }})\
             .then(bytes => JSON.parse(new TextDecoder().decode(bytes)))"
        );
        self.run(&script).await
    }

    /// The page's visible text.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn text(&self) -> Result<String> {
        let text = self.run("return document.body.innerText").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page shows `text`.
    ///
    /// # Errors
    /// When it does not in time, with what it shows instead.
    pub async fn shows(&self, text: &str) -> Result<()> {
        let shown =
            eventually(&format!("the window to show {text:?}"), || async { Ok(self.text().await?.contains(text).then_some(())) }).await;
        match shown {
            Ok(()) => Ok(()),
            Err(error) => Err(error.context(format!("the window shows:\n{}", self.text().await?))),
        }
    }

    /// Clicks the first element that the XPath finds, once there is one.
    ///
    /// # Errors
    /// When there is none in time, or it cannot be clicked.
    pub async fn click(&self, xpath: &str) -> Result<()> {
        eventually(&format!("{xpath} to be clicked"), || async {
            let found = self.ask(Method::POST, "element", Some(&json!({ "using": "xpath", "value": xpath }))).await?;
            let id = found[ELEMENT].as_str().context("an element has an id")?;
            self.ask(Method::POST, &format!("element/{id}/click"), Some(&json!({}))).await?;
            Ok(Some(()))
        })
        .await
    }

    /// Ends the session, and with it the program.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn close(self) -> Result<()> {
        self.ask(Method::DELETE, "", None).await.map(drop)
    }
}

/// Starts the driver on a port that nobody else took first.
async fn start(mut driver: Command, client: &Client) -> Result<(Running, String)> {
    for _ in 0..PORTS {
        let port = free_port()?;
        // Of one option given twice the driver takes the last.
        let mut running = Running::start(driver.arg(format!("--port={port}")))?;
        let base = format!("http://127.0.0.1:{port}");
        let started = Instant::now();
        while running.lives().is_ok() {
            let answered = client.get(format!("{base}/status")).send().await.is_ok();
            // Ours lives, so it has the port, and the answer is ours.
            if answered && running.lives().is_ok() {
                return Ok((running, base));
            }
            ensure!(started.elapsed() < PATIENCE, "WebKitWebDriver does not answer");
            tokio::time::sleep(LOOK).await;
        }
    }
    bail!("WebKitWebDriver gets no port")
}

async fn ask(client: &Client, method: Method, url: &str, body: Option<&Value>) -> Result<Value> {
    let mut request = client.request(method, url.trim_end_matches('/'));
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await?;
    let failed = !response.status().is_success();
    let mut answer: Value = response.json().await?;
    let value = answer["value"].take();
    if failed {
        bail!("{}: {}", value["error"].as_str().unwrap_or("error"), value["message"].as_str().unwrap_or_default());
    }
    Ok(value)
}

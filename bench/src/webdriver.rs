//! The few calls of WebDriver that a measurement needs, against WebKitWebDriver itself.

use crate::memory;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Until the program must have ended.
const LAST_PATIENCE: Duration = Duration::from_secs(20);
/// Until the program must have shown a window.
const PATIENCE: Duration = Duration::from_secs(60);

/// A window of the real program, under control.
#[derive(Debug)]
pub struct Window {
    http: reqwest::Client,
    session: String,
    driver: Child,
}

impl Window {
    /// Start `console` with `args` and take hold of its window.
    ///
    /// # Errors
    /// When WebKitWebDriver (package webkit2gtk-driver) is missing or the program shows no window.
    pub async fn open(console: &Path, args: &[String]) -> Result<Self> {
        let port = free_port()?;
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("WebKitWebDriver did not start (package webkit2gtk-driver)")?;
        let http = reqwest::Client::builder().timeout(Duration::from_secs(120)).no_proxy().build()?;
        let mut window = Self { http, session: format!("http://127.0.0.1:{port}/session"), driver };
        let capabilities =
            json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": { "binary": console, "args": args } } } });
        let mut last = None;
        let session = async {
            // The driver may still be opening its port.
            loop {
                match window.post("", &capabilities).await {
                    Ok(value) => break value,
                    Err(error) => last = Some(error),
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let session = tokio::time::timeout(PATIENCE, session).await.ok();
        let session = session.with_context(|| format!("no window came up ({last:?})"))?;
        let id = session["sessionId"].as_str().context("a session has an id")?.to_owned();
        window.session = format!("{}/{id}", window.session);
        Ok(window)
    }

    /// Process id of the driver, whose descendants are the program and its web processes.
    #[must_use]
    pub fn driver_id(&self) -> u32 {
        self.driver.id()
    }

    /// Run a function body in the page and give what it returns.
    ///
    /// # Errors
    /// When the page throws or is gone.
    pub async fn run(&self, body: &str) -> Result<Value> {
        self.post("/execute/sync", &json!({ "script": body, "args": [] })).await
    }

    /// One of the core's commands, called the way the page calls it.
    ///
    /// # Errors
    /// When the core refuses, or the page is gone.
    pub async fn call(&self, name: &str, args: &Value) -> Result<Value> {
        let body = format!(
            "const done = arguments[arguments.length - 1];
             window.__TAURI_INTERNALS__.invoke('call', {{ name: {}, args: {args} }})
               .then((bytes) => done({{ ok: new TextDecoder().decode(bytes) }}), (error) => done({{ error: JSON.stringify(error) }}));",
            Value::from(name)
        );
        let answer = self.post("/execute/async", &json!({ "script": body, "args": [] })).await?;
        match answer["ok"].as_str() {
            Some(text) => Ok(serde_json::from_str(text)?),
            None => bail!("{name}: {answer}"),
        }
    }

    /// End the program, and wait until it is gone: it runs once at a time, so the next one would only wake this one up.
    ///
    /// # Errors
    /// When the driver is gone, or the program does not end.
    pub async fn close(self) -> Result<()> {
        self.http.delete(&self.session).send().await?.error_for_status()?;
        let driver = self.driver.id();
        let gone = async {
            while memory::tree(driver).is_ok_and(|tree| tree.len() > 1) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(LAST_PATIENCE, gone).await.context("the program did not end")
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer: Value = self.http.post(format!("{}{path}", self.session)).json(body).send().await?.json().await?;
        match &answer["value"] {
            Value::Object(value) if value.contains_key("error") => {
                bail!("{}", answer["value"]["message"].as_str().unwrap_or("the driver refused"))
            }
            value => Ok(value.clone()),
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// A port that is free now. Somebody may take it in the moment before it is used; then the measurement fails, and says so.
///
/// # Errors
/// When loopback has none left.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

//! A gateway and a window that follows it, both new for each phase.

use crate::Args;
use anyhow::{Context, Result};
use serde_json::json;
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use watchdeck_bench::webdriver::{Window, free_port};

/// A gateway and a window that follows it, both new.
pub(crate) struct Stage {
    pub(crate) window: Window,
    pub(crate) gateway: Gateway,
    _data: tempfile::TempDir,
}

impl Stage {
    pub(crate) async fn set(args: &Args) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let gateway = Gateway::start(&args.gateway, &data.path().join("gateway")).await?;
        let flags =
            ["--data-dir".to_owned(), data.path().join("console").to_string_lossy().into_owned(), "--connect".into(), gateway.websocket()];
        let window = Window::open(&args.console, &flags).await?;
        let live = async {
            loop {
                let recent = window.call("recent", &json!({ "rows": 1 })).await;
                if recent.is_ok_and(|recent| recent["frame"]["sources"][0]["state"]["kind"] == "live") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), live).await.context("the console did not become live")?;
        Ok(Self { window, gateway, _data: data })
    }
}

/// A gateway of its own on a free port.
pub(crate) struct Gateway {
    program: Child,
    address: String,
}

impl Gateway {
    async fn start(binary: &Path, data: &Path) -> Result<Self> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let program = Command::new(binary)
            .args(["--listen", &address, "--data-dir"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("the gateway did not start")?;
        let gateway = Self { program, address };
        let healthy = async {
            while reqwest::get(format!("{}/healthz", gateway.http())).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), healthy).await.context("the gateway does not answer")?;
        Ok(gateway)
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    fn websocket(&self) -> String {
        format!("ws://{}/ws", self.address)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Both fail only when it has ended already; its data is thrown away in any case.
        drop(self.program.kill());
        drop(self.program.wait());
    }
}

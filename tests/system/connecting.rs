//! `--connect`: the program finds out by itself what a server speaks, whichever of the four it is, and says so of one that speaks none.

use anyhow::{Result, ensure};
use serde_json::json;
use std::{future::Future, path::Path};
use tokio::process::Command;
use tokio_tungstenite::tungstenite::Message;
use watchdeck_store::{Profile, Store};
use watchdeck_testkit::{
    console::Bench,
    front::{Front, Say},
    patience::eventually,
    process::{Running, program},
    redis::Redis,
    servers::{
        erp::{ErpServer, SESSION},
        hub::{self, HubServer},
        socketio::{self, SocketIoServer},
    },
};
use watchdeck_tests::gateway::Gateway;

fn connect(url: &str, token: Option<&str>, folder: &Path) -> Result<Command> {
    let mut command = Command::new(program("WATCHDECK_WEB_HOST_BIN", "watchdeck-web-host")?);
    command.args(["--port", "0", "--no-keychain", "--connect", url, "--data-dir"]).arg(folder);
    if let Some(token) = token {
        command.env("WATCHDECK_TOKEN", token);
    }
    Ok(command)
}

/// Start the program at `url`, and let the server speak until something of it is stored.
async fn hears<F: Future<Output = Result<()>>>(url: &str, token: Option<&str>, mut speak: impl FnMut(u64) -> F) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (console, _) = Running::until_line(&mut connect(url, token, folder.path())?, |line| line.contains("\"url\"").then_some(())).await?;
    let mut said = 0;
    let stored = eventually("an event of the server to be stored", || {
        said += 1;
        let spoken = speak(said);
        async {
            spoken.await?;
            let store = Store::look(&folder.path().join("events.db"), Profile::Console)?;
            let rows = store.read_after(0, 100).await?;
            store.close().await;
            Ok(rows.iter().find(|row| row.event.payload.as_str().contains("said-by-the-server")).map(|row| row.event.source.to_string()))
        }
    })
    .await?;
    ensure!(!stored.is_empty());
    console.terminate().await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_is_understood() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    hears(&gateway.ws(), None, |n| {
        let message = json!({ "type": "system:alert", "level": "info", "message": "said-by-the-server", "timestamp": n });
        let redis = &redis;
        async move { redis.publish("ws:system", &message).await.map(drop) }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_erps_own_server_is_understood() -> Result<()> {
    let server = ErpServer::start().await?;
    hears(&server.url(), Some(SESSION), |n| {
        let server = &server;
        async move {
            let data = json!({ "type": "system:alert", "level": "info", "message": "said-by-the-server", "timestamp": n });
            server.event("system", &data).await;
            Ok(())
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_is_understood() -> Result<()> {
    let server = HubServer::start().await?;
    hears(&server.url(), Some(hub::TOKEN), |n| {
        let server = &server;
        async move {
            server.objects(&[("notification", json!({ "id": n, "message": "said-by-the-server" }))]).await;
            Ok(())
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socketio_server_is_understood() -> Result<()> {
    let server = SocketIoServer::start().await?;
    hears(&server.url(), Some(socketio::TOKEN), |n| {
        let server = &server;
        async move {
            server.notification(&format!("n-{n}"), "info", "said-by-the-server").await;
            Ok(())
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_speaks_none_of_them_is_called_unknown_with_what_it_said() -> Result<()> {
    let server = Front::start(|_| Say::Open("", vec![Message::text("WELCOME stranger, say NICK")])).await;
    let folder = tempfile::tempdir()?;
    let bench = Bench::start(folder.path()).await?;
    bench.sources(json!([{ "id": "s", "name": "s", "url": server.url("/chat"), "dialect": "auto" }])).await?;
    let found = eventually("a word of what it is", || async {
        let state = bench.call("recent", json!({ "rows": 0 })).await?["frame"]["sources"][0]["state"].clone();
        Ok(state["detail"].as_str().filter(|detail| detail.contains("unknown")).map(str::to_owned))
    })
    .await?;
    bench.console.shutdown().await;
    ensure!(found.contains("WELCOME stranger"), "{found}");
    Ok(())
}

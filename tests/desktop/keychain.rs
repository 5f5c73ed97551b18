//! Where the real program keeps a token on a desktop that has no keychain.

use crate::watchdeck;
use anyhow::Result;
use serde_json::json;
use std::path::Path;
use watchdeck_testkit::servers::erp::{ErpServer, SESSION};
use watchdeck_tests::{desktop::Desktop, webdriver::Window};

async fn open(desktop: &Desktop, data: &Path) -> Result<Window> {
    Window::open(desktop.command("WebKitWebDriver"), &watchdeck()?, &["--data-dir", &data.to_string_lossy()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_the_window_says_that_a_file_holds_the_token() -> Result<()> {
    let (server, desktop) = (ErpServer::start().await?, Desktop::start().await?);
    let data = desktop.folder("watchdeck");
    let window = open(&desktop, &data).await?;
    let mut settings = window.call("hello", &json!({})).await?["settings"].clone();
    settings["sources"] =
        json!([{ "id": "east", "name": "East", "url": server.url(), "dialect": "erp", "channels": ["system"], "token": SESSION }]);
    window.call("save_settings", &json!({ "settings": settings })).await?;
    server.hears("subscribe", 1).await?;
    assert_eq!(window.call("source_secrets", &json!({})).await?["east"]["token"], json!("file"));
    assert!(data.join("secrets.json").exists());
    window.close().await
}

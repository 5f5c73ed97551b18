//! What a host does when it is started with `--demo` or `--connect`: the same for a desktop and for a browser.

use anyhow::Context;
use serde_json::json;
use watchdeck_console::{Address, Console};
use watchdeck_wire::settings::{DialectName, Hello, Settings, Source};

/// Watches the built-in ERP, as if the user had gone through that door.
///
/// # Errors
/// When the built-in ERP cannot start.
pub async fn watch_demo(console: &Console) -> anyhow::Result<()> {
    console.call("start_demo", json!({})).await.map(drop).context("the built-in ERP cannot start")
}

/// Watches the server at `url`: it is added to the settings, or gets the new token where it is there already. What it speaks is found out, as
/// in the window.
///
/// # Errors
/// When the address is refused or the settings cannot be kept.
pub async fn watch_server(console: &Console, url: &str, token: Option<&str>) -> anyhow::Result<()> {
    let hello = console.call("hello", json!({})).await?;
    let hello: Hello = serde_json::from_slice(&hello).context("the core's greeting is of another version")?;
    let settings = with_source(hello.settings, url, token);
    console.call("save_settings", json!({ "settings": settings })).await.map(drop).with_context(|| format!("{url} cannot be watched"))
}

fn with_source(mut settings: Settings, url: &str, token: Option<&str>) -> Settings {
    let token = token.map(str::to_owned);
    let url = url.trim();
    let here = Address::parse(url).ok();
    let same = |source: &Source| source.url == url || here.is_some() && Address::parse(&source.url).ok() == here;
    if let Some(known) = settings.sources.iter_mut().find(|source| same(source)) {
        known.paused = false;
        // No token keeps the one that is stored.
        known.token = token;
        return settings;
    }
    settings.sources.push(Source {
        // Never given before: events of a source that was removed carry its id.
        id: uuid::Uuid::new_v4().to_string(),
        name: url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').to_owned(),
        url: url.to_owned(),
        dialect: DialectName::AUTO,
        token,
        ..Source::default()
    });
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connecting_twice_adds_one_source_and_renews_its_token() {
        let once = with_source(Settings::default(), "ws://erp.example:3010/ws", Some("a"));
        let before = once.sources.len();
        let twice = with_source(once, "ws://erp.example:3010/ws", Some("b"));
        assert_eq!(twice.sources.len(), before);
        assert_eq!(twice.sources.last().unwrap().token.as_deref(), Some("b"));
    }

    #[test]
    fn what_it_speaks_is_found_out_and_the_same_address_is_known_in_every_spelling() {
        let once = with_source(Settings::default(), "ws://erp.example:3010/ws", None);
        assert_eq!(once.sources[0].dialect, DialectName::AUTO);
        let again = with_source(once, " HTTP://ERP.example:3010/ws", Some("b"));
        assert_eq!(again.sources.len(), 1);
    }

    #[test]
    fn a_second_server_gets_an_id_of_its_own() {
        let one = with_source(Settings::default(), "ws://one.example/ws", None);
        let two = with_source(one, "ws://two.example/ws", None);
        let ids: std::collections::HashSet<_> = two.sources.iter().map(|source| &source.id).collect();
        assert_eq!(ids.len(), two.sources.len(), "events are kept by the source's id");
        assert_eq!(two.sources.last().unwrap().name, "two.example/ws");
    }
}

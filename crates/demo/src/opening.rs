//! What a host does when it is started with `--demo` or `--connect`: the same for a desktop and for a browser.

use anyhow::Context;
use serde_json::{Value, json};
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
    let (id, change) = change(&hello.settings, url, token);
    let patch = json!({ "sources": { id: change } });
    console.call("change_settings", json!({ "patch": patch })).await.map(drop).with_context(|| format!("{url} cannot be watched"))
}

/// Which source is to be changed, and how; a new one where none has this address.
fn change(settings: &Settings, url: &str, token: Option<&str>) -> (String, Value) {
    let url = url.trim();
    let here = Address::parse(url).ok();
    let same = |source: &&Source| source.url == url || here.is_some() && Address::parse(&source.url).ok() == here;
    let mut change = json!({ "paused": false });
    let id = match settings.sources.iter().find(same) {
        Some(known) => known.id.clone(),
        None => {
            change["name"] = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').into();
            change["url"] = url.into();
            change["dialect"] = json!(DialectName::AUTO);
            // Never given before: events of a source that was removed carry its id.
            uuid::Uuid::new_v4().to_string()
        }
    };
    // No token keeps the one that is stored.
    if let Some(token) = token {
        change["token"] = token.into();
    }
    (id, change)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(url: &str) -> Settings {
        Settings { sources: vec![Source { id: "one".into(), url: url.into(), paused: true, ..Source::default() }], ..Settings::default() }
    }

    #[test]
    fn connecting_twice_adds_one_source_and_renews_its_token() {
        let url = "ws://erp.example:3010/ws";
        let (first, new) = change(&Settings::default(), url, Some("a"));
        assert_eq!((new["url"].as_str(), new["token"].as_str()), (Some(url), Some("a")));
        assert_ne!(first, change(&Settings::default(), url, None).0, "events are kept by the source's id");
        let (id, again) = change(&known(url), url, Some("b"));
        assert_eq!((id.as_str(), again), ("one", json!({ "paused": false, "token": "b" })), "nothing else of it changes");
    }

    #[test]
    fn what_it_speaks_is_found_out_and_the_same_address_is_known_in_every_spelling() {
        let (_, new) = change(&Settings::default(), "ws://erp.example:3010/ws", None);
        assert_eq!(new["dialect"], json!(DialectName::AUTO));
        let (id, again) = change(&known("ws://erp.example:3010/ws"), " HTTP://ERP.example:3010/ws", None);
        assert_eq!((id.as_str(), again), ("one", json!({ "paused": false })), "no token keeps the one that is stored");
    }

    #[test]
    fn a_second_server_gets_an_id_and_a_name_of_its_own() {
        let (id, new) = change(&known("ws://one.example/ws"), "ws://two.example/ws/", None);
        assert_ne!(id, "one");
        assert_eq!(new["name"], "two.example/ws");
    }
}

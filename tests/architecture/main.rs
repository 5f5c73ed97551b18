//! The arrows between crates, held by `cargo metadata`.

use anyhow::{Context as _, Result, ensure};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// What each crate may use of ours. A crate that is not listed may use nothing of ours.
const ARROWS: [(&str, &[&str]); 16] = [
    ("watchdeck-events", &[]),
    ("watchdeck-protocol", &[]),
    ("watchdeck-logline", &[]),
    ("watchdeck-filter", &["watchdeck-events"]),
    ("watchdeck-store", &["watchdeck-events", "watchdeck-filter", "watchdeck-protocol"]),
    ("watchdeck-client", &["watchdeck-events", "watchdeck-protocol"]),
    ("watchdeck-console", &["watchdeck-client", "watchdeck-events", "watchdeck-filter", "watchdeck-protocol", "watchdeck-store"]),
    ("watchdeck-gateway", &["watchdeck-events", "watchdeck-logline", "watchdeck-protocol", "watchdeck-store"]),
    ("watchdeck-simulator", &["watchdeck-events", "watchdeck-logline", "watchdeck-protocol"]),
    ("watchdeck-demo", &["watchdeck-console", "watchdeck-events", "watchdeck-gateway", "watchdeck-simulator"]),
    ("watchdeck-web-host", &["watchdeck-console", "watchdeck-demo", "watchdeck-events", "watchdeck-logline"]),
    ("watchdeck", &["watchdeck-console", "watchdeck-demo", "watchdeck-events", "watchdeck-logline"]),
    ("xtask", &[]),
    (
        "watchdeck-bench",
        &["watchdeck-client", "watchdeck-console", "watchdeck-events", "watchdeck-filter", "watchdeck-protocol", "watchdeck-store"],
    ),
    (
        "watchdeck-fuzz",
        &["watchdeck-client", "watchdeck-console", "watchdeck-events", "watchdeck-filter", "watchdeck-protocol", "watchdeck-store"],
    ),
    ("watchdeck-tests", &["watchdeck-console", "watchdeck-events", "watchdeck-store"]),
];

/// Libraries that may appear in these places only.
const PLACES: [(&str, &[&str]); 9] = [
    ("tauri", &["watchdeck"]),
    ("zbus", &["watchdeck", "watchdeck-tests"]),
    ("notify-rust", &["watchdeck"]),
    ("rodio", &["watchdeck"]),
    // Its operators panic; `events::exact` wraps it, and clippy.toml names it.
    ("rust_decimal", &["watchdeck-events"]),
    ("rusqlite", &["watchdeck-store", "watchdeck-bench"]),
    ("tokio-tungstenite", &["watchdeck-client", "watchdeck-bench", "watchdeck-tests"]),
    ("axum", &["watchdeck-gateway", "watchdeck-web-host"]),
    ("redis", &["watchdeck-simulator", "watchdeck-bench", "watchdeck-tests"]),
];

/// Normal dependencies by crate, as cargo sees them.
fn dependencies() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).context(String::from_utf8_lossy(&output.stderr).into_owned())?;
    let packages = metadata["packages"].as_array().context("packages")?;
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().context("a name")?.to_owned();
            let used = package["dependencies"].as_array().context("dependencies")?;
            let normal = used.iter().filter(|used| used["kind"].is_null()).filter_map(|used| used["name"].as_str()).map(str::to_owned);
            Ok((name, normal.collect()))
        })
        .collect()
}

#[test]
fn nothing_points_back() -> Result<()> {
    for (name, used) in dependencies()? {
        let allowed = ARROWS.iter().find(|(known, _)| *known == name).map(|(_, allowed)| *allowed);
        let allowed = allowed.with_context(|| format!("{name} is new: say in this test what it may use"))?;
        let ours = used.iter().filter(|used| used.starts_with("watchdeck"));
        let beyond: Vec<_> = ours.filter(|used| !allowed.contains(&used.as_str())).collect();
        ensure!(beyond.is_empty(), "{name} may not use {beyond:?}");
    }
    Ok(())
}

/// `rust_decimal` panics where a sum has no room: one file deals with that, and clippy refuses the type elsewhere only where the type is named.
#[test]
fn one_file_knows_the_decimal() -> Result<()> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/events/src");
    let mut users = Vec::new();
    let mut folders = vec![sources];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path)?.contains("rust_decimal::") {
                users.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
            }
        }
    }
    ensure!(users == ["exact.rs"], "{users:?}");
    Ok(())
}

#[test]
fn each_heavy_library_stays_in_its_place() -> Result<()> {
    let all = dependencies()?;
    for (library, places) in PLACES {
        let users: Vec<_> = all.iter().filter(|(_, used)| used.contains(library)).map(|(name, _)| name.as_str()).collect();
        let strays: Vec<_> = users.iter().filter(|user| !places.contains(user)).collect();
        ensure!(strays.is_empty(), "{library} is used by {strays:?}");
        ensure!(!users.is_empty(), "{library} is used nowhere: take it off this list");
    }
    Ok(())
}

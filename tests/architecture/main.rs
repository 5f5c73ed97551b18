//! The arrows: between crates as `cargo metadata` has them, inside of crates as the sources have them.

mod complaints;
mod declared;
mod extend;
mod imports;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// What is for tests and measurements only, and the only crates that may be built on it: they are such themselves.
const TESTKIT: &str = "testkit";
const TESTS: &str = "tests";
const BENCH: &str = "bench";

/// What each crate may use of ours, from the ground up. A crate that is not listed may use nothing of ours.
const ARROWS: [(&str, &[&str]); 26] = [
    ("contain", &[]),
    ("events", &[]),
    ("logline", &[]),
    ("protocol", &[]),
    ("secret", &[]),
    ("filter", &["events"]),
    ("wire", &["events"]),
    ("store", &["events", "filter", "protocol"]),
    ("handlers", &["contain", "events", "filter", "store"]),
    ("postgres", &["events", "filter", "protocol", "store"]),
    ("client", &["events", "protocol", "secret"]),
    ("world", &["events", "secret", "store", "wire"]),
    ("alerts", &["contain", "events", "filter", "store", "wire", "world"]),
    ("feed", &["client", "contain", "events", "filter", "handlers", "protocol", "secret", "store", "wire", "world"]),
    ("console", &["alerts", "client", "contain", "events", "feed", "filter", "handlers", "protocol", "secret", "store", "wire", "world"]),
    ("gateway", &["events", "filter", "logline", "postgres", "protocol", "secret", "store"]),
    ("simulator", &["events", "logline", "protocol"]),
    ("demo", &["console", "events", "gateway", "simulator", "wire"]),
    ("web-host", &["console", "demo", "events", "logline", "wire"]),
    ("watchdeck", &["console", "contain", "demo", "events", "logline", "wire"]),
    ("xtask", &[]),
    (BENCH, &["alerts", "client", "console", "events", "filter", "gateway", "protocol", "simulator", "store", TESTKIT, "wire", "world"]),
    ("fuzz", &["alerts", "client", "console", "events", "filter", "protocol", "store", "wire", "world"]),
    ("simulate", &["client", "events", "feed", "gateway", "protocol", "store", "wire"]),
    (TESTKIT, &["client", "console", "events", "protocol"]),
    ("tests", &["console", "events", "store", TESTKIT, "world"]),
];

/// Libraries that may appear in these places only.
const PLACES: [(&str, &[&str]); 11] = [
    ("tauri", &["watchdeck"]),
    ("zbus", &["watchdeck", "watchdeck-tests"]),
    ("notify-rust", &["watchdeck"]),
    ("rodio", &["watchdeck"]),
    // Its operators panic; `events::exact` wraps it, and clippy.toml names it.
    ("rust_decimal", &["watchdeck-events"]),
    // The simulated disk is a file system of SQLite's.
    ("rusqlite", &["watchdeck-store", "watchdeck-bench", "watchdeck-simulate"]),
    ("tokio-postgres", &["watchdeck-postgres", "watchdeck-bench"]),
    ("tokio-tungstenite", &["watchdeck-client", "watchdeck-bench", "watchdeck-simulate", "watchdeck-testkit", "watchdeck-tests"]),
    ("axum", &["watchdeck-gateway", "watchdeck-testkit", "watchdeck-web-host"]),
    ("lettre", &["watchdeck-console"]),
    ("redis", &["watchdeck-simulator", "watchdeck-bench", "watchdeck-testkit"]),
];

/// Who uses whom, by name.
type Users = BTreeMap<String, BTreeSet<String>>;

/// Normal dependencies by crate, as cargo sees them.
fn dependencies() -> Result<Users> {
    dependencies_of(Value::is_null)
}

/// The dependencies of the kinds that `wanted` accepts: null is a normal one.
fn dependencies_of(wanted: impl Fn(&Value) -> bool) -> Result<Users> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context(String::from_utf8_lossy(&output.stderr).into_owned())?;
    let packages = metadata["packages"].as_array().context("packages")?;
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().context("a name")?.to_owned();
            let used = package["dependencies"].as_array().context("dependencies")?;
            let named = used.iter().filter(|used| wanted(&used["kind"])).filter_map(|used| used["name"].as_str()).map(str::to_owned);
            Ok((name, named.collect()))
        })
        .collect()
}

/// Of ours, without what they all begin with.
fn short(name: &str) -> &str {
    name.strip_prefix("watchdeck-").unwrap_or(name)
}

#[test]
#[allow(clippy::print_stdout, reason = "the arrows are there to be read")]
fn nothing_points_back() -> Result<()> {
    for (name, used) in dependencies()? {
        let allowed = ARROWS.iter().find(|(known, _)| *known == short(&name)).map(|(_, allowed)| *allowed);
        let allowed = allowed.with_context(|| format!("{name} is new: say in this test what it may use"))?;
        let ours = used.iter().filter(|used| used.starts_with("watchdeck"));
        let beyond: Vec<_> = ours.filter(|used| !allowed.contains(&short(used))).collect();
        ensure!(beyond.is_empty(), "{name} may not use {beyond:?}");
    }
    println!("{}", arrows(&dependencies()?));
    Ok(())
}

/// Who uses whom, to be read: what one uses through another that it uses is left out, and so is `events`, which all may use.
fn arrows(all: &Users) -> String {
    let direct = |name: &str| -> BTreeSet<String> {
        let used = all.iter().find(|(known, _)| short(known) == name).map(|(_, used)| used.iter().map(|used| short(used).to_owned()));
        used.into_iter().flatten().filter(|used| used != "events" && ARROWS.iter().any(|(known, _)| known == used)).collect()
    };
    let mut text = String::new();
    for (name, _) in ARROWS {
        let used = direct(name);
        let through: BTreeSet<String> = used.iter().flat_map(|used| reached(used, &direct)).collect();
        let shown: Vec<_> = used.difference(&through).map(String::as_str).collect();
        text += &format!("{name:>10} ─► {}\n", if shown.is_empty() { "events, or nothing".to_owned() } else { shown.join(", ") });
    }
    text
}

/// Everything that `name` leads to.
fn reached(name: &str, direct: &dyn Fn(&str) -> BTreeSet<String>) -> BTreeSet<String> {
    direct(name).into_iter().flat_map(|used| std::iter::once(used.clone()).chain(reached(&used, direct))).collect()
}

/// Who is built on the testkit without being a test or a measurement.
fn built_on_the_testkit(all: &Users) -> Vec<&str> {
    let users = all.iter().filter(|(_, used)| used.iter().any(|used| short(used) == TESTKIT));
    users.map(|(name, _)| short(name)).filter(|name| ![TESTS, BENCH].contains(name)).collect()
}

#[test]
fn the_testkit_is_for_tests_only() -> Result<()> {
    let wrong = dependencies_of(|kind| kind != "dev")?;
    let wrong = built_on_the_testkit(&wrong);
    ensure!(wrong.is_empty(), "{wrong:?} may use the testkit in [dev-dependencies] only");
    let tested = dependencies_of(|kind| kind == "dev")?;
    ensure!(!built_on_the_testkit(&tested).is_empty(), "no crate is tested with the testkit: is it still called {TESTKIT}?");
    Ok(())
}

#[test]
fn a_crate_that_is_built_on_the_testkit_would_be_seen() {
    let uses = |used: &str| BTreeSet::from(["serde".to_owned(), used.to_owned()]);
    let all = BTreeMap::from([
        ("watchdeck-tests".to_owned(), uses("watchdeck-testkit")),
        ("watchdeck".to_owned(), uses("watchdeck-console")),
        ("watchdeck-gateway".to_owned(), uses("watchdeck-testkit")),
    ]);
    assert_eq!(built_on_the_testkit(&all), ["gateway"]);
}

#[test]
fn no_crate_imports_in_circles() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<_> = ["src-tauri", "xtask", "fuzz"].map(|name| root.join(name)).into();
    for entry in std::fs::read_dir(root.join("crates"))? {
        folders.push(entry?.path());
    }
    let mut wrong = Vec::new();
    for folder in folders {
        let graph = imports::graph(&folder.join("src"))?;
        for circle in imports::circles(&graph) {
            let names: Vec<_> = circle.iter().map(|module| if module.is_empty() { "(root)".into() } else { module.join("/") }).collect();
            wrong.push(format!("{}: {}", folder.file_name().unwrap_or_default().to_string_lossy(), names.join(", ")));
        }
    }
    ensure!(wrong.is_empty(), "these import each other in a circle:\n{}", wrong.join("\n"));
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

//! What is declared once: no second file keeps a list of all commands, rules or dialects. Whoever adds one writes it where it is declared, and nowhere else.

use anyhow::{Context as _, Result, ensure};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use watchdeck_tests::declared::{between, commands, dialects, offered};

/// Every file of these folders with its text; generated types, tests and what plays the core for tests are left out.
fn sources() -> Result<BTreeMap<String, String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = BTreeMap::new();
    let mut folders: Vec<PathBuf> = ["crates", "src-tauri/src", "ui/src"].map(|name| root.join(name)).into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["tests", "bindings", "target", "node_modules"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if [".rs", ".ts", ".tsx"].iter().any(|kind| name.ends_with(kind)) && !name.contains(".test.") && name != "tests.rs" {
                let text = std::fs::read_to_string(&path)?;
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                found.insert(path.strip_prefix(&root)?.to_string_lossy().replace('\\', "/"), code);
            }
        }
    }
    Ok(found)
}

/// The files that name at least half of `names`, in quotes or as keys of a table.
fn lists<'a>(sources: &'a BTreeMap<String, String>, names: &[String]) -> BTreeSet<&'a str> {
    let says = |text: &str, name: &str| {
        text.contains(&format!("\"{name}\"")) || text.contains(&format!("\n  {name}: ")) || text.contains(&format!("\n    {name}: "))
    };
    let many = |text: &&String| names.iter().filter(|name| says(text, name)).count() * 2 >= names.len();
    sources.iter().filter(|(_, text)| many(text)).map(|(path, _)| path.as_str()).collect()
}

#[test]
fn a_dialect_is_a_folder_of_the_client_and_a_file_of_the_window() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let names = dialects(&root)?;
    ensure!(names.len() >= 4, "{names:?}");
    ensure!(offered(&root)? == names, "the window offers {:?}", offered(&root)?);
    let sources = sources()?;
    let lists = lists(&sources, &names.into_iter().collect::<Vec<_>>());
    ensure!(lists.is_empty(), "these list the dialects once more: {lists:?}");
    Ok(())
}

#[test]
fn a_command_is_declared_in_one_file() -> Result<()> {
    let sources = sources()?;
    let router = sources.get("crates/console/src/commands/router.rs").context("the router")?;
    let names = commands(router)?;
    ensure!(names.len() > 20, "{names:?}");
    let lists = lists(&sources, &names);
    ensure!(lists.is_empty(), "these list the commands once more: {lists:?}");
    Ok(())
}

#[test]
fn a_rule_is_a_document_and_a_line_and_the_window_knows_none() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/alerts/rules");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root)? {
        names.extend(entry?.file_name().to_string_lossy().strip_suffix(".toml").map(str::to_owned));
    }
    ensure!(names.len() >= 18, "{names:?}");
    let sources = sources()?;
    let lists = lists(&sources, &names);
    ensure!(lists == BTreeSet::from(["crates/alerts/src/written/shipped.rs"]), "{lists:?}");
    Ok(())
}

#[test]
fn a_kind_is_an_entry_of_a_pack() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/events/packs");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root)? {
        names.extend(between(&std::fs::read_to_string(entry?.path())?, "\nkind = \"", "\""));
    }
    ensure!(names.len() > 20, "{names:?}");
    let sources = sources()?;
    let lists = lists(&sources, &names);
    ensure!(lists.is_empty(), "these list the kinds once more: {lists:?}");
    Ok(())
}

#[test]
fn a_second_list_would_be_seen() {
    let sources = BTreeMap::from([
        ("a.rs".to_owned(), "call(\"one\")".to_owned()),
        ("b.ts".to_owned(), "const all = [\"one\", \"two\"];".to_owned()),
        ("c.ts".to_owned(), "export const words = {\n  one: \"1\",\n  two: \"2\",\n};".to_owned()),
    ]);
    let names = ["one", "two", "three"].map(str::to_owned);
    assert_eq!(lists(&sources, &names), BTreeSet::from(["b.ts", "c.ts"]));
    assert_eq!(between("x = \"a\"; x = \"b\";", "x = \"", "\""), ["a", "b"]);
}

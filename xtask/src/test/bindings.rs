//! The TypeScript types of the bridge are generated; what is committed must be what is generated.

use crate::{paths, process};
use anyhow::{Context, Result, bail};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const COMMITTED: &str = "ui/src/bindings";

/// Where a test run writes the types, so that it leaves the sources alone.
pub(crate) fn fresh_folder() -> Result<PathBuf> {
    let folder = paths::target().join("xtask/bindings");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the types of the last run could not be removed")?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Compare what was generated into `folder` with what is committed.
pub(crate) fn check(folder: &Path) -> Result<()> {
    let (generated, committed) = (read(folder)?, read(&paths::root().join(COMMITTED))?);
    if generated.is_empty() {
        bail!("the test run generated no types");
    }
    let differs = |name: &&String| generated.get(*name) != committed.get(*name);
    let mut names: Vec<_> = generated.keys().chain(committed.keys()).filter(differs).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        bail!("{COMMITTED} is not what the Rust types say ({}); run `cargo xtask bindings` and commit", names.join(", "));
    }
    Ok(())
}

/// `cargo xtask bindings`.
pub(crate) fn regenerate() -> Result<()> {
    let folder = fresh_folder()?;
    let mut test = process::cargo();
    test.args(["test", "--quiet", "-p", "watchdeck-events", "-p", "watchdeck-wire", "-p", "watchdeck-console", "--lib", "export_bindings"])
        .env("TS_RS_EXPORT_DIR", &folder);
    process::check(&mut test)?;
    let generated = read(&folder)?;
    if generated.is_empty() {
        bail!("no types were generated");
    }
    let committed = paths::root().join(COMMITTED);
    fs::create_dir_all(&committed)?;
    for old in read(&committed)?.keys().filter(|name| !generated.contains_key(*name)) {
        fs::remove_file(committed.join(old))?;
        println!("removed {COMMITTED}/{old}");
    }
    for (name, text) in &generated {
        let file = committed.join(name);
        if fs::read_to_string(&file).ok().as_ref() != Some(text) {
            fs::create_dir_all(file.parent().expect("a file lies in a folder"))?;
            fs::write(&file, text)?;
            println!("wrote {COMMITTED}/{name}");
        }
    }
    println!("{} types in {COMMITTED}.", generated.len());
    Ok(())
}

/// Every file below a folder, by its path in it. An absent folder is empty.
fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("found below the folder").to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?);
            }
        }
    }
    Ok(files)
}

//! A kind, a dialect and a command added to a copy of the sources, as a developer would: for counting the files that takes, and for the compilers.

use crate::declared::{COMMANDS, DIALECTS, REGISTRY, WINDOW};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

/// Where commands are declared.
pub const ROUTER: &str = "crates/console/src/commands/router.rs";
/// Where the kinds of the ERP are.
const PACK: &str = "crates/events/packs/erp.toml";

const KIND: &str = r#"
[[kind]]
kind = "parcel:lost"
title = { zh = "包裹丢失", en = "Parcel lost" }
domain = "orders"
channels = ["parcels"]
fields = [{ name = "parcelId" }, { name = "carrier", optional = true }]
subject = ["parcel:{parcelId}"]
severity = "warning"
row = { label = ["parcelId"], detail = ["carrier"] }
"#;

const COMMAND: &str = "    /// The numbers from one to another.
    count_up { from: u32, to: u32 } -> Vec<u32> => (from..=to).collect::<Vec<_>>();
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A copy of the sources, and which of its files were changed or made.
pub struct Copy {
    folder: PathBuf,
    touched: BTreeSet<String>,
}

impl Copy {
    /// Of these files, in `folder`.
    ///
    /// # Errors
    /// When one cannot be copied.
    pub fn of(files: Vec<String>, folder: &Path) -> Result<Self> {
        for name in files {
            let (from, to) = (root().join(&name), folder.join(&name));
            std::fs::create_dir_all(to.parent().context("a folder")?)?;
            // Deleted and not committed yet.
            if from.exists() {
                std::fs::copy(&from, &to).with_context(|| name)?;
            }
        }
        Ok(Self { folder: folder.to_owned(), touched: BTreeSet::new() })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The text of a file.
    ///
    /// # Errors
    /// When it is not there.
    pub fn read(&self, name: &str) -> Result<String> {
        std::fs::read_to_string(self.path().join(name)).with_context(|| name.to_owned())
    }

    fn write(&mut self, name: &str, text: &str) -> Result<()> {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().context("a folder")?)?;
        std::fs::write(path, text)?;
        self.touched.insert(name.to_owned());
        Ok(())
    }

    /// Put `text` behind the only `mark` of a file.
    fn insert(&mut self, name: &str, mark: &str, text: &str) -> Result<()> {
        let before = self.read(name)?;
        ensure!(before.matches(mark).count() == 1, "{name} says {mark:?} once");
        self.write(name, &before.replace(mark, &format!("{mark}{text}")))
    }

    /// A kind: an entry of a pack.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub fn add_kind(&mut self) -> Result<()> {
        let pack = self.read(PACK)?;
        self.write(PACK, &format!("{pack}{KIND}"))
    }

    /// A dialect: a folder of the client, its entry in the list, a file of the window.
    ///
    /// # Errors
    /// When the list of dialects is not where it was.
    pub fn add_dialect(&mut self) -> Result<()> {
        let registry = format!("{DIALECTS}/mod.rs");
        self.write(&format!("{DIALECTS}/pigeon/mod.rs"), include_str!("extend/pigeon.rs"))?;
        self.insert(&registry, "\nmod native;\n", "mod pigeon;\n")?;
        self.insert(&registry, REGISTRY, "&pigeon::About, ")?;
        self.write(&format!("{WINDOW}/pigeon.ts"), include_str!("extend/pigeon.ts"))
    }

    /// A command: an entry of the list.
    ///
    /// # Errors
    /// When the list of commands is not where it was.
    pub fn add_command(&mut self) -> Result<()> {
        self.insert(ROUTER, COMMANDS, COMMAND)
    }

    /// The files that were touched since the last time and lie outside of `own`.
    pub fn bill(&mut self, own: &str) -> Vec<String> {
        std::mem::take(&mut self.touched).into_iter().filter(|name| own.is_empty() || !name.starts_with(own)).collect()
    }
}

/// The files below a folder, by their path from the root.
///
/// # Errors
/// When a folder cannot be read.
pub fn below(folder: &str) -> Result<Vec<String>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder))? {
            let entry = entry?;
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() { &mut folders } else { &mut files }.push(name);
        }
    }
    Ok(files)
}

/// Every source that git knows, or will once it is added.
fn sources() -> Result<Vec<String>> {
    let listed = Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root()).output()?;
    ensure!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    // What is built of the window and its packages may be linked from elsewhere.
    let is_source = |name: &&str| !name.is_empty() && !["ui/dist", "ui/node_modules"].contains(name);
    Ok(String::from_utf8(listed.stdout)?.split('\0').filter(is_source).map(str::to_owned).collect())
}

/// Have the compilers look at a copy to which all three were added.
///
/// # Errors
/// When one of them finds something wrong.
#[allow(clippy::print_stdout, reason = "what the compilers were asked is there to be read")]
pub fn prove() -> Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder));
    // The same place each time: what the compilers keep of it is kept once.
    let folder = target.join("xtask/extended");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let mut copy = Copy::of(sources()?, &folder)?;
    copy.add_kind()?;
    copy.add_dialect()?;
    copy.add_command()?;
    println!("added to a copy: {:?}", copy.bill(""));
    // What is embedded is the affair of other tests.
    std::fs::create_dir_all(copy.path().join("ui/dist"))?;
    std::fs::write(copy.path().join("ui/dist/index.html"), "<!doctype html>")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo).args(["check", "--workspace", "--offline"]).env("CARGO_TARGET_DIR", target).current_dir(copy.path()))?;
    let packages = root().join("ui/node_modules").canonicalize().context("the window's packages are not installed")?;
    link(&packages, &copy.path().join("ui/node_modules"))?;
    run(Command::new("node").arg(packages.join("typescript/bin/tsc")).arg("--noEmit").current_dir(copy.path().join("ui")))
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(to, at)?)
}

#[cfg(windows)]
fn link(to: &Path, at: &Path) -> Result<()> {
    Ok(std::os::windows::fs::symlink_dir(to, at)?)
}

#[allow(clippy::print_stdout, reason = "what the compilers were asked is there to be read")]
fn run(command: &mut Command) -> Result<()> {
    for (name, _) in std::env::vars_os() {
        // Set by whoever runs this program, for its package only.
        if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" || name == "CARGO_MANIFEST_PATH" {
            command.env_remove(name);
        }
    }
    println!("$ {} {}", command.get_program().display(), command.get_args().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" "));
    match command.status()? {
        status if status.success() => Ok(()),
        status => bail!("it ended with {status}"),
    }
}

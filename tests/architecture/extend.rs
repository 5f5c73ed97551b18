//! How many files it takes to add a kind, a dialect and a command: each is added to a copy of the sources, as a developer would.
//!
//! The short form looks at what is declared in the copy then. The long one (`cargo xtask test architecture --extend`) has the compilers look at it.

use crate::declared::{COMMANDS, DIALECTS, REGISTRY, WINDOW, commands, dialects, offered};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};

/// What each declares.
const ROUTER: &str = "crates/console/src/commands/router.rs";
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
struct Copy {
    folder: PathBuf,
    touched: BTreeSet<String>,
}

impl Copy {
    /// Of these files, in `folder`.
    fn of(files: Vec<String>, folder: &Path) -> Result<Self> {
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

    fn path(&self) -> &Path {
        &self.folder
    }

    fn read(&self, name: &str) -> Result<String> {
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

    fn add_kind(&mut self) -> Result<()> {
        let pack = self.read(PACK)?;
        self.write(PACK, &format!("{pack}{KIND}"))
    }

    fn add_dialect(&mut self) -> Result<()> {
        let registry = format!("{DIALECTS}/mod.rs");
        self.write(&format!("{DIALECTS}/pigeon/mod.rs"), include_str!("extend/pigeon.rs"))?;
        self.insert(&registry, "\nmod native;\n", "mod pigeon;\n")?;
        self.insert(&registry, REGISTRY, "&pigeon::About, ")?;
        self.write(&format!("{WINDOW}/pigeon.ts"), include_str!("extend/pigeon.ts"))
    }

    fn add_command(&mut self) -> Result<()> {
        self.insert(ROUTER, COMMANDS, COMMAND)
    }

    /// The files that were touched since the last time and lie outside of `own`.
    fn bill(&mut self, own: &str) -> Vec<String> {
        std::mem::take(&mut self.touched).into_iter().filter(|name| own.is_empty() || !name.starts_with(own)).collect()
    }
}

/// The files below a folder, by their path from the root.
fn below(folder: &str) -> Result<Vec<String>> {
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

#[test]
#[allow(clippy::print_stdout, reason = "what an addition costs is there to be read")]
fn a_kind_a_dialect_and_a_command_take_few_files() -> Result<()> {
    let mut files = vec![ROUTER.to_owned()];
    for folder in ["crates/events/packs", DIALECTS, WINDOW] {
        files.extend(below(folder)?);
    }
    let folder = tempfile::tempdir()?;
    let mut copy = Copy::of(files, folder.path())?;

    copy.add_kind()?;
    let kind = copy.bill("");
    ensure!(kind.len() <= 1, "a kind touches {kind:?}");
    let (catalogue, wrong) = Catalogue::with_packs(&copy.path().join("crates/events/packs"));
    ensure!(wrong.is_empty(), "{wrong:?}");
    let incoming = Incoming {
        channel: Channel::from("parcels"),
        offset: None,
        id: None,
        server_at: None,
        kind: Some("parcel:lost".into()),
        payload: Payload::from_json(r#"{"parcelId":"P-7"}"#),
    };
    let event = catalogue.normalise(incoming, &Arc::from("east"), Millis(1));
    let info = catalogue.get(&event.kind, &event.channel).context("the new kind")?;
    ensure!((&*info.title.en, &*info.title.zh) == ("Parcel lost", "包裹丢失"), "{:?}", info.title);
    ensure!(event.subject.as_deref() == Some("parcel:P-7"), "{event:?}");

    let before = dialects(copy.path())?;
    copy.add_dialect()?;
    let dialect = copy.bill(&format!("{DIALECTS}/pigeon/"));
    ensure!(dialect.len() <= 2, "a dialect touches {dialect:?}");
    let more: BTreeSet<_> = dialects(copy.path())?.difference(&before).cloned().collect();
    ensure!(more == BTreeSet::from(["pigeon".to_owned()]) && offered(copy.path())? == dialects(copy.path())?, "{more:?}");

    let before = commands(&copy.read(ROUTER)?)?;
    copy.add_command()?;
    let command = copy.bill("");
    ensure!(command.len() <= 1, "a command touches {command:?}");
    let after = commands(&copy.read(ROUTER)?)?;
    ensure!(after.len() == before.len() + 1 && after.iter().any(|name| name == "count_up"), "{after:?}");

    for (what, files) in [("a kind", kind), ("a dialect, beside its own folder", dialect), ("a command", command)] {
        println!("{what}: {}", files.join(", "));
    }
    Ok(())
}

#[test]
#[ignore = "it takes minutes: cargo xtask test architecture --extend"]
#[allow(clippy::print_stdout, reason = "what the compilers were asked is there to be read")]
fn what_was_added_compiles() -> Result<()> {
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
        // Set by whoever runs this test, for this package only.
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

//! Where kinds, dialects and commands are declared, and how many of them there are.

use anyhow::{Context as _, Result, ensure};
use std::{collections::BTreeSet, path::Path};

/// What the list of commands begins with.
pub const COMMANDS: &str = "commands! { |core|\n";
/// Where the client has its dialects, each in a folder of its own.
pub const DIALECTS: &str = "crates/client/src/dialect";
/// What their list begins with.
pub const REGISTRY: &str = "const KINDS: &[&dyn Kind] = &[";
/// Where the window has a file for each.
pub const WINDOW: &str = "ui/src/dialects/kinds";

/// What stands between `before` and `after`, everywhere in a text.
#[must_use]
pub fn between(text: &str, before: &str, after: &str) -> Vec<String> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once(after)).map(|(name, _)| name.to_owned()).collect()
}

/// The commands that the router declares.
///
/// # Errors
/// When it has no list of them.
pub fn commands(router: &str) -> Result<Vec<String>> {
    let declared = router.split_once(COMMANDS).context("the list of commands")?.1;
    let names = declared.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(" {").map(|(name, _)| name.to_owned()));
    Ok(names.filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_')).collect())
}

/// The dialects that the client below `root` has registered, by the name that each one's folder gives it.
///
/// # Errors
/// When there is no list, or a folder gives no name or several.
pub fn dialects(root: &Path) -> Result<BTreeSet<String>> {
    let folder = root.join(DIALECTS);
    let registry = std::fs::read_to_string(folder.join("mod.rs"))?;
    let list = between(&registry, REGISTRY, "];").pop().context("the list of dialects")?;
    let mut names = BTreeSet::new();
    for module in between(&list, "&", "::") {
        let mut given = Vec::new();
        for entry in std::fs::read_dir(folder.join(&module))? {
            let path = entry?.path();
            if path.is_file() {
                given.extend(between(&std::fs::read_to_string(path)?, "Self::new(\"", "\")"));
            }
        }
        ensure!(given.len() == 1, "{module} has a name, and one only: {given:?}");
        names.extend(given);
    }
    Ok(names)
}

/// The dialects that the window below `root` can offer.
///
/// # Errors
/// When it has no files of them.
pub fn offered(root: &Path) -> Result<BTreeSet<String>> {
    let files = std::fs::read_dir(root.join(WINDOW))?;
    let names = files.map(|entry| Ok(entry?.path().file_stem().unwrap_or_default().to_string_lossy().into_owned()));
    Ok(names.collect::<Result<BTreeSet<_>>>()?.into_iter().filter(|name| name != "auto").collect())
}

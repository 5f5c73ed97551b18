//! What was done already, and from which input: a step is skipped while the content it was made from is the same.
//!
//! Content counts, not time stamps, so that a checkout or a test that writes a file as it was costs nothing.

use crate::paths;
use anyhow::{Context, Result};
use std::{
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
};

/// The memory of one step.
pub(crate) struct Stamp {
    file: PathBuf,
    input: String,
}

impl Stamp {
    /// A step by name, and all that it depends on: files and folders below the workspace's root. `skip` names files and folders that do not count.
    pub(crate) fn new(step: &str, inputs: &[&str], skip: &[&str]) -> Result<Self> {
        let root = paths::root();
        let mut files = Vec::new();
        for input in inputs {
            collect(&root.join(input), skip, &mut files).with_context(|| format!("cannot read {input}"))?;
        }
        files.sort();
        let mut hasher = DefaultHasher::new();
        for file in files {
            let content = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            hasher.write(file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().as_bytes());
            hasher.write_usize(content.len());
            hasher.write(&content);
        }
        Ok(Self { file: paths::target().join("xtask").join(step), input: format!("{:016x}", hasher.finish()) })
    }

    /// Was the step done with exactly this input?
    pub(crate) fn fresh(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|done| done == self.input)
    }

    /// It is done now.
    pub(crate) fn set(&self) -> Result<()> {
        std::fs::create_dir_all(self.file.parent().expect("a stamp lies in a folder"))?;
        std::fs::write(&self.file, &self.input).with_context(|| format!("cannot write {}", self.file.display()))
    }
}

fn collect(path: &Path, skip: &[&str], files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.file_name().is_some_and(|name| skip.iter().any(|skip| name == *skip)) {
        return Ok(());
    }
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), skip, files)?;
        }
    } else if path.exists() {
        files.push(path.to_path_buf());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_done_again_only_when_a_file_it_was_made_from_changed() {
        let folder = paths::target().join("xtask").join(format!("stamp-test-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("skipped")).unwrap();
        std::fs::write(folder.join("a"), "1").unwrap();
        let input = folder.to_string_lossy().into_owned();
        let step = format!("stamp-test-{}.stamp", std::process::id());
        let stamp = || Stamp::new(&step, &[&input], &["skipped"]).unwrap();

        assert!(!stamp().fresh(), "never done yet");
        stamp().set().unwrap();
        assert!(stamp().fresh(), "nothing changed");
        std::fs::write(folder.join("a"), "1").unwrap();
        std::fs::write(folder.join("skipped").join("b"), "2").unwrap();
        assert!(stamp().fresh(), "the same content, and a file that does not count");
        std::fs::write(folder.join("c"), "3").unwrap();
        assert!(!stamp().fresh(), "a new file is a change");

        std::fs::remove_file(&stamp().file).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }
}

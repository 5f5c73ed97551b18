//! A folder of packs that a user keeps. The only place of this crate that reads a disk, and only when asked to.
//!
//! A file that is wrong takes nothing else down: what it said when it was last good stays in force where that is known, the rest is loaded, and what is
//! wrong is said with file, line and key.

use super::{error::PackError, known::Catalogue};
use std::{collections::BTreeMap, fs, io, path::Path};

/// Longest pack that is read, in bytes; the longest of ours is a twentieth of it.
const LONGEST: u64 = 1 << 20;

/// A file of the folder.
#[derive(Debug)]
pub struct PackFile {
    /// Its name in the folder.
    pub name: String,
    /// What it says.
    pub text: Result<String, PackProblem>,
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum PackProblem {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is longer than a pack can sensibly be, and most likely something else.
    #[error("is {0} bytes long; a pack has at most {LONGEST}")]
    TooLong(u64),
    /// It says something wrong.
    #[error("{0}")]
    Wrong(#[from] PackError),
}

/// What became of a file.
#[derive(Debug)]
pub struct PackState {
    /// Its name in the folder.
    pub name: String,
    /// How many kinds it speaks of, by what is in force of it.
    pub kinds: usize,
    /// Why it was not taken in as it stands.
    pub problem: Option<PackProblem>,
    /// Something of it is in force: itself, or what it said when it was last good.
    pub in_force: bool,
}

/// A catalogue of a folder, and what became of its files.
#[derive(Debug)]
pub struct Assembled {
    /// Ours, and over them what is good.
    pub catalogue: Catalogue,
    /// In the order in which they count.
    pub packs: Vec<PackState>,
    /// What is in force of each, by name.
    pub good: BTreeMap<String, String>,
}

impl Assembled {
    /// Those that were not taken in as they stand, each with its name and why.
    pub fn problems(&self) -> impl Iterator<Item = (&str, &PackProblem)> {
        self.packs.iter().filter_map(|pack| Some((&*pack.name, pack.problem.as_ref()?)))
    }
}

impl Catalogue {
    /// Every `*.toml` of a folder, in the order of the names. A folder that does not exist holds none.
    ///
    /// # Errors
    /// When the folder is there and cannot be listed.
    pub fn pack_files(folder: &Path) -> io::Result<Vec<PackFile>> {
        let mut files = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        files.retain(|file| file.path().extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")));
        files.sort_by_key(fs::DirEntry::file_name);
        Ok(files.iter().map(|file| PackFile { name: file.file_name().to_string_lossy().into_owned(), text: read(&file.path()) }).collect())
    }

    /// The packs that come with Watchdeck and over them these; a later one takes precedence. Where a file is wrong, `known` counts, by name: what was good
    /// of it once.
    #[must_use]
    pub fn assembled(files: Vec<PackFile>, known: &BTreeMap<String, String>) -> Assembled {
        let mut all = Assembled { catalogue: Self::builtin().clone(), packs: Vec::new(), good: BTreeMap::new() };
        for PackFile { name, text } in files {
            let taken = text.and_then(|text| Ok((all.catalogue.add_pack(&text)?, text)));
            let (taken, problem) = match taken {
                Ok(taken) => (Some(taken), None),
                Err(problem) => {
                    let last = known.get(&name).and_then(|text| Some((all.catalogue.add_pack(text).ok()?, text.clone())));
                    (last, Some(problem))
                }
            };
            let kinds = taken.as_ref().map_or(0, |(kinds, _)| *kinds);
            all.packs.push(PackState { name: name.clone(), kinds, problem, in_force: taken.is_some() });
            all.good.extend(taken.map(|(_, text)| (name, text)));
        }
        all
    }
}

fn read(path: &Path) -> Result<String, PackProblem> {
    let length = fs::metadata(path)?.len();
    if length > LONGEST {
        return Err(PackProblem::TooLong(length));
    }
    Ok(fs::read_to_string(path)?)
}

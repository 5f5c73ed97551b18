//! A folder of packs that a user keeps. The only place of this crate that reads a disk, and only when asked to.
//!
//! A file that is wrong takes nothing else down: the rest is loaded, and what is wrong is said with the file and the key.

use super::{known::Catalogue, pack::PackError};
use std::{fs, io, path::Path};

/// Longest pack that is read, in bytes; the longest of ours is a twentieth of it.
const LONGEST: u64 = 1 << 20;

/// A file of the folder that was not taken in.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct PackFileError {
    /// Its name in the folder.
    pub file: String,
    /// Why.
    pub problem: PackProblem,
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

impl Catalogue {
    /// The packs that come with Watchdeck and over them every `*.toml` of a folder, in the order of the names; a later file takes precedence.
    /// A folder that does not exist holds none. The files that were not taken in are named, the others count.
    #[must_use]
    pub fn with_packs(folder: &Path) -> (Self, Vec<PackFileError>) {
        let mut catalogue = Self::builtin().clone();
        let mut wrong = Vec::new();
        let mut files = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                wrong.push(PackFileError { file: folder.display().to_string(), problem: error.into() });
                Vec::new()
            }
        };
        files.retain(|file| file.path().extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")));
        files.sort_by_key(fs::DirEntry::file_name);
        for file in files {
            if let Err(problem) = read(&file.path()).and_then(|text| Ok(catalogue.add_pack(&text)?)) {
                wrong.push(PackFileError { file: file.file_name().to_string_lossy().into_owned(), problem });
            }
        }
        (catalogue, wrong)
    }
}

fn read(path: &Path) -> Result<String, PackProblem> {
    let length = fs::metadata(path)?.len();
    if length > LONGEST {
        return Err(PackProblem::TooLong(length));
    }
    Ok(fs::read_to_string(path)?)
}

//! The user's packs: files of a folder beside the store, taken in at a start and whenever one of them changes.
//!
//! What a file said when it was last good is kept in the store. So what it masks stays masked however it is broken, over a restart too, and goes only
//! with the file.

use anyhow::Context as _;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
    time::SystemTime,
};
use watchdeck_contain::Hold as _;
use watchdeck_events::{
    Catalogue,
    catalogue::{Assembled, PackProblem, PackState},
};
use watchdeck_store::{Document, Store};
use watchdeck_wire::views::{PackProblemView, PackView, PacksView};

/// What was last good of each file, by its name.
const COLLECTION: &str = "packs";
/// The folder, beside the store.
const FOLDER: &str = "packs";
/// A pack to begin with.
pub(crate) const EXAMPLE: &str = include_str!("packs/example.toml");
/// What it is called in the folder.
const EXAMPLE_FILE: &str = "example.toml";

/// The folder, and what is in force of it.
pub(crate) struct Packs {
    folder: PathBuf,
    /// Whose turn it is to look.
    turn: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// What was there at the last look; `None`: it could not be looked at, or nobody did yet.
    seen: Option<Vec<Seen>>,
    unreadable: Option<String>,
    good: BTreeMap<String, String>,
    packs: Vec<PackView>,
    version: u64,
}

/// What tells one state of a file from another without reading it.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    name: String,
    length: u64,
    changed: Option<SystemTime>,
}

/// What a look brought.
#[derive(Debug)]
pub(crate) struct Change {
    /// To be stored.
    pub(crate) documents: Vec<Document>,
    /// Events that are stored already are read in another way from now on: what they add up to is to be made anew.
    pub(crate) reads_anew: bool,
}

impl Packs {
    /// Take in what lies beside `store`, and put it in force.
    pub(crate) async fn open(store: &Store, data_dir: &Path) -> anyhow::Result<(Self, Vec<Document>)> {
        let good = store.documents(COLLECTION).await.context("the packs that were last good cannot be read")?.into_iter().collect();
        let known = Known { good, ..Known::default() };
        let packs = Self { folder: data_dir.join(FOLDER), turn: tokio::sync::Mutex::default(), known: Mutex::new(known) };
        let change = packs.look().await;
        Ok((packs, change.map(|change| change.documents).unwrap_or_default()))
    }

    /// Look at the folder. `None`: it is as it was.
    pub(crate) async fn look(&self) -> Option<Change> {
        let _turn = self.turn.lock().await;
        let folder = self.folder.clone();
        let listed = tokio::task::spawn_blocking(move || listed(&folder)).await.ok()?;
        let good = {
            let mut known = self.known.hold();
            match listed {
                Ok(seen) if known.seen.as_ref() == Some(&seen) => return None,
                Ok(seen) => (known.seen, known.unreadable) = (Some(seen), None),
                Err(error) => return known.unreadable(error.to_string()),
            }
            known.good.clone()
        };
        let folder = self.folder.clone();
        let assembled =
            tokio::task::spawn_blocking(move || Ok::<_, io::Error>(Catalogue::assembled(Catalogue::pack_files(&folder)?, &good)));
        match assembled.await.ok()? {
            Ok(all) => Some(self.put_in_force(all)),
            Err(error) => self.known.hold().unreadable(error.to_string()),
        }
    }

    fn put_in_force(&self, all: Assembled) -> Change {
        let Assembled { catalogue, packs, good } = all;
        for (file, problem) in packs.iter().filter_map(|pack| Some((&pack.name, pack.problem.as_ref()?))) {
            tracing::warn!(file, %problem, "A pack is not taken in as it stands.");
        }
        let reads_anew = catalogue.way() != Catalogue::current().way();
        catalogue.put_in_force();
        let mut known = self.known.hold();
        let gone = known.good.keys().filter(|name| !good.contains_key(*name)).map(|name| (name.clone(), None));
        let new =
            good.iter().filter(|(name, text)| known.good.get(*name) != Some(text)).map(|(name, text)| (name.clone(), Some(text.clone())));
        let documents = gone.chain(new).map(|(key, body)| Document { collection: COLLECTION, key, body }).collect();
        known.good = good;
        known.packs = packs.iter().map(shown).collect();
        known.version += 1;
        Change { documents, reads_anew }
    }

    /// Raised with every change.
    pub(crate) fn version(&self) -> u64 {
        self.known.hold().version
    }

    /// As the window sees them.
    pub(crate) fn view(&self) -> PacksView {
        let known = self.known.hold();
        PacksView { folder: self.folder.display().to_string(), unreadable: known.unreadable.clone(), packs: known.packs.clone() }
    }

    /// Put an example into the folder. One that is there stays as it is.
    pub(crate) async fn put_example(&self) -> anyhow::Result<()> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || {
            fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
            let file = folder.join(EXAMPLE_FILE);
            match fs::File::create_new(&file).and_then(|mut made| io::Write::write_all(&mut made, EXAMPLE.as_bytes())) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    Err(error).with_context(|| format!("{} cannot be written", file.display()))
                }
                _ => Ok(()),
            }
        })
        .await?
    }
}

impl Known {
    /// The folder cannot be looked at: what is in force stays so.
    fn unreadable(&mut self, why: String) -> Option<Change> {
        self.seen = None;
        if self.unreadable.as_deref() == Some(&*why) {
            return None;
        }
        tracing::warn!(why, "The folder of packs cannot be read.");
        self.unreadable = Some(why);
        self.version += 1;
        Some(Change { documents: Vec::new(), reads_anew: false })
    }
}

fn shown(pack: &PackState) -> PackView {
    let problem = pack.problem.as_ref().map(|problem| match problem {
        PackProblem::Wrong(error) => {
            PackProblemView { line: Some(error.line), column: Some(error.column), key: error.key.clone(), reason: error.reason.clone() }
        }
        other => PackProblemView { line: None, column: None, key: None, reason: other.to_string() },
    });
    PackView { file: pack.name.clone(), kinds: u32::try_from(pack.kinds).unwrap_or(u32::MAX), in_force: pack.in_force, problem }
}

/// What is in the folder, without reading a file.
fn listed(folder: &Path) -> io::Result<Vec<Seen>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut seen = Vec::new();
    for entry in entries {
        let entry = entry?;
        // Through a link, too; a file that goes at this moment is seen as another one the next time.
        let about = fs::metadata(entry.path());
        let (length, changed) = about.map_or((0, None), |about| (about.len(), about.modified().ok()));
        seen.push(Seen { name: entry.file_name().to_string_lossy().into_owned(), length, changed });
    }
    seen.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(seen)
}

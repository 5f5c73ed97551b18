//! The fallback: `secrets.json` in the data directory, which only this user can read. It is what it looks like: the secrets as they are.

use std::{
    collections::BTreeMap,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use watchdeck_contain::Hold as _;
use watchdeck_secret::Secret;

/// The file. It is read and written whole; there is one console per data directory.
#[derive(Debug, Clone)]
pub(super) struct SecretsFile {
    path: PathBuf,
    turn: Arc<Mutex<()>>,
}

impl SecretsFile {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join("secrets.json"), turn: Arc::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn get(&self, slot: &str) -> Result<Option<String>, String> {
        let slot = slot.to_owned();
        self.blocking(move |path| Ok(read(path)?.remove(&slot))).await
    }

    pub(super) async fn set(&self, slot: &str, value: &Secret) -> Result<(), String> {
        let (slot, value) = (slot.to_owned(), value.clone());
        self.blocking(move |path| {
            let mut all = read(path)?;
            all.insert(slot, value.expose().to_owned());
            write(path, &all)
        })
        .await
    }

    pub(super) async fn remove(&self, slot: &str) -> Result<(), String> {
        let slot = slot.to_owned();
        self.blocking(move |path| {
            let mut all = read(path)?;
            match all.remove(&slot) {
                Some(_) if all.is_empty() => fs::remove_file(path),
                Some(_) => write(path, &all),
                None => Ok(()),
            }
        })
        .await
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static) -> Result<T, String> {
        let Self { path, turn } = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn.hold();
            work(&path).map_err(|error| format!("{}: {error}", path.display()))
        });
        done.await.map_err(|error| error.to_string()).and_then(|done| done)
    }
}

fn read(path: &Path) -> io::Result<BTreeMap<String, String>> {
    match fs::read(path) {
        // The error of the parser quotes nothing of the text.
        Ok(text) => serde_json::from_slice(&text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

/// Written beside, forced to disk, then put in place: at no instant is there half a file, or one that others can read.
fn write(path: &Path, all: &BTreeMap<String, String>) -> io::Result<()> {
    let beside = path.with_extension("json.new");
    if let Err(error) = fs::remove_file(&beside)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(&serde_json::to_vec_pretty(all)?)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

//! Opening the log: a folder that only its owner reads, one gateway in it, and a way on when the file is damaged; or a database that several share.

mod database;
mod opened;

pub use database::{Databases, postgres};
pub(crate) use opened::{Opened, failed};

use crate::{config::Config, error::GatewayError};
use std::{io, path::Path, sync::Arc};
use watchdeck_store::{Engine, Options, Profile, Salvaged, Store, StoreError};

/// What SQLite keeps beside its file.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

/// Open the log of `config`; where it is in a database, by what opens those.
pub(crate) async fn open(config: &Config, databases: Option<Databases>) -> Result<Opened, GatewayError> {
    if let Some(address) = config.log_address()? {
        let Some(databases) = databases else {
            let words = "this program keeps its log in a file only; leave `log` out, or start watchdeck-gateway";
            return Err(failed(config, StoreError::Unavailable(words.into())));
        };
        return databases.open(address, config).await;
    }
    let (folder, path) = (config.data_dir.clone(), config.log_path());
    let unusable = |reason: String| GatewayError::DataDir { path: config.data_dir.clone(), reason };
    let opening = tokio::task::spawn_blocking(move || {
        prepare(&folder, &path).map_err(|error| in_words(&error))?;
        Ok(open_or_salvage(&path))
    });
    let opened: Result<_, String> = opening.await.map_err(|error| unusable(error.to_string()))?;
    opened.map_err(unusable)?.map_err(|source| failed(config, source))
}

/// Open the log of `config` beside whoever writes it, to read it.
pub(crate) async fn look(config: &Config) -> Result<Arc<dyn Engine>, GatewayError> {
    if let Some(address) = config.log_address()? {
        return Ok(database::open(&address, config).await?.store);
    }
    let path = config.log_path();
    let opened = tokio::task::spawn_blocking(move || Store::look(&path, Profile::Log)).await;
    let opened = opened.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())));
    Ok(Arc::new(opened.map_err(|source| failed(config, source))?))
}

fn open_or_salvage(path: &Path) -> Result<Opened, StoreError> {
    let (store, salvaged) = Store::open_or_salvage(path, Options::LOG)?;
    let set_aside = salvaged.map(|Salvaged { set_aside, words, events, missing }| {
        let set_aside = set_aside.display().to_string();
        tracing::error!(
            set_aside,
            words,
            events,
            holes = missing.len(),
            "The log was damaged. It was put aside, and what can be read was taken over."
        );
        set_aside
    });
    Ok(Opened::of(store, set_aside))
}

/// The folder, and a file in it, for nobody's eyes but the owner's: the log holds the ERP's business and people's names. What SQLite makes
/// beside its file gets the file's mode.
fn prepare(folder: &Path, path: &Path) -> io::Result<()> {
    let is_new = !folder.exists();
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        let closed = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
        match closed {
            Err(error) if is_new => return Err(error),
            // Somebody else's folder that we may write into.
            Err(error) => tracing::warn!(%error, folder = %folder.display(), "The folder of the log stays open to others."),
            Ok(()) => {}
        }
        std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        for suffix in BESIDE {
            let mut file = path.as_os_str().to_owned();
            file.push(suffix);
            match std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    #[cfg(not(unix))]
    let _ = (is_new, path);
    Ok(())
}

/// What the system says, and what it usually means.
pub(crate) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program, perhaps another gateway, listens there already".into(),
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".into(),
        io::ErrorKind::PermissionDenied => format!("this user may not ({error})"),
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => "there is a file where the folder should be".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_log_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("deep/gateway");
        let path = folder.join("gateway.db");
        prepare(&folder, &path).unwrap();
        std::fs::write(folder.join("gateway.db-wal"), "").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        prepare(&folder, &path).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&path), mode(&folder.join("gateway.db-wal"))), (0o700, 0o600, 0o600));
    }

    #[test]
    fn a_damaged_log_is_put_aside_whole_and_the_gateway_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gateway.db");
        let garbage = "not a database at all, and longer than its header is ".repeat(100);
        std::fs::write(&path, &garbage).unwrap();
        let opened = open_or_salvage(&path).unwrap();
        let aside = opened.set_aside.expect("it is said");
        assert!(aside.contains("gateway.damaged-2"), "with its date: {aside}");
        assert_eq!(std::fs::read_to_string(aside).unwrap(), garbage, "nothing of it is lost");
        assert_eq!(opened.store.head(), 0);
    }
}

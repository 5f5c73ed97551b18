//! Copies of a data directory's store from the command line.

use crate::doctor::Tongue;
use anyhow::{Context as _, Result, ensure};
use std::path::Path;
use tokio::sync::watch;
use watchdeck_store::{Profile, Store};

/// Copy the store under `data_dir` into a new file, and say so. Works while a console runs on it.
///
/// # Errors
/// When there is no store, or the copy cannot be written.
pub async fn back_up(data_dir: &Path, to: &Path, tongue: Tongue) -> Result<String> {
    let path = data_dir.join("events.db");
    ensure!(path.is_file(), "there is no event store in {}; start Watchdeck there first", data_dir.display());
    let store = tokio::task::spawn_blocking(move || Store::look(&path, Profile::Console)).await??;
    let made = store.back_up(to, &watch::Sender::default()).await;
    store.close().await;
    let made = made.with_context(|| format!("{} was not written", to.display()))?;
    let (path, events, bytes) = (made.path.display(), made.events, made.bytes);
    Ok(match tongue {
        Tongue::English => format!("{path}: {events} events, {bytes} bytes, read through\n"),
        Tongue::Chinese => format!("{path}：{events} 个事件，{bytes} 字节，已通读校验\n"),
    })
}

/// Put a copy in the place of the store under `data_dir`, which is set aside; at the next start where a console runs on it.
///
/// # Errors
/// When the copy is none, is damaged, or was written by a newer version.
pub async fn restore(data_dir: &Path, from: &Path, tongue: Tongue) -> Result<String> {
    std::fs::create_dir_all(data_dir).with_context(|| format!("{} cannot be made", data_dir.display()))?;
    let (path, from) = (data_dir.join("events.db"), from.to_owned());
    let restored = tokio::task::spawn_blocking(move || {
        let laid = Store::lay_ready(&path, &from, Profile::Console).with_context(|| format!("{} was not taken", from.display()))?;
        if Store::holder(&path).is_some() {
            return anyhow::Ok((laid.events, None));
        }
        Ok((laid.events, Some(Store::restore(&path)?)))
    });
    let (events, restored) = restored.await??;
    let aside = restored.as_ref().and_then(|restored| restored.as_ref()?.set_aside.as_ref()).map(|path| path.display().to_string());
    Ok(match (restored, aside, tongue) {
        (None, _, Tongue::English) => {
            format!("{events} events lie ready. Watchdeck runs: they take the place of the others at its next start.\n")
        }
        (None, _, Tongue::Chinese) => format!("{events} 个事件已就绪。Watchdeck 正在运行：将在下次启动时替换现有数据。\n"),
        (_, Some(aside), Tongue::English) => format!("{events} events are in place. What was there is {aside}.\n"),
        (_, Some(aside), Tongue::Chinese) => format!("已恢复 {events} 个事件。原有数据保留在 {aside}。\n"),
        (_, None, Tongue::English) => format!("{events} events are in place.\n"),
        (_, None, Tongue::Chinese) => format!("已恢复 {events} 个事件。\n"),
    })
}

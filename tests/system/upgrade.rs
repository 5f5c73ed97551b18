//! What a released version wrote is found by this one.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use watchdeck_tests::folder::{FOUND, look, missing, released};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_folder_of_every_released_version_opens_with_all_that_is_in_it() -> Result<()> {
    for folder in released()? {
        let wanted: Value = serde_json::from_str(&std::fs::read_to_string(folder.join(FOUND))?)?;
        let copy = tempfile::tempdir()?;
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            std::fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
        }
        let found = look(copy.path()).await.with_context(|| folder.display().to_string())?;
        let missing = missing(&wanted, &found);
        ensure!(missing.is_empty(), "{}:\n{}", folder.display(), missing.join("\n"));
        let again = look(copy.path()).await.context("once upgraded")?;
        ensure!(again["events"] == found["events"] && again["settings"] == found["settings"], "it is upgraded once");
    }
    Ok(())
}

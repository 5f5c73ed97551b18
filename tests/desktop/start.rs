//! Starts that cannot be: the cause once, on one line, with what to do about it.

use crate::watchdeck;
use anyhow::{Context, Result, ensure};
use std::process::Output;
use tokio::process::Command;
use watchdeck_testkit::{
    patience::{PATIENCE, eventually},
    process::Running,
};
use watchdeck_tests::desktop::Desktop;

/// Runs a start that must fail by itself.
async fn refused(command: &mut Command) -> Result<String> {
    let output: Output =
        tokio::time::timeout(PATIENCE, command.kill_on_drop(true).output()).await.context("it does not end by itself")??;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.code() == Some(1), "{}: {said}", output.status);
    ensure!(!said.contains("panicked") && !said.contains("backtrace"), "that is for programmers: {said}");
    let ours: Vec<_> = said.lines().filter(|line| line.starts_with("Watchdeck could not start")).collect();
    ensure!(ours.len() == 1, "it is said once, on one line: {said}");
    Ok(ours.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_is_named_on_the_terminal_and_on_the_desktop() -> Result<()> {
    let mut desktop = Desktop::start().await?;
    desktop.start_notifications("approve").await?;
    let place = desktop.folder("not-a-folder");
    std::fs::write(&place, "a file")?;
    let said = refused(desktop.command(watchdeck()?).arg("--data-dir").arg(&place)).await?;
    ensure!(said.contains(&*place.to_string_lossy()) && said.contains("--data-dir"), "cause and remedy: {said}");
    let texts = desktop.texts().await?;
    ensure!(texts.iter().any(|(title, body)| title == "Watchdeck could not start" && body.contains("not-a-folder")), "{texts:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_screen_it_says_so() -> Result<()> {
    let desktop = Desktop::start().await?;
    let said = refused(desktop.command(watchdeck()?).env_remove("DISPLAY").arg("--data-dir").arg(desktop.folder("data"))).await?;
    ensure!(said.contains("DISPLAY"), "{said}");
    ensure!(!desktop.folder("data").exists(), "nothing was opened");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_use_elsewhere_names_the_other_process() -> Result<()> {
    let (here, mut elsewhere) = (Desktop::start().await?, Desktop::start().await?);
    elsewhere.start_notifications("approve").await?;
    let data = here.folder("watchdeck");
    let tray = here.start_tray().await?;
    let first = Running::start(here.command(watchdeck()?).arg("--data-dir").arg(&data))?;
    tray.has_icon().await?;
    eventually("a store", || async { Ok(data.join("events.db").exists().then_some(())) }).await?;
    let said = refused(elsewhere.command(watchdeck()?).arg("--data-dir").arg(&data)).await?;
    let id = first.id().context("the first one runs on")?.to_string();
    ensure!(said.contains(&id) && said.contains("--data-dir"), "it names process {id} and what to do: {said}");
    Ok(())
}

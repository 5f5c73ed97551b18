//! Programs under test: found, started, and ended with the test. It builds none, and gives none an environment: that is the affair of who starts it.

use crate::patience::PATIENCE;
use anyhow::{Context as _, Result, bail};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// The program named by `variable`, or `target/debug/<name>` (`CARGO_TARGET_DIR` is followed).
///
/// # Errors
/// When it is not built, with how to build it.
pub fn program(variable: &str, name: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable).map_or_else(|| target().join("debug").join(name), PathBuf::from);
    if path.is_file() {
        return Ok(path);
    }
    bail!("{} is missing: build it with `cargo build -p {name}`, or name another one in {variable}", path.display())
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from)
}

/// A program that ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    name: String,
}

impl Running {
    /// Starts `command`, silent unless `WATCHDECK_TEST_OUTPUT` is set.
    ///
    /// # Errors
    /// When it does not start, with the name of what is missing.
    pub fn start(command: &mut Command) -> Result<Self> {
        if std::env::var_os("WATCHDECK_TEST_OUTPUT").is_none() {
            command.stderr(Stdio::null());
        }
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("`{name}` does not start; is it installed?"))?;
        Ok(Self { child, name })
    }

    /// Starts `command` and reads its standard output up to the first line that `wanted` accepts.
    ///
    /// # Errors
    /// When it does not start, or ends or stays silent instead.
    pub async fn until_line<T>(command: &mut Command, wanted: impl Fn(&str) -> Option<T>) -> Result<(Self, T)> {
        command.stdout(Stdio::piped());
        let mut running = Self::start(command)?;
        let stdout = running.child.stdout.take().context("its output is piped")?;
        let mut lines = BufReader::new(stdout).lines();
        let found = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await? {
                if let Some(found) = wanted(&line) {
                    return Ok(found);
                }
            }
            bail!("`{}` ended without saying that it is ready", running.name)
        });
        let found = found.await.with_context(|| format!("`{}` does not get ready", running.name))??;
        // Read on, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok((running, found))
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When it has ended, with how.
    pub fn lives(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("`{}` ended: {status}", self.name),
        }
    }

    /// Its number; `None` when it has ended.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it without asking, and waits for it.
    ///
    /// # Errors
    /// When it has no end.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await.with_context(|| format!("`{}` cannot be killed", self.name))
    }

    /// Stops it without ending it, as behind a dead switch; or lets it go on.
    ///
    /// # Errors
    /// When it has ended.
    pub async fn frozen(&self, frozen: bool) -> Result<()> {
        self.signal(if frozen { "-STOP" } else { "-CONT" }).await
    }

    async fn signal(&self, signal: &str) -> Result<()> {
        let id = self.id().with_context(|| format!("`{}` has ended", self.name))?;
        output(Command::new("kill").arg(signal).arg(id.to_string())).await.map(drop)
    }

    /// Asks it to end, as a session does, and waits for it.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn terminate(self) -> Result<std::process::ExitStatus> {
        self.signal("-TERM").await?;
        self.ended().await
    }

    /// Waits for it to end, as it was asked to from elsewhere.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn ended(mut self) -> Result<std::process::ExitStatus> {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait());
        Ok(ended.await.with_context(|| format!("`{}` does not end when asked to", self.name))??)
    }
}

/// Runs `command` to its end and answers what it printed.
///
/// # Errors
/// When it does not start or fails.
pub async fn output(command: &mut Command) -> Result<String> {
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let output = command.output().await.with_context(|| format!("`{name}` does not start; is it installed?"))?;
    if !output.status.success() {
        bail!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

//! Programs under test: found, started with a known environment, and ended with the test.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// How long anything on a busy machine may take before a test gives up. What works is never waited for so long, so it may be long.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(50);

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
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from)
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

    /// Asks it to end, as a session does, and waits for it.
    ///
    /// # Errors
    /// When it does not end in time.
    pub async fn terminate(self) -> Result<std::process::ExitStatus> {
        if let Some(id) = self.child.id() {
            output(Command::new("kill").arg("-TERM").arg(id.to_string())).await?;
        }
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

/// Looks again and again until `look` finds something.
///
/// # Errors
/// When [`PATIENCE`] is over, with `what` was waited for and why the last look failed.
pub async fn eventually<T, F>(what: &str, mut look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let started = Instant::now();
    loop {
        let last = look().await;
        if let Ok(Some(found)) = last {
            return Ok(found);
        }
        if started.elapsed() > PATIENCE {
            return match last {
                Err(error) => Err(error.context(format!("waited in vain for {what}"))),
                Ok(_) => bail!("waited in vain for {what}"),
            };
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// A command with an environment of its own: nothing of the machine's session reaches the test, nothing of the test the session.
#[must_use]
pub fn isolated(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    for variable in ["DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "DISPLAY", "PULSE_SERVER", "WATCHDECK_DATA_DIR"] {
        command.env_remove(variable);
    }
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("LANG", "C.UTF-8")
        .env("LC_ALL", "C.UTF-8");
    command
}

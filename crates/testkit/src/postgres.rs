//! A PostgreSQL cluster of the test's own, in a folder of its own, on a free port of this machine. It keeps nothing, and ends with the value.
//!
//! PostgreSQL does not run as root: where the test does, the cluster is the user `postgres`'s, whom the package makes.

use crate::{
    patience::eventually,
    port::{PORTS, free_port},
    process,
};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// Who owns the cluster where root may not.
const USER: &str = "postgres";
/// What makes a throw-away cluster quick, and what it is otherwise as a real one.
const QUICK: &[&str] = &["fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB", "unix_socket_directories="];
/// As it comes, on a port only.
const DURABLE: &[&str] = &["unix_socket_directories="];

/// A cluster, running or killed.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    running: Option<Child>,
    folder: TempDir,
    settings: &'static [&'static str],
}

impl Postgres {
    /// Makes and starts one on a free port.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not get ready.
    pub async fn start() -> Result<Self> {
        Self::with(tempfile::tempdir()?, QUICK).await
    }

    /// One that waits for the disk as a real one does, below a folder that everybody may go through.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub async fn durable(folder: &Path) -> Result<Self> {
        Self::with(tempfile::tempdir_in(folder)?, DURABLE).await
    }

    async fn with(folder: TempDir, settings: &'static [&'static str]) -> Result<Self> {
        own(folder.path())?;
        let made = program("initdb")?
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"])
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .output()
            .context("`initdb` does not start")?;
        ensure!(made.status.success(), "`initdb` failed: {}", String::from_utf8_lossy(&made.stderr).trim());
        let mut cluster = Self { port: 0, running: None, folder, settings };
        let mut last = None;
        for _ in 0..PORTS {
            cluster.port = free_port()?;
            match cluster.restart().await {
                Ok(()) => return Ok(cluster),
                // Somebody else took the port meanwhile.
                Err(error) => last = Some(error),
            }
        }
        Err(last.context("no port was tried")?)
    }

    /// Where the database `name` is, which is made; as a user who may do everything.
    ///
    /// # Errors
    /// When the cluster is gone.
    pub async fn database(&self, name: &str) -> Result<String> {
        self.ask("postgres", &format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")).await?;
        Ok(self.url(name))
    }

    /// Where the database `name` is.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// Runs a statement in `database`, and answers what `psql` prints of its rows.
    ///
    /// # Errors
    /// When the cluster is gone, or refuses it.
    pub async fn ask(&self, database: &str, statement: &str) -> Result<String> {
        let mut psql = tokio::process::Command::new(installed("psql")?);
        psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", statement]).arg(self.url(database));
        process::output(&mut psql).await.map(|rows| rows.trim().to_owned())
    }

    /// Speaks TLS from now on, to whoever wants it, with this certificate and its key (PEM).
    ///
    /// # Errors
    /// When the cluster is gone, or does not take them.
    pub async fn secure(&self, certificate: &str, key: &str) -> Result<()> {
        for (name, pem) in [("server.crt", certificate), ("server.key", key)] {
            let path = self.folder.path().join("data").join(name);
            std::fs::write(&path, pem)?;
            ensure!(Command::new("chmod").arg("600").arg(&path).status()?.success(), "its mode cannot be set");
            own(&path)?;
        }
        self.ask("postgres", "ALTER SYSTEM SET ssl = on").await?;
        self.ask("postgres", "SELECT pg_reload_conf()").await?;
        eventually("PostgreSQL with TLS", || async { Ok((self.ask("postgres", "SHOW ssl").await? == "on").then_some(())) }).await
    }

    /// Kills it, as a power cut does: nothing is said to anybody.
    ///
    /// # Errors
    /// When it was killed already.
    pub fn kill(&mut self) -> Result<()> {
        stop(self.running.take().context("it runs")?, "-QUIT")
    }

    /// Starts it again in the same place.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart(&mut self) -> Result<()> {
        let mut command = program("postgres")?;
        command.arg("-D").arg(self.folder.path().join("data")).args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        for setting in self.settings {
            command.args(["-c", setting]);
        }
        if std::env::var_os("WATCHDECK_TEST_OUTPUT").is_none() {
            command.stderr(Stdio::null());
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("`postgres` does not start")?;
        let data = self.folder.path().join("data");
        let ready = eventually("PostgreSQL", || {
            let lives = child.try_wait().map(|ended| ended.is_none());
            let (cluster, data) = (&*self, &data);
            async move {
                // One that has ended is not waited for, and another one on the same port is not taken for it.
                Ok(Some(lives? && Path::new(&cluster.ask("postgres", "SHOW data_directory").await?) == data))
            }
        });
        match ready.await {
            Ok(true) => {
                self.running = Some(child);
                Ok(())
            }
            outcome => {
                stop(child, "-INT").ok();
                outcome.and_then(|_| bail!("`postgres` ended; is its port taken?"))
            }
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(child) = self.running.take() {
            stop(child, "-INT").ok();
        }
    }
}

fn stop(mut child: Child, signal: &str) -> Result<()> {
    Command::new("kill").args([signal, &child.id().to_string()]).status()?;
    child.wait()?;
    Ok(())
}

/// A program of PostgreSQL's, run by whoever may.
fn program(name: &str) -> Result<Command> {
    let path = installed(name)?;
    if !is_root()? {
        return Ok(Command::new(path));
    }
    // It becomes the program and stays its process.
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={USER}"), &format!("--regid={USER}"), "--clear-groups"]).arg(path).current_dir("/");
    Ok(command)
}

fn is_root() -> Result<bool> {
    Ok(Command::new("id").arg("-u").output()?.stdout.trim_ascii() == b"0")
}

fn own(folder: &Path) -> Result<()> {
    if is_root()? {
        let done = Command::new("chown").arg(format!("{USER}:{USER}")).arg(folder).status()?;
        ensure!(done.success(), "there is no user {USER}; is PostgreSQL installed?");
    }
    Ok(())
}

/// On the path, or where Debian puts what only its own scripts call: the newest version.
fn installed(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    versions.sort_by_key(|bin| bin.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse::<u32>().ok()));
    match versions.into_iter().rev().chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => bail!("`{name}` is missing; is PostgreSQL installed? (`cargo xtask setup --test`)"),
    }
}

//! Running other programs: in the foreground, with the output read on the way, and in the background.
//!
//! A background program is the leader of a process group of its own. It is stopped when its handle is dropped, with everything it
//! started, by its id and never by its name; and on Linux the kernel stops it even when xtask itself is killed.

use crate::paths;
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// A command in the workspace's root, without standard input.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root()).stdin(Stdio::null());
    command
}

/// Cargo, the one that runs us.
pub(crate) fn cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Set by `cargo run` for this package only; build scripts of others must not see them.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" || name == "CARGO_MANIFEST_PATH" {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// As a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    command.get_args().fold(program, |line, arg| format!("{line} {}", arg.to_string_lossy()))
}

/// Say it and run it; its output is ours.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    println!("$ {}", line(command));
    std::io::stdout().flush()?;
    command.status().with_context(|| format!("`{}` did not start", line(command)))
}

/// Say it, run it, and fail unless it succeeds.
pub(crate) fn check(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Run it quietly and give its standard output; `None` when it is absent or fails.
pub(crate) fn read(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Say it and run it; standard output is both shown and handed to `each`, line by line.
pub(crate) fn tee(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    println!("$ {}", line(command));
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("`{}` did not start", line(command)))?;
    let output = child.stdout.take().expect("standard output was piped");
    for text in BufReader::new(output).split(b'\n') {
        let text = String::from_utf8_lossy(&text?).into_owned();
        println!("{text}");
        each(&text);
    }
    Ok(child.wait()?)
}

/// Is there such a program on the path?
pub(crate) fn exists(program: &str) -> bool {
    find(program).is_some()
}

/// Where a program on the path lies.
pub(crate) fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(format!("{program}{}", std::env::consts::EXE_SUFFIX))).find(|file| file.is_file())
}

/// A program in the background, stopped with all it started when dropped.
pub(crate) struct Background {
    child: Child,
    name: String,
}

impl Background {
    /// Start it in a process group of its own.
    pub(crate) fn start(command: &Command, stdout: Stdio, stderr: Stdio) -> Result<Self> {
        let mut grouped = tied(command);
        grouped.stdout(stdout).stderr(stderr);
        let name = line(command);
        let child = grouped.spawn().with_context(|| format!("`{name}` did not start"))?;
        Ok(Self { child, name })
    }

    /// Fails when it has ended, which a background program must not do by itself.
    pub(crate) fn running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("`{}` ended by itself with {status}", self.name),
            None => Ok(()),
        }
    }

    /// Wait for its end.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard output, where that was piped.
    pub(crate) fn stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    fn ended_within(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            signal("TERM", self.child.id());
            self.ended_within(Duration::from_secs(5));
        }
        // What it started may outlive it; and on a system without `kill` this is the first that is tried.
        signal("KILL", self.child.id());
        if self.child.kill().is_ok() {
            self.ended_within(Duration::from_secs(2));
        }
    }
}

fn signal(name: &str, group: u32) {
    // A group that is gone already is the normal case.
    let sent = Command::new("kill").args([format!("-{name}"), "--".into(), format!("-{group}")]).stderr(Stdio::null()).status();
    drop(sent);
}

/// The same command as a group leader, which on Linux dies with us.
fn tied(command: &Command) -> Command {
    let tie = cfg!(target_os = "linux") && exists("setpriv");
    let mut tied = if tie {
        let mut tied = Command::new("setpriv");
        tied.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program());
        tied
    } else {
        Command::new(command.get_program())
    };
    tied.args(command.get_args()).stdin(Stdio::null());
    tied.current_dir(command.get_current_dir().map_or_else(paths::root, Path::to_path_buf));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => tied.env(name, value),
            None => tied.env_remove(name),
        };
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut tied, 0);
    tied
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn stopping_a_program_stops_what_it_started() {
        let mut shell = command("sh");
        shell.args(["-c", "tail -f /dev/null & echo $!; wait"]);
        let mut program = Background::start(&shell, Stdio::piped(), Stdio::null()).unwrap();
        let mut child = String::new();
        BufReader::new(program.stdout().unwrap()).read_line(&mut child).unwrap();
        let proc = Path::new("/proc").join(child.trim());
        assert!(proc.exists(), "the child runs, or the test shows nothing");
        drop(program);
        // Gone, or dead and waiting for init to take note of it; the kernel may take a moment for it.
        let until = Instant::now() + Duration::from_secs(5);
        let alive = || std::fs::read_to_string(proc.join("stat")).is_ok_and(|stat| !stat.contains(") Z"));
        while alive() && Instant::now() < until {
            std::thread::yield_now();
        }
        assert!(!alive(), "a virtual screen or a web process would stay behind");
    }

    #[test]
    fn what_a_program_prints_is_read_line_by_line_with_its_end() {
        let mut shell = command("sh");
        shell.args(["-c", "echo one; echo two; exit 3"]);
        let mut lines = Vec::new();
        let status = tee(&mut shell, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!((lines.as_slice(), status.code()), (["one".to_owned(), "two".to_owned()].as_slice(), Some(3)));
    }
}

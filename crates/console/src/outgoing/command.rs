//! A program of this machine: the event's JSON on its standard input, a few variables, no shell. It has [`DEADLINE`]; then it is killed, with everything that
//! it has started in its group. Exit code 0 is done.

use super::{occasion::Occasion, text::Text};
use std::{pin::pin, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};
use watchdeck_alerts::words::Words;
use watchdeck_handlers::Failure;

/// How long a program may take.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);
/// How long a program that has ended is waited for what it wrote last: something that it left behind may hold the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// Bytes of what it writes that are kept; the rest is read and forgotten, so that it does not block.
const KEPT: usize = 4 << 10;
/// Characters of the line that is repeated.
const LINE: usize = 200;
/// Longest value of a variable, bytes: systems take only so much beside a program.
const LONGEST: usize = 8 << 10;
/// What our own variables begin with. Those that this process was started with stay here: one of them may be a token.
const PREFIX: &str = "WATCHDECK_";

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) program: String,
    pub(super) args: Vec<String>,
    pub(super) vars: Vec<(&'static str, String)>,
    pub(super) input: String,
    words: Words,
}

impl Run {
    /// Of an event.
    ///
    /// # Errors
    /// Why there is nothing to give it.
    pub(super) fn of(program: &str, args: &[String], occasion: &Occasion<'_>, text: Text, words: Words) -> Result<Self, String> {
        let event = occasion.event();
        let severity = serde_json::to_value(event.severity).ok().and_then(|name| name.as_str().map(str::to_owned));
        let vars = [
            ("WATCHDECK_ID", occasion.key().to_owned()),
            ("WATCHDECK_KIND", event.kind.to_string()),
            ("WATCHDECK_SEVERITY", severity.unwrap_or_default()),
            ("WATCHDECK_SUBJECT", event.subject.as_deref().unwrap_or_default().to_owned()),
            ("WATCHDECK_SOURCE", event.source.to_string()),
            ("WATCHDECK_TITLE", text.title),
            ("WATCHDECK_TEXT", text.text),
            ("WATCHDECK_ATTEMPT", occasion.attempt.to_string()),
            ("WATCHDECK_REPLAY", u8::from(occasion.replay).to_string()),
            ("WATCHDECK_TEST", u8::from(occasion.test.is_some()).to_string()),
        ];
        // A NUL ends a variable, and a program that is started with one is not started at all.
        let vars = vars.map(|(name, value)| {
            (
                name,
                value
                    .replace('\0', "")
                    .chars()
                    .scan(0, |bytes, c| {
                        *bytes += c.len_utf8();
                        (*bytes <= LONGEST).then_some(c)
                    })
                    .collect(),
            )
        });
        let input = occasion.json().map_err(|error| error.to_string())? + "\n";
        Ok(Self { program: program.trim().to_owned(), args: args.to_vec(), vars: vars.into(), input, words })
    }

    /// Run it.
    ///
    /// # Errors
    /// That it is not there, was too slow, or ended with another code than 0.
    pub(super) async fn run(&self, deadline: Duration) -> Result<String, Failure> {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let ended = tokio::time::timeout(deadline, self.end(&mut out, &mut err)).await;
        let line = first_line(&err).or_else(|| first_line(&out));
        let line = line.map(|line| format!(": {line}")).unwrap_or_default();
        match ended {
            Ok(Ok(status)) if status.success() => {
                let said = first_line(&out).map(|line| format!(": {line}")).unwrap_or_default();
                Ok(format!("{} 0{said}", self.words.either("退出码", "exit code")))
            }
            Ok(Ok(status)) => {
                let code =
                    status.code().map_or_else(|| status.to_string(), |code| format!("{} {code}", self.words.either("退出码", "exit code")));
                Err(Failure::passing(format!("{code}{line}")))
            }
            Ok(Err(error)) => {
                let zh = format!("无法启动程序 {}（{error}）；请检查路径和权限", self.program);
                let en = format!("the program {} cannot be started ({error}); check its path and who may run it", self.program);
                Err(Failure::passing(if self.words.is_chinese() { zh } else { en }))
            }
            Err(_) => {
                let seconds = deadline.as_secs_f64();
                let zh = format!("程序在 {seconds} 秒内没有结束，已被终止{line}");
                let en = format!("the program did not end within {seconds} s and was killed{line}");
                Err(Failure::passing(if self.words.is_chinese() { zh } else { en }))
            }
        }
    }

    /// Dropping it kills the program and its group.
    async fn end(&self, out: &mut Vec<u8>, err: &mut Vec<u8>) -> std::io::Result<std::process::ExitStatus> {
        let mut command = Command::new(&self.program);
        command.args(&self.args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().to_ascii_uppercase().starts_with(PREFIX)) {
            command.env_remove(name);
        }
        command.envs(self.vars.iter().map(|(name, value)| (name, value)));
        #[cfg(unix)]
        command.process_group(0);
        // No black window for a moment.
        #[cfg(windows)]
        command.creation_flags(0x0800_0000);
        let mut child = command.spawn()?;
        let mut group = Group(child.id());
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let feed = async {
            // One that does not read has all it wants.
            if let Some(mut stdin) = stdin {
                stdin.write_all(self.input.as_bytes()).await.ok();
            }
        };
        let mut beside = pin!(async { tokio::join!(feed, gather(stdout, out), gather(stderr, err)) });
        let mut ending = pin!(child.wait());
        let status = tokio::select! {
            status = &mut ending => {
                tokio::time::timeout(LAST_WORDS, beside).await.ok();
                status
            }
            _ = &mut beside => ending.await,
        };
        group.0 = None;
        status
    }
}

/// The group of a program that runs. Dropped before it has ended, it is killed: a script's own children too.
struct Group(#[cfg_attr(not(unix), allow(dead_code, reason = "groups are Unix's; there the program alone is killed"))] Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = self.0.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
            && let Err(error) = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL)
        {
            tracing::debug!(%error, "The group of a program was gone already.");
        }
    }
}

/// All that is written, of which the beginning is kept.
async fn gather(from: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut from) = from else { return };
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        let room = KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(&piece[..read.min(room)]);
    }
}

/// The first line that says something.
fn first_line(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().filter(|c| !c.is_control()).take(LINE).collect())
}

#[cfg(all(test, unix))]
#[path = "command/tests.rs"]
mod tests;

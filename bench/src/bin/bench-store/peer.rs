//! Another embedded event store, in a program of its own: what it is built of is no part of this workspace. It has all events before its clock starts.

use crate::{BATCH, beside::Round};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use watchdeck_store::NewEvent;

/// The program.
pub(crate) struct Peer(pub(crate) PathBuf);

impl Peer {
    /// With the name that it gives itself.
    pub(crate) fn asked(self) -> Result<(Self, String)> {
        let output = Command::new(&self.0).arg("--name").stderr(Stdio::inherit()).output().context("it does not start")?;
        ensure!(output.status.success(), "it ended with {}", output.status);
        let name = String::from_utf8(output.stdout)?.trim().to_owned();
        Ok((self, name))
    }

    /// All batches into an empty file: found by what they are about, and by their ids if need be.
    pub(crate) fn round(&self, file: &Path, by_id: bool, batches: &[Vec<NewEvent>]) -> Result<Round> {
        let mut command = Command::new(&self.0);
        command.arg(file).arg(BATCH.to_string()).args(by_id.then_some("--by-id"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("it does not start")?;
        let mut input = BufWriter::new(child.stdin.take().context("its input is ours")?);
        for NewEvent { event, offset } in batches.iter().flatten() {
            let beside = json!({
                "source": event.source,
                "channel": event.channel.as_str(),
                "offset": offset.unwrap_or_default().to_string(),
                "occurred_at": event.occurred_at.0.to_string(),
                "received_at": event.received_at.0.to_string(),
                "severity": event.severity.code().to_string(),
                "actor": event.actor.as_deref().unwrap_or_default(),
            });
            let line = json!({
                "id": event.id, "kind": event.kind.as_str(), "subject": event.subject, "beside": beside, "payload": event.payload.as_str(),
            });
            writeln!(input, "{line}")?;
        }
        drop(input.into_inner()?);
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "it ended with {}", output.status);
        let text = String::from_utf8(output.stdout)?;
        let told: Value = serde_json::from_str(text.lines().next_back().context("it said nothing")?)?;
        let took = Duration::from_secs_f64(told["seconds"].as_f64().context("how long it took")?);
        Ok(Round { took, bytes: told["bytes"].as_u64().context("what it takes on the disk")? })
    }
}

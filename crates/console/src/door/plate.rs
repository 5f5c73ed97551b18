//! `door.json`: where the door is, and the two words.

use super::ask::{Ask, Knock, Reply};
use crate::export::Half;
use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use std::{
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};
use watchdeck_secret::Secret;

/// How long a console may take to open and to answer: a decision waits for the disk.
const PATIENCE: Duration = Duration::from_secs(10);
/// And where all of the past is to be read.
const READING: Duration = Duration::from_secs(600);
/// Longest answer, bytes; a thousand requests are below it.
const ANSWER: u64 = 16 * 1024 * 1024;

/// What is written on the door, for its user's eyes only.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Plate {
    pub(super) address: SocketAddr,
    /// Who shows it may ask.
    pub(super) token: String,
    /// Who answers with it is the console.
    pub(super) proof: String,
}

impl Plate {
    pub(super) fn new(address: SocketAddr) -> Self {
        let word = || format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        Self { address, token: word(), proof: word() }
    }

    fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("door.json")
    }

    /// The one of the console that runs on this directory, or ran there last and crashed.
    pub(crate) fn read(data_dir: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(Self::path(data_dir)).ok()?).ok()
    }

    pub(super) fn put(&self, data_dir: &Path) -> anyhow::Result<()> {
        let mut half = Half::begin(&Self::path(data_dir))?;
        half.file.write_all(&serde_json::to_vec(self)?)?;
        half.finish().map(drop)
    }

    /// The console ends. What a later one has put there stays.
    pub(super) fn take_down(&self, data_dir: &Path) {
        if Self::read(data_dir).is_some_and(|plate| plate.token == self.token)
            && let Err(error) = std::fs::remove_file(Self::path(data_dir))
        {
            tracing::debug!(%error, "The plate of the door stays; nobody answers there.");
        }
    }

    /// Ask, and hear the answer.
    ///
    /// # Errors
    /// When nobody answers, or somebody who is not the console.
    pub(crate) async fn knock(&self, ask: Ask) -> anyhow::Result<Reply> {
        let patience = if matches!(ask, Ask::Try { .. }) { READING } else { PATIENCE };
        let asked = async {
            let mut stream = TcpStream::connect(self.address).await?;
            let mut line = serde_json::to_vec(&Knock { token: self.token.clone(), ask })?;
            line.push(b'\n');
            stream.write_all(&line).await?;
            let mut answer = String::new();
            BufReader::new(stream.take(ANSWER)).read_line(&mut answer).await?;
            let reply: Reply = serde_json::from_str(&answer)?;
            ensure!(Secret::new(&*self.proof).matches(&reply.proof), "somebody else answers there");
            Ok(reply)
        };
        timeout(patience, asked).await.context("it does not answer")?
    }
}

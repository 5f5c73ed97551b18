//! The console core as a program that can be killed, and the handle of whoever kills it.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{io::Write as _, path::Path, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child as Process, ChildStdin, Command},
    sync::watch,
};
use watchdeck_console::{
    Config, Console,
    seams::{Seams, Timing},
};
use watchdeck_testkit::{console::shell::Shell, patience::PATIENCE};

/// How often it says how far it is.
const SAY: Duration = Duration::from_millis(20);

/// Waits that suit a storm: a thousand connections must fit into a minute.
fn hurried() -> Timing {
    Timing {
        connect: Duration::from_secs(1),
        hello: Duration::from_secs(1),
        subscribe: Duration::from_secs(1),
        ping: Duration::from_millis(150),
        grace: Duration::from_millis(150),
        backoff_first: Duration::from_millis(2),
        backoff_cap: Duration::from_millis(20),
        tick: Duration::from_millis(50),
        ..Timing::default()
    }
}

/// Runs a console core on the store in `folder`, connected to `source`, and says on standard output how far it is, until standard input ends.
///
/// # Errors
/// When the store cannot be used.
pub async fn serve(folder: &Path, source: &Value) -> Result<()> {
    let config = Config { data_dir: folder.to_owned(), host_name: "desktop", system_language: Some("en".into()) };
    let seams = Seams { timing: hurried(), ..Seams::default() };
    let console = Console::start_with(config, Arc::new(Shell::default()), None, seams).await?;
    let mut settings = call(&console, "hello", json!({})).await?["settings"].take();
    if settings["sources"][0]["url"] != source["url"] {
        settings["sources"] = json!([source]);
        call(&console, "save_settings", json!({ "settings": settings })).await?;
    }
    let (ended, mut over) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // Nothing is ever written to it; what counts is its end.
        let silence = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        ended.send(silence.map(drop)).ok();
    });
    let mut say = tokio::time::interval(SAY);
    loop {
        tokio::select! {
            end = &mut over => {
                end??;
                break;
            }
            _ = say.tick() => {
                let recent = call(&console, "recent", json!({ "rows": 0 })).await?;
                let line = json!({ "stored": recent["cursor"], "state": recent["frame"]["sources"][0]["state"] });
                writeln!(std::io::stdout(), "{line}")?;
            }
        }
    }
    console.shutdown().await;
    Ok(())
}

async fn call(console: &Console, name: &str, args: Value) -> Result<Value> {
    Ok(serde_json::from_slice(&console.call(name, args).await?)?)
}

/// A running console. Dropping it is SIGKILL.
pub struct Child {
    process: Process,
    stdin: Option<ChildStdin>,
    said: watch::Receiver<Value>,
}

impl Child {
    /// Starts `program`, which must [`serve`].
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start(program: &Path, folder: &Path, url: &str) -> Result<Self> {
        Self::start_on(program, folder, &json!({ "id": "s", "name": "ERP", "url": url, "dialect": "native" })).await
    }

    /// The same, watching any source.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start_on(program: &Path, folder: &Path, source: &Value) -> Result<Self> {
        let mut command = Command::new(program);
        command.arg("console").arg("--data-dir").arg(folder).args(["--source", &source.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().with_context(|| format!("`{}` does not start", program.display()))?;
        let stdin = process.stdin.take();
        let mut lines = BufReader::new(process.stdout.take().context("its output is piped")?).lines();
        let (say, mut said) = watch::channel(Value::Null);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Ok(line) = serde_json::from_str(&line) {
                    say.send_replace(line);
                }
            }
        });
        let ready = tokio::time::timeout(PATIENCE, said.wait_for(|said| !said.is_null()));
        ready.await.context("the console does not get ready")?.context("the console ended instead of getting ready")?;
        Ok(Self { process, stdin, said })
    }

    /// What it said last.
    #[must_use]
    pub fn last(&self) -> Value {
        self.said.borrow().clone()
    }

    /// Waits until it holds at least `events`.
    ///
    /// # Errors
    /// When it never does, with what it said last.
    pub async fn holds(&mut self, events: u64) -> Result<()> {
        let holds = tokio::time::timeout(PATIENCE, self.said.wait_for(|said| said["stored"].as_u64() >= Some(events))).await.map(drop);
        holds.with_context(|| format!("{events} events are to be stored; the console says {}", self.last()))
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// When it does not end well.
    pub async fn terminate(mut self) -> Result<()> {
        drop(self.stdin.take());
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await.context("the console does not end")??;
        ensure!(ended.success(), "the console ended with {ended}");
        Ok(())
    }
}

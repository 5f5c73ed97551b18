//! `watchdeck-web-host`: the console in a browser. Prints one line of JSON with the address to open when it is ready.

use anyhow::Context;
use clap::Parser;
use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use watchdeck_console::{Config, Console, Tongue};
use watchdeck_demo::{Demo, opening};
use watchdeck_web_host::{Browser, Server};

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Watches an ERP while it works, in a browser on this machine.
#[derive(Debug, Parser)]
#[command(name = "watchdeck-web-host", version)]
struct Args {
    /// Watch the built-in ERP simulator.
    #[arg(long)]
    demo: bool,
    /// Keep events and settings here.
    #[arg(long, env = "WATCHDECK_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Watch this server too (`ws://` or `wss://`; what it speaks is found out).
    #[arg(long, value_name = "URL")]
    connect: Option<String>,
    /// The token or the session cookie for `--connect`.
    #[arg(long, env = "WATCHDECK_TOKEN", hide_env_values = true, value_name = "TOKEN", requires = "connect")]
    token: Option<String>,
    /// Keep tokens and passwords in a file of the data directory that only you can read, not in the system's keychain.
    #[arg(long, env = "WATCHDECK_NO_KEYCHAIN", value_parser = clap::builder::FalseyValueParser::new())]
    no_keychain: bool,
    /// Copy the store of the data directory into this new file, read the copy through, and end. Works while Watchdeck runs.
    #[arg(long, value_name = "FILE", requires = "data_dir", conflicts_with = "restore")]
    backup: Option<PathBuf>,
    /// Put this copy in the place of the store of the data directory, which is set aside, and end. While Watchdeck runs, at its next start.
    #[arg(long, value_name = "FILE", requires = "data_dir")]
    restore: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    watchdeck_logline::start("WATCHDECK_LOG", std::io::stderr, std::io::stderr().is_terminal());
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line for a person: what is wrong and what to do. Nothing is left to do when even stderr is closed.
            drop(writeln!(std::io::stderr(), "watchdeck-web-host: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> anyhow::Result<()> {
    if let Some(data_dir) = &args.data_dir
        && (args.backup.is_some() || args.restore.is_some())
    {
        let told = match (&args.backup, &args.restore) {
            (Some(to), _) => watchdeck_console::back_up(data_dir, to, Tongue::default()).await?,
            (None, Some(from)) => watchdeck_console::restore(data_dir, from, Tongue::default()).await?,
            (None, None) => String::new(),
        };
        return write!(std::io::stdout(), "{told}").context("nobody reads what was done");
    }
    let data_dir = match args.data_dir {
        Some(dir) => dir,
        // Not the desktop's: two cores must not write into one store.
        None => dirs::data_local_dir().context("no home directory: say --data-dir")?.join("dev.watchdeck.browser"),
    };
    std::fs::create_dir_all(&data_dir).with_context(|| format!("{} cannot be made", data_dir.display()))?;
    let server = Server::bind(args.port).await.context("the port cannot be listened on")?;
    // The language is the browser's, which the window knows by itself.
    let config = Config { data_dir, host_name: "browser", system_language: None };
    let browser = Browser { keychain: !args.no_keychain };
    let console = Console::start(config, Arc::new(browser), Some(Arc::new(Demo::default()))).await?;
    browser.report(&console);
    if args.demo {
        opening::watch_demo(&console).await?;
    }
    if let Some(url) = &args.connect {
        opening::watch_server(&console, url, args.token.as_deref()).await?;
    }

    let ready = serde_json::json!({ "url": server.url() });
    writeln!(std::io::stdout(), "{ready}").context("nobody reads the address")?;
    let stop = CancellationToken::new();
    tokio::spawn(cancel_on_signal(stop.clone()));
    let served = server.serve(console.clone(), stop).await;
    console.shutdown().await;
    served.context("the server failed")
}

async fn cancel_on_signal(stop: CancellationToken) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    stop.cancel();
}

//! The command line.

use crate::doctor::Options;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Watches an ERP while it works.
#[derive(Debug, Clone, Parser)]
#[command(name = "watchdeck", version)]
pub(crate) struct Args {
    /// Watch the built-in ERP simulator.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Keep events, settings and the log here.
    #[arg(long, env = "WATCHDECK_DATA_DIR", value_name = "DIR", global = true)]
    pub(crate) data_dir: Option<PathBuf>,
    /// Watch this server too (`ws://` or `wss://`; what it speaks is found out).
    #[arg(long, value_name = "URL")]
    pub(crate) connect: Option<String>,
    /// The token or the session cookie for `--connect`.
    #[arg(long, env = "WATCHDECK_TOKEN", hide_env_values = true, value_name = "TOKEN", requires = "connect")]
    pub(crate) token: Option<String>,
    /// Keep tokens and passwords in a file of the data directory that only you can read, not in the system's keychain.
    #[arg(long, env = "WATCHDECK_NO_KEYCHAIN", value_parser = clap::builder::FalseyValueParser::new(), global = true)]
    pub(crate) no_keychain: bool,
    /// Start in the tray, without a window.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Say what the data directory holds, per channel and kind, and end. Works while Watchdeck runs.
    #[arg(long, requires = "data_dir")]
    pub(crate) summary: bool,
    /// Copy the store of the data directory into this new file, read the copy through, and end. Works while Watchdeck runs.
    #[arg(long, value_name = "FILE", requires = "data_dir", conflicts_with = "restore")]
    pub(crate) backup: Option<PathBuf>,
    /// Put this copy in the place of the store of the data directory, which is set aside, and end. While Watchdeck runs, at its next start.
    #[arg(long, value_name = "FILE", requires = "data_dir")]
    pub(crate) restore: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Say what works on this machine and what does not, and end. Works without a display and while Watchdeck runs.
    Doctor(Options),
}

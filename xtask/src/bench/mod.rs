//! Measurements of a release build. Each prints a table and writes target/bench/NAME.json.

mod alerts;
mod decisions;
mod decode;
mod fan;
mod ingest;
mod machine;
mod median;
mod noticing;
mod programs;
mod recovery;
mod report;
mod search;
mod store;
mod window;

use crate::{packages::Need, setup};
use anyhow::Result;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Name {
    /// WebSocket to committed, beside a Node peer and the bare limit.
    Ingest,
    /// Frames to events, each dialect by itself, and events to rows.
    Decode,
    /// Searches in a long history.
    Search,
    /// The store by itself: events in, beside bare rows, PostgreSQL and another event store; what they take; questions in a long history.
    Store,
    /// Away and back: what was missed, a sleep, and a thousand cuts.
    Recovery,
    /// Rules: what they take beside the intake and over a long past, and how soon people are told.
    Alerts,
    /// Decisions over kills, who is told how soon, what a permission costs.
    Decisions,
    /// A day of situations that need a person: who is told, and how often somebody is disturbed; beside Alertmanager.
    Noticing,
    /// Published to painted, frames per second, memory.
    Window,
    /// One channel, many listeners, beside Socket.IO and NATS: how late, and how large.
    Fan,
    /// Launch to the first event painted, size, memory.
    Startup,
}

/// `cargo xtask bench NAME`.
pub(crate) fn run(name: Name, quick: bool) -> Result<()> {
    let needs: &[Need] = match name {
        Name::Ingest | Name::Recovery => &[Need::Build, Need::Bench],
        Name::Decode | Name::Search | Name::Store | Name::Decisions | Name::Alerts | Name::Noticing => &[Need::Build],
        Name::Fan => &[Need::Build, Need::Bench, Need::Fan],
        Name::Window | Name::Startup => &[Need::Build, Need::VirtualScreen, Need::Bench],
    };
    setup::all(needs)?;
    if quick {
        println!("A quick run: good for trying the benchmark, not for quoting its numbers.");
    }
    match name {
        Name::Ingest => ingest::run(quick),
        Name::Decode => decode::run(quick),
        Name::Search => search::run(quick),
        Name::Store => store::run(quick),
        Name::Recovery => recovery::run(quick),
        Name::Decisions => decisions::run(quick),
        Name::Alerts => alerts::run(quick),
        Name::Noticing => noticing::run(quick),
        Name::Fan => fan::run(quick),
        Name::Window => window::window(quick),
        Name::Startup => window::startup(quick),
    }
}

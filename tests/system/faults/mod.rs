//! Faults, each by name: a scripted server on a real socket does it, and what counts is what is stored and what the stream says of it.

mod disk;
mod erp;
mod hub;
mod link;
mod socketio;

use anyhow::{Result, ensure};
use watchdeck_tests::watch::Marker;

/// A marker that covers a stretch of which nobody knows anything.
fn ensure_covers(marker: &Marker, from: i64, to: i64) -> Result<()> {
    ensure!(marker.from <= from && marker.to >= to, "events between {from} and {to} may be missing, and the marker says {marker:?}");
    Ok(())
}

//! A console core that watches one server, and what it has stored in the end.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;
use watchdeck_console::seams::{Seams, Timing};
use watchdeck_events::Kind;
use watchdeck_store::{Options, Profile, Store, Stored};
use watchdeck_testkit::{clock::TestClock, console::Bench, patience::eventually};
use watchdeck_world::rows;

/// Waits that suit a test: nothing that a busy machine could miss, nothing to wait long for.
#[must_use]
pub fn brisk() -> Timing {
    Timing {
        subscribe: Duration::from_secs(3),
        ping: Duration::from_secs(1),
        grace: Duration::from_secs(1),
        backoff_first: Duration::from_millis(20),
        backoff_cap: Duration::from_millis(100),
        tick: Duration::from_millis(50),
        ..Timing::default()
    }
}

/// See the [module docs](self).
pub struct Watch {
    /// The core.
    pub bench: Bench,
    /// What its links take for the time.
    pub clock: Arc<TestClock>,
    folder: TempDir,
}

impl Watch {
    /// Starts a core and gives it one source, `s`.
    ///
    /// # Errors
    /// When the store cannot be used or the source is refused.
    pub async fn start(source: Value) -> Result<Self> {
        Self::start_on(tempfile::tempdir()?, brisk(), Options::CONSOLE, source).await
    }

    /// The same on a folder that may hold a store already.
    ///
    /// # Errors
    /// As [`Watch::start`].
    pub async fn start_on(folder: TempDir, timing: Timing, store: Options, mut source: Value) -> Result<Self> {
        let clock = Arc::new(TestClock::default());
        let seams = Seams { timing, clock: Arc::clone(&clock) as _, store, ..Seams::default() };
        let bench = Bench::start_with(folder.path(), seams).await?;
        source["id"] = json!("s");
        source["name"] = json!("watched");
        bench.sources(json!([source])).await?;
        Ok(Self { bench, clock, folder })
    }

    /// Waits until a number in the source's health is at least `count`.
    ///
    /// # Errors
    /// When it never is.
    pub async fn counts(&self, name: &str, count: u64) -> Result<()> {
        eventually(&format!("{name} to be {count}"), || async {
            let health = self.bench.health().await?;
            ensure!(health[name].as_u64() >= Some(count), "{name} is {}: {health}", health[name]);
            Ok(Some(()))
        })
        .await
    }

    /// Waits until something was lost of the link for `cause`.
    ///
    /// # Errors
    /// When it never was, with the timeline.
    pub async fn was_offline(&self, cause: &str) -> Result<()> {
        eventually(&format!("the link to be lost because of {cause}"), || async {
            let timeline = self.bench.health().await?["timeline"].take();
            let steps = timeline.as_array().context("a timeline")?;
            ensure!(steps.iter().any(|step| step["cause"] == cause), "{timeline}");
            Ok(Some(()))
        })
        .await
    }

    /// Ends the core and answers what is stored, in order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn end(self) -> Result<Kept> {
        let (kept, _) = self.end_keeping().await?;
        Ok(kept)
    }

    /// The same, and the folder goes on living.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn end_keeping(self) -> Result<(Kept, TempDir)> {
        self.bench.console.shutdown().await;
        Ok((Kept::read(self.folder.path()).await?, self.folder))
    }
}

/// What a store holds.
#[derive(Debug, Clone)]
pub struct Kept(pub Vec<Stored>);

/// One gap marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Start of the hole, ms.
    pub from: i64,
    /// Its end, ms.
    pub to: i64,
    /// Why, as on the wire.
    pub reason: String,
}

impl Kept {
    /// Reads the store in `folder`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read(folder: &Path) -> Result<Self> {
        let store = Store::look(&folder.join("events.db"), Profile::Console)?;
        let mut all: Vec<Stored> = Vec::new();
        loop {
            let page = store.read_after(all.last().map_or(0, |last| last.seq), 5_000).await?;
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        store.close().await;
        Ok(Self(all))
    }

    /// The field `n` of everything that a server sent, in order of arrival; markers are left out.
    ///
    /// # Errors
    /// When a payload is not JSON or has no such number.
    pub fn numbers(&self) -> Result<Vec<u64>> {
        let events = self.0.iter().filter(|stored| !stored.event.kind.as_str().starts_with("watchdeck:"));
        events
            .map(|stored| {
                let payload: Value = serde_json::from_str(stored.event.payload.as_str())?;
                payload["n"].as_u64().with_context(|| format!("{payload} has no number"))
            })
            .collect()
    }

    /// The gap markers, in order.
    #[must_use]
    pub fn markers(&self) -> Vec<Marker> {
        let gaps = self.0.iter().filter(|stored| stored.event.kind.as_str() == Kind::GAP).filter_map(rows::gap);
        gaps.map(|gap| Marker {
            from: gap.from.0,
            to: gap.to.0,
            reason: serde_json::to_value(gap.reason).ok().and_then(|reason| reason.as_str().map(str::to_owned)).unwrap_or_default(),
        })
        .collect()
    }

    /// The only marker.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn only_marker(&self) -> Result<Marker> {
        let markers = self.markers();
        ensure!(markers.len() == 1, "one hole is one marker: {markers:?}");
        let marker = markers.into_iter().next().context("there is one")?;
        ensure!(marker.from <= marker.to, "a hole cannot end before it begins: {marker:?}");
        Ok(marker)
    }
}

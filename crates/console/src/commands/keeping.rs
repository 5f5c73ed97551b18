//! Commands around how long events are kept, copies of the store, and exports.

use super::history::{self, Wanted};
use crate::{
    core::{Core, house::followed},
    doctor::Tongue,
    error::CommandError,
    export::{self, Half, Heads, Manner, Sheet, free_name},
    jobs::Done,
    keeping,
};
use anyhow::Context as _;
use jiff::{Timestamp, Zoned, tz::TimeZone};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::watch;
use watchdeck_filter::Filter;
use watchdeck_store::{Copied, Profile, Store};
use watchdeck_wire::{
    settings::Language,
    views::{ExportFormat, JobKind, JobView, KeepingPlan, KeepingView},
};

pub(crate) async fn view(core: &Core) -> Result<KeepingView, CommandError> {
    let (stats, edges) = (core.store.stats().await?, core.store.edges().await?);
    Ok(KeepingView {
        events: stats.events,
        bytes: stats.bytes,
        oldest_at: stats.oldest_at,
        let_go: edges.iter().map(|edge| edge.events).sum(),
        let_go_at: edges.iter().map(|edge| edge.at).max(),
        gives_back: stats.gives_back,
        restores: Store::is_laid_ready(core.store.path()),
        folder: folder(core).display().to_string(),
        path: core.store.path().display().to_string(),
    })
}

pub(crate) async fn plan(core: &Core) -> Result<KeepingPlan, CommandError> {
    Ok(keeping::shown(&core.plan_letting_go().await?))
}

pub(crate) fn compact(core: &Arc<Core>) -> Result<(), CommandError> {
    let store = core.store.clone();
    core.start_job(JobKind::Compact, String::new(), async move {
        let before = store.stats().await?.bytes;
        store.compact().await?;
        Ok(Done { done: 0, bytes: before.saturating_sub(store.stats().await?.bytes) })
    })
}

/// Copy the store into a file; without a name into the user's folder.
pub(crate) fn back_up(core: &Arc<Core>, path: Option<&str>) -> Result<(), CommandError> {
    let to = match path.map(str::trim).filter(|path| !path.is_empty()) {
        Some(path) => absolute(path)?,
        None => new_file(core, "watchdeck-backup", "db")?,
    };
    let (job, told) = (Arc::clone(core), Arc::clone(core));
    core.start_job(JobKind::BackUp, to.display().to_string(), async move {
        let progress = watch::Sender::default();
        let copied = |Copied { bytes, of }: Copied| told.jobs.report(JobKind::BackUp, bytes, of);
        let made = followed(job.store.back_up(&to, &progress), progress.subscribe(), copied).await?;
        Ok(Done { done: made.bytes, bytes: made.bytes })
    })
}

/// Check a backup and lay it ready for the next start.
pub(crate) fn lay_ready(core: &Arc<Core>, path: &str) -> Result<(), CommandError> {
    let (from, store) = (absolute(path.trim())?, core.store.path().to_owned());
    core.start_job(JobKind::Restore, from.display().to_string(), async move {
        let laid = tokio::task::spawn_blocking(move || Store::lay_ready(&store, &from, Profile::Console)).await??;
        Ok(Done { done: laid.events, bytes: laid.bytes })
    })
}

pub(crate) fn take_away(core: &Core) -> Result<(), CommandError> {
    Ok(Store::take_away(core.store.path()).map(drop)?)
}

/// Write all events that a filter means into a file in the user's folder.
pub(crate) fn export(core: &Arc<Core>, filter: &str, format: ExportFormat) -> Result<(), CommandError> {
    let filter = Filter::parse(filter, core.now())?;
    let path = new_file(core, "watchdeck-events", suffix(format))?;
    let manner = manner(core, format);
    let job = Arc::clone(core);
    core.start_job(JobKind::Export, path.display().to_string(), async move {
        let half = Half::begin(&path)?;
        let (done, bytes) =
            export::run(&job.store, &filter, manner, half, |events, of| job.jobs.report(JobKind::Export, events, of)).await?;
        Ok(Done { done, bytes })
    })
}

/// Write what was decided into a file in the user's folder, as far back as the store goes.
pub(crate) fn export_decisions(core: &Arc<Core>, wanted: Wanted, format: ExportFormat) -> Result<(), CommandError> {
    let path = new_file(core, "watchdeck-decisions", suffix(format))?;
    let manner = manner(core, format);
    let job = Arc::clone(core);
    core.start_job(JobKind::Export, path.display().to_string(), async move {
        let mut sheet = Sheet::begin(Half::begin(&path)?, manner);
        let (mut done, mut before) = (0, None);
        loop {
            let page = history::decided_before(&job, before, history::PAGE, &wanted).await?;
            done += page.decided.len() as u64;
            sheet = sheet.write(page.decided).await?;
            job.jobs.report(JobKind::Export, done, 0);
            before = page.next_before;
            if before.is_none() {
                break;
            }
        }
        Ok(Done { done, bytes: sheet.finish().await? })
    })
}

fn suffix(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "csv",
        ExportFormat::Jsonl => "jsonl",
    }
}

fn manner(core: &Core, format: ExportFormat) -> Manner {
    let settings = &core.state().settings;
    Manner::new(format, Heads(tongue(core, settings.language)), &settings.sources)
}

pub(crate) fn jobs(core: &Core) -> Vec<JobView> {
    core.jobs.views()
}

pub(crate) fn stop_job(core: &Core, kind: JobKind) {
    core.jobs.stop(kind);
}

fn tongue(core: &Core, language: Language) -> Tongue {
    match language {
        Language::System => Tongue::of(core.config.system_language.as_deref()),
        Language::Chinese => Tongue::Chinese,
        Language::English => Tongue::English,
    }
}

/// A table that the window made. Answers where it is.
pub(crate) async fn export_thresholds(core: &Core, table: String) -> Result<String, CommandError> {
    let path = new_file(core, "watchdeck-thresholds", "csv")?;
    let to = path.clone();
    let written = tokio::task::spawn_blocking(move || Half::whole(&to, table.as_bytes())).await.map_err(anyhow::Error::from)?;
    written.context("writing the table")?;
    Ok(path.display().to_string())
}

/// The user's downloads, else a folder beside the store.
fn folder(core: &Core) -> PathBuf {
    core.host.downloads().unwrap_or_else(|| core.config.data_dir.join("exports"))
}

fn new_file(core: &Core, stem: &str, suffix: &str) -> Result<PathBuf, CommandError> {
    let folder = folder(core);
    std::fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let at: Zoned = Timestamp::from_millisecond(core.now().0).unwrap_or_default().to_zoned(TimeZone::system());
    Ok(free_name(&folder, stem, suffix, &at))
}

fn absolute(path: &str) -> Result<PathBuf, CommandError> {
    let path = Path::new(path);
    if path.is_absolute() { Ok(path.to_owned()) } else { Err(CommandError::invalid("say the whole path of the file, from the root")) }
}

//! `support_bundle`: what somebody who helps needs to see, written into one file.

use super::queries;
use crate::{
    core::Core,
    error::CommandError,
    outgoing::{Hidden, for_a_stranger},
    settings,
    support::{Files, about, described, last_lines, without_samples, write},
};
use serde_json::{Value, json};
use std::time::Duration;
use watchdeck_feed::keys::KeyRing as _;
use watchdeck_secret::Redactor;
use watchdeck_store::Store;
use watchdeck_wire::views::{HealthView, SupportBundle};

/// A check of the whole file may take this long; then the bundle goes without it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Write one, and say where.
pub(crate) async fn bundle(core: &Core) -> Result<SupportBundle, CommandError> {
    let health = queries::health(core).await?;
    let settings = settings::without_secrets(&core.state().settings);
    let mut known: Vec<String> = std::env::var("WATCHDECK_TOKEN").ok().into_iter().collect();
    for source in &settings.sources {
        if let Ok(keys) = core.secrets.of(&source.id) {
            known.extend([keys.token, keys.proxy_password].into_iter().flatten().map(|secret| secret.expose().to_owned()));
        }
    }
    for hook in &settings.hooks {
        let secret = core.secrets.of_action(&hook.id).ok().flatten();
        known.extend(Hidden::of(&hook.action, secret.as_ref()).into_known());
    }
    let settings = for_a_stranger(settings);
    let redactor = Redactor::knowing(known);
    let mut files = vec![
        ("about.json", redactor.json(&about(core.config.host_name, core.now()))?),
        ("settings.json", redactor.json(&settings)?),
        ("packs.json", redactor.json(&core.packs.view())?),
        ("store.json", redactor.json(&inspected(&core.store, &health).await)?),
    ];
    files.extend(of_health(&health, &redactor)?);
    let (dir, at) = (core.config.data_dir.clone(), core.now());
    let written = tokio::task::spawn_blocking(move || {
        files.push(("log.txt", redactor.clean(&last_lines(&dir))));
        write(&dir, &files, at)
    });
    Ok(written.await.map_err(anyhow::Error::from)??)
}

/// The page as files of its own, so that nobody has to dig.
fn of_health(health: &HealthView, redactor: &Redactor) -> anyhow::Result<Files> {
    let timelines: Vec<Value> =
        health.sources.iter().map(|source| json!({ "source": source.id, "name": source.name, "steps": source.timeline })).collect();
    let unread = without_samples(&health.unread);
    let health = HealthView { unread: unread.clone(), ..health.clone() };
    Ok(vec![
        ("health.json", redactor.json(&health)?),
        ("unread.json", redactor.json(&unread)?),
        ("timeline.json", redactor.json(&timelines)?),
        ("malformed.json", redactor.json(&health.malformed)?),
    ])
}

async fn inspected(store: &Store, health: &HealthView) -> Value {
    let found = tokio::time::timeout(PATIENCE, store.inspect()).await;
    json!({ "statistics": health.store, "file": match found {
        Ok(Ok(inspection)) => described(&inspection),
        Ok(Err(error)) => json!({ "error": error.to_string() }),
        Err(_) => json!({ "error": format!("the check took longer than {PATIENCE:?} and was left out") }),
    } })
}

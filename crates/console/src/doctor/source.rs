//! One source: dialled step by step, its clock, where it stands, what may be missing.

use super::{check::Check, words::Texts};
use crate::secrets::Secrets;
use std::time::Duration;
use watchdeck_client::Beside;
use watchdeck_feed::{
    keys::{KeyRing as _, Keys},
    records::CLOCKS,
    source_clock::{Era, SourceClock},
    sources,
};
use watchdeck_store::Store;
use watchdeck_wire::settings::Source;
use watchdeck_world::World;

/// How long a whole attempt may take.
const PATIENCE: Duration = Duration::from_secs(40);
/// A difference of clocks beyond this is worth a warning, ms.
const FAR: f64 = 60_000.0;

pub(super) async fn examine(source: &Source, secrets: &Secrets, store: &Store, world: &World, texts: Texts) -> Vec<Check> {
    let name = |part: &str| format!("{} · {part}", source.name);
    if source.paused {
        return vec![Check::ok(name(texts.connection()), texts.paused())];
    }
    if source.demo {
        return vec![Check::ok(name(texts.connection()), texts.demo())];
    }
    let mut checks = Vec::new();
    let keys = secrets.of(&source.id).unwrap_or_else(|why| {
        checks.push(Check::warning(name(texts.secrets()), why, texts.secrets_advice()));
        Keys::default()
    });
    // A Watchdeck that is open may hold the one link that a server keeps.
    let attempt = watchdeck_client::probe_beside(sources::trial(source, &keys), Beside::Somebody);
    let attempt = tokio::time::timeout(PATIENCE, attempt).await;
    match attempt {
        Ok(steps) => checks.extend(steps.into_iter().map(|step| {
            let detail = format!("{} ({} ms)", step.detail, step.ms);
            if step.ok { Check::ok(name(step.step), detail) } else { Check::failed(name(step.step), detail, texts.step_advice(step.step)) }
        })),
        Err(_) => checks.push(Check::failed(name(texts.connection()), texts.no_answer(), texts.step_advice("connect"))),
    }
    checks.extend(clock(source, store, texts).await.map(|check| Check { name: name(&check.name), ..check }));
    let positions = store.positions(&source.id).await.unwrap_or_default();
    checks.push(Check::ok(name(texts.position()), texts.positions(positions.len(), positions.values().map(|at| at.offset).max())));
    let (gaps, filled) = world.gap_counts.get(&source.id).copied().unwrap_or_default();
    let open = gaps.saturating_sub(filled);
    checks.push(match open {
        0 => Check::ok(name(texts.gaps()), texts.gaps_found(gaps, filled)),
        _ => Check::warning(name(texts.gaps()), texts.gaps_found(gaps, filled), texts.gaps_advice()),
    });
    match world.unread.view(&source.id) {
        Some(unread) => {
            checks.push(Check::warning(name(texts.values()), texts.unread(unread.times, &unread.fields), texts.unread_advice()));
        }
        // Where nothing was written down yet, nothing is known.
        None if world.cursor > 0 => checks.push(Check::ok(name(texts.values()), texts.all_read())),
        None => {}
    }
    checks
}

/// What the last run knew of the server's clock.
async fn clock(source: &Source, store: &Store, texts: Texts) -> Option<Check> {
    let documents = store.documents(CLOCKS).await.ok()?;
    let (_, body) = documents.into_iter().find(|(id, _)| *id == source.id)?;
    let eras: Vec<Era> = serde_json::from_str(&body).ok()?;
    let skew = SourceClock::load(eras).last_known()?;
    Some(if skew.abs() > FAR {
        Check::warning(texts.clock(), texts.skew(skew), texts.skew_advice())
    } else {
        Check::ok(texts.clock(), texts.skew(skew))
    })
}

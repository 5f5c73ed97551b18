//! The ERP says that something is critical.

use crate::{
    alert::{Life, Raise, Values},
    fingerprint,
    judge::Judge,
    rule::{PLAIN, Rule},
};
use watchdeck_events::{
    Severity,
    erp::{SystemKind, SystemLevel, View},
    line,
};
use watchdeck_store::Stored;
use watchdeck_world::{entity::Entity, facts::Facts};

/// Its name.
pub const ID: &str = "system_critical";

/// See the [module docs](self).
pub const RULE: Rule = Rule {
    id: ID,
    severity: Severity::Critical,
    title: |words, _| words.either("系统严重告警", "Critical system alert").to_owned(),
    several: ["系统告警", "system alerts"],
    event,
    ..PLAIN
};

/// Longest text of an alert, characters; the drawer has the whole.
const TEXT: usize = 500;

fn event(judge: &mut Judge<'_>, stored: &Stored, facts: &Facts<'_>) {
    let Some(View::System(notice)) = &facts.view else { return };
    let severity = match notice.level {
        SystemLevel::Critical => Severity::Critical,
        // It may be the worst: somebody should look.
        SystemLevel::Unknown if notice.kind == SystemKind::Alert => Severity::Warning,
        _ => return,
    };
    let event = &stored.event;
    let said = notice.message.as_deref().or(notice.level_text.as_deref()).or(event.subject.as_deref()).unwrap_or(event.kind.as_str());
    let key = Entity::new(judge.realm(stored), "system", fingerprint::of(said).trim());
    let label = line::of(said, line::LABEL).into_owned();
    judge.raise(Raise {
        rule: ID.into(),
        about: key.to_string(),
        source: Some(key.realm.to_string()),
        subject: format!("system:{}", line::of(&key.id, line::LABEL)),
        severity,
        values: Values::from([("message".to_owned(), line::of(said, TEXT).into_owned())]),
        label,
        seq: Some(stored.seq),
        life: Life::point(7),
    });
}

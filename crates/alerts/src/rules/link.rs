//! What the alerts about one of our own links have in common.

use crate::{
    alert::{Life, Notice, Raise, Values},
    book::AlertBook,
    judge::is_on,
    rule::Rule,
};
use watchdeck_events::Millis;
use watchdeck_wire::settings::Settings;

/// Raise or end the alert of a link: `since` is for how long its rule holds, ms; `None`: it does not.
pub(super) fn judge(
    rule: &Rule,
    [id, name]: [&str; 2],
    since: Option<i64>,
    settings: &Settings,
    now: Millis,
    book: &mut AlertBook,
) -> Option<Notice> {
    let about = format!("source:{id}");
    let Some(quiet) = since.filter(|_| is_on(rule.id, settings)) else {
        return book.resolve(rule.id, &about, now);
    };
    if book.is_active(rule.id, &about) {
        return None;
    }
    let values = Values::from([
        ("source".to_owned(), name.to_owned()),
        ("since".to_owned(), now.plus(-quiet).0.to_string()),
        ("minutes".to_owned(), (quiet / 60_000).to_string()),
    ]);
    let raise = Raise {
        rule: rule.id.into(),
        subject: about.clone(),
        about,
        source: None,
        severity: rule.severity,
        label: name.to_owned(),
        values,
        seq: None,
        life: Life::LASTING,
    };
    book.raise(raise, now)
}

//! A link is not current.

use super::link;
use crate::{
    alert::Notice,
    book::AlertBook,
    rule::{PLAIN, Rule},
};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::settings::Settings;

/// Its name.
pub const ID: &str = "feed_stale";

/// See the [module docs](self).
pub const RULE: Rule = Rule {
    id: ID,
    severity: Severity::Critical,
    of_a_link: true,
    threshold: |settings| Some(settings.stale_after_seconds.to_string()),
    title: |words, alert| words.of(format!("{} 的数据已停止更新", alert.label), format!("{} has stopped updating", alert.label)),
    body: |words, _| words.either("数字可能已过时，正在重新连接。", "Figures may be out of date. Reconnecting.").to_owned(),
    several: ["数据中断", "stale feeds"],
    ..PLAIN
};

/// A link's own health: `stale_for` is how long it has been without a current feed, ms; `None` while it is current.
pub fn judge(source: [&str; 2], stale_for: Option<i64>, settings: &Settings, now: Millis, book: &mut AlertBook) -> Option<Notice> {
    let limit = i64::from(settings.stale_after_seconds) * 1000;
    link::judge(&RULE, source, stale_for.filter(|quiet| *quiet >= limit), settings, now, book)
}

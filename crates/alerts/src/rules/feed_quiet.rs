//! A link is well and brings nothing for longer than usual.

use super::link;
use crate::{
    alert::Notice,
    book::AlertBook,
    rule::{PLAIN, Rule, value},
};
use watchdeck_events::Millis;
use watchdeck_wire::settings::Settings;

/// Its name.
pub const ID: &str = "feed_quiet";

/// See the [module docs](self).
pub const RULE: Rule = Rule {
    id: ID,
    of_a_link: true,
    title: |words, alert| words.of(format!("{} 久无新事件", alert.label), format!("No events from {} for a while", alert.label)),
    body: |words, alert| {
        let minutes = words.number(value(alert, "minutes"));
        words.of(
            format!("连接正常，但已 {minutes} 分钟没有事件，比平时久；请检查 ERP 是否仍在发布。"),
            format!("The connection is up, but no event has come for {minutes} min, longer than usual. Check whether the ERP is still publishing."),
        )
    },
    several: ["久无事件", "quiet feeds"],
    ..PLAIN
};

/// What a link brings: `quiet_for` is how long nothing came, ms, where that is suspiciously long. The state has waited already, so this does not.
pub fn judge(source: [&str; 2], quiet_for: Option<i64>, settings: &Settings, now: Millis, book: &mut AlertBook) -> Option<Notice> {
    link::judge(&RULE, source, quiet_for, settings, now, book)
}

//! The rules, one file each: when something that is known has to be noticed, and in which words.

pub mod approval_due;
pub mod approval_requested;
pub mod feed_quiet;
pub mod feed_stale;
pub mod finance_overdue;
pub mod large_refund;
mod link;
pub mod low_stock;
mod record;
mod request;
pub mod system_critical;

use crate::{
    alert::Notice,
    book::AlertBook,
    fingerprint,
    judge::Judge,
    rule::{Rule, value},
    words::Words,
    written::Written,
};
use std::sync::Arc;
use watchdeck_events::{Millis, erp::View, line};
use watchdeck_store::Stored;
use watchdeck_wire::{settings::Settings, views::AlertView};
use watchdeck_world::{World, about, calendar::Day, entity::Entity, facts::Facts};

/// Every rule, in the order of the page.
pub const ALL: [&Rule; 8] = [
    &system_critical::RULE,
    &feed_stale::RULE,
    &feed_quiet::RULE,
    &approval_due::RULE,
    &approval_requested::RULE,
    &low_stock::RULE,
    &large_refund::RULE,
    &finance_overdue::RULE,
];

/// Longest first line of a notification, characters. What is longer, notification services cut where they like.
const TITLE: usize = 120;
/// Longest text under it.
const BODY: usize = 280;

/// The rule of this name. One of another version has none.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.into_iter().find(|rule| rule.id == id)
}

/// Whether a rule is about our own links, and not about what an ERP tells.
#[must_use]
pub fn is_of_a_link(id: &str) -> bool {
    find(id).is_some_and(|rule| rule.of_a_link)
}

/// Whether a rule is about requests for approval, which are counted as such and are no alerts beside.
#[must_use]
pub fn is_of_a_request(id: &str) -> bool {
    find(id).is_some_and(|rule| rule.of_a_request)
}

/// The entity of a request that an alert or a notification of this name is about.
#[must_use]
pub fn request_of(id: &str) -> Option<Entity> {
    let (rule, about) = id.split_once(':')?;
    is_of_a_request(rule).then(|| about.parse().ok()).flatten()
}

/// What a document said when it fired.
fn written(words: Words, alert: &AlertView, [zh, en]: [&'static str; 2]) -> String {
    value(alert, words.either(zh, en)).to_owned()
}

/// First line for an alert.
#[must_use]
pub fn title(words: Words, alert: &AlertView) -> String {
    let own =
        || Some(written(words, alert, ["title_zh", "title_en"])).filter(|title| !title.is_empty()).unwrap_or_else(|| alert.label.clone());
    let title = find(&alert.rule).map_or_else(own, |rule| (rule.title)(words, alert));
    line::of(&title, TITLE).into_owned()
}

/// The rest for an alert.
#[must_use]
pub fn body(words: Words, alert: &AlertView) -> String {
    let body = find(&alert.rule).map_or_else(|| written(words, alert, ["body_zh", "body_en"]), |rule| (rule.body)(words, alert));
    line::of(&body, BODY).into_owned()
}

/// What one event does to the alerts. `world` has already taken it in; `at` is when it happened, by our clock.
#[expect(clippy::too_many_arguments, reason = "what an event is judged by, and what becomes of it")]
pub fn evaluate(
    stored: &Stored,
    facts: &Facts<'_>,
    at: Millis,
    world: &World,
    settings: &Settings,
    today: &Day,
    book: &mut AlertBook,
    written: &mut Written,
) -> Vec<Notice> {
    let mut judge = Judge::new(world, settings, today, at, book);
    // What an ERP shows with a view, and what is about a request: of nothing else the rules here speak.
    if facts.view.is_some() || facts.approval().is_some() {
        for rule in ALL {
            (rule.event)(&mut judge, stored, facts);
        }
    }
    written.event(&mut judge, stored, facts);
    judge.into_notices()
}

/// The clock moved: what documents say of what is known. `hears` says whether what an ERP publishes is heard at the moment.
pub fn tick(
    world: &World,
    settings: &Settings,
    today: &Day,
    now: Millis,
    book: &mut AlertBook,
    written: &mut Written,
    hears: &dyn Fn(&str) -> bool,
) -> Vec<Notice> {
    let mut judge = Judge::new(world, settings, today, now, book);
    written.tick(&mut judge, hears);
    judge.into_notices()
}

/// Changed settings, or a world computed anew: what is known is judged again at once, and not only what happens next. Alerts for everything that
/// `settings` make of the world, and an end to those that they do not. `before` are the settings that hold no longer.
pub fn rejudge(
    world: &World,
    before: &Settings,
    settings: &Settings,
    today: &Day,
    now: Millis,
    book: &mut AlertBook,
    written: &mut Written,
) -> Vec<Notice> {
    book.is_calm();
    let mut judge = Judge::new(world, settings, today, now, book);
    // What an alert of a switched-off rule says, nobody wants to know any more.
    for off in &settings.rules_off {
        judge.end_others(off, |_| false);
    }
    for rule in ALL {
        (rule.known)(&mut judge, before);
    }
    for gone in judge.rules().into_iter().filter(|id| find(id).is_none() && written.names().all(|name| name != id)) {
        judge.end_others(&gone, |_| false);
    }
    written.known(&mut judge);
    let notices = judge.into_notices();
    book.is_calm();
    notices
}

/// The name that an alert of an earlier version would have now: what the event behind it is about, in its own world. `None` where that tells nothing.
#[must_use]
pub fn name_anew(alert: &AlertView, stored: &Stored, realm: &Arc<str>) -> Option<String> {
    let view = View::of(&stored.event)?;
    let about = match view {
        View::System(_) => Entity::new(realm, "system", fingerprint::of(&alert.label).trim()),
        view => about::of(&view, realm)?,
    };
    Some(format!("{}:{about}", alert.rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use watchdeck_events::{Millis, Severity};
    use watchdeck_wire::views::AlertState;

    fn alert(rule: &str, label: &str, values: &[(&str, &str)]) -> AlertView {
        AlertView {
            id: "i".into(),
            source: None,
            rule: rule.into(),
            severity: Severity::Warning,
            state: AlertState::Firing,
            subject: None,
            label: label.into(),
            values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>(),
            count: 1,
            first_at: Millis(0),
            last_at: Millis(0),
            acknowledged_by: None,
            snoozed_until: None,
            resolved_at: None,
            over_since: None,
            chattering: false,
            silenced_by: None,
            unshared: None,
            seq: None,
            timeline: Vec::new(),
        }
    }

    #[test]
    fn a_request_in_dollars_is_not_said_in_yuan() {
        let dollars = alert(approval_requested::ID, "PAY-7", &[("amount", "12800.50"), ("currency", "USD"), ("requester", "Wang")]);
        for words in [Words::CHINESE, Words::ENGLISH] {
            assert_eq!(body(words, &dollars), "US$ 12,800.50 · Wang");
        }
        let unnamed = alert(finance_overdue::ID, "R-1", &[("amount", "900")]);
        assert_eq!(title(Words::ENGLISH, &unnamed), "Overdue: 900", "none is made up");
        let unread = alert(large_refund::ID, "R-1", &[("unread", "a lot")]);
        assert_eq!(title(Words::CHINESE, &unread), "大额退款：a lot", "nor is an amount");
    }

    #[test]
    fn numbers_are_in_groups_of_three() {
        let low = alert(low_stock::ID, "Screws", &[("on_hand", "12800.5"), ("threshold", "20000")]);
        assert_eq!(body(Words::ENGLISH, &low), "12,800.5 on hand, threshold 20,000");
        assert_eq!(body(Words::CHINESE, &low), "现有 12,800.5，阈值 20,000");
        let quiet = alert(feed_quiet::ID, "East", &[("minutes", "1440")]);
        assert!(body(Words::CHINESE, &quiet).contains("1,440 分钟"));
    }

    #[test]
    fn a_foreign_text_is_one_line_of_a_notification() {
        let trace = "stock posting failed\n\tat Posting.run(Posting.java:7)\n".repeat(200);
        let said = body(Words::ENGLISH, &alert(system_critical::ID, "x", &[("message", &trace)]));
        assert!(said.chars().count() <= BODY && !said.contains('\n'), "{said}");
        let title = title(Words::ENGLISH, &alert(low_stock::ID, &"N".repeat(5_000), &[]));
        assert!(title.chars().count() <= TITLE, "{title}");
    }
}

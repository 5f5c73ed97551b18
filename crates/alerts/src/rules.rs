//! What rules make of events, of the clock, and of settings that changed; and the words of their alerts.

pub use crate::named::{SYSTEM_CRITICAL, is_of_a_request};
use crate::{
    alert::Notice,
    book::AlertBook,
    fingerprint,
    judge::Judge,
    words::Words,
    written::{Heard, Outside, Written},
};
use std::sync::Arc;
use watchdeck_events::{Millis, erp::View, line};
use watchdeck_store::Stored;
use watchdeck_wire::{settings::Settings, views::AlertView};
use watchdeck_world::{World, about, calendar::Day, entity::Entity, facts::Facts};

/// Longest first line of a notification, characters. What is longer, notification services cut where they like.
const TITLE: usize = 120;
/// Longest text under it.
const BODY: usize = 280;

fn value<'a>(alert: &'a AlertView, name: &str) -> &'a str {
    alert.values.get(name).map_or("", String::as_str)
}

/// First line for an alert: as its rule said it when it fired, or as an earlier version kept it.
#[must_use]
pub fn title(words: Words, alert: &AlertView) -> String {
    let title = Some(value(alert, words.either("title_zh", "title_en"))).filter(|title| !title.is_empty());
    line::of(title.unwrap_or(&alert.label), TITLE).into_owned()
}

/// The rest for an alert.
#[must_use]
pub fn body(words: Words, alert: &AlertView) -> String {
    let body = alert.values.get(words.either("body_zh", "body_en")).map_or_else(|| value(alert, "message"), String::as_str);
    line::of(body, BODY).into_owned()
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
    written.event(&mut judge, stored, facts);
    judge.into_notices()
}

/// The clock moved: what rules say of what is known. `hears` says whether what an ERP publishes is heard at the moment. Answers too whether what holds now may
/// have held for long, and nobody looked.
pub fn tick(
    world: &World,
    settings: &Settings,
    today: &Day,
    now: Millis,
    book: &mut AlertBook,
    written: &mut Written,
    hears: &dyn Fn(&str) -> Heard,
) -> (Vec<Notice>, bool) {
    let mut judge = Judge::new(world, settings, today, now, book);
    let late = written.tick(&mut judge, hears);
    (judge.into_notices(), late)
}

/// How the links are, and what else no event tells: what rules say of the links.
pub fn outside(
    world: &World,
    settings: &Settings,
    today: &Day,
    now: Millis,
    book: &mut AlertBook,
    written: &mut Written,
    outside: Outside,
) -> Vec<Notice> {
    let mut judge = Judge::new(world, settings, today, now, book);
    written.outside(&mut judge, outside);
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
    for gone in judge.rules().into_iter().filter(|id| written.names().all(|name| name != id)) {
        judge.end_others(&gone, |_| false);
    }
    written.known(&mut judge, before);
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

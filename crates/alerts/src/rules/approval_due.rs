//! A request is about to run out, and nobody has decided it.

use super::request;
use crate::{
    alert::{Notice, Raise},
    book::AlertBook,
    judge::{Judge, is_on},
    rule::{PLAIN, Rule, value},
};
use std::collections::BTreeSet;
use watchdeck_events::Millis;
use watchdeck_store::Stored;
use watchdeck_wire::settings::Settings;
use watchdeck_world::{
    World,
    approvals::{Request, times},
    facts::Facts,
};

/// Its name.
pub const ID: &str = "approval_due";
const MINUTE: i64 = 60_000;

/// See the [module docs](self). It speaks when its time has come ([`judge`]), and not when something is told of the request.
pub const RULE: Rule = Rule {
    id: ID,
    of_a_request: true,
    actions: &["approve", "reject"],
    title: |words, alert| {
        let what = request::called(words, value(alert, "resource_type"));
        let (label, left) = (&alert.label, value(alert, "minutes_left"));
        match left {
            "" | "0" => words.of(format!("{what}{label} 审批已到期"), format!("{what} {label} is overdue")),
            left => words.of(format!("{what}{label} 还剩 {left} 分钟到期"), format!("{what} {label} is due in {left} min")),
        }
    },
    body: request::body,
    several: ["即将到期的审批", "approvals running out"],
    event,
    known,
    ..PLAIN
};

fn event(judge: &mut Judge<'_>, _: &Stored, facts: &Facts<'_>) {
    let Some((_, key)) = facts.approval() else { return };
    if !judge.world.approvals.get(key).is_some_and(Request::is_pending) {
        judge.resolve(ID, &key.to_string());
    }
}

/// With other times none of the old reminders holds; those that do are given at once.
fn known(judge: &mut Judge<'_>, _: &Settings) {
    let (world, settings, at) = (judge.world, judge.settings, judge.at);
    let due = |request: &Request| request.is_pending() && times::remind_at(settings, &request.view).is_some_and(|remind| remind <= at);
    judge.end_others(ID, |key| world.approvals.get(key).is_some_and(due));
}

/// The clock moved: reminders whose time has come, of requests that wait and that nobody decides yet (`decided`), and an end to all others. Answers those of
/// now, and those of requests whose deadline had passed before anybody looked.
pub fn judge(
    world: &World,
    settings: &Settings,
    decided: impl Fn(&Request) -> bool,
    now: Millis,
    book: &mut AlertBook,
) -> [Vec<Notice>; 2] {
    let [mut near, mut passed] = <[Vec<Notice>; 2]>::default();
    if !book.any_lives(ID) && (settings.approval_times.is_empty() || !is_on(ID, settings)) {
        return [near, passed];
    }
    let mut hold = BTreeSet::new();
    for (key, request) in world.approvals.open().filter(|_| is_on(ID, settings)) {
        let come = times::remind_at(settings, &request.view).is_some_and(|remind| remind <= now);
        let Some(due) = times::due(settings, &request.view).filter(|_| come && !decided(request)) else { continue };
        let about = key.to_string();
        if !book.is_active(ID, &about) {
            let late = due <= now;
            let mut values = request::values(&request.view);
            values.insert("minutes_left".to_owned(), ((due.since(now).max(0) + MINUTE - 1) / MINUTE).to_string());
            let notice = book.raise(Raise { values, ..request::raise(&RULE, key, request) }, now);
            if late { passed.extend(notice) } else { near.extend(notice) }
        }
        hold.insert(format!("{ID}:{about}"));
    }
    let over: Vec<_> = book.of_rule(ID).map(|view| view.id.clone()).filter(|id| !hold.contains(id)).collect();
    let about = |id: &String| id.strip_prefix(ID).and_then(|rest| rest.strip_prefix(':')).map(str::to_owned);
    let ended: Vec<_> = over.iter().filter_map(about).filter_map(|about| book.resolve(ID, &about, now)).collect();
    near.extend(ended);
    [near, passed]
}

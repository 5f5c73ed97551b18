//! Changed settings, or a world computed anew: what is known is judged again at once, and not only what happens next.

use crate::{AlertBook, Notice, Raise, rules};
use std::collections::BTreeMap;
use watchdeck_events::Millis;
use watchdeck_wire::settings::Settings;
use watchdeck_world::{World, approvals::Request, entity::Entity};

/// Alerts for everything that `settings` make of the world, and an end to those that they do not. `before` are the settings that hold no longer; a refund is
/// a single event, so only what the change itself made large is news.
pub fn rejudge(world: &World, before: &Settings, settings: &Settings, today: &str, now: Millis, book: &mut AlertBook) -> Vec<Notice> {
    let mut judge = Judge { world, settings, now, book, notices: Vec::new() };
    judge.switched_off();
    judge.stock(today);
    judge.approvals();
    judge.overdue();
    judge.refunds(before, today);
    judge.notices
}

struct Judge<'a> {
    world: &'a World,
    settings: &'a Settings,
    now: Millis,
    book: &'a mut AlertBook,
    notices: Vec<Notice>,
}

impl Judge<'_> {
    /// What an alert of a switched-off rule says, nobody wants to know any more.
    fn switched_off(&mut self) {
        for rule in self.settings.rules_off.clone() {
            let about = self.about(&rule);
            self.end(&rule, about);
        }
    }

    /// What the living alerts of a rule are about.
    fn about(&self, rule: &str) -> Vec<String> {
        let name = |id: &str| id.strip_prefix(rule).and_then(|rest| rest.strip_prefix(':')).map(str::to_owned);
        self.book.of_rule(rule).filter_map(|view| name(&view.id)).collect()
    }

    fn end(&mut self, rule: &str, about: Vec<String>) {
        for about in about {
            self.notices.extend(self.book.resolve(rule, &about, self.now));
        }
    }

    /// End those of a rule's alerts that `holds` no longer says so of.
    fn end_others(&mut self, rule: &str, holds: impl Fn(&Entity) -> bool) {
        let about = self.about(rule).into_iter().filter(|about| !about.parse().is_ok_and(|key| holds(&key))).collect();
        self.end(rule, about);
    }

    /// What lives already is not raised again: nobody did anything.
    fn raise(&mut self, raise: Raise) {
        if rules::is_on(raise.rule, self.settings) && !self.book.is_active(raise.rule, &raise.about) {
            self.notices.extend(self.book.raise(raise, self.now));
        }
    }

    fn stock(&mut self, today: &str) {
        let (world, settings) = (self.world, self.settings);
        self.end_others(rules::LOW_STOCK, |key| world.stock.is_low(key, settings) == Some(true));
        for (key, _) in world.stock.judged(settings).filter(|(_, low)| *low == Some(true)) {
            let Some(row) = world.stock.row(key, settings, today, self.now) else { continue };
            self.book.refresh(rules::LOW_STOCK, &key.to_string(), rules::stock_values(&row));
            self.raise(rules::stock(key, &row, Some(row.last_seq)));
        }
    }

    fn approvals(&mut self) {
        let world = self.world;
        self.end_others(rules::APPROVAL_REQUESTED, |key| world.approvals.get(key).is_some_and(Request::is_pending));
        for (key, request) in world.approvals.open() {
            self.raise(approval(key, request));
        }
    }

    fn overdue(&mut self) {
        let world = self.world;
        self.end_others(rules::FINANCE_OVERDUE, |key| world.finance.is_overdue_now(key));
        for (key, row) in world.finance.overdue_rows() {
            self.raise(rules::money(rules::FINANCE_OVERDUE, key, row, false));
        }
    }

    fn refunds(&mut self, before: &Settings, today: &str) {
        let settings = self.settings;
        let small: Vec<_> = self
            .book
            .of_rule(rules::LARGE_REFUND)
            .filter(|view| {
                view.values
                    .get("amount")
                    .and_then(|amount| watchdeck_events::Money::from_json(amount))
                    .is_some_and(|amount| amount < settings.large_refund)
            })
            .map(|view| view.id.clone())
            .collect();
        let small = small.into_iter().filter_map(|id| id.split_once(':').map(|(_, about)| about.to_owned())).collect();
        self.end(rules::LARGE_REFUND, small);
        let was_on = rules::is_on(rules::LARGE_REFUND, before);
        let mut calendar = watchdeck_world::calendar::Calendar::system();
        for (key, row) in self.world.finance.rows() {
            let judged_before = was_on && rules::is_large_refund(row, before);
            let is_open = row.action != "cancelled" && calendar.day(row.at).name == today;
            if is_open && !judged_before && rules::is_large_refund(row, settings) {
                self.raise(rules::money(rules::LARGE_REFUND, key, row, true));
            }
        }
    }
}

/// The alert of a request that waits.
pub(super) fn approval(key: &Entity, request: &Request) -> Raise {
    let view = &request.view;
    let mut values = BTreeMap::from([("number".to_owned(), view.number.clone()), ("resource_type".to_owned(), view.resource_type.clone())]);
    let given = [
        ("requester", Some(view.requester.clone()).filter(|requester| !requester.is_empty())),
        ("amount", view.amount.map(|amount| amount.to_string())),
        ("unread", view.unread.clone()),
        ("currency", view.currency.clone()),
        ("message", view.reason.clone()),
    ];
    values.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Raise {
        rule: rules::APPROVAL_REQUESTED,
        about: key.to_string(),
        source: Some(view.source.clone()),
        subject: format!("approval:{}:{}", view.resource_type, view.resource_id),
        severity: rules::severity(rules::APPROVAL_REQUESTED),
        label: view.number.clone(),
        values,
        seq: Some(view.seq),
        point: false,
    }
}

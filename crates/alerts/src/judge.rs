//! What a rule has before it when it judges, and what it may do.

use crate::{
    alert::{Notice, Raise, Values},
    book::AlertBook,
};
use std::sync::Arc;
use watchdeck_events::Millis;
use watchdeck_store::Stored;
use watchdeck_wire::settings::Settings;
use watchdeck_world::{World, calendar::Day, entity::Entity};

/// See the [module docs](self).
pub struct Judge<'a> {
    /// Everything that is known.
    pub world: &'a World,
    /// What the user wants to be told.
    pub settings: &'a Settings,
    /// The local day.
    pub today: &'a Day,
    /// When it happened, by our clock; now, where what is known is judged.
    pub at: Millis,
    book: &'a mut AlertBook,
    notices: Vec<Notice>,
}

impl<'a> Judge<'a> {
    /// One that has said nothing yet.
    pub(crate) fn new(world: &'a World, settings: &'a Settings, today: &'a Day, at: Millis, book: &'a mut AlertBook) -> Self {
        Self { world, settings, today, at, book, notices: Vec::new() }
    }

    /// What came of it.
    pub(crate) fn into_notices(self) -> Vec<Notice> {
        self.notices
    }

    /// Which ERP an event is of.
    pub(crate) fn realm<'b>(&self, stored: &'b Stored) -> &'b Arc<str>
    where
        'a: 'b,
    {
        self.world.realms.realm(&stored.event.source)
    }

    /// Whether any alert of a rule lives.
    pub(crate) fn any_lives(&self, rule: &str) -> bool {
        self.book.any_lives(rule)
    }

    /// The rules of which an alert lives that is about this.
    pub(crate) fn rules_about(&self, about: &str) -> &[String] {
        self.book.rules_about(about)
    }

    /// Whether the user wants a rule at all.
    pub(crate) fn wants(&self, rule: &str) -> bool {
        is_on(rule, self.settings)
    }

    /// A value behind the words of a living alert.
    pub(crate) fn value(&self, rule: &str, about: &str, name: &str) -> Option<&str> {
        self.book.get(&format!("{rule}:{about}"))?.values.get(name).map(String::as_str)
    }

    pub(crate) fn is_active(&self, rule: &str, about: &str) -> bool {
        self.book.is_active(rule, about)
    }

    /// Something happened that its rule speaks of.
    pub(crate) fn raise(&mut self, raise: Raise) {
        if self.wants(&raise.rule) {
            self.notices.extend(self.book.raise(raise, self.at));
        }
    }

    /// What lives holds still: its numbers move, and it fires anew only where it is worse or had ended.
    pub(crate) fn go_on(&mut self, raise: Raise) {
        self.notices.extend(self.book.go_on(raise, self.at));
    }

    /// The rules that alerts live of.
    pub(crate) fn rules(&self) -> Vec<String> {
        self.book.rules()
    }

    /// Every ERP that is watched.
    pub(crate) fn realms(&self) -> Vec<Arc<str>> {
        let sources = self.settings.sources.iter().map(|source| Arc::from(source.id.as_str()));
        let mut realms: Vec<Arc<str>> = sources.map(|source| Arc::clone(self.world.realms.realm(&source))).collect();
        realms.sort_unstable();
        realms.dedup();
        realms
    }

    /// The numbers of an alert moved.
    pub(crate) fn refresh(&mut self, rule: &str, about: &str, values: Values) {
        self.notices.extend(self.book.refresh(rule, about, values, self.at));
    }

    pub(crate) fn resolve(&mut self, rule: &str, about: &str) {
        self.notices.extend(self.book.resolve(rule, about, self.at));
    }

    /// What the living alerts of a rule are about.
    pub(crate) fn about(&self, rule: &str) -> Vec<String> {
        let name = |id: &str| id.strip_prefix(rule).and_then(|rest| rest.strip_prefix(':')).map(str::to_owned);
        self.book.of_rule(rule).filter_map(|view| name(&view.id)).collect()
    }

    /// End those of a rule's alerts that `holds` does not say so of.
    pub(crate) fn end_others(&mut self, rule: &str, holds: impl Fn(&Entity) -> bool) {
        for about in self.about(rule) {
            if !about.parse().is_ok_and(|key| holds(&key)) {
                self.resolve(rule, &about);
            }
        }
    }
}

pub(crate) fn is_on(rule: &str, settings: &Settings) -> bool {
    !settings.rules_off.iter().any(|off| off == rule)
}

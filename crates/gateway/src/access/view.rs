//! What one user sees of one channel's events.
//!
//! Somebody of several roles sees what any of them sees, and of each event a field unless all of those roles hide it that let the event through.
//! So what is hidden is decided for each event, by the roles that let it through.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use watchdeck_events::{
    Event, Kind,
    hiding::{self, Beginnings, FieldPath},
};
use watchdeck_filter::Filter;

/// More ways to see a channel than this are not told apart.
pub(crate) const MOST_WAYS: usize = 64;

/// How one role sees a channel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    /// All of these have to keep an event.
    pub(crate) rows: Vec<Arc<Filter>>,
    /// These are hidden.
    pub(crate) hidden: Vec<FieldPath>,
}

impl Sight {
    const fn is_whole(&self) -> bool {
        self.rows.is_empty() && self.hidden.is_empty()
    }
}

/// An event as it may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown<'a> {
    /// Not at all.
    Hidden,
    /// As it was published.
    Whole,
    /// With fields hidden: this is the payload.
    Masked(Cow<'a, str>),
    /// That there is something, and not what: it cannot be said which of its fields are hidden.
    Withheld,
}

/// The next view's number.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// See the [module docs](self).
#[derive(Debug)]
pub struct View {
    /// No other view has it, so that what was made for this one is known again.
    number: u64,
    rows: Box<[Vec<Arc<Filter>>]>,
    /// Each field, and the roles that hide it, as bits.
    hidden: Box<[(FieldPath, u64)]>,
    begins: Beginnings,
}

impl View {
    /// Together; `None` where one of them sees everything.
    pub(crate) fn of_all(mut sights: Vec<Sight>) -> Option<Self> {
        sights.truncate(MOST_WAYS);
        if sights.iter().any(Sight::is_whole) {
            return None;
        }
        let mut hidden: Vec<(FieldPath, u64)> = Vec::new();
        for path in sights.iter().flat_map(|sight| &sight.hidden) {
            if hidden.iter().any(|(known, _)| known == path) {
                continue;
            }
            let hides = |sight: &Sight| sight.hidden.iter().any(|wider| wider.covers(path));
            let by = sights.iter().enumerate().filter(|(_, sight)| hides(sight)).fold(0, |bits, (index, _)| bits | 1 << index);
            hidden.push((path.clone(), by));
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let begins = hidden.iter().fold(Beginnings::NONE, |all, (path, _)| all.or(path.begins()));
        Some(Self { number, begins, rows: sights.into_iter().map(|sight| sight.rows).collect(), hidden: hidden.into() })
    }

    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Whether it shows the same: filters that were compiled once are one.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let same = |one: &Vec<Arc<Filter>>, other: &Vec<Arc<Filter>>| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| Arc::ptr_eq(one, other))
        };
        self.hidden == other.hidden
            && self.rows.len() == other.rows.len()
            && self.rows.iter().zip(&other.rows).all(|(one, other)| same(one, other))
    }

    /// What of `event` is shown. Its row filters see all of it, what is hidden too.
    #[must_use]
    pub fn of<'a>(&self, event: &'a Event) -> Shown<'a> {
        // Who did what is seen by whoever sees what it was done to; the words with it may quote what is hidden.
        let words = match event.kind.as_str() {
            Kind::DECISION => Some("message"),
            Kind::ALERT_HANDLED => Some("note"),
            _ => None,
        };
        if Kind::is_own(event.kind.as_str()) && words.is_none() {
            // That events may be missing concerns everybody; what a message began with that was none may hold anything.
            return if [Kind::GAP, Kind::GAP_FILLED].contains(&event.kind.as_str()) { Shown::Whole } else { Shown::Withheld };
        }
        let keeps = |rows: &[Arc<Filter>]| rows.iter().all(|row| row.keeps(event));
        let through = self.rows.iter().enumerate().filter(|(_, rows)| keeps(rows)).fold(0u64, |bits, (index, _)| bits | 1 << index);
        if through == 0 {
            return Shown::Hidden;
        }
        if self.hidden.iter().all(|(_, by)| through & !by != 0) {
            return Shown::Whole;
        }
        if let Some(words) = words {
            let words = FieldPath::of(&[words]);
            return hiding::hidden(&event.payload, words.begins(), |trail| words.is_at(trail)).map_or(Shown::Withheld, Shown::Masked);
        }
        let hide = |trail: &hiding::Trail<'_>| self.hidden.iter().any(|(path, by)| through & !by == 0 && path.is_at(trail));
        match hiding::hidden(&event.payload, self.begins, hide) {
            Some(Cow::Borrowed(_)) => Shown::Whole,
            Some(masked) => Shown::Masked(masked),
            None => Shown::Withheld,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};

    fn event(json: &str) -> Event {
        let incoming = Incoming {
            channel: Channel::from("inventory"),
            offset: None,
            id: Some("a".into()),
            server_at: Some(Millis(7)),
            kind: None,
            payload: Payload::from_json(json),
        };
        Catalogue::builtin().normalise(incoming, &"redis".into(), Millis(7))
    }

    fn sight(rows: &[&str], hidden: &[&str]) -> Sight {
        Sight {
            rows: rows.iter().map(|row| Arc::new(Filter::parse(row, Millis(0)).unwrap())).collect(),
            hidden: hidden.iter().map(|path| FieldPath::parse(path).unwrap()).collect(),
        }
    }

    fn masked(json: &str) -> Shown<'_> {
        Shown::Masked(json.into())
    }

    #[test]
    fn a_decision_is_seen_by_whoever_sees_the_request_without_words_that_may_quote_it() {
        let told = r#"{"type":"watchdeck:decision","resourceId":"1","state":"refused","message":"amount was 5"}"#;
        let view = View::of_all(vec![sight(&[], &["amount"])]).unwrap();
        let expected = r#"{"type":"watchdeck:decision","resourceId":"1","state":"refused","message":"••••"}"#;
        assert_eq!(view.of(&event(told)), masked(expected));
        let elsewhere = View::of_all(vec![sight(&["warehouse:east"], &[])]).unwrap();
        assert_eq!(elsewhere.of(&event(told)), Shown::Hidden, "nobody knows whose it is");
    }

    #[test]
    fn who_has_an_alert_is_seen_by_whoever_sees_its_channel_without_words_that_may_quote_it() {
        let told = r#"{"type":"watchdeck:alert_handled","rule":"low_stock","aboutId":"1","by":"张敏","note":"cost 5"}"#;
        let view = View::of_all(vec![sight(&[], &["cost"])]).unwrap();
        assert_eq!(view.of(&event(told)), masked(&told.replace("cost 5", "••••")));
        let elsewhere = View::of_all(vec![sight(&["warehouse:east"], &[])]).unwrap();
        assert_eq!(elsewhere.of(&event(told)), Shown::Hidden);
    }

    #[test]
    fn a_filter_sees_what_is_hidden_from_its_owner() {
        let view = View::of_all(vec![sight(&["warehouse:east"], &["warehouse"])]).unwrap();
        assert_eq!(view.of(&event(r#"{"type":"x","warehouse":"east","n":1}"#)), masked(r#"{"type":"x","warehouse":"••••","n":1}"#));
        assert_eq!(view.of(&event(r#"{"type":"x","warehouse":"west"}"#)), Shown::Hidden);
        assert_eq!(view.of(&event(r#"{"type":"x"}"#)), Shown::Hidden);
    }

    #[test]
    fn of_several_roles_each_counts_for_what_it_lets_through() {
        let view = View::of_all(vec![sight(&["warehouse:east"], &[]), sight(&[], &["cost"])]).unwrap();
        assert_eq!(view.of(&event(r#"{"warehouse":"east","cost":1}"#)), Shown::Whole, "one of them sees it all");
        assert_eq!(
            view.of(&event(r#"{"warehouse":"west","cost":1}"#)),
            masked(r#"{"warehouse":"west","cost":"••••"}"#),
            "the other one does not"
        );
        let view = View::of_all(vec![sight(&["n<5"], &["a", "details.cost"]), sight(&["n>2"], &["b", "cost"])]).unwrap();
        assert_eq!(view.of(&event(r#"{"n":1,"a":1,"b":1}"#)), masked(r#"{"n":1,"a":"••••","b":1}"#));
        assert_eq!(view.of(&event(r#"{"n":3,"a":1,"b":1}"#)), Shown::Whole, "what one of both sees is seen");
        assert_eq!(
            view.of(&event(r#"{"n":3,"cost":1,"details":{"cost":2}}"#)),
            masked(r#"{"n":3,"cost":1,"details":{"cost":"••••"}}"#),
            "the wider of two masks hides what the narrower does"
        );
        assert!(View::of_all(vec![sight(&["n<5"], &[]), sight(&[], &[])]).is_none(), "who sees everything by one role sees everything");
    }

    #[test]
    fn watchdecks_own_words_are_shown_without_what_they_quote() {
        let view = View::of_all(vec![sight(&["warehouse:east"], &["cost"])]).unwrap();
        let own = |kind: &str| Event { kind: kind.into(), ..event(r#"{"sample":"cost: 5"}"#) };
        assert_eq!(view.of(&own(Kind::GAP)), Shown::Whole);
        assert_eq!(view.of(&own(Kind::MALFORMED)), Shown::Withheld);
        let view = View::of_all(vec![sight(&[], &["cost"])]).unwrap();
        assert_eq!(view.of(&event("\"cost: 5\"")), Shown::Withheld, "a text has no fields");
    }
}

//! What a match must have, as far as it can be said before any event is read.

use crate::{
    pattern::matches,
    term::{Term, Test},
};
use std::sync::Arc;
use watchdeck_events::{Catalogue, Millis, Severity, fold};

/// Lets a store pass over rows and whole blocks without reading them. Leaving something out is always right, only slower; whatever is here must hold for
/// every match.
#[derive(Clone, Default)]
pub struct Sieve {
    /// Of each of these at least one alternative stands in the payload (escaped or not), the kind, the actor or the subject of a match. Any case
    /// and width. What is found by other words than its own (a title, a translation) must name all of them.
    pub texts: Vec<Vec<String>>,
    /// What a match's source is called.
    pub source: Option<NameTest>,
    /// What its channel is called.
    pub channel: Option<NameTest>,
    /// What its kind is called.
    pub kind: Option<NameTest>,
    /// It is one of these severities, by code (bit `n` for code `n`).
    pub severities: Option<u8>,
    /// It occurred at or after.
    pub from: Option<Millis>,
    /// It occurred before.
    pub before: Option<Millis>,
}

/// Whether a name will do. Asked once per name of a store, not per event.
pub type NameTest = Arc<dyn Fn(&str) -> bool + Send + Sync>;

impl std::fmt::Debug for Sieve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sieve").field("texts", &self.texts).field("from", &self.from).field("before", &self.before).finish_non_exhaustive()
    }
}

impl Sieve {
    /// Of terms that all have to hold.
    pub(crate) fn of(terms: &[Term]) -> Self {
        let mut sieve = Self::default();
        terms.iter().for_each(|term| sieve.take(term));
        sieve
    }

    fn take(&mut self, Term { negated, test }: &Term) {
        match (test, negated) {
            (Test::Any(alternatives), false) => {
                let all = alternatives.iter().map(|terms| Self::of(terms));
                self.also(all.reduce(Self::or).unwrap_or_default());
            }
            // None of them holds.
            (Test::Any(alternatives), true) => {
                for alternative in alternatives {
                    if let [term] = alternative.as_slice() {
                        self.take(&Term { negated: !term.negated, ..term.clone() });
                    }
                }
            }
            (Test::Is(name, pattern), _) if ["source", "channel", "kind"].contains(&name.as_str()) => {
                let (pattern, negated) = (pattern.clone(), *negated);
                let test: NameTest = Arc::new(move |name| matches(&pattern, &fold(name)) != negated);
                let column = match name.as_str() {
                    "source" => &mut self.source,
                    "channel" => &mut self.channel,
                    _ => &mut self.kind,
                };
                *column = both(column.take(), Some(test));
            }
            (Test::Severity(op, severity), _) => {
                let all = [Severity::Info, Severity::Success, Severity::Warning, Severity::Critical];
                let kept = all.into_iter().filter(|one| op.holds(one, severity) != *negated).fold(0, |all, one| all | 1 << one.code());
                self.severities = Some(self.severities.unwrap_or(u8::MAX) & kept);
            }
            // Every way in which a text is found must be among its alternatives, or the store would pass over matches.
            (Test::Text(text, shown), false) => self.texts.push(std::iter::once(text.clone()).chain(shown.stands_for()).collect()),
            // An id is not in the text of its event, a domain is not in its row at all, and what a pack makes of a text is nowhere.
            (Test::Is(name, pattern), false) if !["id", "domain"].contains(&name.as_str()) && !Catalogue::current().makes(name) => {
                self.texts.extend(pattern.iter().map(|part| vec![part.clone()]));
            }
            (Test::After(at), false) | (Test::Before(at), true) => self.from = self.from.max(Some(*at)),
            (Test::Before(at), false) | (Test::After(at), true) => {
                self.before = Some(self.before.map_or(*at, |before| before.min(*at)));
            }
            (Test::Text(..) | Test::Is(..) | Test::Number(..), _) => {}
        }
    }

    /// What passes both.
    fn also(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.source = both(self.source.take(), other.source);
        self.channel = both(self.channel.take(), other.channel);
        self.kind = both(self.kind.take(), other.kind);
        self.severities = self.severities.zip(other.severities).map(|(a, b)| a & b).or(self.severities).or(other.severities);
        self.from = self.from.max(other.from);
        self.before = self.before.zip(other.before).map(|(a, b)| a.min(b)).or(self.before).or(other.before);
    }

    /// What passes one of the two: whatever is said of both.
    fn or(self, other: Self) -> Self {
        // Of several texts one is enough to pass over most, the longest most of all.
        let telling = |texts: Vec<Vec<String>>| texts.into_iter().max_by_key(|any| any.iter().map(String::len).min());
        let texts = telling(self.texts).zip(telling(other.texts)).map(|(a, b)| a.into_iter().chain(b).collect());
        Self {
            texts: texts.into_iter().collect(),
            source: one_of(self.source, other.source),
            channel: one_of(self.channel, other.channel),
            kind: one_of(self.kind, other.kind),
            severities: self.severities.zip(other.severities).map(|(a, b)| a | b),
            from: self.from.zip(other.from).map(|(a, b)| a.min(b)),
            before: self.before.zip(other.before).map(|(a, b)| a.max(b)),
        }
    }
}

fn both(a: Option<NameTest>, b: Option<NameTest>) -> Option<NameTest> {
    match (a, b) {
        (Some(a), Some(b)) => Some(Arc::new(move |name| a(name) && b(name))),
        (a, b) => a.or(b),
    }
}

fn one_of(a: Option<NameTest>, b: Option<NameTest>) -> Option<NameTest> {
    let (a, b) = a.zip(b)?;
    Some(Arc::new(move |name| a(name) || b(name)))
}

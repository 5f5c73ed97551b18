//! Which sources are one ERP, and what each takes for granted.
//!
//! Two sources are two worlds until the user says that they are the same ERP (`same_as` in a source's settings): a Watchdeck gateway beside
//! the ERP's own server, say. Such sources share a realm: what is told through both is counted once. Nothing is merged unasked.
//!
//! The realms are part of the world that was computed with them: with others it is computed anew, from the stored events.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use watchdeck_events::Currency;
use watchdeck_wire::settings::Source;

/// See the [module docs](self).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Realms {
    /// Of each source that shares its realm: that realm, which is the id of the source that the others name.
    shared: BTreeMap<Arc<str>, Arc<str>>,
    /// What the amounts of a source are in that name no currency.
    currencies: BTreeMap<Arc<str>, Currency>,
}

impl Realms {
    /// As the settings say.
    #[must_use]
    pub fn of(sources: &[Source]) -> Self {
        let mut realms = Self::default();
        let roots: Vec<_> = sources.iter().map(|source| root(sources, source)).collect();
        for (source, root) in sources.iter().zip(&roots) {
            if roots.iter().filter(|other| *other == root).count() > 1 {
                realms.shared.insert(source.id.as_str().into(), (*root).into());
            }
            if let Some(currency) = Currency::read(&source.currency, None) {
                realms.currencies.insert(source.id.as_str().into(), currency);
            }
        }
        realms
    }

    /// The realm of a source.
    #[must_use]
    pub fn realm<'a>(&'a self, source: &'a Arc<str>) -> &'a Arc<str> {
        if self.shared.is_empty() {
            return source;
        }
        self.shared.get(source).unwrap_or(source)
    }

    /// Whether several sources tell of this source's ERP.
    #[must_use]
    pub fn is_shared(&self, source: &str) -> bool {
        self.shared.contains_key(source)
    }

    /// Whether any are.
    #[must_use]
    pub fn any_shared(&self) -> bool {
        !self.shared.is_empty()
    }

    /// What amounts of a source are in that name no currency.
    #[must_use]
    pub fn currency(&self, source: &str) -> Option<&Currency> {
        self.currencies.get(source)
    }
}

/// The source at the end of the chain of `same_as`; of a circle the one with the smallest id.
fn root<'a>(sources: &'a [Source], source: &'a Source) -> &'a str {
    let mut passed = vec![source.id.as_str()];
    let mut at = source;
    while let Some(next) = sources.iter().find(|other| !at.same_as.is_empty() && other.id == at.same_as) {
        if let Some(known) = passed.iter().position(|id| *id == next.id) {
            return passed[known..].iter().min().copied().unwrap_or(&source.id);
        }
        passed.push(&next.id);
        at = next;
    }
    &at.id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realms(same: &[(&str, &str)]) -> Realms {
        let source = |(id, same_as): &(&str, &str)| Source { id: (*id).into(), same_as: (*same_as).into(), ..Source::default() };
        Realms::of(&same.iter().map(source).collect::<Vec<_>>())
    }

    #[test]
    fn sources_are_worlds_of_their_own_until_the_user_says_otherwise() {
        let realm = |realms: &Realms, id: &str| realms.realm(&id.into()).to_string();
        let apart = realms(&[("east", ""), ("west", "")]);
        assert_eq!((realm(&apart, "east"), realm(&apart, "west")), ("east".into(), "west".into()));
        let one = realms(&[("east", ""), ("gateway", "east"), ("old", "gateway"), ("other", "gone")]);
        assert_eq!(["east", "gateway", "old", "other"].map(|id| realm(&one, id)), ["east", "east", "east", "other"]);
        let circle = realms(&[("b", "a"), ("a", "b"), ("c", "b")]);
        assert_eq!(["a", "b", "c"].map(|id| realm(&circle, id)), ["a", "a", "a"], "whoever points at whom");
    }
}

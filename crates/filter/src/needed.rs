//! What an event has to say for a plan to hold of it, where that is one of a few texts in one field: whoever has many plans looks them up by it.

use crate::{
    plan::{Name, Plan},
    predicate::Asked,
};
use watchdeck_events::{Event, fields::Fields, fold};

/// Most texts of which one has to stand there.
const MOST: usize = 64;

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Where it stands.
    pub name: Name,
    /// Texts of which one stands there, folded; as [`Name::texts`] answers them.
    pub texts: Vec<String>,
}

impl Plan {
    /// What stands in every event that it holds of; `None` where nothing of that kind does. The kind, channel and domain of an event are not among it.
    #[must_use]
    pub fn needed(&self) -> Option<Needed> {
        match self {
            Self::Is(Name::Kind | Name::Channel | Name::Domain, _) => None,
            Self::Is(name, pattern) => Some(Needed { name: name.clone(), texts: vec![pattern.exact()?.to_owned()] }),
            Self::All(plans) => plans.iter().filter_map(Self::needed).min_by_key(|needed| needed.texts.len()),
            Self::Any(plans) => {
                let mut all = plans.iter().map(Self::needed);
                let mut first = all.next()??;
                for other in all {
                    let other = other.filter(|other| other.name == first.name && first.texts.len() + other.texts.len() <= MOST)?;
                    first.texts.extend(other.texts);
                }
                Some(first)
            }
            _ => None,
        }
    }
}

impl Name {
    /// Visit the texts of this field that patterns are held against, folded: what stands behind the type of a subject (`SKU-104` of `product:SKU-104`) too.
    pub fn texts(&self, event: &Event, fields: &Fields<'_>, mut visit: impl FnMut(&str)) {
        let mut both = |text: &str| {
            let text = fold(text);
            visit(&text);
            if let Some((_, id)) = text.split_once(':') {
                visit(id);
            }
        };
        let asked = Asked::with(event, fields);
        asked.texts(self, &mut |text| {
            both(text);
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Condition;
    use watchdeck_events::Millis;

    fn needed(text: &str) -> Option<(Name, Vec<String>)> {
        Condition::parse(text, Millis(0)).unwrap().events().needed().map(|needed| (needed.name, needed.texts))
    }

    #[test]
    fn what_every_match_says_is_found_through_lists_and_alternatives_and_nothing_is_made_up() {
        let product = Name::Field("productId".into());
        assert_eq!(needed("kind:inventory:change productId:P-1 stock.on_hand < 5"), Some((product.clone(), vec!["p-1".into()])));
        assert_eq!(needed("productId:P-1,Ｐ-2 quantity>3"), Some((product.clone(), vec!["p-1".into(), "p-2".into()])));
        assert_eq!(needed("(productId:P-1 OR productId:P-2) warehouse:east"), Some((Name::Field("warehouse".into()), vec!["east".into()])));
        assert_eq!(needed("subject:SKU-104"), Some((Name::Subject, vec!["sku-104".into()])));
        for open in [
            "kind:inventory:change",
            "productId:P-*",
            "-productId:P-1",
            "productId:P-1 OR quantity>3",
            "productId:P-1 OR warehouse:east",
            "P-1",
        ] {
            assert_eq!(needed(open), None, "{open}");
        }
    }
}

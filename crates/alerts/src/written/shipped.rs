//! The documents that come with Watchdeck (`rules/*.toml`). A user's document of the same name takes the place of one.

use std::{collections::BTreeMap, sync::LazyLock};
use watchdeck_wire::settings::RuleDocument;

macro_rules! documents {
    ($($id:literal),* $(,)?) => {
        [$(($id, include_str!(concat!("../../rules/", $id, ".toml")))),*]
    };
}

/// In the order of the page, which is that of urgency where nothing else tells.
const TEXTS: [(&str, &str); 18] = documents![
    "system_critical",
    "security_incident",
    "feed_stale",
    "gateway_deaf",
    "feed_quiet",
    "approval_due",
    "approval_requested",
    "low_stock",
    "stock_out_soon",
    "stock_negative",
    "large_refund",
    "many_refunds",
    "finance_overdue",
    "payment_received",
    "order_stuck",
    "errors_rise",
    "maintenance_announced",
    "venue_anomaly",
];

/// By name.
pub static SHIPPED: LazyLock<BTreeMap<String, RuleDocument>> = LazyLock::new(|| {
    let read = |(id, text): (&str, &str)| (id.to_owned(), toml::from_str(text).expect("a test reads every document"));
    TEXTS.into_iter().map(read).collect()
});

/// Where a rule stands among all: those of the user behind those that are shipped.
#[must_use]
pub fn place(id: &str) -> usize {
    TEXTS.iter().position(|(known, _)| *known == id).unwrap_or(TEXTS.len())
}

/// The shipped document of this name.
#[must_use]
pub fn shipped(id: &str) -> Option<&'static RuleDocument> {
    SHIPPED.get(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::Millis;

    #[test]
    fn whatever_is_known_for_a_warning_is_no_unknown_level() {
        let known: toml::Table = toml::from_str(include_str!("../../../events/packs/words.toml")).unwrap();
        let levels = known["vocabulary"].as_array().unwrap().iter().find(|one| one["name"].as_str() == Some("level")).unwrap();
        let words = levels["words"]["warning"].as_array().unwrap().iter().filter_map(|word| word.as_str());
        let (_, listed) = SHIPPED["system_critical"].when.split_once("-level:").unwrap();
        let listed: Vec<_> = listed.trim_end_matches(')').split(',').collect();
        assert_eq!(words.chain(["warning"]).filter(|word| !listed.contains(word)).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn every_document_is_a_rule_and_says_what_to_do_in_both_languages() {
        assert_eq!(SHIPPED.len(), TEXTS.len());
        for (id, document) in &*SHIPPED {
            assert_eq!(crate::written::check(id, document, Millis(0)), Ok(()), "{id}");
            for text in [&document.title, &document.consequence, &document.response] {
                assert!(!text.zh.is_empty() && !text.en.is_empty(), "{id}");
            }
        }
    }
}

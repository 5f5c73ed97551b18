//! The documents that come with Watchdeck (`rules/*.toml`). A user's document of the same name takes the place of one.

use std::{collections::BTreeMap, sync::LazyLock};
use watchdeck_wire::settings::RuleDocument;

macro_rules! documents {
    ($($id:literal),* $(,)?) => {
        [$(($id, include_str!(concat!("../../rules/", $id, ".toml")))),*]
    };
}

const TEXTS: [(&str, &str); 9] = documents![
    "errors_rise",
    "maintenance_announced",
    "many_refunds",
    "order_stuck",
    "payment_received",
    "security_incident",
    "stock_negative",
    "stock_out_soon",
    "venue_anomaly",
];

/// By name.
pub static SHIPPED: LazyLock<BTreeMap<String, RuleDocument>> = LazyLock::new(|| {
    let read = |(id, text): (&str, &str)| (id.to_owned(), toml::from_str(text).expect("a test reads every document"));
    TEXTS.into_iter().map(read).collect()
});

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

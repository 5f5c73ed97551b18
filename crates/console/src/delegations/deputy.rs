//! In whose name we decide, by the last word of a gateway. Pure: time is an argument.
//!
//! Whoever may decide in their own name does so. The gateway judges each decision again when it comes; what is known here says what has to be asked before.

use serde::Deserialize;
use std::collections::BTreeMap;
use watchdeck_events::Millis;
use watchdeck_filter::Pattern;
use watchdeck_wire::views::Deputy;

/// What the gateway of each source said, by the source's id.
pub(crate) type DecidesForBySource = BTreeMap<String, DecidesFor>;

/// For whom we decide at one gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DecidesFor {
    /// On what we decide in our own name, as patterns; `None` where the gateway does not say.
    #[serde(default)]
    own: Option<Vec<String>>,
    #[serde(default)]
    stands_for: Vec<StandsFor>,
}

/// Somebody has passed something on to us.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct StandsFor {
    #[serde(flatten)]
    who: Deputy,
    types: Vec<String>,
    until: Millis,
}

impl DecidesFor {
    /// In whose names a thing of this type can be decided now; nobody where we may in our own.
    pub(crate) fn whom(&self, resource_type: &str, at: Millis) -> Vec<Deputy> {
        let fits = |types: &[String]| types.iter().any(|one| Pattern::typed(one).matches(resource_type));
        if self.own.as_deref().is_none_or(fits) {
            return Vec::new();
        }
        let mut whom: Vec<Deputy> = Vec::new();
        for one in self.stands_for.iter().filter(|one| at < one.until && fits(&one.types)) {
            if whom.iter().all(|known| known.id != one.who.id) {
                whom.push(one.who.clone());
            }
        }
        whom
    }
}

/// In whose name a decision is made: the one that was said, or the only one there is. `None` is our own, and what the gateway makes of it.
pub(crate) fn in_whose_name(number: &str, whom: &[Deputy], said: Option<&str>) -> Result<Option<Deputy>, String> {
    match (whom, said) {
        // Nothing is known here of who has passed what on; the gateway knows.
        ([], said) => Ok(said.map(|id| Deputy { id: id.to_owned(), name: String::new() })),
        (whom, Some(id)) => match whom.iter().find(|one| one.id == id) {
            Some(one) => Ok(Some(one.clone())),
            None => Err(format!("{id} has not passed the decision on {number} on to you")),
        },
        ([only], None) => Ok(Some(only.clone())),
        (several, None) => {
            let names: Vec<_> = several.iter().map(Deputy::shown).collect();
            Err(format!("several have passed the decision on {number} on to you ({}); say for whom it is", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decides_for(own: &str) -> DecidesFor {
        let said = format!(
            r#"{{{own}"standsFor":[{{"id":"u1","name":"李雷","types":["*"],"until":100}},{{"id":"u2","name":"","types":["order*"],"until":50}},
                {{"id":"u1","name":"李雷","types":["order"],"until":90}}],"given":[]}}"#
        );
        serde_json::from_str(&said).unwrap()
    }

    fn ids(whom: &[Deputy]) -> Vec<&str> {
        whom.iter().map(|one| one.id.as_str()).collect()
    }

    #[test]
    fn what_one_may_in_ones_own_name_is_asked_of_nobody_else() {
        let deputy = decides_for(r#""own":["refund"],"#);
        assert_eq!(ids(&deputy.whom("order", Millis(10))), ["u1", "u2"], "each once");
        assert_eq!(ids(&deputy.whom("order", Millis(50))), ["u1"], "the other is back");
        assert_eq!(ids(&deputy.whom("return", Millis(10))), ["u1"]);
        assert!(deputy.whom("refund", Millis(10)).is_empty(), "their own");
        assert!(decides_for("").whom("order", Millis(10)).is_empty(), "an older gateway does not say");
    }

    #[test]
    fn of_several_one_is_said_and_of_one_nobody_asks() {
        let whom = decides_for(r#""own":[],"#).whom("order", Millis(10));
        let name = |said| in_whose_name("SO-1", &whom, said).map(|one| one.map(|one| one.id));
        assert_eq!(name(Some("u2")), Ok(Some("u2".into())));
        assert_eq!(name(None), Err("several have passed the decision on SO-1 on to you (李雷, u2); say for whom it is".into()));
        assert_eq!(name(Some("u9")), Err("u9 has not passed the decision on SO-1 on to you".into()));
        assert_eq!(in_whose_name("SO-1", &whom[..1], None).unwrap().unwrap().id, "u1");
        assert_eq!(in_whose_name("SO-1", &[], None), Ok(None));
        assert_eq!(in_whose_name("SO-1", &[], Some("u7")).unwrap().unwrap().id, "u7", "the gateway judges it");
    }
}

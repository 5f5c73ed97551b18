//! A change of some settings, merged into those that hold.
//!
//! A JSON Merge Patch (RFC 7396): what is not in it stays, `null` puts back what holds by default. Lists have keys here, so that two changes at once both
//! count: `sources` and `hooks` by id (`null` removes one, an unknown id adds one), `rules_off` by rule, `rules` and `silences` by name, each of them whole.
//! Given as lists they are replaced whole, and so are the addresses of a source's `open_urls` and what a hook does (`action`), each of which is one thing
//! of its form.

use crate::error::CommandError;
use serde_json::{Map, Value, json};
use watchdeck_wire::settings::Settings;

/// `settings` with `patch` merged in.
pub(crate) fn patched(settings: &Settings, patch: Map<String, Value>) -> Result<Settings, CommandError> {
    let mut document = serde_json::to_value(settings)?;
    for (name, change) in patch {
        match (name.as_str(), change) {
            ("sources", Value::Object(changes)) => listed(&mut document["sources"], changes, "source", "open_urls")?,
            ("hooks", Value::Object(changes)) => listed(&mut document["hooks"], changes, "hook", "action")?,
            ("rules_off", Value::Object(changes)) => switches(&mut document["rules_off"], changes)?,
            (name @ ("rules" | "silences"), Value::Object(changes)) => whole(&mut document[name], changes),
            (_, change) => merge(&mut document, Map::from_iter([(name, change)])),
        }
    }
    serde_json::from_value(document).map_err(|error| CommandError::invalid(format!("the settings cannot be changed so: {error}")))
}

fn merge(into: &mut Value, patch: Map<String, Value>) {
    if !into.is_object() {
        *into = json!({});
    }
    let Value::Object(members) = into else { return };
    for (name, change) in patch {
        match change {
            Value::Null => drop(members.remove(&name)),
            Value::Object(changes) => merge(members.entry(name).or_insert(Value::Null), changes),
            value => drop(members.insert(name, value)),
        }
    }
}

/// Changes by id; the field `whole` of one is replaced as a whole.
fn listed(list: &mut Value, changes: Map<String, Value>, what: &str, whole: &str) -> Result<(), CommandError> {
    let Value::Array(list) = list else { return Ok(()) };
    for (id, change) in changes {
        let place = list.iter().position(|known| known["id"] == id.as_str());
        match (place, change) {
            (Some(place), Value::Null) => drop(list.remove(place)),
            (None, Value::Null) => {}
            (place, Value::Object(mut change)) => {
                // Each is called what it is asked for by.
                change.insert("id".to_owned(), id.into());
                let place = place.unwrap_or_else(|| {
                    list.push(json!({}));
                    list.len() - 1
                });
                if change.get(whole).is_some_and(Value::is_object) {
                    list[place][whole] = json!({});
                }
                merge(&mut list[place], change);
            }
            (_, other) => {
                return Err(CommandError::invalid(format!("the change of {what} {id} must be an object or null, and is {other}")));
            }
        }
    }
    Ok(())
}

/// Each is one document: what a change of it leaves out is not in it any more.
fn whole(all: &mut Value, changes: Map<String, Value>) {
    let Value::Object(all) = all else { return };
    for (id, change) in changes {
        if change.is_null() { drop(all.remove(&id)) } else { drop(all.insert(id, change)) }
    }
}

fn switches(list: &mut Value, changes: Map<String, Value>) -> Result<(), CommandError> {
    let Value::Array(list) = list else { return Ok(()) };
    for (rule, off) in changes {
        let Some(off) = off.as_bool() else {
            return Err(CommandError::invalid(format!("the rule {rule} is off or not: true or false")));
        };
        list.retain(|known| *known != rule.as_str());
        if off {
            list.push(rule.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_wire::settings::{Action, DialectName, Hook, Source, Theme};

    fn change(settings: &Settings, patch: Value) -> Result<Settings, CommandError> {
        let Value::Object(patch) = patch else { panic!("{patch}") };
        patched(settings, patch)
    }

    fn two() -> Settings {
        let source = |id: &str| Source { id: id.into(), name: id.into(), url: format!("ws://{id}/"), ..Source::default() };
        Settings { sources: vec![source("a"), source("b")], ..Settings::default() }
    }

    #[test]
    fn what_is_not_in_it_stays_and_two_toggles_both_count() {
        let one = change(&two(), json!({ "rules_off": { "low_stock": true }, "theme": "dark" })).unwrap();
        let both = change(&one, json!({ "rules_off": { "large_refund": true }, "delivery": { "warning": { "sound": false } } })).unwrap();
        assert_eq!((both.rules_off.as_slice(), both.theme), (["low_stock".to_owned(), "large_refund".into()].as_slice(), Theme::Dark));
        assert!(!both.delivery.warning.sound && both.delivery.warning.toast && both.delivery.critical.sound);
        assert_eq!(change(&both, json!({ "rules_off": { "low_stock": false } })).unwrap().rules_off, ["large_refund"]);
    }

    #[test]
    fn a_source_is_changed_added_and_removed_by_its_id() {
        let changed = change(
            &two(),
            json!({ "sources": { "b": { "paused": true, "id": "x" }, "c": { "name": "C", "url": "ws://c/", "dialect": "erp" } } }),
        )
        .unwrap();
        let told: Vec<_> = changed.sources.iter().map(|source| (source.id.as_str(), source.paused, source.dialect.clone())).collect();
        assert_eq!(told, [("a", false, DialectName::AUTO), ("b", true, DialectName::AUTO), ("c", false, "erp".into())]);
        assert_eq!(change(&changed, json!({ "sources": { "a": null, "gone": null } })).unwrap().sources.len(), 2);
    }

    #[test]
    fn a_hook_is_changed_by_its_id_and_what_it_does_is_one_thing() {
        let hook =
            |id: &str| Hook { id: id.into(), name: id.into(), action: Action::Webhook { url: "https://h/".into() }, ..Hook::default() };
        let settings = Settings { hooks: vec![hook("a"), hook("b")], ..Settings::default() };
        let run = json!({ "kind": "command", "program": "ring" });
        let changed = change(
            &settings,
            json!({ "hooks": { "a": { "name": "A" }, "b": { "action": run }, "c": { "name": "C", "url": "http://c/" } } }),
        )
        .unwrap();
        let actions: Vec<_> = changed.hooks.iter().map(|hook| (hook.name.as_str(), &hook.action)).collect();
        assert_eq!(
            actions,
            [
                ("A", &Action::Webhook { url: "https://h/".into() }),
                ("b", &Action::Command { program: "ring".into(), args: Vec::new() }),
                ("C", &Action::Webhook { url: "http://c/".into() }),
            ],
            "nothing of the webhook is left in the command"
        );
        assert_eq!(change(&changed, json!({ "hooks": { "a": null, "gone": null } })).unwrap().hooks.len(), 2);
        assert_eq!(change(&changed, json!({ "hooks": [] })).unwrap().hooks, []);
        assert!(change(&changed, json!({ "hooks": { "b": { "action": { "kind": "pager" } } } })).is_err());
    }

    #[test]
    fn an_address_that_is_left_out_of_a_sources_pages_is_gone() {
        let pages = |patch: Value, settings: &Settings| {
            let changed = change(settings, json!({ "sources": { "a": patch } })).unwrap();
            (changed.sources[0].open_urls.keys().cloned().collect::<Vec<_>>(), changed)
        };
        let (_, set) = pages(json!({ "open_urls": { "return": "https://erp/r/{id}", "*": "https://erp/" } }), &two());
        assert_eq!(pages(json!({ "paused": true }), &set).0, ["*", "return"]);
        assert_eq!(pages(json!({ "open_urls": { "*": "https://erp/" } }), &set).0, ["*"]);
    }

    #[test]
    fn nonsense_changes_nothing_and_says_why() {
        for patch in [
            json!({ "themes": "dark" }),
            json!({ "theme": "sepia" }),
            json!({ "sources": { "a": 7 } }),
            json!({ "sources": { "z": {} } }),
            json!({ "rules_off": { "low_stock": "yes" } }),
        ] {
            assert!(change(&two(), patch.clone()).is_err(), "{patch}");
        }
        assert_eq!(change(&two(), json!({ "theme": null, "product_thresholds": { "P": 3.0 } })).unwrap().theme, Theme::System);
    }
}

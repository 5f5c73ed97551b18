//! Settings as any version wrote them.
//!
//! They are one JSON document, and the version that wrote it may have been another. What this version does not know (a setting, a value of one) takes
//! nothing down: it is left out of what holds, kept as it stands, and written again with the next change, so that whoever goes back to the newer version
//! finds it. Only a change of the very setting takes the place of a value that was not understood.

use serde_json::{Map, Value};
use watchdeck_wire::settings::{Hook, Settings, Source};

/// The version of the document that is written now. What an older one called otherwise is translated in [`upgraded`].
const VERSION: u64 = 2;
const VERSION_KEY: &str = "version";

/// What a stored document holds that this version does not understand.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Beyond {
    parts: Vec<Part>,
    /// Hooks as they stand, by their place among all: of what is to leave for others nothing is guessed at.
    hooks: Vec<(usize, Value)>,
}

#[derive(Debug, Clone, PartialEq)]
struct Part {
    /// Of which source; `None`: of the settings themselves.
    source: Option<String>,
    /// Where in it, as a JSON pointer (RFC 6901).
    at: String,
    raw: Value,
    /// What holds instead; `None`: there is no such setting here.
    instead: Option<Value>,
}

/// The settings in a stored document, and what is beyond them.
///
/// # Errors
/// When it is no JSON object at all.
pub(super) fn read(body: &str) -> serde_json::Result<(Settings, Beyond)> {
    let mut stored = upgraded(serde_json::from_str(body)?);
    let mut beyond = Vec::new();
    stored.remove(VERSION_KEY);
    let (sources, hooks) = (stored.remove("sources"), stored.remove("hooks"));
    let readable = |document: &Value| serde_json::from_value::<Settings>(document.clone()).is_ok();
    let document = fitted(serde_json::to_value(Settings::default())?, stored, None, readable, &mut beyond);
    let mut settings: Settings = serde_json::from_value(document)?;
    let mut unread = Vec::new();
    for (place, raw) in listed(hooks).into_iter().enumerate() {
        match serde_json::from_value::<Hook>(raw.clone()) {
            Ok(hook) => settings.hooks.push(hook),
            Err(_) => unread.push((place, raw)),
        }
    }
    for source in listed(sources) {
        let Value::Object(source) = source else { continue };
        // Without an id nothing could be said of it.
        let Some(id) = source.get("id").and_then(Value::as_str).map(str::to_owned) else { continue };
        let readable = |document: &Value| serde_json::from_value::<Source>(document.clone()).is_ok();
        let document = fitted(serde_json::to_value(Source::default())?, source, Some(&id), readable, &mut beyond);
        settings.sources.push(serde_json::from_value(document)?);
    }
    Ok((settings, Beyond { parts: beyond, hooks: unread }))
}

fn listed(list: Option<Value>) -> Vec<Value> {
    if let Some(Value::Array(list)) = list { list } else { Vec::new() }
}

/// A document of an earlier version in the terms of this one. Nothing has been renamed since the first.
fn upgraded(stored: Map<String, Value>) -> Map<String, Value> {
    stored
}

/// `known` with everything of `stored` that it has a place for.
fn fitted(
    mut known: Value,
    stored: Map<String, Value>,
    source: Option<&str>,
    readable: impl Fn(&Value) -> bool,
    beyond: &mut Vec<Part>,
) -> Value {
    let mut waiting: Vec<(String, Value)> = stored.into_iter().map(|(name, value)| (pointer("", &name), value)).collect();
    while let Some((at, raw)) = waiting.pop() {
        match (known.pointer_mut(&at), raw) {
            (None, raw) => beyond.push(Part { source: source.map(str::to_owned), at, raw, instead: None }),
            // A group of settings; what has no members by default is a table of the user's.
            (Some(Value::Object(group)), Value::Object(members)) if !group.is_empty() => {
                waiting.extend(members.into_iter().map(|(name, value)| (pointer(&at, &name), value)));
            }
            (Some(place), raw) => {
                let before = std::mem::replace(place, raw.clone());
                if !readable(&known) {
                    if let Some(place) = known.pointer_mut(&at) {
                        place.clone_from(&before);
                    }
                    // Of a table of the user's, what can be read holds.
                    if let (Value::Object(empty), Value::Object(members)) = (&before, &raw)
                        && empty.is_empty()
                    {
                        for (name, member) in members {
                            let Some(Value::Object(table)) = known.pointer_mut(&at) else { break };
                            table.insert(name.clone(), member.clone());
                            if readable(&known) {
                                continue;
                            }
                            if let Some(Value::Object(table)) = known.pointer_mut(&at) {
                                table.remove(name);
                            }
                            let raw = member.clone();
                            beyond.push(Part { source: source.map(str::to_owned), at: pointer(&at, name), raw, instead: None });
                        }
                        continue;
                    }
                    beyond.push(Part { source: source.map(str::to_owned), at, raw, instead: Some(before) });
                }
            }
        }
    }
    known
}

fn pointer(within: &str, name: &str) -> String {
    format!("{within}/{}", name.replace('~', "~0").replace('/', "~1"))
}

impl Beyond {
    /// The names of what is not understood, for the log.
    pub(super) fn names(&self) -> Vec<&str> {
        self.parts.iter().map(|part| part.at.as_str()).chain(self.hooks.iter().map(|_| "/hooks")).collect()
    }

    /// The hooks that are not understood, by id: what is kept for them stays.
    pub(crate) fn hooks(&self) -> impl Iterator<Item = &str> {
        self.hooks.iter().filter_map(|(_, raw)| raw["id"].as_str())
    }

    /// The document to store: `settings`, and with them what is beyond this version and was not changed.
    pub(super) fn document(&self, settings: &Settings) -> serde_json::Result<String> {
        let mut document = serde_json::to_value(settings)?;
        for part in &self.parts {
            let root = match &part.source {
                None => Some(&mut document),
                Some(id) => document
                    .get_mut("sources")
                    .and_then(Value::as_array_mut)
                    .and_then(|sources| sources.iter_mut().find(|source| source["id"] == id.as_str())),
            };
            let Some(root) = root else { continue };
            let unchanged = root.pointer(&part.at).cloned() == part.instead;
            let (group, name) = part.at.rsplit_once('/').unwrap_or(("", &part.at));
            if unchanged && let Some(Value::Object(group)) = root.pointer_mut(group) {
                group.insert(name.replace("~1", "/").replace("~0", "~"), part.raw.clone());
            }
        }
        if let Some(hooks) = document["hooks"].as_array_mut() {
            for (place, raw) in &self.hooks {
                if raw["id"].is_null() || hooks.iter().all(|hook| hook["id"] != raw["id"]) {
                    hooks.insert((*place).min(hooks.len()), raw.clone());
                }
            }
        }
        document[VERSION_KEY] = VERSION.into();
        serde_json::to_string(&document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use watchdeck_wire::settings::{Language, SourceColour, Takes, Theme};

    fn newer() -> Value {
        json!({
            "version": 9, "language": "zh-CN", "theme": "sepia", "muted": true, "quiet_hours": { "from": 22 },
            "delivery": { "critical": { "toast": true, "sound": false, "phone": true } },
            "product_thresholds": { "P/1": 3.0 }, "low_stock_threshold": 7.0,
            "sources": [
                { "id": "east", "name": "East", "url": "ws://e/", "dialect": "mqtt", "colour": "gold", "currency": "CNY", "retain": true },
                { "id": "west", "name": "West", "url": "ws://w/", "dialect": "erp" },
            ],
        })
    }

    #[test]
    fn a_newer_versions_settings_hold_as_far_as_they_are_known() {
        let (settings, beyond) = read(&newer().to_string()).unwrap();
        assert_eq!((settings.language, settings.theme, settings.muted), (Language::Chinese, Theme::System, true));
        assert!(!settings.delivery.critical.sound && settings.delivery.warning.sound && settings.low_stock_threshold == 7.0);
        assert_eq!(settings.product_thresholds.get("P/1"), Some(&3.0));
        let [east, west] = settings.sources.as_slice() else { panic!("{settings:?}") };
        assert_eq!((east.colour, east.currency.as_str(), west.dialect.as_str()), (SourceColour::Blue, "CNY", "erp"));
        assert_eq!(east.dialect.as_str(), "mqtt", "it is not taken for another kind of server");
        assert_eq!(beyond.parts.len(), 5, "{beyond:?}");
    }

    #[test]
    fn of_a_table_the_entries_hold_that_are_understood_and_the_others_are_kept() {
        let rule = |more: Value| {
            let mut rule = json!({ "title": { "en": "R" }, "when": "kind:x" });
            rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            rule
        };
        let stored = json!({ "rules": { "old": rule(json!({})), "newer": rule(json!({ "colour": "gold" })), "a/b": rule(json!({ "severity": "loud" })) } });
        let (settings, beyond) = read(&stored.to_string()).unwrap();
        assert_eq!(settings.rules.keys().collect::<Vec<_>>(), ["old"]);
        let again: Value = serde_json::from_str(&beyond.document(&settings).unwrap()).unwrap();
        assert_eq!(again["rules"]["newer"]["colour"], "gold");
        assert_eq!(again["rules"]["a/b"]["severity"], "loud");
    }

    #[test]
    fn a_hook_of_a_newer_version_waits_and_harms_no_other() {
        let [known, pager] = [
            json!({ "id": "a", "name": "A", "url": "https://a/", "filter": "" }),
            json!({ "id": "p", "name": "P", "action": { "kind": "pager" } }),
        ];
        let (mut settings, beyond) = read(&json!({ "hooks": [pager, known, "?"], "muted": true }).to_string()).unwrap();
        assert_eq!((settings.hooks.len(), settings.hooks[0].name.as_str(), settings.muted), (1, "A", true));
        assert_eq!(beyond.names(), ["/hooks", "/hooks"]);
        let again: Value = serde_json::from_str(&beyond.document(&settings).unwrap()).unwrap();
        assert_eq!((&again["hooks"][0], &again["hooks"][1]["id"], &again["hooks"][2]), (&pager, &json!("a"), &json!("?")));
        settings.hooks.push(Hook { id: "p".into(), name: "Mine".into(), ..Hook::default() });
        let changed: Value = serde_json::from_str(&beyond.document(&settings).unwrap()).unwrap();
        assert_eq!(changed["hooks"].as_array().unwrap().iter().filter(|hook| hook["id"] == "p").count(), 1, "what a person sets holds");
    }

    #[test]
    fn what_is_not_known_is_written_again_until_it_is_changed() {
        let (mut settings, beyond) = read(&newer().to_string()).unwrap();
        settings.muted = false;
        let again: Value = serde_json::from_str(&beyond.document(&settings).unwrap()).unwrap();
        assert_eq!((&again["theme"], &again["quiet_hours"]["from"], &again["muted"]), (&json!("sepia"), &json!(22), &json!(false)));
        let east = &again["sources"][0];
        assert_eq!((&east["dialect"], &east["colour"], &east["retain"]), (&json!("mqtt"), &json!("gold"), &json!(true)));
        assert_eq!((&again["delivery"]["critical"]["phone"], &again["version"]), (&json!(true), &json!(VERSION)));
        (settings.theme, settings.sources[0].dialect) = (Theme::Dark, "native".into());
        settings.sources.remove(1);
        let changed: Value = serde_json::from_str(&beyond.document(&settings).unwrap()).unwrap();
        assert_eq!((&changed["theme"], &changed["sources"][0]["dialect"]), (&json!("dark"), &json!("native")), "what a person sets holds");
        assert_eq!(read(&beyond.document(&settings).unwrap()).unwrap().0, settings);
    }

    #[test]
    fn what_took_the_window_before_that_could_be_set_does_so_still() {
        let before = json!({ "delivery": { "critical": { "toast": false, "sound": false, "tray": false }, "warning": { "toast": true, "sound": true } } });
        let (settings, beyond) = read(&before.to_string()).unwrap();
        let takes = [settings.delivery.critical, settings.delivery.warning, settings.delivery.info].map(|channels| channels.banner);
        assert_eq!(takes, [Takes::System, Takes::None, Takes::None]);
        assert!(!settings.delivery.critical.toast && beyond == Beyond::default());
    }

    #[test]
    fn settings_of_the_first_version_are_found() {
        let stored =
            r#"{"language":"en","sources":[{"id":"a","name":"A","url":"ws://a/","dialect":"erp","channels":["inventory"],"token":"old"}]}"#;
        let (settings, beyond) = read(stored).unwrap();
        assert_eq!((settings.language, settings.sources[0].token.as_deref()), (Language::English, Some("old")));
        assert_eq!(beyond, Beyond::default());
        assert!(read("[]").is_err());
    }
}

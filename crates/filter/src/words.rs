//! The words that stand on the screen in place of what an event says: a person searches for what is read there, in either language.

mod table;

use crate::{pattern::Pattern, verdict::Verdict};
use table::{MONEY, MONEY_KINDS, SEVERITIES, STAGES, TITLES, WORDS, Word};
use watchdeck_events::{Catalogue, Event, Severity, fields::Fields, fold};

/// Shorter words, in bytes, are found where they stand only: `in` is in half of everything.
const SHORTEST: usize = 3;

/// What a searched word stands for on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shown {
    kinds: Vec<String>,
    /// Kind and action.
    titles: Vec<(&'static str, &'static str)>,
    /// Type of record and action.
    money: Vec<&'static str>,
    values: Vec<Value>,
    severities: Vec<Severity>,
}

/// Folded texts that are shown with one word, in these fields of kinds that begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    kinds: &'static str,
    fields: &'static [&'static str],
    texts: Vec<String>,
}

impl Shown {
    /// Of a folded text.
    pub(super) fn of(text: &str) -> Self {
        if text.len() < SHORTEST {
            return Self::default();
        }
        let says = |zh: &str, en: &str| fold(zh).contains(text) || fold(en).contains(text);
        let catalogue = Catalogue::current();
        let kinds = catalogue.kinds().iter().filter(|info| says(&info.title.zh, &info.title.en)).map(|info| info.kind.as_str());
        let stages = STAGES.iter().filter(|stage| says(stage.zh, stage.en)).map(|stage| stage.kinds);
        Self {
            kinds: kinds.chain(stages).map(str::to_owned).collect(),
            titles: TITLES.iter().filter(|(.., zh, en)| says(zh, en)).map(|(kind, action, ..)| (*kind, *action)).collect(),
            money: MONEY.iter().filter(|(_, zh, en)| says(zh, en)).map(|(what, ..)| *what).collect(),
            values: WORDS.iter().filter(|word| says(word.zh, word.en)).map(Value::of).collect(),
            severities: SEVERITIES.iter().filter(|(_, zh, en)| says(zh, en)).map(|(severity, ..)| *severity).collect(),
        }
    }

    /// Whether it stands for nothing but itself.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Folded texts of which one stands in every event that shows it for what a field says.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().flat_map(|value| value.texts.iter().map(String::as_str))
    }

    /// Whether a pack makes one of the fields that are shown with a word: then it may stand nowhere.
    pub(super) fn is_made(&self) -> bool {
        let catalogue = Catalogue::current();
        self.values.iter().flat_map(|value| value.fields).any(|field| catalogue.makes(field))
    }

    /// Whether events of a kind and severity show it, whatever their fields say.
    pub(super) fn by(&self, kind: &str, severity: Severity) -> Verdict {
        if self.severities.contains(&severity) || self.kinds.iter().any(|known| known == kind) {
            return Verdict::Yes;
        }
        let money = !self.money.is_empty() && MONEY_KINDS.contains(&kind);
        if money || self.titles.iter().any(|(known, _)| *known == kind) { Verdict::Maybe } else { Verdict::No }
    }

    /// Whether `event` shows it.
    pub(super) fn is_on(&self, event: &Event, fields: &Fields<'_>) -> bool {
        let kind = event.kind.as_str();
        self.severities.contains(&event.severity)
            || self.kinds.iter().any(|known| known == kind)
            || self.values.iter().any(|value| kind.starts_with(value.kinds) && value.is_in(fields))
            || self.is_title_of(event)
    }

    fn is_title_of(&self, event: &Event) -> bool {
        let kind = event.kind.as_str();
        let money = MONEY_KINDS.contains(&kind);
        if !(money && !self.money.is_empty() || self.titles.iter().any(|(known, _)| *known == kind)) {
            return false;
        }
        let (action, record) = Catalogue::current().told(event);
        if money {
            // As the window words it: a refund's event is about a refund, an overdue one about what is overdue.
            let record = match (kind, record.as_deref()) {
                ("finance:refund", _) => "refund",
                ("finance:change", None) => "",
                (_, told) => told.unwrap_or("payment"),
            };
            let action = if kind == "finance:overdue" { "overdue" } else { action.as_deref().unwrap_or_default() };
            return self.money.iter().any(|what| what.split_once('/') == Some((record, action)));
        }
        let Some(action) = action else { return false };
        let precise = record.map(|record| format!("{action}/{record}"));
        let title = |told: &str| TITLES.iter().find(|(known, what, ..)| *known == kind && *what == told);
        let worn = precise.as_deref().and_then(title).or_else(|| title(&action));
        worn.is_some_and(|(kind, what, ..)| self.titles.contains(&(*kind, *what)))
    }
}

impl Value {
    fn of(word: &Word) -> Self {
        // A status is shown with one word in whatever language and spelling it is written; of actions the titles see to that.
        let said = if word.group == "status" { "order_state" } else { "" };
        let catalogue = Catalogue::current();
        let ways = catalogue.vocabulary(said).ways(word.value).chain([word.value]);
        Self { kinds: word.kinds, fields: fields(word.group), texts: ways.map(|way| fold(way).into_owned()).collect() }
    }

    fn is_in(&self, fields: &Fields<'_>) -> bool {
        let texts = self.fields.iter().filter_map(|name| fields.text(name));
        texts.into_iter().any(|text| self.texts.iter().any(|way| *way == fold(&text)))
    }
}

/// The fields that a group's words stand for.
fn fields(group: &str) -> &'static [&'static str] {
    match group {
        "status" => &["oldStatus", "newStatus", "status"],
        "action" => &["action"],
        "orderType" => &["orderType"],
        "resourceType" => &["resourceType"],
        _ => &["recordType"],
    }
}

/// Whether several words stand in a title as they are: then they are searched for together.
pub(super) fn are_title(phrase: &str) -> bool {
    let text = fold(phrase);
    let says = |zh: &str, en: &str| fold(zh).contains(&*text) || fold(en).contains(&*text);
    TITLES.iter().any(|(.., zh, en)| says(zh, en))
        || MONEY.iter().any(|(_, zh, en)| says(zh, en))
        || WORDS.iter().chain(&STAGES).any(|word| says(word.zh, word.en))
        || Catalogue::current().kinds().iter().any(|info| says(&info.title.zh, &info.title.en))
}

/// What a field says where the window says a word that `pattern` matches: `kind:库存变动`, `status:已批准`.
pub(super) fn said_by(field: &str, pattern: &Pattern) -> Vec<String> {
    let says = |zh: &str, en: &str| pattern.matches(zh) || pattern.matches(en);
    if field == "kind" {
        let catalogue = Catalogue::current();
        let kinds = catalogue.kinds().iter().filter(|info| says(&info.title.zh, &info.title.en));
        return kinds.map(|info| fold(info.kind.as_str()).into_owned()).collect();
    }
    let words = WORDS.iter().filter(|word| fields(word.group).contains(&field) && says(word.zh, word.en));
    words.flat_map(|word| Value::of(word).texts).collect()
}

/// The severity that the window calls so.
pub(super) fn severity(word: &str) -> Option<Severity> {
    let word = fold(word);
    SEVERITIES.iter().find(|(_, zh, en)| fold(zh) == word || fold(en) == word).map(|(severity, ..)| *severity)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A group of the window's catalogue: each key and its word.
    fn group(catalogue: &str, name: &str) -> Vec<(String, String)> {
        let start = catalogue.find(&format!("  {name}: {{")).expect("the catalogue has this group");
        let body = &catalogue[start..start + catalogue[start..].find('}').expect("it ends")];
        let bare = |text: &str| text.trim().trim_matches('"').to_owned();
        // A key of a title has colons of its own.
        let entries = body.split_once('{').expect("it begins").1.split([',', '\n']);
        entries
            .filter_map(|entry| entry.split_once("\": ").or_else(|| entry.split_once(": ")))
            .map(|(key, word)| (bare(key), bare(word)))
            .collect()
    }

    #[test]
    fn the_windows_words_are_searched_for() {
        for (chinese, words, common) in [
            (true, include_str!("../../../ui/src/text/zh/words.ts"), include_str!("../../../ui/src/text/zh/common.ts")),
            (false, include_str!("../../../ui/src/text/en/words.ts"), include_str!("../../../ui/src/text/en/common.ts")),
        ] {
            let says = |zh: &str, en: &str, word: &str| (if chinese { zh } else { en }) == word;
            for name in ["action", "orderType", "status", "resourceType", "recordType", "approvalStatus"] {
                let known: Vec<_> = WORDS.iter().chain(&STAGES).filter(|word| word.group == name).collect();
                let shown = group(words, name);
                assert_eq!(shown.len(), known.len(), "{name}");
                for (value, text) in shown {
                    let found = known.iter().any(|word| word.value == value && says(word.zh, word.en, &text));
                    assert!(found, "{value} reads {text} in the window and is not found by it");
                }
            }
            for (name, known) in [
                ("kindAction", TITLES.iter().map(|(kind, told, zh, en)| (format!("{kind}/{told}"), *zh, *en)).collect::<Vec<_>>()),
                ("money", MONEY.iter().map(|(what, zh, en)| ((*what).to_owned(), *zh, *en)).collect()),
            ] {
                let shown = group(words, name);
                assert_eq!(shown.len(), known.len(), "{name}");
                for (key, text) in shown {
                    let found = known.iter().any(|(name, zh, en)| *name == key && says(zh, en, &text));
                    assert!(found, "{key} reads {text} in the window and is not found by it");
                }
            }
            for (name, text) in group(common, "severity") {
                assert_eq!(severity(&text), severity(&name), "{name} reads {text} in the window");
            }
        }
    }
}

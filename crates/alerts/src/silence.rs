//! What keeps an alert quiet: a silence that somebody set, or another alert that says why.
//!
//! A silence is read in the language of filters and asked of alerts instead of events: `rule`, `severity`, `source`, `subject` and every value behind the words of
//! an alert are its fields, and a text is looked for in its words.

use crate::{book::AlertBook, rules, words::Words, written};
use watchdeck_events::{Millis, Quantity, fold};
use watchdeck_filter::{Filter, Name, Plan, Refusal, Verdict};
use watchdeck_wire::{settings::Settings, views::AlertView};

/// Longest silence, ms.
const LONGEST: i64 = 90 * 86_400_000;
/// Longest reason, characters.
const REASON: usize = 500;
/// Names what another alert keeps quiet.
const BY_ALERT: &str = "alert:";

/// Whether an alert is meant.
#[must_use]
pub fn means(plan: &Plan, alert: &AlertView) -> bool {
    let says = |text: &str| {
        let all = [Words::CHINESE, Words::ENGLISH].map(|words| [rules::title(words, alert), rules::body(words, alert)]);
        all.iter().flatten().chain([&alert.label]).any(|said| fold(said).contains(text))
    };
    let value = |name: &str| match name {
        "rule" => Some(alert.rule.as_str()),
        "label" => Some(alert.label.as_str()),
        name => alert.values.get(name).map(String::as_str),
    };
    let judged = plan.judge(&mut |leaf| {
        let holds = match leaf {
            Plan::Severity(severities) => severities.has(alert.severity),
            Plan::Text(text) => says(text.folded()),
            Plan::Is(Name::Source, pattern) => alert.source.as_deref().is_some_and(|source| pattern.matches(source)),
            Plan::Is(Name::Subject, pattern) => alert.subject.as_deref().is_some_and(|subject| pattern.matches(subject)),
            Plan::Is(Name::Field(name), pattern) => value(name).is_some_and(|value| pattern.matches(value)),
            Plan::Number(name, span) => value(name).and_then(Quantity::from_json).is_some_and(|number| span.holds(number)),
            _ => false,
        };
        Verdict::from(holds)
    });
    judged == Verdict::Yes
}

/// Whether settings hold silences that can be carried out: each with an author, a reason and an end.
///
/// # Errors
/// Which one is wrong, and why.
pub fn check(settings: &Settings, before: &Settings) -> Result<(), String> {
    for (name, silence) in settings.silences.iter().filter(|(name, silence)| before.silences.get(*name) != Some(silence)) {
        let plan =
            Filter::parse(&silence.filter, silence.from).map_err(|Refusal { message, .. }| format!("the silence {name}: {message}"))?;
        if matches!(plan.plan(), Plan::All(all) if all.is_empty()) {
            return Err("a silence says which alerts it means; one of everything would hide what nobody thought of".to_owned());
        }
        if silence.author.trim().is_empty() || silence.reason.trim().is_empty() {
            return Err("a silence needs an author and a reason, so that whoever finds it knows whom to ask".to_owned());
        }
        if silence.reason.chars().count() > REASON {
            return Err(format!("a reason may have {REASON} characters at most"));
        }
        let lasts = silence.until.since(silence.from);
        if lasts <= 0 || lasts > LONGEST {
            return Err(format!("a silence ends after it began, and at most {} days later", LONGEST / 86_400_000));
        }
    }
    Ok(())
}

/// What keeps alerts quiet at a moment.
pub struct Hush {
    by: Vec<(String, Plan)>,
}

impl Hush {
    /// Of the silences that hold now, and of the alerts that live.
    #[must_use]
    pub fn of(settings: &Settings, book: &AlertBook, now: Millis) -> Self {
        let holds = settings.silences.iter().filter(|(_, silence)| silence.from <= now && now < silence.until);
        let silences = holds.map(|(name, silence)| (name.clone(), silence.filter.clone()));
        let quiets = |alert: &AlertView| {
            let document = settings.rules.get(&alert.rule).or_else(|| written::shipped(&alert.rule))?;
            let known = |name: &str| if name == "label" { Some(alert.label.clone()) } else { alert.values.get(name).cloned() };
            (!document.quiets.trim().is_empty()).then(|| (format!("{BY_ALERT}{}", alert.id), written::filled(&document.quiets, &known)))
        };
        let any = settings.rules.values().chain(written::SHIPPED.values()).any(|document| !document.quiets.trim().is_empty());
        let alerts = book.living().filter(|_| any).filter(|alert| alert.over_since.is_none()).filter_map(quiets);
        let by = silences.chain(alerts).filter_map(|(name, filter)| Some((name, Filter::parse(&filter, now).ok()?.plan().clone())));
        // What fills a filter in may be nothing: it does not mean everything then.
        Self { by: by.filter(|(_, plan)| !matches!(plan, Plan::All(all) if all.is_empty())).collect() }
    }

    /// What keeps this one quiet.
    #[must_use]
    pub fn over(&self, alert: &AlertView) -> Option<&str> {
        let itself = |name: &str| name.strip_prefix(BY_ALERT) == Some(alert.id.as_str());
        self.by.iter().find(|(name, plan)| !itself(name) && means(plan, alert)).map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Life, Raise};
    use watchdeck_events::Severity;
    use watchdeck_wire::settings::{RuleDocument, Silence};

    fn alert(rule: &str, id: &str, values: &[(&str, &str)]) -> Raise {
        Raise {
            rule: rule.to_owned().into(),
            about: format!("s/product:{id}"),
            source: Some("s".into()),
            subject: format!("product:{id}"),
            severity: Severity::Warning,
            label: format!("瓷砖 {id}"),
            values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            seq: None,
            life: Life::LASTING,
        }
    }

    fn silence(filter: &str, until: i64) -> Silence {
        Silence { filter: filter.into(), author: "张敏".into(), reason: "盘点".into(), from: Millis(0), until: Millis(until) }
    }

    #[test]
    fn a_silence_means_what_its_filter_says_of_an_alert_and_only_for_its_time() {
        let mut book = AlertBook::default();
        book.raise(alert("few", "P-1", &[("warehouse", "east"), ("stock.on_hand", "3")]), Millis(5));
        let view = book.active().remove(0);
        for (filter, meant) in [
            ("rule:few", true),
            ("rule:other", false),
            ("warehouse:east severity:warning", true),
            ("warehouse:west OR subject:product:*", true),
            ("stock.on_hand<5", true),
            ("瓷砖", true),
            ("-source:s", false),
        ] {
            let settings = Settings { silences: [("x".to_owned(), silence(filter, 100))].into(), ..Settings::default() };
            assert_eq!(Hush::of(&settings, &book, Millis(10)).over(&view), meant.then_some("x"), "{filter}");
            assert_eq!(Hush::of(&settings, &book, Millis(100)).over(&view), None, "{filter}");
        }
    }

    #[test]
    fn an_alert_that_says_why_keeps_others_quiet_while_it_lives_and_never_itself() {
        let mut settings = Settings::default();
        settings.rules.insert("offline".into(), RuleDocument { quiets: "warehouse:{warehouse}".into(), ..RuleDocument::default() });
        let mut book = AlertBook::default();
        book.raise(alert("offline", "W", &[("warehouse", "east")]), Millis(5));
        book.raise(alert("few", "P-1", &[("warehouse", "east")]), Millis(6));
        book.raise(alert("few", "P-2", &[("warehouse", "west")]), Millis(6));
        let quiet = |book: &AlertBook| {
            let hush = Hush::of(&settings, book, Millis(10));
            book.active().iter().filter(|alert| hush.over(alert).is_some()).map(|alert| alert.label.clone()).collect::<Vec<_>>()
        };
        assert_eq!(quiet(&book), ["瓷砖 P-1"]);
        book.resolve("offline", "s/product:W", Millis(90_000));
        assert!(quiet(&book).is_empty());
    }

    #[test]
    fn a_silence_without_author_reason_or_end_is_none() {
        let checked = |silence: Silence| {
            check(&Settings { silences: [("x".to_owned(), silence)].into(), ..Settings::default() }, &Settings::default())
        };
        assert_eq!(checked(silence("rule:few", 100)), Ok(()));
        for wrong in [
            silence("", 100),
            silence("rule:few", 0),
            silence("severity:loud", 100),
            silence("rule:few", LONGEST + 1),
            Silence { reason: " ".into(), ..silence("rule:few", 100) },
            Silence { author: String::new(), ..silence("rule:few", 100) },
        ] {
            assert!(checked(wrong.clone()).is_err(), "{wrong:?}");
        }
    }
}

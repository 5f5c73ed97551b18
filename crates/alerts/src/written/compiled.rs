//! A rule's document as it is carried out.

use super::per::Per;
use crate::hours::Hours;
use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};
use watchdeck_events::{Catalogue, Channel, Event, Kind, Millis, Severity};
use watchdeck_filter::{Condition, Counted, Fact, Measure, Name, Needed, Plan, Refusal, Thing, Verdict};
use watchdeck_wire::settings::RuleDocument;

/// Longest name of a rule, characters.
const LONGEST_NAME: usize = 64;
/// Longest text of a document, characters.
const LONGEST_TEXT: usize = 1_000;
/// Most steps of what becomes of an alert that nobody has.
const CHAIN: usize = 5;
/// Most events that a rule can wait for.
const MOST: u32 = 100_000;

/// A document that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct RuleFault {
    /// Which of its fields.
    pub field: String,
    /// Why, and what to write instead.
    pub message: String,
    /// From where to where the field is wrong, in UTF-16 units; `None`: all of it.
    pub at: Option<(u32, u32)>,
}

fn fault(field: &str, message: impl Into<String>) -> RuleFault {
    RuleFault { field: field.to_owned(), message: message.into(), at: None }
}

/// What a rule's alerts are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A thing of which something is known.
    Of(Thing),
    /// How much there is of something.
    Stream,
    /// A single event.
    Event,
}

/// A condition, and where its measures begin among those of its rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) condition: Condition,
    pub(super) first: usize,
}

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compiled {
    pub(super) id: Arc<str>,
    /// Tells what it says when from what an alert's rule said when it fired.
    pub(super) mark: String,
    pub(super) document: RuleDocument,
    pub(super) sort: Sort,
    /// Whether a condition asks anything of the event itself.
    pub(super) asks_event: bool,
    pub(super) when: Part,
    pub(super) clear: Option<Part>,
    pub(super) steps: Vec<(Part, Severity)>,
    pub(super) per: Option<Per>,
    pub(super) hours: Option<Hours>,
    /// All measures: those of the conditions in their order, then what `at_least` counts.
    pub(super) measures: Vec<Measured>,
    /// The place of what `at_least` counts.
    pub(super) counted: Option<usize>,
    /// Events that something in it may be about.
    about: Plan,
}

/// A measure, and whether it is compared with what is usual.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measured {
    pub(super) measure: Measure,
    pub(super) keeps_usual: bool,
}

impl Compiled {
    pub(super) fn of(id: &str, document: &RuleDocument, now: Millis) -> Result<Self, RuleFault> {
        check_texts(id, document)?;
        let mut measures = Vec::new();
        let mut part = |field: &str, text: &str| {
            let refused = |Refusal { message, at }: Refusal| RuleFault { field: field.to_owned(), message, at };
            let condition = Condition::parse(text, now).map_err(refused)?;
            let first = measures.len();
            for comparison in condition.comparisons() {
                let keeps_usual = comparison.asks_usual();
                measures.extend(comparison.measures().map(|measure| Measured { measure: measure.clone(), keeps_usual }));
            }
            Ok::<_, RuleFault>(Part { condition, first })
        };
        let when = part("when", &document.when)?;
        if when.condition.is_empty() {
            return Err(fault("when", "a rule says when it holds, as in kind:finance:refund amount>10000"));
        }
        let clear = if document.clear.trim().is_empty() { None } else { Some(part("clear", &document.clear)?) };
        let mut steps = Vec::new();
        for (place, step) in document.steps.iter().enumerate() {
            let field = format!("steps.{place}.when");
            let worse = part(&field, &step.when)?;
            if worse.condition.is_empty() {
                return Err(fault(&field, "a step says when it is worse, as in stock.on_hand <= 0"));
            }
            steps.push((worse, step.severity));
        }
        let thing = when.condition.thing();
        let others = clear.iter().chain(steps.iter().map(|(part, _)| part)).filter_map(|part| part.condition.thing());
        if let Some(other) = others.into_iter().find(|other| Some(*other) != thing) {
            return Err(fault("when", format!("{} is asked of elsewhere in the rule, and `when` does not", named(other))));
        }
        let sort = match thing {
            Some(thing) => Sort::Of(thing),
            None if when.condition.comparisons().is_empty() => Sort::Event,
            None => Sort::Stream,
        };
        let per = document.per.trim();
        let per = if per.is_empty() { None } else { Some(Per::parse(per).map_err(|message| fault("per", message))?) };
        let hours = document.schedule.as_ref().map(Hours::of).transpose().map_err(|message| fault("schedule", message))?;
        watchdeck_filter::Filter::parse(&document.quiets, now).map_err(|Refusal { message, at }| RuleFault {
            field: "quiets".to_owned(),
            message,
            at,
        })?;
        let mut counted = None;
        if document.at_least > 1 {
            if sort != Sort::Event {
                return Err(fault("at_least", "what is known of a thing, or counted, holds or does not; use hold_seconds, or rate(…)"));
            }
            if document.within_seconds == 0 || document.at_least > MOST {
                return Err(fault("within_seconds", format!("say within how many seconds; at most {MOST} events can be waited for")));
            }
            counted = Some(measures.len());
            let over = i64::from(document.within_seconds) * 1_000;
            let measure = Measure { nth: 0, counted: Counted::Events, of: when.condition.events(), over };
            measures.push(Measured { measure, keeps_usual: false });
        }
        let asks_event = [&when].into_iter().chain(&clear).any(|part| part.condition.asks_event());
        let about = Plan::Any(
            [when.condition.events()]
                .into_iter()
                .chain(clear.iter().map(|part| part.condition.events()))
                .chain(measures.iter().map(|measured| measured.measure.of.clone()))
                .collect(),
        );
        let mark = mark(document);
        Ok(Self {
            id: id.into(),
            mark,
            document: document.clone(),
            sort,
            asks_event,
            when,
            clear,
            steps,
            per,
            hours,
            measures,
            counted,
            about,
        })
    }

    /// Events that may change something about it.
    pub(super) const fn about(&self) -> &Plan {
        &self.about
    }

    /// Whether events of this kind may concern it.
    pub(super) fn concerns(&self, kind: &Kind, channel: &Channel) -> bool {
        let named = |plan: &Plan| match plan {
            Plan::Is(Name::Kind, pattern) => pattern.matches(kind.as_str()).into(),
            Plan::Is(Name::Channel, pattern) => pattern.matches(channel.as_str()).into(),
            Plan::Is(Name::Domain, pattern) => pattern.matches(Catalogue::current().domain(kind, channel).as_str()).into(),
            _ => Verdict::Maybe,
        };
        self.about.judge(&mut { named }) != Verdict::No
    }

    /// What stands in every event that it has to be asked of, but for those about a thing that an alert of it is about.
    pub(super) fn needed(&self) -> Option<Needed> {
        let asks = match self.sort {
            Sort::Stream if !self.asks_event => None,
            // What ends it, or how much there was, is asked of every event.
            Sort::Stream => return None,
            Sort::Event if self.clear.is_some() => return None,
            Sort::Event | Sort::Of(_) => Some(self.when.condition.events()),
        };
        Plan::Any(asks.into_iter().chain(self.measures.iter().map(|measured| measured.measure.of.clone())).collect()).needed()
    }

    /// Whether what it speaks of happens once: no later event takes it back, and it is over when a person has seen it.
    pub(super) fn is_once(&self) -> bool {
        match self.sort {
            Sort::Event => self.clear.is_none(),
            Sort::Of(Thing::Finance) => !self.facts().any(Fact::moves),
            Sort::Of(_) | Sort::Stream => false,
        }
    }

    /// The settings that it compares with.
    pub(super) fn setting(&self) -> Option<&'static str> {
        self.facts().find_map(Fact::setting)
    }

    /// The kind of what an alert is about that is one for each value.
    pub(super) fn per_kind(&self, event: &Event) -> Cow<'_, str> {
        match self.per {
            Some(Per::Pattern(_)) => Catalogue::current().domain(&event.kind, &event.channel).as_str().to_owned().into(),
            _ => self.document.per.trim().into(),
        }
    }

    /// Whether what it says of a thing may change by the clock alone.
    pub(super) fn moves(&self) -> bool {
        self.facts().any(Fact::moves) || !self.measures.is_empty()
    }

    pub(super) fn facts(&self) -> impl Iterator<Item = Fact> {
        let parts = [&self.when].into_iter().chain(&self.clear).chain(self.steps.iter().map(|(part, _)| part));
        parts.flat_map(|part| part.condition.facts())
    }
}

/// Of everything by which a rule judges.
fn mark(document: &RuleDocument) -> String {
    let said = [&document.when, &document.clear, &document.per];
    let mut hasher = DefaultHasher::new();
    (said, document.at_least, document.within_seconds).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn named(thing: Thing) -> &'static str {
    match thing {
        Thing::Stock => "stock",
        Thing::Order => "order",
        Thing::Approval => "approval",
        Thing::Finance => "finance",
        Thing::Maintenance => "maintenance",
        Thing::Feed => "feed",
    }
}

fn check_texts(id: &str, document: &RuleDocument) -> Result<(), RuleFault> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if id.is_empty() || id.len() > LONGEST_NAME || !id.chars().all(is_name) {
        return Err(fault("id", format!("the name of a rule has letters, digits, _ and -, at most {LONGEST_NAME}")));
    }
    if document.title.is_empty() {
        return Err(fault("title", "a rule needs a title, in Chinese or in English"));
    }
    let chain = &document.escalate;
    if chain.len() > CHAIN || !chain.is_sorted_by(|one, next| one.after_minutes < next.after_minutes && one.severity <= next.severity) {
        return Err(fault(
            "escalate",
            format!("each step comes later than the one before and is no less bad; there may be {CHAIN} of them"),
        ));
    }
    let texts = [&document.title, &document.say, &document.consequence, &document.response];
    if texts
        .into_iter()
        .chain(document.steps.iter().map(|step| &step.say))
        .flat_map(|worded| [&worded.zh, &worded.en])
        .any(|text| text.chars().count() > LONGEST_TEXT)
    {
        return Err(fault("say", format!("a text may have {LONGEST_TEXT} characters at most")));
    }
    Ok(())
}

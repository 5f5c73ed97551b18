//! What is meant, as data: the tree that a text is read into. There are two ways to carry it out: the predicate ([`Plan::holds`]) asks it of an event at hand, and an
//! engine that has many of them compiles it to whatever it knows of them without reading them. Tests hold the two equal.

use crate::{
    grammar::Sign,
    known::Fact,
    pattern::Pattern,
    verdict::Verdict,
    words::{self, Shown},
};
use std::ops::Bound;
use watchdeck_events::{Catalogue, Kind, Millis, Quantity, Severity, fold};

/// Which events are meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// All of these hold; without any, of every event.
    All(Vec<Plan>),
    /// One of these holds; without any, of no event.
    Any(Vec<Plan>),
    /// It does not hold.
    Not(Box<Plan>),
    /// A text stands anywhere in the event, or in the words that it is shown with.
    Text(Text),
    /// A field's text matches. A field that is not there matches nothing.
    Is(Name, Pattern),
    /// A number of the payload lies within. A field that is not there, or is no number, does not.
    Number(String, Span),
    /// It is one of these severities.
    Severity(Severities),
    /// It occurred at or after, and before.
    Occurred {
        /// Milliseconds since the epoch, inclusive.
        from: Option<Millis>,
        /// The same, exclusive.
        before: Option<Millis>,
    },
    /// What is known beyond the event compares so. It stands in a [`crate::Condition`] only, and holds of no event by itself.
    Known(Box<Comparison>),
}

/// Where a term looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Name {
    /// The connection profile that it came through.
    Source,
    /// Where it was published.
    Channel,
    /// What happened.
    Kind,
    /// What it is about; a payload's field of this name where the event has none.
    Subject,
    /// Who did it; the same.
    Actor,
    /// Its id.
    Id,
    /// The domain that the catalogue gives its kind.
    Domain,
    /// A field of the payload. What has dots leads into objects and lists: of a list one element is enough.
    Field(String),
}

impl Name {
    /// Whether the text of this field may be one that a pack makes, and that stands nowhere in the event.
    #[must_use]
    pub fn is_made(&self) -> bool {
        let catalogue = Catalogue::current();
        match self {
            Self::Field(name) => catalogue.makes(name.split('.').next().unwrap_or(name)) || catalogue.makes(name),
            Self::Subject => catalogue.makes("subject"),
            Self::Actor => catalogue.makes("actor"),
            Self::Source | Self::Channel | Self::Kind | Self::Id | Self::Domain => false,
        }
    }

    /// As it is typed.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text {
            "source" => Self::Source,
            "channel" => Self::Channel,
            "kind" => Self::Kind,
            "subject" => Self::Subject,
            "actor" => Self::Actor,
            "id" => Self::Id,
            "domain" => Self::Domain,
            field => Self::Field(field.to_owned()),
        }
    }
}

/// The shortest and the longest stretch of time that is counted over, ms.
pub const STRETCH: std::ops::RangeInclusive<i64> = 1_000..=7 * 86_400_000;

/// What is added up.
#[derive(Debug, Clone, PartialEq)]
pub enum Counted {
    /// Each event.
    Events,
    /// The numbers of a field; one that is not there, or is no number, adds nothing.
    Sum(String),
    /// Each text of a field, once.
    Distinct(Name),
}

/// How much there was of something in the last so many milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Its number among those of its condition.
    pub nth: usize,
    /// What is added up.
    pub counted: Counted,
    /// Of these events.
    pub of: Plan,
    /// Over so long, ms: within [`STRETCH`].
    pub over: i64,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A number: as written, or milliseconds beside what is a time.
    Number(f64),
    /// What is known of the thing.
    Fact(Fact),
    /// What was counted.
    Measure(Box<Measure>),
    /// What the measure on the other side usually is.
    Usual,
}

/// A number compared with so many times another.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// A fact or a measure.
    pub left: Operand,
    /// How.
    pub sign: Sign,
    /// So many times
    pub times: f64,
    /// this.
    pub right: Operand,
}

impl Comparison {
    /// Both sides that are measures.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        [&self.left, &self.right].into_iter().filter_map(|operand| match operand {
            Operand::Measure(measure) => Some(&**measure),
            _ => None,
        })
    }

    /// Both sides that are facts.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        [&self.left, &self.right].into_iter().filter_map(|operand| match operand {
            Operand::Fact(fact) => Some(*fact),
            _ => None,
        })
    }

    /// Whether it compares with what is usual.
    #[must_use]
    pub const fn asks_usual(&self) -> bool {
        matches!(self.right, Operand::Usual)
    }
}

/// Some severities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Severities(pub u8);

impl Severities {
    /// Those for which `holds`.
    pub(crate) fn those(holds: impl Fn(Severity) -> bool) -> Self {
        let all = [Severity::Info, Severity::Success, Severity::Warning, Severity::Critical];
        Self(all.into_iter().filter(|severity| holds(*severity)).fold(0, |all, one| all | 1 << one.code()))
    }

    /// Whether one is among them.
    #[must_use]
    pub fn has(self, severity: Severity) -> bool {
        self.0 & (1 << severity.code()) != 0
    }
}

/// Numbers between two bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Where it begins.
    pub from: Bound<Quantity>,
    /// Where it ends.
    pub to: Bound<Quantity>,
}

impl Span {
    /// Whether a number lies within.
    #[must_use]
    pub fn holds(&self, number: Quantity) -> bool {
        let above = match self.from {
            Bound::Included(from) => number >= from,
            Bound::Excluded(from) => number > from,
            Bound::Unbounded => true,
        };
        above
            && match self.to {
                Bound::Included(to) => number <= to,
                Bound::Excluded(to) => number < to,
                Bound::Unbounded => true,
            }
    }
}

/// A text that is looked for everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    folded: String,
    pub(crate) shown: Shown,
}

impl Text {
    /// A text as it is typed, with whatever it stands for on the screen.
    #[must_use]
    pub fn shown(text: &str) -> Self {
        let folded = fold(text).into_owned();
        Self { shown: Shown::of(&folded), folded }
    }

    /// A text that is found where it stands and nowhere else.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self { folded: fold(text).into_owned(), shown: Shown::default() }
    }

    /// The text, folded as [`fold`] does.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Folded texts of which one stands in the payload of every event that is shown with this text for what a field of it says.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.shown.values()
    }

    /// Whether a field that is shown with the text is made by a pack: then none of [`Text::values`] has to stand anywhere.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.shown.is_made()
    }

    /// Whether events of this kind and severity are shown with the text: [`Verdict::Maybe`] where it depends on more. What a field says is not in it, see
    /// [`Text::values`].
    #[must_use]
    pub fn shown_by(&self, kind: &Kind, severity: Severity) -> Verdict {
        self.shown.by(kind.as_str(), severity)
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Plan {
    /// Events of these kinds, exactly as written.
    #[must_use]
    pub fn kinds<'k>(kinds: impl IntoIterator<Item = &'k str>) -> Self {
        Self::Any(kinds.into_iter().map(|kind| Self::Is(Name::Kind, Pattern::verbatim(kind))).collect())
    }

    /// Events of one source, exactly as written.
    #[must_use]
    pub fn source(id: &str) -> Self {
        Self::Is(Name::Source, Pattern::verbatim(id))
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut plans) => {
                plans.push(other);
                Self::All(plans)
            }
            plan => Self::All(vec![plan, other]),
        }
    }

    /// What can be said of it by whoever knows something of its leaves (everything but `All`, `Any` and `Not`).
    pub fn judge(&self, of: &mut impl FnMut(&Self) -> Verdict) -> Verdict {
        match self {
            Self::All(plans) => {
                let mut least = Verdict::Yes;
                for plan in plans {
                    least = least.min(plan.judge(of));
                    if least == Verdict::No {
                        break;
                    }
                }
                least
            }
            Self::Any(plans) => {
                let mut most = Verdict::No;
                for plan in plans {
                    most = most.max(plan.judge(of));
                    if most == Verdict::Yes {
                        break;
                    }
                }
                most
            }
            Self::Not(plan) => !plan.judge(of),
            leaf => of(leaf),
        }
    }

    /// Between which times every match occurred, as far as it can be told from the outside.
    #[must_use]
    pub fn times(&self) -> (Option<Millis>, Option<Millis>) {
        match self {
            Self::Occurred { from, before } => (*from, *before),
            Self::Not(plan) => match **plan {
                Self::Occurred { from, before: None } => (None, from),
                Self::Occurred { from: None, before } => (before, None),
                _ => (None, None),
            },
            Self::All(plans) => plans.iter().map(Self::times).fold((None, None), |(from, before), (later, sooner)| {
                (from.max(later), before.zip(sooner).map(|(a, b)| a.min(b)).or(before).or(sooner))
            }),
            Self::Any(plans) => {
                let widest = |(from, before): (Option<Millis>, Option<Millis>), (other, last): (Option<Millis>, Option<Millis>)| {
                    (from.zip(other).map(|(a, b)| a.min(b)), before.zip(last).map(|(a, b)| a.max(b)))
                };
                plans.iter().map(Self::times).reduce(widest).unwrap_or_default()
            }
            _ => (None, None),
        }
    }
}

/// The severity that the window calls so, or the words that say which there are.
pub(crate) fn severity(word: &str) -> Result<Severity, String> {
    words::severity(word).ok_or_else(|| format!("{word} is not a severity; use info, success, warning or critical"))
}

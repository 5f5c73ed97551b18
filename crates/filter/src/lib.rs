//! The filter language: `kind:inventory:* subject:SKU-104 newQuantity<10 actor:张三 severity>=warning "盘点" after:2h -kind:system:*`.
//!
//! One language for everybody who says which events they mean: its grammar, its terms, what they hold of ([`Filter::keeps`]), and them
//! as data ([`Plan`]), which a store compiles to what it knows. A rule's [`Condition`] is the same language, with what is known beyond one event. It reads no
//! store and asks no clock.
//!
//! Terms are joined by *and*, or by an `OR` between two; `-` before a term means *not*, and terms in brackets are one. A name that is not an event's own is one of the payload's; dots lead into
//! objects and lists (`items.sku:A-1`). A value may be a list (`status:paid,shipped`: one of them) or a range (`amount:100..200`, `time:2026-11-20..`: both ends in it).
//! Case, width and composition of letters do not count, in what is searched for and in what is found; the signs of the language may be typed on a
//! Chinese keyboard, with spaces around a comparison. A text is found in what an event says and in the words that the window shows for it.

mod condition;
mod grammar;
mod known;
mod measured;
mod needed;
mod nested;
mod pattern;
mod plan;
mod predicate;
mod reader;
mod term;
mod typed;
mod verdict;
mod words;

pub use condition::{Condition, Known};
pub use grammar::Sign;
pub use known::{Fact, Thing, Unit};
pub use needed::Needed;
pub use pattern::Pattern;
pub use plan::{Comparison, Counted, Measure, Name, Operand, Plan, STRETCH, Severities, Span, Text};
pub use verdict::Verdict;

use reader::{Reader, Wrong};
use typed::Typed;
use watchdeck_events::{Event, Millis};

/// Longest filter, in bytes.
const LONGEST: usize = 2_000;

/// A parsed filter. The empty one keeps everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    plan: Plan,
}

/// A text that is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why, and what to write instead.
    pub message: String,
    /// From where to where it is wrong, in UTF-16 units of the text; `None`: all of it.
    pub at: Option<(u32, u32)>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl Filter {
    /// Parse. Ages (`after:2h`) count from `now`.
    ///
    /// # Errors
    /// [`Refusal`] with the place of the term that is wrong.
    pub fn parse(text: &str, now: Millis) -> Result<Self, Refusal> {
        read(text, now, false).map(|plan| Self { plan })
    }

    /// What is meant, for whoever has many events to choose from.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether it keeps `event`.
    #[must_use]
    pub fn keeps(&self, event: &Event) -> bool {
        self.plan.holds(event)
    }
}

/// Read a text; `beyond` says whether it may ask for more than one event says.
fn read(text: &str, now: Millis, beyond: bool) -> Result<Plan, Refusal> {
    if text.len() > LONGEST {
        return Err(Refusal { message: format!("a filter may have {LONGEST} bytes at most"), at: None });
    }
    let typed = Typed::of(text);
    let terms = Reader::of(&grammar::pieces(&typed.text), now, beyond).all();
    let terms = terms.map_err(|Wrong { message, place }| Refusal { message, at: Some(typed.place(place.start, place.end)) })?;
    Ok(Plan::All(terms))
}

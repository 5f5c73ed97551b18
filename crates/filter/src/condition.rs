//! When a rule holds: a filter that may also ask what is known of the thing an event is about, and how much there was of something.

use crate::{
    Refusal, Verdict,
    known::{Fact, Thing},
    plan::{Comparison, Measure, Name, Operand, Plan},
    read,
};
use std::collections::BTreeSet;
use watchdeck_events::{Event, Millis, fields::Fields};

/// What whoever evaluates a condition knows beyond the event. What it does not know compares with nothing: neither more nor less.
pub trait Known {
    /// A number that is known of the thing at hand.
    fn fact(&self, fact: Fact) -> Option<f64>;
    /// What was counted.
    fn measured(&self, measure: &Measure) -> Option<f64>;
    /// What is usually counted.
    fn usual(&self, measure: &Measure) -> Option<f64>;
    /// Whether a text that is known of the thing at hand matches; [`Verdict::Maybe`] where none of that name is known.
    fn says(&self, name: &Name, matches: &dyn Fn(&str) -> bool) -> Verdict;
}

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    plan: Plan,
}

impl Condition {
    /// Parse.
    ///
    /// # Errors
    /// [`Refusal`] with the place of the term that is wrong.
    pub fn parse(text: &str, now: Millis) -> Result<Self, Refusal> {
        let mut condition = Self { plan: read(text, now, true)? };
        number(&mut condition.plan, &mut 0);
        if condition.things().len() > 1 {
            return Err(Refusal {
                message: "a rule is about one kind of thing: use stock, order, approval, finance, maintenance or feed, not several".into(),
                at: None,
            });
        }
        Ok(condition)
    }

    /// Whether it says nothing, and so holds of everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.plan, Plan::All(plans) if plans.is_empty())
    }

    /// What it asks of the event, with everything else left open: keeps every event of which the condition may hold.
    #[must_use]
    pub fn events(&self) -> Plan {
        open(&self.plan, true)
    }

    /// Whether it holds of an event and of what is known. `fields` are the event's, where somebody has read them.
    #[must_use]
    pub fn holds(&self, event: &Event, fields: Option<&Fields<'_>>, known: &dyn Known) -> bool {
        self.plan.holds_with(event, fields, &|comparison| compares(comparison, known))
    }

    /// Whether it asks anything of an event itself.
    #[must_use]
    pub fn asks_event(&self) -> bool {
        asks(&self.plan)
    }

    /// What can be said without an event at hand: of what is known alone.
    #[must_use]
    pub fn stands(&self, known: &dyn Known) -> Verdict {
        self.plan.judge(&mut |leaf| match leaf {
            Plan::Known(comparison) => compares(comparison, known).into(),
            Plan::Is(name, pattern) => known.says(name, &|text| pattern.matches(text)),
            _ => Verdict::Maybe,
        })
    }

    /// Everything that it compares beyond the event.
    #[must_use]
    pub fn comparisons(&self) -> Vec<&Comparison> {
        let mut all = Vec::new();
        collect(&self.plan, &mut all);
        all
    }

    /// What it has counted.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        self.comparisons().into_iter().flat_map(Comparison::measures)
    }

    /// Of which thing it asks what is known.
    #[must_use]
    pub fn thing(&self) -> Option<Thing> {
        self.things().into_iter().next()
    }

    fn things(&self) -> BTreeSet<Thing> {
        self.facts().map(Fact::thing).collect()
    }

    /// What it asks of a thing.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        self.comparisons().into_iter().flat_map(Comparison::facts)
    }
}

/// Give each measure its number.
fn number(plan: &mut Plan, next: &mut usize) {
    match plan {
        Plan::All(plans) | Plan::Any(plans) => plans.iter_mut().for_each(|plan| number(plan, next)),
        Plan::Not(plan) => number(plan, next),
        Plan::Known(comparison) => {
            for operand in [&mut comparison.left, &mut comparison.right] {
                if let Operand::Measure(measure) = operand {
                    measure.nth = *next;
                    *next += 1;
                }
            }
        }
        _ => {}
    }
}

fn asks(plan: &Plan) -> bool {
    match plan {
        Plan::All(plans) | Plan::Any(plans) => plans.iter().any(asks),
        Plan::Not(plan) => asks(plan),
        Plan::Known(_) => false,
        _ => true,
    }
}

fn collect<'p>(plan: &'p Plan, all: &mut Vec<&'p Comparison>) {
    match plan {
        Plan::All(plans) | Plan::Any(plans) => plans.iter().for_each(|plan| collect(plan, all)),
        Plan::Not(plan) => collect(plan, all),
        Plan::Known(comparison) => all.push(comparison),
        _ => {}
    }
}

/// The plan with `holds` in the place of everything that is known beyond the event; beneath a *not* its opposite.
fn open(plan: &Plan, holds: bool) -> Plan {
    match plan {
        Plan::All(plans) => Plan::All(plans.iter().map(|plan| open(plan, holds)).collect()),
        Plan::Any(plans) => Plan::Any(plans.iter().map(|plan| open(plan, holds)).collect()),
        Plan::Not(plan) => Plan::Not(Box::new(open(plan, !holds))),
        Plan::Known(_) if holds => Plan::All(Vec::new()),
        Plan::Known(_) => Plan::Any(Vec::new()),
        leaf => leaf.clone(),
    }
}

fn compares(comparison: &Comparison, known: &dyn Known) -> bool {
    let value = |operand: &Operand| match operand {
        Operand::Number(number) => Some(*number),
        Operand::Fact(fact) => known.fact(*fact),
        Operand::Measure(measure) => known.measured(measure),
        Operand::Usual => match &comparison.left {
            Operand::Measure(measure) => known.usual(measure),
            _ => None,
        },
    };
    let (Some(left), Some(right)) = (value(&comparison.left), value(&comparison.right)) else { return false };
    comparison.sign.holds(left, comparison.times * right)
}

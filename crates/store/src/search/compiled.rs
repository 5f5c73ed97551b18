//! A plan in the numbers and bytes of one file: the engine's compiler of the filter language. The other one is the predicate of the filter itself, and a
//! test holds the two equal.

use super::needle::Needle;
use crate::names::Names;
use std::{collections::HashSet, sync::RwLock};
use watchdeck_events::{Event, Kind, Severity};
use watchdeck_filter::{Name, Pattern, Plan, Severities, Text, Verdict};

/// A compiled plan.
pub(crate) struct Compiled {
    plan: Plan,
    root: Node,
    pub(super) leaves: Vec<Leaf>,
    /// What the leaves look for, by number.
    pub(super) needles: Vec<Needle>,
    /// Whether a leaf asks for ids.
    pub(super) asks_ids: bool,
    /// When every match occurred: from, and before.
    pub(super) times: (i64, i64),
}

/// The tree over the leaves.
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Leaf(usize),
}

/// What is asked of one event. Texts are named by their needles' numbers.
pub(super) enum Leaf {
    /// Source (0), channel (1) or kind (2): the numbers of the names that will do.
    Name {
        column: usize,
        pattern: Pattern,
        numbers: HashSet<i64>,
    },
    Domain(Pattern),
    Severity(Severities),
    Occurred {
        from: i64,
        before: i64,
    },
    Id(Pattern),
    /// The event's own, else a field's of which all of these stand in the payload.
    Subject(Pattern, Vec<usize>),
    Actor(Pattern, Vec<usize>),
    /// A field's text: all of these stand in the payload.
    Field(Vec<usize>),
    /// A field's number.
    Number,
    Text {
        text: Text,
        own: usize,
        values: Vec<usize>,
        severities: Severities,
        kinds: HashSet<i64>,
        /// It may stand nowhere.
        made: bool,
    },
}

impl Leaf {
    /// What can be said of it whatever the event.
    pub(super) fn alone(&self) -> Verdict {
        match self {
            Self::Name { numbers, .. } if numbers.is_empty() => Verdict::No,
            Self::Severity(Severities(0)) => Verdict::No,
            Self::Occurred { from, before } if from >= before => Verdict::No,
            _ => Verdict::Maybe,
        }
    }
}

impl Compiled {
    pub(crate) fn of(plan: &Plan, names: &RwLock<Names>) -> Self {
        let names = names.read().expect("no code panics while holding the names");
        let mut compiler = Compiler { names: &names, leaves: Vec::new(), needles: Vec::new() };
        let root = compiler.node(plan);
        let Compiler { leaves, needles, .. } = compiler;
        let (from, before) = plan.times();
        Self {
            plan: plan.clone(),
            root,
            asks_ids: leaves.iter().any(|leaf| matches!(leaf, Leaf::Id(_))),
            leaves,
            needles,
            times: (from.map_or(i64::MIN, |at| at.0), before.map_or(i64::MAX, |at| at.0)),
        }
    }

    /// What can be said by what is known of each leaf.
    pub(super) fn judge<L: Logic>(&self, leaf: &mut dyn FnMut(usize) -> L) -> L {
        self.root.judge(leaf)
    }

    /// Whether an event that was read is meant.
    pub(crate) fn holds(&self, event: &Event) -> bool {
        self.plan.holds(event)
    }
}

/// What a tree can be judged in: one verdict, or one for each of many events.
pub(super) trait Logic: Sized {
    /// The same of everything.
    fn same(verdict: Verdict) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn not(self) -> Self;
    /// Whether it is this of everything.
    fn is(&self, verdict: Verdict) -> bool;
}

impl Logic for Verdict {
    fn same(verdict: Verdict) -> Self {
        verdict
    }

    fn and(self, other: Self) -> Self {
        self.min(other)
    }

    fn or(self, other: Self) -> Self {
        self.max(other)
    }

    fn not(self) -> Self {
        !self
    }

    fn is(&self, verdict: Verdict) -> bool {
        *self == verdict
    }
}

impl Node {
    fn judge<L: Logic>(&self, leaf: &mut dyn FnMut(usize) -> L) -> L {
        match self {
            Self::Leaf(number) => leaf(*number),
            Self::Not(node) => node.judge(leaf).not(),
            Self::All(nodes) => {
                let mut least = L::same(Verdict::Yes);
                for node in nodes {
                    least = least.and(node.judge(leaf));
                    if least.is(Verdict::No) {
                        break;
                    }
                }
                least
            }
            Self::Any(nodes) => {
                let mut most = L::same(Verdict::No);
                for node in nodes {
                    most = most.or(node.judge(leaf));
                    if most.is(Verdict::Yes) {
                        break;
                    }
                }
                most
            }
        }
    }
}

struct Compiler<'a> {
    names: &'a Names,
    leaves: Vec<Leaf>,
    needles: Vec<Needle>,
}

impl Compiler<'_> {
    fn node(&mut self, plan: &Plan) -> Node {
        let leaf = match plan {
            Plan::All(plans) => return Node::All(plans.iter().map(|plan| self.node(plan)).collect()),
            Plan::Any(plans) => return Node::Any(plans.iter().map(|plan| self.node(plan)).collect()),
            Plan::Not(plan) => return Node::Not(Box::new(self.node(plan))),
            Plan::Text(text) => self.text(text),
            Plan::Is(name, pattern) => self.is(name, pattern),
            // What is known beyond an event no file tells.
            Plan::Number(..) | Plan::Known(_) => Leaf::Number,
            Plan::Severity(severities) => Leaf::Severity(*severities),
            Plan::Occurred { from, before } => {
                Leaf::Occurred { from: from.map_or(i64::MIN, |at| at.0), before: before.map_or(i64::MAX, |at| at.0) }
            }
        };
        self.leaves.push(leaf);
        Node::Leaf(self.leaves.len() - 1)
    }

    fn is(&mut self, name: &Name, pattern: &Pattern) -> Leaf {
        let named = |column| {
            let numbers = self.names.matching(&|name| pattern.matches(name));
            Leaf::Name { column, pattern: pattern.clone(), numbers }
        };
        match name {
            Name::Source => named(0),
            Name::Channel => named(1),
            Name::Kind => named(2),
            Name::Domain => Leaf::Domain(pattern.clone()),
            Name::Id => Leaf::Id(pattern.clone()),
            Name::Subject => Leaf::Subject(pattern.clone(), self.parts(name, pattern)),
            Name::Actor => Leaf::Actor(pattern.clone(), self.parts(name, pattern)),
            Name::Field(_) => Leaf::Field(self.parts(name, pattern)),
        }
    }

    /// What has to stand in the payload; nothing of what a pack makes.
    fn parts(&mut self, name: &Name, pattern: &Pattern) -> Vec<usize> {
        if name.is_made() {
            return Vec::new();
        }
        pattern.parts().filter(|part| !part.is_empty()).map(|part| self.needle(part)).collect()
    }

    fn text(&mut self, text: &Text) -> Leaf {
        let all = [Severity::Info, Severity::Success, Severity::Warning, Severity::Critical];
        // A kind that is none tells what a severity shows by itself.
        let nothing = Kind::from("");
        let severities = all.into_iter().filter(|severity| text.shown_by(&nothing, *severity) == Verdict::Yes);
        let severities = Severities(severities.fold(0, |all, one| all | 1 << one.code()));
        let other = all.into_iter().find(|severity| !severities.has(*severity));
        let shows = |name: &str| other.is_none_or(|severity| text.shown_by(&Kind::from(name), severity) != Verdict::No);
        Leaf::Text {
            own: self.needle(text.folded()),
            values: text.values().map(|value| self.needle(value)).collect(),
            kinds: self.names.matching(&shows),
            severities,
            made: text.is_made(),
            text: text.clone(),
        }
    }

    fn needle(&mut self, folded: &str) -> usize {
        self.needles.push(Needle::new(folded));
        self.needles.len() - 1
    }
}

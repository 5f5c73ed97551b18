//! What can be asked beyond one event: what is known of the thing that it is about (`stock.on_hand < stock.threshold`), and how much there was of something
//! over a stretch of time (`rate(kind:finance:refund, 10m) > 3 * usual`). Whoever evaluates a condition knows these; an engine of events does not.

use crate::{
    grammar::Sign,
    plan::{Name, Plan},
};
use std::fmt;

/// The shortest and the longest stretch of time that is counted over, ms.
pub const STRETCH: std::ops::RangeInclusive<i64> = 1_000..=7 * 86_400_000;

/// What a thing is that something is known of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    /// A product.
    Stock,
    /// An order.
    Order,
    /// A request for approval.
    Approval,
    /// A financial record.
    Finance,
}

/// In what a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Pieces, hours, money: as it is written.
    Plain,
    /// Milliseconds, written as `90s`, `15m`, `2h`, `7d`.
    Time,
}

macro_rules! facts {
    ($( $(#[$doc:meta])* $fact:ident = $name:literal of $thing:ident in $unit:ident; )*) => {
        /// A number that is known of a thing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fact { $( $(#[$doc])* $fact ),* }

        impl Fact {
            /// All of them.
            pub const ALL: &[Self] = &[ $( Self::$fact ),* ];

            /// As it is written.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$fact => $name ),* }
            }

            /// Of what it is known.
            #[must_use]
            pub const fn thing(self) -> Thing {
                match self { $( Self::$fact => Thing::$thing ),* }
            }

            /// In what it is.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self { $( Self::$fact => Unit::$unit ),* }
            }
        }
    };
}

facts! {
    /// Pieces on hand.
    StockOnHand = "stock.on_hand" of Stock in Plain;
    /// Below so many it is low.
    StockThreshold = "stock.threshold" of Stock in Plain;
    /// Hours until nothing is left, at the pace of the last day.
    StockHoursLeft = "stock.hours_left" of Stock in Plain;
    /// Pieces more (or, below zero, less) than at midnight.
    StockChangeToday = "stock.change_today" of Stock in Plain;
    /// For how long an order has been in its state; of one that is finished nothing.
    OrderDwell = "order.dwell" of Order in Time;
    /// For how long a request has waited.
    ApprovalWaiting = "approval.waiting" of Approval in Time;
    /// How long a request may wait still; below zero when it is past.
    ApprovalDueIn = "approval.due_in" of Approval in Time;
    /// What a request asks for.
    ApprovalAmount = "approval.amount" of Approval in Plain;
    /// The amount of a record.
    FinanceAmount = "finance.amount" of Finance in Plain;
    /// For how long an unpaid record has been overdue; below zero before.
    FinanceOverdue = "finance.overdue_for" of Finance in Time;
}

impl Fact {
    /// The fact of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.name() == name)
    }

    /// Whether it changes by the clock alone.
    #[must_use]
    pub const fn moves(self) -> bool {
        matches!(self, Self::StockHoursLeft) || matches!(self.unit(), Unit::Time)
    }
}

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

impl Sign {
    /// Whether two numbers are so.
    #[must_use]
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal | Self::Is => (left - right).abs() < f64::EPSILON * left.abs().max(1.0),
        }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Is => ":",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "=",
        })
    }
}

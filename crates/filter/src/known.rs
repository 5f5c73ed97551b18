//! What is known of the things that events are about, by the names that conditions have for it.

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

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
    /// Maintenance that an ERP announced.
    Maintenance,
    /// The link to a source.
    Feed,
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
    /// How long until whoever decides a request is to be reminded of it; below zero from then on. Of one that somebody decides already nothing.
    ApprovalRemindIn = "approval.remind_in" of Approval in Time;
    /// What a request asks for.
    ApprovalAmount = "approval.amount" of Approval in Plain;
    /// The amount of a record.
    FinanceAmount = "finance.amount" of Finance in Plain;
    /// What a refund pays back, of one that was not cancelled; without end where that cannot be read. Of other records nothing.
    FinanceRefund = "finance.refund" of Finance in Plain;
    /// From this amount on a refund is large.
    FinanceLargeRefund = "finance.large_refund" of Finance in Plain;
    /// For how long an unpaid record has been overdue; below zero before.
    FinanceOverdue = "finance.overdue_for" of Finance in Time;
    /// How long until it begins; below zero from then on.
    MaintenanceStartsIn = "maintenance.starts_in" of Maintenance in Time;
    /// How long until it ends; below zero from then on.
    MaintenanceEndsIn = "maintenance.ends_in" of Maintenance in Time;
    /// Where no end was said: for how long it may have been under way, or, where no beginning was said either, since it was announced.
    MaintenanceOpenFor = "maintenance.open_for" of Maintenance in Time;
    /// For how long a source has been without a link that is up to date, for another reason than that its gateway is deaf.
    FeedStaleFor = "feed.stale_for" of Feed in Time;
    /// A link without a sign of life for longer is stale.
    FeedStaleAfter = "feed.stale_after" of Feed in Time;
    /// For how long a link has brought nothing, where that is longer than usual.
    FeedQuietFor = "feed.quiet_for" of Feed in Time;
    /// For how long a gateway has not heard its ERP.
    FeedDeafFor = "feed.deaf_for" of Feed in Time;
}

impl Fact {
    /// The fact of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.name() == name)
    }

    /// The setting that it stands for, by its name there.
    #[must_use]
    pub const fn setting(self) -> Option<&'static str> {
        match self {
            Self::StockThreshold => Some("low_stock_threshold"),
            Self::FinanceLargeRefund => Some("large_refund"),
            Self::FeedStaleAfter => Some("stale_after_seconds"),
            _ => None,
        }
    }

    /// Whether it changes by the clock alone.
    #[must_use]
    pub const fn moves(self) -> bool {
        matches!(self, Self::StockHoursLeft) || matches!(self.unit(), Unit::Time)
    }
}

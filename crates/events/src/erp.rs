//! Typed views of the ERP's kinds, parsed from the payload when they are needed.
//!
//! A view borrows from the payload. It asks for nothing but an identity: publishers leave fields out, say `null`, `""`, `false` and `"a lot"`, and an event
//! that vanishes for that is a lie. What was not said is `None`, what was said and not understood stays as it was written ([`Stated`], [`Word`]) and is told
//! by [`crate::unread`]. A payload without even an identity has no view, and stays a row like any other.

mod derived;
mod read;
mod system;

pub use crate::catalogue::ApprovalStage;
pub use system::{System, SystemKind, SystemLevel};

use crate::{
    catalogue::Word,
    currency::Currency,
    event::GapReason,
    quantity::Quantity,
    stated::{Amount, Stated},
    time::Millis,
};
use std::borrow::Cow;

/// Text out of a payload.
pub type Text<'a> = Cow<'a, str>;

/// An event of the ERP, by its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum View<'a> {
    /// `notification`.
    Notification(Notification<'a>),
    /// `inventory:change`.
    InventoryChange(InventoryChange<'a>),
    /// `adjust`, `inbound`, `outbound`: the old, relative messages.
    LegacyMove(LegacyMove<'a>),
    /// `order:status`.
    OrderStatus(OrderStatus<'a>),
    /// `approval:*`.
    Approval(Approval<'a>),
    /// `finance:*`.
    Finance(Finance<'a>),
    /// `data:change`, and the old `data:update` and `created`.
    DataChange(DataChange<'a>),
    /// `system:*`.
    System(System<'a>),
    /// `watchdeck:gap`.
    Gap(Gap<'a>),
    /// `watchdeck:gap_filled`.
    GapFilled(GapFilled<'a>),
    /// `watchdeck:decision`.
    Deciding(Deciding<'a>),
    /// `watchdeck:claim`.
    Claim(Claim<'a>),
    /// `watchdeck:alert_handled`.
    AlertHandled(AlertHandled<'a>),
}

/// A message to one user.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification<'a> {
    /// `info`, `success`, `warning`, `error`.
    pub notification_type: Option<Text<'a>>,
    /// Headline.
    pub title: Option<Text<'a>>,
    /// Text.
    pub message: Option<Text<'a>>,
    /// Where its button leads.
    pub action_url: Option<Text<'a>>,
    /// What its button says.
    pub action_label: Option<Text<'a>>,
    /// Whom it is for.
    pub user_id: Option<Text<'a>>,
}

/// A change of stock with its state before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct InventoryChange<'a> {
    /// `adjust`, `inbound`, `outbound`, `reserve`, `release`; the ERP's second bridge does not say.
    pub action: Option<Word<'a>>,
    /// The product's id.
    pub product_id: Text<'a>,
    /// As people read it.
    pub product_name: Option<Text<'a>>,
    /// The code on the shelf, where the publisher gives one.
    pub product_code: Option<Text<'a>>,
    /// Which variant of the product.
    pub variant_id: Option<Text<'a>>,
    /// Which batch of it, where stock is kept per batch: then the quantities are the batch's.
    pub batch_id: Option<Text<'a>>,
    /// The stock record, which is one per product, variant and batch.
    pub inventory_id: Option<Text<'a>>,
    /// Where it lies, as people read it; its id where there is no name.
    pub warehouse: Option<Text<'a>>,
    /// On hand before. Nothing was before the first.
    pub old_quantity: Stated<'a, Quantity>,
    /// On hand after.
    pub new_quantity: Stated<'a, Quantity>,
    /// Signed change: as stated, else what the two quantities differ by.
    pub change_amount: Stated<'a, Quantity>,
    /// Why.
    pub reason: Option<Text<'a>>,
    /// Who.
    pub operator: Option<Text<'a>>,
}

impl InventoryChange<'_> {
    /// On hand after it: as stated, else (where only that cannot be had) the change added to what was there before.
    #[must_use]
    pub fn on_hand(&self) -> Option<Quantity> {
        let sum = || self.old_quantity.as_known()?.plus(*self.change_amount.as_known()?);
        self.new_quantity.as_known().copied().or_else(sum)
    }

    /// Signed change, where it is known.
    #[must_use]
    pub fn change(&self) -> Option<Quantity> {
        self.change_amount.as_known().copied()
    }
}

/// A change of stock without its state.
#[derive(Debug, Clone, PartialEq)]
pub struct LegacyMove<'a> {
    /// `adjust`, `inbound`, `outbound`.
    pub action: &'a str,
    /// The product's id.
    pub product_id: Text<'a>,
    /// Signed: negative leaves.
    pub quantity: Stated<'a, Quantity>,
    /// The stock record.
    pub inventory_id: Option<Text<'a>>,
    /// Number of the adjustment or of the inbound record.
    pub number: Option<Text<'a>>,
}

/// An order that goes from one state to another.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderStatus<'a> {
    /// `sales`, `return`, `purchase`.
    pub order_type: Option<Word<'a>>,
    /// The order's id; for want of one its number.
    pub order_id: Text<'a>,
    /// As people read it.
    pub order_number: Option<Text<'a>>,
    /// Before. A new order had none.
    pub old_status: Option<Word<'a>>,
    /// After.
    pub new_status: Option<Word<'a>>,
    /// Whose order.
    pub customer_id: Option<Text<'a>>,
    /// As people read it.
    pub customer_name: Option<Text<'a>>,
}

impl OrderStatus<'_> {
    /// The ERP also publishes an order that stays where it is; that is not a transition.
    #[must_use]
    pub fn is_transition(&self) -> bool {
        self.new_status.is_some() && self.old_status != self.new_status
    }
}

/// How a request is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was published as one.
    Published,
    /// A pack makes it of what was published instead.
    Derived {
        /// It says something where nobody was heard asking, too.
        alone: bool,
    },
}

/// A request for approval, or what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Approval<'a> {
    /// Where it stands.
    pub stage: ApprovalStage,
    /// How it is known.
    pub origin: Origin,
    /// `order`, `return`, `payment`, `refund`, `adjustment`.
    pub resource_type: Option<Word<'a>>,
    /// The resource's id; for want of one its number.
    pub resource_id: Text<'a>,
    /// As people read it.
    pub resource_number: Option<Text<'a>>,
    /// Who asks.
    pub requester_id: Option<Text<'a>>,
    /// As people read it.
    pub requester_name: Option<Text<'a>>,
    /// Who decides or decided.
    pub approver_id: Option<Text<'a>>,
    /// As people read it.
    pub approver_name: Option<Text<'a>>,
    /// Whose business it is, the customer's or the supplier's: by name, else by id.
    pub party: Option<Text<'a>>,
    /// Why they ask, or why it was refused.
    pub reason: Option<Text<'a>>,
    /// What was said with the decision.
    pub comment: Option<Text<'a>>,
    /// What is at stake.
    pub amount: Amount<'a>,
    /// In which currency: the event's, else the source's.
    pub currency: Option<Currency>,
    /// When an answer is due.
    pub deadline: Stated<'a, Millis>,
}

/// How it stands with a decision that somebody made, by a gateway's word.
#[derive(Debug, Clone, PartialEq)]
pub struct Deciding<'a> {
    /// As in [`Approval::resource_type`].
    pub resource_type: Option<Text<'a>>,
    /// The resource's id.
    pub resource_id: Text<'a>,
    /// Names the decision.
    pub key: Text<'a>,
    /// `received`, `handed_on`, `unanswered`, `confirmed`, `refused`, `overtaken`, `withdrawn`.
    pub state: Text<'a>,
    /// Granted or refused: of one that was overtaken, the decision that was first.
    pub approve: bool,
    /// Who made it: of one that was overtaken, the decision that was first.
    pub by: Option<Text<'a>>,
    /// In whose name, where that one is away.
    pub on_behalf_of: Option<Text<'a>>,
    /// What is to be known of it.
    pub message: Option<Text<'a>>,
}

/// Who is on a request, by a gateway's word.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim<'a> {
    /// As in [`Approval::resource_type`].
    pub resource_type: Option<Text<'a>>,
    /// The resource's id.
    pub resource_id: Text<'a>,
    /// Who it is; `None`: nobody any more.
    pub holder_id: Option<Text<'a>>,
    /// Who it is, as people read it.
    pub holder: Option<Text<'a>>,
    /// Who said so: the same, or whoever handed it over.
    pub by: Option<Text<'a>>,
    /// Until when, by itself, by the gateway's clock.
    pub until: Stated<'a, Millis>,
}

/// What somebody did with an alert, by a gateway's word. What it is about has no name of a source: each console calls its sources as it likes.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertHandled<'a> {
    /// The alert's rule.
    pub rule: Text<'a>,
    /// What kind of thing the alert is about.
    pub about_type: Text<'a>,
    /// The ERP's id of it.
    pub about_id: Text<'a>,
    /// `acknowledge`, `shelve`, `unshelve`.
    pub action: Text<'a>,
    /// The order that this answers, by its sender's key.
    pub key: Option<Text<'a>>,
    /// Id of the event that the alert fired by.
    pub fired_by: Option<Text<'a>>,
    /// Who did it.
    pub by: Option<Text<'a>>,
    /// What they said.
    pub note: Option<Text<'a>>,
    /// When they did, by the gateway's clock: it may be told much later.
    pub at: Stated<'a, Millis>,
    /// Until when it is put off, by the gateway's clock.
    pub until: Stated<'a, Millis>,
}

/// What a financial event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinanceKind {
    /// Money comes in or goes out.
    Payment,
    /// Money goes back.
    Refund,
    /// Money should have come.
    Overdue,
    /// The second bridge's word for all of them; `record_type` and `action` tell which, where it says so.
    Change,
}

/// A payment, a refund, an overdue amount.
#[derive(Debug, Clone, PartialEq)]
pub struct Finance<'a> {
    /// Which of them.
    pub kind: FinanceKind,
    /// `created`, `confirmed`, `cancelled`, `overdue`.
    pub action: Option<Word<'a>>,
    /// `payment` (in), `paymentOut`, `refund`; for a refund that does not say it, `refund`.
    pub record_type: Option<Word<'a>>,
    /// The record's id; for want of one its number.
    pub record_id: Text<'a>,
    /// As people read it.
    pub record_number: Option<Text<'a>>,
    /// How much.
    pub amount: Amount<'a>,
    /// In which currency: the event's, else the source's.
    pub currency: Option<Currency>,
    /// From or to which customer.
    pub customer_id: Option<Text<'a>>,
    /// As people read it.
    pub customer_name: Option<Text<'a>>,
    /// From or to which supplier.
    pub supplier_id: Option<Text<'a>>,
    /// As people read it.
    pub supplier_name: Option<Text<'a>>,
}

/// Master data changed.
#[derive(Debug, Clone, PartialEq)]
pub struct DataChange<'a> {
    /// `product`, `customer`, `supplier`, `category`, `user`; the old shape says `products`.
    pub resource: Text<'a>,
    /// `created`, `updated`, `deleted`.
    pub action: Option<Word<'a>>,
    /// The resource's id.
    pub resource_id: Text<'a>,
    /// As people read it.
    pub resource_name: Option<Text<'a>>,
    /// What changed, as JSON.
    pub changes: Option<&'a str>,
}

/// Between two times, events may be missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap<'a> {
    /// Where; `None` means every channel.
    pub channel: Option<Text<'a>>,
    /// From.
    pub from: Millis,
    /// To.
    pub to: Millis,
    /// Why.
    pub reason: GapReason,
}

/// What was missing between two times was fetched. It answers the [`Gap`] of the same source, channel, from and to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapFilled<'a> {
    /// Where; `None` means every channel.
    pub channel: Option<Text<'a>>,
    /// From.
    pub from: Millis,
    /// To.
    pub to: Millis,
    /// How many events it brought.
    pub events: u64,
    /// Where they were fetched from.
    pub endpoint: Option<Text<'a>>,
}

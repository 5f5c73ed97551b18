//! What each page shows, as one answer per page.

mod absence;
mod actions;
mod alerts;
mod approvals;
mod events;
mod finance;
mod found;
mod handlers;
mod health;
mod inventory;
mod keeping;
mod load;
mod money;
mod orders;
mod overview;
mod packs;
mod unread;

pub use absence::{AbsenceView, CalendarView, DelegationView, DelegationsView, HeldView, LeftOutView, LeftOutWhy, SourceDelegations};
pub use actions::{ActionHeader, ActionPreview, ActionTest};
pub use alerts::{
    AlertState, AlertStep, AlertView, AlertsView, Announcement, Backtest, BacktestAlert, BannerView, Cause, Means, RuleFaultView,
    RuleLimit, RuleView, SilencePreview, TurnView,
};
pub use approvals::{
    ApprovalHistory, ApprovalStatus, ApprovalView, ApprovalsView, ClaimAct, ClaimView, DecideResult, DecidingState, DecidingView,
    DecisionField, DecisionFieldKind, DecisionState, DecisionView, DecisionsView, Deputy, NeededTo, WaitingDecision,
};
pub use events::{CatalogueView, EditionView, EventDetail, EventPage, FieldLine, KindView, RequestDetail, RequestLine, VersionView};
pub use finance::{FinanceDay, FinanceHour, FinanceRow, FinanceView};
pub use found::{Found, FoundRow, FoundView};
pub use handlers::{
    ErrandName, ErrandView, HandlerAct, HandlerCan, HandlerError, HandlerPlace, HandlerState, HandlerView, LetterView, LettersView,
};
pub use health::{
    DeniedChannel, HealthView, LinkStep, MalformedFrame, PartFault, Percentiles, SetAside, SetAsideBy, SourceHealth, StoreHealth,
    SupportBundle,
};
pub use inventory::{InventoryView, StockRow, StockRows};
pub use keeping::{ExportFormat, JobKind, JobView, KeepingPlan, KeepingPortion, KeepingView, LetGoNote};
pub use load::{LoadDay, LoadMonth, LoadMonthRow, LoadRule, LoadView, Took, Worked};
pub use money::MoneySum;
pub use orders::{OrderRow, OrderStateCount, OrdersView, Transition};
pub use overview::{Histogram, Need, OverviewView, Urgency};
pub use packs::{PackProblemView, PackView, PacksView};
pub use unread::{UnreadField, UnreadOf};

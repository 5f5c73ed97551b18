//! Whether a decision is asked back: it is large, or needs more than a yes. In the window a dialog asks (`ui/src/act/ask.ts`, which also adds up what is
//! decided at once); a notification has no room for one, so there such a request has no button to decide it.

use super::fields::needed;
use watchdeck_wire::{settings::Settings, views::ApprovalView};

/// Whether approving this request is asked back first: for what it needs, or because it is large.
pub(crate) fn asks(settings: &Settings, view: &ApprovalView) -> bool {
    is_large(settings, view) || needed(view).iter().any(|need| need.needed_to.is_for(true))
}

/// Whether so much is at stake that approving is asked back. An amount that could not be read may be any; which currency it is in makes no difference.
pub(crate) fn is_large(settings: &Settings, view: &ApprovalView) -> bool {
    settings.ask_large && (view.amount.is_some_and(|amount| amount.magnitude() > settings.ask_above) || view.unread.is_some())
}

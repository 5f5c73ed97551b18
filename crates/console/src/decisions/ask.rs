//! Whether a decision is large enough to be asked back. In the window a dialog asks (`ui/src/act/ask.ts`, which also adds up what is decided at once); a
//! notification has no room for one, so there such a request has no button to decide it.

use watchdeck_wire::{settings::Settings, views::ApprovalView};

/// Whether approving this request is asked back first. An amount that could not be read may be any; which currency it is in makes no difference.
pub(crate) fn asks(settings: &Settings, view: &ApprovalView) -> bool {
    settings.ask_large && (view.amount.is_some_and(|amount| amount.magnitude() > settings.ask_above) || view.unread.is_some())
}

//! What a request says, as a number: whoever decides names it, so that nobody decides on what was not on the screen.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use watchdeck_wire::views::ApprovalView;

/// Another number where a request says something else of what is decided.
pub(crate) fn version(view: &ApprovalView) -> u32 {
    let ApprovalView { number, requester, amount, unread, currency, party, reason, deadline, .. } = view;
    let mut hasher = DefaultHasher::new();
    (number, requester, amount.map(|amount| amount.to_string()), unread, currency, party, reason, deadline.map(|due| due.0))
        .hash(&mut hasher);
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_again_is_the_same_and_another_amount_is_not() {
        let json = serde_json::json!({ "key": "s/order:1", "source": "s", "resource_type": "order", "resource_id": "1", "number": "SO-1", "requester": "陈晨",
            "amount": "5", "unread": null, "currency": "CNY", "reason": null, "requested_at": 7, "deadline": null, "status": "pending", "decided_by": null,
            "decided_at": null, "comment": null, "decision": null, "seq": 1, "derived_from": null, "open_url": null, "needs": [] });
        let view: ApprovalView = serde_json::from_value(json).unwrap();
        let again = ApprovalView { seq: 9, requested_at: watchdeck_events::Millis(70), ..view.clone() };
        assert_eq!(version(&view), version(&again));
        let other = ApprovalView { amount: serde_json::from_str("\"7\"").ok(), ..view.clone() };
        assert_ne!(version(&view), version(&other));
    }
}

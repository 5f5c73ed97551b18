//! How long a request may wait: by the ERP's word, else by what the user set for its type.

use watchdeck_events::Millis;
use watchdeck_wire::{
    settings::{ApprovalTimes, Settings},
    views::ApprovalView,
};

/// The times of types that have none of their own.
const OTHERS: &str = "*";
const MINUTE: i64 = 60_000;

fn times(settings: &Settings, view: &ApprovalView) -> Option<ApprovalTimes> {
    settings.approval_times.get(&view.resource_type).or_else(|| settings.approval_times.get(OTHERS)).copied()
}

/// When an answer is due. What the ERP says counts before anything else.
#[must_use]
pub fn due(settings: &Settings, view: &ApprovalView) -> Option<Millis> {
    let own = || times(settings, view)?.deadline_minutes.map(|minutes| view.requested_at.plus(i64::from(minutes) * MINUTE));
    view.deadline.or_else(own)
}

/// From when on whoever decides is to be reminded; `None` where nobody wants to be, or nothing is due.
#[must_use]
pub fn remind_at(settings: &Settings, view: &ApprovalView) -> Option<Millis> {
    let minutes = times(settings, view)?.remind_minutes?;
    due(settings, view).map(|due| due.plus(-i64::from(minutes) * MINUTE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ASKED: Millis = Millis(1_795_248_000_000);

    fn view(resource_type: &str, deadline: Option<i64>) -> ApprovalView {
        serde_json::from_value(json!({
            "key": "s/x:1", "source": "s", "resource_type": resource_type, "resource_id": "1", "number": "1", "requester": "", "reason": null,
            "amount": null, "currency": null, "unread": null, "requested_at": ASKED, "deadline": deadline.map(|minutes| ASKED.plus(minutes * MINUTE)),
            "status": "pending", "decided_at": null, "decided_by": null, "comment": null, "seq": 1, "decision": null,
        }))
        .unwrap()
    }

    #[test]
    fn the_erp_says_when_it_is_due_and_the_user_where_it_does_not() {
        let times = |deadline_minutes, remind_minutes| ApprovalTimes { deadline_minutes, remind_minutes };
        let own = [
            ("return".to_owned(), times(Some(60), Some(15))),
            ("order".to_owned(), times(None, None)),
            ("*".to_owned(), times(Some(240), None)),
        ];
        let settings = Settings { approval_times: own.into(), ..Settings::default() };
        let minutes = |at: Option<Millis>| at.map(|at| at.since(ASKED) / MINUTE);
        let told = |view: &ApprovalView| (minutes(due(&settings, view)), minutes(remind_at(&settings, view)));
        assert_eq!(told(&view("return", None)), (Some(60), Some(45)));
        assert_eq!(told(&view("return", Some(30))), (Some(30), Some(15)), "the ERP's deadline is reminded of too");
        assert_eq!(told(&view("order", None)), (None, None), "a type of its own does not fall back to the others");
        assert_eq!(told(&view("payment", None)), (Some(240), None));
        assert_eq!(due(&Settings::default(), &view("payment", None)), None);
    }
}

//! What waits for a person, the most urgent first.
//!
//! Critical alerts, then requests whose deadline has passed, then those with least time left, those without a deadline by how long they have waited, and
//! then warnings, the worst and the newest first: one that nobody looks at sinks, it does not climb. It decides nothing and knows no page.

use std::cmp::Reverse;
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::views::{AlertView, ApprovalView, Need, Urgency};

/// So much time left is still the next hour's, ms.
const HOUR: i64 = 3_600_000;

/// Order what waits, at this time.
pub(crate) fn by_urgency(alerts: impl Iterator<Item = AlertView>, approvals: impl Iterator<Item = ApprovalView>, at: Millis) -> Vec<Need> {
    let alerts = alerts.map(|alert| {
        let critical = alert.severity == Severity::Critical;
        let (rank, urgency) = if critical { (Rank::Critical, Urgency::Now) } else { (Rank::Warning, Urgency::Later) };
        ((rank, Reverse(alert.severity), alert.last_at.0.saturating_neg()), urgency, Of::Alert(Box::new(alert)))
    });
    let approvals = approvals.map(|approval| {
        let (rank, urgency, key) = match approval.deadline {
            Some(deadline) if deadline <= at => (Rank::Passed, Urgency::Now, deadline),
            Some(deadline) if deadline.since(at) <= HOUR => (Rank::Due, Urgency::NextHour, deadline),
            Some(deadline) => (Rank::Due, Urgency::Later, deadline),
            None => (Rank::Waiting, Urgency::Later, approval.requested_at),
        };
        ((rank, Reverse(Severity::Info), key.0), urgency, Of::Approval(Box::new(approval)))
    });
    let mut all: Vec<_> = alerts.chain(approvals).collect();
    all.sort_by_key(|(key, ..)| *key);
    all.into_iter()
        .map(|(_, urgency, of)| match of {
            Of::Alert(alert) => Need::Alert { urgency, alert },
            Of::Approval(approval) => Need::Approval { urgency, approval },
        })
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Critical,
    Passed,
    Due,
    Waiting,
    Warning,
}

enum Of {
    Alert(Box<AlertView>),
    Approval(Box<ApprovalView>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_wire::views::{AlertState, ApprovalStatus};

    const NOW: Millis = Millis(1_795_248_000_000);
    const MINUTE: i64 = 60_000;

    fn alert(id: &str, severity: Severity, age: i64) -> AlertView {
        let last_at = NOW.plus(-age * MINUTE);
        AlertView {
            id: id.into(),
            source: None,
            rule: "r".into(),
            severity,
            state: AlertState::Firing,
            subject: None,
            label: id.into(),
            values: std::collections::BTreeMap::new(),
            count: 1,
            first_at: last_at,
            last_at,
            acknowledged_by: None,
            snoozed_until: None,
            snoozed_while_same: false,
            resolved_at: None,
            over_since: None,
            chattering: false,
            silenced_by: None,
            unshared: None,
            seq: None,
            timeline: Vec::new(),
            announcements: Vec::new(),
        }
    }

    fn approval(key: &str, waited: i64, left: Option<i64>) -> ApprovalView {
        serde_json::from_value(serde_json::json!({
            "key": key, "source": "s", "resource_type": "order", "resource_id": key, "number": key, "requester": "", "reason": null, "amount": null,
            "currency": null, "unread": null, "requested_at": NOW.plus(-waited * MINUTE), "deadline": left.map(|left| NOW.plus(left * MINUTE)),
            "status": ApprovalStatus::Pending, "decided_at": null, "decided_by": null, "comment": null, "seq": 1, "decision": null,
        }))
        .expect("an approval")
    }

    #[test]
    fn what_is_urgent_comes_first_and_what_is_ignored_does_not_climb() {
        let alerts = [
            alert("old warning", Severity::Warning, 600),
            alert("new warning", Severity::Warning, 1),
            alert("critical", Severity::Critical, 90),
            alert("newer critical", Severity::Critical, 2),
            alert("note", Severity::Info, 0),
        ];
        let approvals = [
            approval("waits", 300, None),
            approval("tomorrow", 400, Some(1_440)),
            approval("soon", 10, Some(20)),
            approval("passed", 500, Some(-5)),
            approval("long passed", 500, Some(-50)),
            approval("waits longer", 900, None),
        ];
        let needs = by_urgency(alerts.into_iter(), approvals.into_iter(), NOW);
        let said: Vec<_> = needs
            .iter()
            .map(|need| match need {
                Need::Alert { urgency, alert } => (*urgency, alert.id.as_str()),
                Need::Approval { urgency, approval } => (*urgency, approval.key.as_str()),
            })
            .collect();
        let expected = [
            (Urgency::Now, "newer critical"),
            (Urgency::Now, "critical"),
            (Urgency::Now, "long passed"),
            (Urgency::Now, "passed"),
            (Urgency::NextHour, "soon"),
            (Urgency::Later, "tomorrow"),
            (Urgency::Later, "waits longer"),
            (Urgency::Later, "waits"),
            (Urgency::Later, "new warning"),
            (Urgency::Later, "old warning"),
            (Urgency::Later, "note"),
        ];
        assert_eq!(said, expected);
    }
}

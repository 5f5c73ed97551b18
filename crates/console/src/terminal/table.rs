//! What waits for a decision, a line each, in columns that Chinese does not push apart.

use super::columns::{self, cut, plain, span};
use crate::doctor::Tongue;
use std::fmt::Write as _;
use watchdeck_alerts::words::Words;
use watchdeck_events::Millis;
use watchdeck_wire::views::{ApprovalView, DecidingState, DecisionState, Deputy};

/// Columns of a line.
const COLUMNS: usize = 7;

/// The table, with its heads; a sentence where nothing waits. `count` is how many there are, shown or not.
pub(super) fn of(pending: &[ApprovalView], count: u32, now: Millis, tongue: Tongue) -> String {
    if pending.is_empty() {
        return tongue.pick("nothing waits for a decision", "没有待审批的申请").to_owned();
    }
    let heads = match tongue {
        Tongue::English => ["KEY", "NUMBER", "AMOUNT", "REQUESTER", "AGE", "DEADLINE", "WHO DECIDES"],
        Tongue::Chinese => ["键", "单号", "金额", "申请人", "已等待", "截止", "由谁处理"],
    };
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(pending.iter().map(|view| line(view, now, tongue)));
    let mut text = columns::table(&lines);
    let hidden = u64::from(count).saturating_sub(pending.len() as u64);
    if hidden > 0 {
        // Writing into a string does not fail.
        let _written = match tongue {
            Tongue::English => writeln!(text, "and {hidden} more"),
            Tongue::Chinese => writeln!(text, "另有 {hidden} 项"),
        };
    }
    text
}

fn line(view: &ApprovalView, now: Millis, tongue: Tongue) -> [String; COLUMNS] {
    let words = if tongue == Tongue::Chinese { Words::CHINESE } else { Words::ENGLISH };
    let amount = view.amount.map(|amount| words.money(amount, view.currency.as_deref())).or_else(|| view.unread.clone());
    let deadline = view.deadline.map(|deadline| due(deadline.since(now), tongue));
    let cell = |text: Option<String>| text.filter(|text| !text.is_empty()).map_or_else(|| "-".to_owned(), |text| cut(&text));
    [
        plain(&view.key),
        cell(Some(view.number.clone())),
        cell(amount),
        cell(Some(view.requester.clone())),
        span(now.since(view.requested_at), tongue),
        cell(deadline),
        cut(&who(view, tongue)),
    ]
}

/// Who decides it, or whose it is to decide.
fn who(view: &ApprovalView, tongue: Tongue) -> String {
    if let Some(decision) = &view.decision {
        let yes = decision.approve;
        return match decision.state {
            DecisionState::Queued | DecisionState::Sent if yes => tongue.pick("you: approved, under way", "您：已批准，提交中").to_owned(),
            DecisionState::Queued | DecisionState::Sent => tongue.pick("you: rejected, under way", "您：已驳回，提交中").to_owned(),
            DecisionState::Failed => tongue.pick("you: it failed, decide again", "您：未成功，请重新处理").to_owned(),
            DecisionState::Confirmed | DecisionState::Overtaken => tongue.pick("open", "待处理").to_owned(),
        };
    }
    if let Some(deciding) = &view.deciding {
        let what = if deciding.approve { tongue.pick("approved", "已批准") } else { tongue.pick("rejected", "已驳回") };
        let how = match deciding.state {
            DecidingState::Confirmed => tongue.pick("confirmed", "已确认"),
            DecidingState::Received | DecidingState::HandedOn | DecidingState::Unanswered => tongue.pick("under way", "提交中"),
        };
        return format!("{}: {what}, {how}", deciding.by);
    }
    if view.can_decide && !view.for_whom.is_empty() {
        let names: Vec<_> = view.for_whom.iter().map(Deputy::shown).collect();
        return match tongue {
            Tongue::English => format!("open, for {}", names.join(" or ")),
            Tongue::Chinese => format!("待处理，代{}", names.join("或")),
        };
    }
    if view.can_decide { tongue.pick("open", "待处理").to_owned() } else { tongue.pick("in the ERP", "在 ERP 中处理").to_owned() }
}

fn due(left: i64, tongue: Tongue) -> String {
    let time = span(left.saturating_abs(), tongue);
    match (tongue, left > 0) {
        (Tongue::English, true) => format!("in {time}"),
        (Tongue::English, false) => format!("{time} ago"),
        (Tongue::Chinese, true) => format!("还剩 {time}"),
        (Tongue::Chinese, false) => format!("已过 {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::columns::width, *};
    use serde_json::{Value, json};

    const NOW: Millis = Millis(1_795_248_000_000);

    fn request(more: Value) -> ApprovalView {
        let mut view = json!({
            "key": "s/order:o1", "source": "s", "resource_type": "order", "resource_id": "o1", "number": "SO-1", "requester": "王芳", "reason": null,
            "amount": "12800.50", "currency": "USD", "unread": null, "requested_at": NOW.0 - 3 * 3_600_000, "deadline": NOW.0 + 20 * 60_000,
            "status": "pending", "decided_at": null, "decided_by": null, "comment": null, "seq": 1, "decision": null, "can_decide": true,
        });
        view.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(view).unwrap()
    }

    #[test]
    fn columns_stand_under_their_heads_whatever_is_written_in_them() {
        let pending = [
            request(json!({})),
            request(json!({ "key": "s/return:退货-77", "requester": "", "deadline": NOW.0 - 60_000, "can_decide": false })),
        ];
        let text = of(&pending, 5, NOW, Tongue::English);
        let expected = "\
KEY               NUMBER  AMOUNT         REQUESTER  AGE        DEADLINE   WHO DECIDES
s/order:o1        SO-1    US$ 12,800.50  王芳       3 h 0 min  in 20 min  open
s/return:退货-77  SO-1    US$ 12,800.50  -          3 h 0 min  1 min ago  in the ERP
and 3 more
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_foreign_text_moves_no_cursor_and_takes_no_more_than_its_place() {
        let hostile = request(json!({ "number": "\u{1b}[2J\u{7}x", "requester": "长".repeat(90) }));
        let text = of(&[hostile], 1, NOW, Tongue::Chinese);
        assert!(!text.contains('\u{1b}') && text.contains("[2Jx") && text.contains('…'), "{text}");
        assert!(text.lines().all(|line| width(line) < 160), "{text}");
    }

    #[test]
    fn whoever_decides_it_is_named() {
        let deciding = json!({ "deciding": { "approve": true, "by": "李雷", "state": "handed_on", "at": 1 } });
        assert_eq!(who(&request(deciding), Tongue::English), "李雷: approved, under way");
        let for_two = json!({ "for_whom": [{ "id": "u1", "name": "李雷" }, { "id": "u2", "name": "" }] });
        assert_eq!(who(&request(for_two), Tongue::English), "open, for 李雷 or u2");
        let ours = json!({ "decision": { "approve": false, "at": 1, "state": "queued", "attempts": 0, "error": null } });
        assert_eq!(who(&request(ours), Tongue::Chinese), "您：已驳回，提交中");
    }
}

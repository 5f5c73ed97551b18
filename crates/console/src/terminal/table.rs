//! What waits for a decision, a line each, in columns that Chinese does not push apart.

use crate::doctor::Tongue;
use std::fmt::Write as _;
use watchdeck_alerts::words::Words;
use watchdeck_events::Millis;
use watchdeck_wire::views::{ApprovalView, DecidingState, DecisionState, Deputy};

/// Columns of a line.
const COLUMNS: usize = 7;
/// Widest cell but for the key, which is to be copied whole.
const WIDEST: usize = 40;

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
    let wide: [usize; COLUMNS] = std::array::from_fn(|column| lines.iter().map(|cells| width(&cells[column])).max().unwrap_or_default());
    let mut text = String::new();
    for cells in &lines {
        let mut line = String::new();
        for (cell, wide) in cells.iter().zip(wide) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', wide + 2 - width(cell)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
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

/// A time in its two largest units.
fn span(ms: i64, tongue: Tongue) -> String {
    let minutes = ms.max(0) / 60_000;
    let (days, hours, left) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (tongue, days, hours) {
        (Tongue::English, 0, 0) => format!("{left} min"),
        (Tongue::English, 0, _) => format!("{hours} h {left} min"),
        (Tongue::English, ..) => format!("{days} d {hours} h"),
        (Tongue::Chinese, 0, 0) => format!("{left} 分钟"),
        (Tongue::Chinese, 0, _) => format!("{hours} 小时 {left} 分"),
        (Tongue::Chinese, ..) => format!("{days} 天 {hours} 小时"),
    }
}

/// A foreign text moves no cursor and colours nothing.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn cut(text: &str) -> String {
    let text = plain(text);
    if width(&text) <= WIDEST {
        return text;
    }
    let mut wide = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            wide += width_of(*c);
            wide < WIDEST
        })
        .collect();
    kept + "…"
}

fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Places that a terminal gives a character: two to what is as wide as it is high (UAX #11, the blocks that names and words are written in).
const fn width_of(c: char) -> usize {
    match c as u32 {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

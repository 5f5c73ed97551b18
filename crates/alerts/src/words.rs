//! The few words that the core itself says: titles and bodies of native notifications, which no window translates.

mod money;

use crate::rules;
use watchdeck_events::{Money, line};
use watchdeck_wire::{
    settings::{Language, Settings},
    views::AlertView,
};

/// Longest first line of a notification, characters. What is longer, notification services cut where they like.
const TITLE: usize = 120;
/// Longest text under it.
const BODY: usize = 280;

/// In which language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    chinese: bool,
}

impl Words {
    /// English.
    pub const ENGLISH: Self = Self { chinese: false };
    /// Simplified Chinese.
    pub const CHINESE: Self = Self { chinese: true };

    /// By the user's setting, else by the system's language.
    #[must_use]
    pub fn choose(settings: &Settings, system_language: Option<&str>) -> Self {
        match settings.language {
            Language::Chinese => Self::CHINESE,
            Language::English => Self::ENGLISH,
            Language::System => Self { chinese: system_language.is_some_and(|tag| tag.to_ascii_lowercase().starts_with("zh")) },
        }
    }

    fn either(self, chinese: &'static str, english: &'static str) -> &'static str {
        if self.chinese { chinese } else { english }
    }

    /// A button.
    #[must_use]
    pub fn action(self, id: &str) -> &'static str {
        match id {
            "approve" => self.either("批准", "Approve"),
            "reject" => self.either("驳回", "Reject"),
            "acknowledge" => self.either("确认", "Acknowledge"),
            _ => self.either("打开", "Open"),
        }
    }

    /// Why a source waits whose secret is kept and not given.
    pub fn secret_unread(self, why: &str) -> String {
        if self.chinese {
            format!("此来源的密钥已保存，但现在读取不到（{why}）。请解锁系统钥匙串后重新连接，或重新登录。")
        } else {
            format!(
                "The secret of this source is kept, but cannot be read now ({why}). Unlock the system's keychain and reconnect, or sign in again."
            )
        }
    }

    /// Why a source waits that would deafen another.
    pub fn account_in_use(self, other: &str) -> String {
        if self.chinese {
            format!("此服务器每个账号只保留一条连接，该账号已由“{other}”使用；再连一次会使其收不到事件。请用另一个账号登录。")
        } else {
            format!(
                "This server keeps one link per account, and \u{201c}{other}\u{201d} uses this one; a second link would deafen it. Sign in with an account of its own."
            )
        }
    }

    /// First line when a decision that was made on a notification came to nothing.
    pub fn decision_lost(self, number: &str, approve: bool) -> String {
        match (self.chinese, approve) {
            (true, true) => format!("{number} 未能批准"),
            (true, false) => format!("{number} 未能驳回"),
            (false, true) => format!("{number} was not approved"),
            (false, false) => format!("{number} was not rejected"),
        }
    }

    /// Why a button came too late.
    pub fn already_decided(self, by: Option<&str>) -> String {
        match (self.chinese, by) {
            (true, Some(by)) => format!("{by} 已经处理过。"),
            (true, None) => "已经有人处理过。".to_owned(),
            (false, Some(by)) => format!("It was already decided by {by}."),
            (false, None) => "It was already decided.".to_owned(),
        }
    }

    /// First line when a button of a notification did nothing.
    pub fn button_failed(self) -> &'static str {
        self.either("操作未完成", "That did not work")
    }

    /// Why a request cannot be decided here.
    pub fn takes_no_decisions(self, source: &str) -> String {
        if self.chinese {
            format!("{source} 不接受从这里提交的审批；请在 ERP 中处理。")
        } else {
            format!("{source} takes no decisions from here; decide in the ERP.")
        }
    }

    /// Why no second link was opened for a test, and what the running one says.
    pub fn asked_running(self, name: &str, well: bool) -> String {
        match (self.chinese, well) {
            (true, true) => format!("该服务器对每个用户只保留一条连接，因此没有另开一条；正在运行的“{name}”连接正常。"),
            (true, false) => format!("该服务器对每个用户只保留一条连接，因此没有另开一条；正在运行的“{name}”目前没有连上。"),
            (false, true) => {
                format!("This server keeps one link per user, so no second one was opened; the running link of {name} is well.")
            }
            (false, false) => {
                format!(
                    "This server keeps one link per user, so no second one was opened; the running link of {name} is not connected now."
                )
            }
        }
    }

    /// Between the parts of a list.
    #[must_use]
    pub fn comma(self) -> &'static str {
        self.either("，", ", ")
    }

    /// An amount in its currency. See [`money`].
    #[must_use]
    pub fn money(self, amount: Money, currency: Option<&str>) -> String {
        money::text(amount, currency, self.chinese)
    }

    /// The amount of an alert: what could not be read is said as it was written.
    fn amount(self, alert: &AlertView) -> Option<String> {
        let value = |name: &str| alert.values.get(name).map(String::as_str);
        let known = value("amount").and_then(|amount| serde_json::to_string(amount).ok()).and_then(|token| Money::from_json(&token));
        known.map(|amount| self.money(amount, value("currency"))).or_else(|| value("unread").map(str::to_owned))
    }

    /// First line for an alert.
    #[must_use]
    pub fn title(self, alert: &AlertView) -> String {
        let label = &alert.label;
        let value = |name: &str| alert.values.get(name).map_or("", String::as_str);
        let with = |chinese: &'static str, english: &'static str| {
            let what = self.either(chinese, english);
            self.amount(alert).map_or_else(|| what.to_owned(), |amount| format!("{what}{}{amount}", self.either("：", ": ")))
        };
        let title = match alert.rule.as_str() {
            rules::LOW_STOCK if self.chinese => format!("{label} 库存不足"),
            rules::LOW_STOCK => format!("{label} is low"),
            rules::APPROVAL_REQUESTED if self.chinese => format!("{}{label} 等待审批", self.resource(value("resource_type"))),
            rules::APPROVAL_REQUESTED => format!("{} {label} awaits approval", self.resource(value("resource_type"))),
            rules::FINANCE_OVERDUE => with("逾期", "Overdue"),
            rules::LARGE_REFUND => with("大额退款", "Large refund"),
            rules::SYSTEM_CRITICAL => self.either("系统严重告警", "Critical system alert").to_owned(),
            rules::FEED_STALE if self.chinese => format!("{label} 的数据已停止更新"),
            rules::FEED_STALE => format!("{label} has stopped updating"),
            rules::FEED_QUIET if self.chinese => format!("{label} 久无新事件"),
            rules::FEED_QUIET => format!("No event from {label} for long"),
            _ => label.clone(),
        };
        line::of(&title, TITLE).into_owned()
    }

    /// The rest for an alert.
    #[must_use]
    pub fn body(self, alert: &AlertView) -> String {
        let value = |name: &str| alert.values.get(name).map_or("", String::as_str);
        let join = |parts: &[&str]| parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ");
        let body = match alert.rule.as_str() {
            rules::LOW_STOCK if self.chinese => format!("现有 {}，阈值 {}", value("on_hand"), value("threshold")),
            rules::LOW_STOCK => format!("{} on hand, threshold {}", value("on_hand"), value("threshold")),
            rules::APPROVAL_REQUESTED => join(&[&self.amount(alert).unwrap_or_default(), value("requester"), value("message")]),
            rules::FINANCE_OVERDUE | rules::LARGE_REFUND => join(&[value("number"), value("party")]),
            rules::FEED_STALE => self.either("数字可能已过时，正在重新连接。", "Numbers may be out of date; reconnecting.").to_owned(),
            rules::FEED_QUIET if self.chinese => {
                format!("连接正常，但已 {} 分钟没有事件，比平时久；请检查 ERP 是否仍在发布。", value("minutes"))
            }
            rules::FEED_QUIET => format!(
                "The link answers, but nothing came for {} min, longer than usual; look whether the ERP still publishes.",
                value("minutes")
            ),
            _ => value("message").to_owned(),
        };
        line::of(&body, BODY).into_owned()
    }

    fn resource(self, resource_type: &str) -> &str {
        match resource_type {
            "order" => self.either("订单 ", "Order"),
            "return" => self.either("退货单 ", "Return"),
            "payment" => self.either("付款单 ", "Payment"),
            "refund" => self.either("退款单 ", "Refund"),
            "adjustment" => self.either("调整单 ", "Adjustment"),
            _ => self.either("申请 ", "Request"),
        }
    }

    /// First line of the summary.
    #[must_use]
    pub fn summary_title(self, count: usize) -> String {
        match (self.chinese, count) {
            (true, _) => format!("另有 {count} 条需要处理"),
            (false, 1) => "1 more thing needs attention".to_owned(),
            (false, _) => format!("{count} more things need attention"),
        }
    }

    /// One part of the summary.
    #[must_use]
    pub fn summary_part(self, rule: &str, count: usize) -> String {
        let what = match rule {
            rules::LOW_STOCK => self.either("库存不足", "low stock"),
            rules::APPROVAL_REQUESTED => self.either("待审批", "approvals"),
            rules::FINANCE_OVERDUE => self.either("逾期", "overdue"),
            rules::LARGE_REFUND => self.either("大额退款", "large refunds"),
            rules::SYSTEM_CRITICAL => self.either("系统告警", "system alerts"),
            _ => self.either("数据停滞", "stale feeds"),
        };
        format!("{what} {count}")
    }

    /// Title of the test notification.
    #[must_use]
    pub fn test_title(self) -> &'static str {
        self.either("测试通知", "Test notification")
    }

    /// Body of the test notification.
    #[must_use]
    pub fn test_body(self) -> &'static str {
        self.either("通知工作正常。", "Notifications work.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use watchdeck_events::{Millis, Severity};
    use watchdeck_wire::views::AlertState;

    fn alert(rule: &str, label: &str, values: &[(&str, &str)]) -> AlertView {
        AlertView {
            id: "i".into(),
            source: None,
            rule: rule.into(),
            severity: Severity::Warning,
            state: AlertState::Firing,
            subject: None,
            label: label.into(),
            values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>(),
            count: 1,
            first_at: Millis(0),
            last_at: Millis(0),
            acknowledged_by: None,
            snoozed_until: None,
            resolved_at: None,
            seq: None,
            timeline: Vec::new(),
        }
    }

    #[test]
    fn a_request_in_dollars_is_not_said_in_yuan() {
        let dollars = alert(rules::APPROVAL_REQUESTED, "PAY-7", &[("amount", "12800.50"), ("currency", "USD"), ("requester", "Wang")]);
        for words in [Words::CHINESE, Words::ENGLISH] {
            assert_eq!(words.body(&dollars), "US$ 12,800.50 · Wang");
        }
        let unnamed = alert(rules::FINANCE_OVERDUE, "R-1", &[("amount", "900")]);
        assert_eq!(Words::ENGLISH.title(&unnamed), "Overdue: 900", "none is made up");
        let unread = alert(rules::LARGE_REFUND, "R-1", &[("unread", "a lot")]);
        assert_eq!(Words::CHINESE.title(&unread), "大额退款：a lot", "nor is an amount");
    }

    #[test]
    fn a_foreign_text_is_one_line_of_a_notification() {
        let trace = "stock posting failed\n\tat Posting.run(Posting.java:7)\n".repeat(200);
        let said = Words::ENGLISH.body(&alert(rules::SYSTEM_CRITICAL, "x", &[("message", &trace)]));
        assert!(said.chars().count() <= BODY && !said.contains('\n'), "{said}");
        let title = Words::ENGLISH.title(&alert(rules::LOW_STOCK, &"N".repeat(5_000), &[]));
        assert!(title.chars().count() <= TITLE, "{title}");
    }
}

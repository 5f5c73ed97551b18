//! The few words that the core itself says: titles and bodies of native notifications, which no window translates.

use crate::{
    alerts::rules,
    api::{
        settings::{Language, Settings},
        views::AlertView,
    },
};

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
    pub(crate) fn secret_unread(self, why: &str) -> String {
        if self.chinese {
            format!("此来源的密钥已保存，但现在读取不到（{why}）。请解锁系统钥匙串后重新连接，或重新登录。")
        } else {
            format!(
                "The secret of this source is kept, but cannot be read now ({why}). Unlock the system's keychain and reconnect, or sign in again."
            )
        }
    }

    /// First line when a decision that was made on a notification came to nothing.
    pub(crate) fn decision_lost(self, number: &str, approve: bool) -> String {
        match (self.chinese, approve) {
            (true, true) => format!("{number} 未能批准"),
            (true, false) => format!("{number} 未能驳回"),
            (false, true) => format!("{number} was not approved"),
            (false, false) => format!("{number} was not rejected"),
        }
    }

    /// Why a button came too late.
    pub(crate) fn already_decided(self, by: Option<&str>) -> String {
        match (self.chinese, by) {
            (true, Some(by)) => format!("{by} 已经处理过。"),
            (true, None) => "已经有人处理过。".to_owned(),
            (false, Some(by)) => format!("It was already decided by {by}."),
            (false, None) => "It was already decided.".to_owned(),
        }
    }

    /// First line when a button of a notification did nothing.
    pub(crate) fn button_failed(self) -> &'static str {
        self.either("操作未完成", "That did not work")
    }

    /// Why a request cannot be decided here.
    pub(crate) fn takes_no_decisions(self, source: &str) -> String {
        if self.chinese {
            format!("{source} 不接受从这里提交的审批；请在 ERP 中处理。")
        } else {
            format!("{source} takes no decisions from here; decide in the ERP.")
        }
    }

    /// Why no second link was opened for a test, and what the running one says.
    pub(crate) fn asked_running(self, name: &str, well: bool) -> String {
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

    /// First line for an alert.
    #[must_use]
    pub fn title(self, alert: &AlertView) -> String {
        let label = &alert.label;
        let value = |name: &str| alert.values.get(name).map_or("", String::as_str);
        match alert.rule.as_str() {
            rules::LOW_STOCK if self.chinese => format!("{label} 库存不足"),
            rules::LOW_STOCK => format!("{label} is low"),
            rules::APPROVAL_REQUESTED if self.chinese => format!("{}{label} 等待审批", self.resource(value("resource_type"))),
            rules::APPROVAL_REQUESTED => format!("{} {label} awaits approval", self.resource(value("resource_type"))),
            rules::FINANCE_OVERDUE if self.chinese => format!("逾期：¥ {}", value("amount")),
            rules::FINANCE_OVERDUE => format!("Overdue: ¥ {}", value("amount")),
            rules::LARGE_REFUND if self.chinese => format!("大额退款：¥ {}", value("amount")),
            rules::LARGE_REFUND => format!("Large refund: ¥ {}", value("amount")),
            rules::SYSTEM_CRITICAL => self.either("系统严重告警", "Critical system alert").to_owned(),
            rules::FEED_STALE if self.chinese => format!("{label} 的数据已停止更新"),
            rules::FEED_STALE => format!("{label} has stopped updating"),
            _ => label.clone(),
        }
    }

    /// The rest for an alert.
    #[must_use]
    pub fn body(self, alert: &AlertView) -> String {
        let value = |name: &str| alert.values.get(name).map_or("", String::as_str);
        let join = |parts: &[&str]| parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ");
        match alert.rule.as_str() {
            rules::LOW_STOCK if self.chinese => format!("现有 {}，阈值 {}", value("on_hand"), value("threshold")),
            rules::LOW_STOCK => format!("{} on hand, threshold {}", value("on_hand"), value("threshold")),
            rules::APPROVAL_REQUESTED => {
                let amount = alert.values.get("amount").map(|amount| format!("¥ {amount}")).unwrap_or_default();
                join(&[&amount, value("requester"), value("message")])
            }
            rules::FINANCE_OVERDUE | rules::LARGE_REFUND => join(&[value("number"), value("party")]),
            rules::FEED_STALE => self.either("数字可能已过时，正在重新连接。", "Numbers may be out of date; reconnecting.").to_owned(),
            _ => value("message").to_owned(),
        }
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

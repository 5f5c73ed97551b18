//! The few words that the core itself says: titles and bodies of native notifications, which no window translates.

mod money;

use watchdeck_events::Money;
use watchdeck_wire::{
    settings::{Language, Settings, Worded},
    views::Deputy,
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

    /// Simplified Chinese, and not English.
    #[must_use]
    pub const fn is_chinese(self) -> bool {
        self.chinese
    }

    /// The text of this language.
    #[must_use]
    pub fn either(self, chinese: &'static str, english: &'static str) -> &'static str {
        if self.chinese { chinese } else { english }
    }

    /// What a document says, in this language where it does.
    pub(crate) fn worded(self, text: &Worded) -> &str {
        text.of(self.chinese)
    }

    /// The text of this language, where it had to be made.
    pub(crate) fn of(self, chinese: String, english: String) -> String {
        if self.chinese { chinese } else { english }
    }

    /// A button.
    #[must_use]
    pub fn action(self, id: &str) -> &'static str {
        match id {
            "approve" => self.either("批准", "Approve"),
            "reject" => self.either("驳回", "Reject"),
            "acknowledge" => self.either("确认", "Acknowledge"),
            "open_erp" => self.either("在 ERP 中打开", "Open in the ERP"),
            _ => self.either("打开", "Open"),
        }
    }

    /// A button that rejects with a reason that lies ready.
    #[must_use]
    pub fn reject_with(self, reason: &str) -> String {
        format!("{}{}{reason}", self.action("reject"), self.either("：", ": "))
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

    /// Why a button did not decide: somebody else is on it.
    pub fn claimed_by(self, who: &str) -> String {
        if self.chinese {
            format!("{who} 正在处理此申请，请在窗口中确认后再处理。")
        } else {
            format!("{who} is on it; decide it in the window if you mean to.")
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

    /// Why the command line does not approve a request at once.
    #[must_use]
    pub fn asked_back(self, number: &str) -> String {
        if self.chinese {
            format!("{number} 的金额超过需要再次确认的上限；确认要批准请加上 --yes")
        } else {
            format!("{number} is above the amount that is asked back first; say --yes to approve it all the same")
        }
    }

    /// Why a request that several have passed on is not decided at once: on a notification, or where the command line names it.
    #[must_use]
    pub fn for_whom(self, whom: &[Deputy], number: Option<&str>) -> String {
        let one = |one: &Deputy| if one.name.trim().is_empty() { one.id.clone() } else { format!("{} ({})", one.name, one.id) };
        let names = whom.iter().map(one).collect::<Vec<_>>().join(self.comma());
        match (number, self.chinese) {
            (Some(number), true) => format!("{number} 由多位同事委托给您：{names}；请用 --for ID 指明代谁审批"),
            (Some(number), false) => format!("several have passed {number} on to you: {names}; say for whom with --for ID"),
            (None, true) => format!("由多位同事委托给您：{names}；请在 Watchdeck 中选择代谁审批"),
            (None, false) => format!("Several have passed it on to you: {names}. Choose in Watchdeck for whom you decide."),
        }
    }

    /// Why a notification of a request has no button to decide it.
    #[must_use]
    pub fn decided_elsewhere(self) -> &'static str {
        self.either("请在 ERP 中处理", "decide in the ERP")
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

    /// An amount; what could not be read is said as it was written, and nothing where none is known.
    pub(crate) fn amount(self, amount: Option<Money>, currency: Option<&str>, unread: Option<&str>) -> String {
        amount.map_or_else(|| unread.unwrap_or_default().to_owned(), |amount| self.money(amount, currency))
    }

    /// What a request is about, with its number.
    pub(crate) fn resource(self, resource_type: &str, number: &str) -> String {
        let [zh, en] = match resource_type {
            "order" => ["订单", "Order"],
            "return" => ["退货单", "Return"],
            "payment" => ["付款单", "Payment"],
            "refund" => ["退款单", "Refund"],
            "adjustment" => ["调整单", "Adjustment"],
            "review" => ["审核", "Review"],
            "booking" => ["预订", "Booking"],
            _ => ["申请", "Request"],
        };
        self.of(format!("{zh} {number}"), format!("{en} {number}"))
    }

    /// A number as people read it: in groups of three. What is no number stays as it is.
    #[must_use]
    pub fn number(self, text: &str) -> String {
        money::number(text)
    }

    /// First line of the summary: the most urgent, by its own title, and how many there are beside it.
    #[must_use]
    pub fn summary_title(self, most_urgent: &str, others: usize) -> String {
        let n = self.number(&others.to_string());
        match (self.chinese, others) {
            (_, 0) => most_urgent.to_owned(),
            (true, _) => format!("{most_urgent}，另有 {n} 条"),
            (false, _) => format!("{most_urgent}, and {n} more"),
        }
    }

    /// What the built-in ERP is called as a source.
    #[must_use]
    pub fn demo_name(self) -> &'static str {
        let [chinese, english] = Self::DEMO_NAMES;
        self.either(chinese, english)
    }

    /// All that it was ever called in.
    pub const DEMO_NAMES: [&'static str; 2] = ["演示 ERP", "Demo ERP"];

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

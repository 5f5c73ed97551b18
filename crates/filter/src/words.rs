//! The words that stand on the screen in place of what an event says: a person searches for what is read there, in either language.
//!
//! The same words as in the window's catalogues (`ui/src/text`), which a test compares; titles of kinds come from the event catalogue.

use watchdeck_events::{Catalogue, Event, fields::Fields, fold};

/// A word of the data, and how the window says it in Chinese and in English.
const WORDS: [(&str, &str, &str); 46] = [
    ("inbound", "入库", "in"),
    ("outbound", "出库", "out"),
    ("adjust", "调整", "adjusted"),
    ("reserve", "预留", "reserved"),
    ("release", "释放", "released"),
    ("created", "已登记", "created"),
    ("confirmed", "已确认", "confirmed"),
    ("cancelled", "已取消", "cancelled"),
    ("overdue", "逾期", "overdue"),
    ("updated", "已更新", "updated"),
    ("deleted", "已删除", "deleted"),
    ("sales", "销售单", "Sales"),
    ("return", "退货单", "Return"),
    ("purchase", "采购单", "Purchase"),
    ("draft", "草稿", "Draft"),
    ("pending", "待处理", "Pending"),
    ("submitted", "已提交", "Submitted"),
    ("confirmed", "已确认", "Confirmed"),
    ("approved", "已批准", "Approved"),
    ("rejected", "已驳回", "Rejected"),
    ("ordered", "已下单", "Ordered"),
    ("processing", "处理中", "Processing"),
    ("preparing", "备货中", "Preparing"),
    ("picking", "拣货中", "Picking"),
    ("packed", "已打包", "Packed"),
    ("in_production", "生产中", "In production"),
    ("in_transit", "在途", "In transit"),
    ("shipped", "已发货", "Shipped"),
    ("delivered", "已送达", "Delivered"),
    ("receiving", "收货中", "Receiving"),
    ("received", "已收货", "Received"),
    ("inspecting", "质检中", "Inspecting"),
    ("refunded", "已退款", "Refunded"),
    ("returned", "已退回", "Returned"),
    ("paid", "已付款", "Paid"),
    ("completed", "已完成", "Completed"),
    ("cancelled", "已取消", "Cancelled"),
    ("closed", "已关闭", "Closed"),
    ("order", "订单", "Order"),
    ("payment", "付款单", "Payment"),
    ("refund", "退款单", "Refund"),
    ("adjustment", "调整单", "Adjustment"),
    ("payment", "收款", "Payment in"),
    ("paymentOut", "付款", "Payment out"),
    ("refund", "退款", "Refund"),
    ("pending", "待审批", "Pending"),
];

/// A kind, the action that it tells of (and the sort of record), and the title that they have together.
const TITLES: [(&str, &str, &str, &str); 45] = [
    ("inventory:change", "inbound", "库存入库", "Stock in"),
    ("inventory:change", "outbound", "库存出库", "Stock out"),
    ("inventory:change", "adjust", "库存调整", "Stock adjusted"),
    ("inventory:change", "reserve", "库存预留", "Stock reserved"),
    ("inventory:change", "release", "预留释放", "Stock released"),
    ("order:status", "sales", "销售订单状态", "Sales order status"),
    ("order:status", "return", "退货单状态", "Return status"),
    ("order:status", "purchase", "采购订单状态", "Purchase order status"),
    ("approval:request", "order", "订单提交审批", "Order for approval"),
    ("approval:request", "return", "退货单提交审批", "Return for approval"),
    ("approval:request", "payment", "付款单提交审批", "Payment for approval"),
    ("approval:request", "refund", "退款单提交审批", "Refund for approval"),
    ("approval:request", "adjustment", "调整单提交审批", "Adjustment for approval"),
    ("approval:approved", "order", "订单审批通过", "Order approved"),
    ("approval:approved", "return", "退货单审批通过", "Return approved"),
    ("approval:approved", "payment", "付款单审批通过", "Payment approved"),
    ("approval:approved", "refund", "退款单审批通过", "Refund approved"),
    ("approval:approved", "adjustment", "调整单审批通过", "Adjustment approved"),
    ("approval:rejected", "order", "订单审批驳回", "Order rejected"),
    ("approval:rejected", "return", "退货单审批驳回", "Return rejected"),
    ("approval:rejected", "payment", "付款单审批驳回", "Payment rejected"),
    ("approval:rejected", "refund", "退款单审批驳回", "Refund rejected"),
    ("approval:rejected", "adjustment", "调整单审批驳回", "Adjustment rejected"),
    ("data:change", "created", "资料新增", "Record added"),
    ("data:change", "created/product", "商品新增", "Product added"),
    ("data:change", "created/customer", "客户新增", "Customer added"),
    ("data:change", "created/supplier", "供应商新增", "Supplier added"),
    ("data:change", "created/category", "分类新增", "Category added"),
    ("data:change", "created/user", "用户新增", "User added"),
    ("data:change", "updated", "资料更新", "Record updated"),
    ("data:change", "updated/product", "商品更新", "Product updated"),
    ("data:change", "updated/customer", "客户更新", "Customer updated"),
    ("data:change", "updated/supplier", "供应商更新", "Supplier updated"),
    ("data:change", "updated/category", "分类更新", "Category updated"),
    ("data:change", "updated/user", "用户更新", "User updated"),
    ("data:change", "deleted", "资料删除", "Record deleted"),
    ("data:change", "deleted/product", "商品删除", "Product deleted"),
    ("data:change", "deleted/customer", "客户删除", "Customer deleted"),
    ("data:change", "deleted/supplier", "供应商删除", "Supplier deleted"),
    ("data:change", "deleted/category", "分类删除", "Category deleted"),
    ("data:change", "deleted/user", "用户删除", "User deleted"),
    ("notification", "info", "消息通知", "Notification"),
    ("notification", "success", "成功通知", "Success notification"),
    ("notification", "warning", "警告通知", "Warning notification"),
    ("notification", "error", "错误通知", "Error notification"),
];

/// What happens to a record of money: its type, the action, and the title that both have together, whatever the kind.
const MONEY: [(&str, &str, &str); 18] = [
    ("payment/created", "收款登记", "Payment in recorded"),
    ("payment/confirmed", "收款确认", "Payment received"),
    ("payment/cancelled", "收款取消", "Payment in cancelled"),
    ("payment/overdue", "收款逾期", "Payment in overdue"),
    ("payment/updated", "收款更新", "Payment in updated"),
    ("payment/deleted", "收款删除", "Payment in deleted"),
    ("paymentOut/created", "付款登记", "Payment out recorded"),
    ("paymentOut/confirmed", "付款确认", "Payment made"),
    ("paymentOut/cancelled", "付款取消", "Payment out cancelled"),
    ("paymentOut/overdue", "付款逾期", "Payment out overdue"),
    ("paymentOut/updated", "付款更新", "Payment out updated"),
    ("paymentOut/deleted", "付款删除", "Payment out deleted"),
    ("refund/created", "退款登记", "Refund recorded"),
    ("refund/confirmed", "退款确认", "Refund issued"),
    ("refund/cancelled", "退款取消", "Refund cancelled"),
    ("refund/overdue", "退款逾期", "Refund overdue"),
    ("refund/updated", "退款更新", "Refund updated"),
    ("refund/deleted", "退款删除", "Refund deleted"),
];

/// Kinds that tell of money.
const MONEY_KINDS: [&str; 4] = ["finance:payment", "finance:refund", "finance:overdue", "finance:change"];

/// Where an event says what its title tells beside its kind.
const ACTIONS: [&str; 4] = ["action", "orderType", "resourceType", "notificationType"];

/// Shorter words, in bytes, are found where they stand only: `in` is in half of everything.
const SHORTEST: usize = 3;

/// What a searched word stands for on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// Values of fields.
    values: Vec<&'static str>,
    kinds: Vec<String>,
    /// Kind and action.
    titles: Vec<(&'static str, &'static str)>,
    /// Type of record and action.
    money: Vec<&'static str>,
}

impl Shown {
    /// Of a folded text.
    pub(super) fn of(text: &str) -> Self {
        if text.len() < SHORTEST {
            return Self::default();
        }
        let says = |zh: &str, en: &str| fold(zh).contains(text) || fold(en).contains(text);
        let kinds = Catalogue::builtin().kinds().iter();
        Self {
            values: WORDS.iter().filter(|(_, zh, en)| says(zh, en)).map(|(value, ..)| *value).collect(),
            kinds: kinds.filter(|info| says(&info.title.zh, &info.title.en)).map(|info| info.kind.to_string()).collect(),
            titles: TITLES.iter().filter(|(.., zh, en)| says(zh, en)).map(|(kind, action, ..)| (*kind, *action)).collect(),
            money: MONEY.iter().filter(|(_, zh, en)| says(zh, en)).map(|(what, ..)| *what).collect(),
        }
    }

    /// Whether it stands for nothing but itself.
    pub(super) fn is_nothing(&self) -> bool {
        self.values.is_empty() && self.kinds.is_empty() && self.titles.is_empty() && self.money.is_empty()
    }

    /// Folded texts of which one stands in every event that shows it.
    pub(super) fn stands_for(&self) -> impl Iterator<Item = String> {
        let kinds = self.kinds.iter().map(String::as_str).chain(self.titles.iter().map(|(kind, _)| *kind));
        let kinds = kinds.chain(MONEY_KINDS.into_iter().filter(|_| !self.money.is_empty()));
        self.values.iter().copied().chain(kinds).map(|text| fold(text).into_owned())
    }

    /// Whether `event` shows it.
    pub(super) fn is_on(&self, event: &Event, fields: &Fields<'_>) -> bool {
        let kind = event.kind.as_str();
        let says = |name: &str, value: &str| fields.text(name).is_some_and(|text| text.eq_ignore_ascii_case(value));
        let tells = |told: &str| match told.split_once('/') {
            Some((action, resource)) => says("action", action) && says("resource", resource),
            None => ACTIONS.into_iter().any(|name| says(name, told)),
        };
        // As the window words it: a refund's event is about a refund, an overdue one about what is overdue.
        let moves = |what: &str| {
            let (record, action) = what.split_once('/').unwrap_or((what, ""));
            let of = match kind {
                "finance:refund" => record == "refund",
                "finance:payment" if fields.text("recordType").is_none() => record == "payment",
                _ => says("recordType", record),
            };
            of && if kind == "finance:overdue" { action == "overdue" } else { says("action", action) }
        };
        self.kinds.iter().any(|known| known == kind)
            || self.titles.iter().any(|(known, told)| *known == kind && tells(told))
            || (!self.money.is_empty() && MONEY_KINDS.contains(&kind) && self.money.iter().any(|what| moves(what)))
            || (!self.values.is_empty() && fields.iter().any(|(name, _)| self.values.iter().any(|value| says(name, value))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_windows_words_are_searched_for() {
        for (chinese, words) in
            [(true, include_str!("../../../ui/src/text/zh/words.ts")), (false, include_str!("../../../ui/src/text/en/words.ts"))]
        {
            let mut compared = 0;
            for group in ["action", "orderType", "status", "resourceType", "recordType", "approvalStatus"] {
                let start = words.find(&format!("  {group}: {{")).expect("the catalogue has this group");
                let body = &words[start..start + words[start..].find('}').expect("it ends")];
                for entry in body.split_once('{').expect("it begins").1.split(',') {
                    let Some((value, word)) = entry.split_once(':') else { continue };
                    let (value, word) = (value.trim().trim_matches('"'), word.trim().trim_matches('"'));
                    let known = WORDS.iter().any(|(known, zh, en)| *known == value && (if chinese { *zh } else { *en }) == word);
                    assert!(known, "{value} reads {word} in the window and is not found by it");
                    compared += 1;
                }
            }
            assert!(compared > 40, "{compared}");
            for (group, known) in [
                ("kindAction", TITLES.iter().map(|(kind, told, zh, en)| (format!("{kind}/{told}"), *zh, *en)).collect::<Vec<_>>()),
                ("money", MONEY.iter().map(|(what, zh, en)| ((*what).to_owned(), *zh, *en)).collect()),
            ] {
                let start = words.find(&format!("  {group}: {{")).expect("the catalogue has this group");
                let body = &words[start..start + words[start..].find('}').expect("it ends")];
                let told: Vec<_> = body.lines().filter_map(|line| line.trim().trim_start_matches('"').split_once("\": \"")).collect();
                assert_eq!(told.len(), known.len(), "{group}");
                for (key, word) in told {
                    let word = word.trim_end_matches(',').trim_end_matches('"');
                    let found = known.iter().any(|(name, zh, en)| name == key && (if chinese { *zh } else { *en }) == word);
                    assert!(found, "{key} reads {word} in the window and is not found by it");
                }
            }
        }
    }
}

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

/// A kind and its action, and the title that both have together.
const TITLES: [(&str, &str, &str, &str); 14] = [
    ("inventory:change", "inbound", "库存入库", "Stock in"),
    ("inventory:change", "outbound", "库存出库", "Stock out"),
    ("inventory:change", "adjust", "库存调整", "Stock adjusted"),
    ("inventory:change", "reserve", "库存预留", "Stock reserved"),
    ("inventory:change", "release", "库存释放", "Stock released"),
    ("finance:payment", "created", "收款登记", "Payment created"),
    ("finance:payment", "confirmed", "收款确认", "Payment in"),
    ("finance:payment", "cancelled", "收款取消", "Payment cancelled"),
    ("finance:refund", "created", "退款登记", "Refund created"),
    ("finance:refund", "confirmed", "退款确认", "Refund"),
    ("finance:refund", "cancelled", "退款取消", "Refund cancelled"),
    ("data:change", "created", "资料新增", "Record added"),
    ("data:change", "updated", "资料更新", "Record updated"),
    ("data:change", "deleted", "资料删除", "Record deleted"),
];

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
        }
    }

    /// Whether it stands for nothing but itself.
    pub(super) fn is_nothing(&self) -> bool {
        self.values.is_empty() && self.kinds.is_empty() && self.titles.is_empty()
    }

    /// Folded texts of which one stands in every event that shows it.
    pub(super) fn stands_for(&self) -> impl Iterator<Item = String> {
        let kinds = self.kinds.iter().map(String::as_str).chain(self.titles.iter().map(|(kind, _)| *kind));
        self.values.iter().copied().chain(kinds).map(|text| fold(text).into_owned())
    }

    /// Whether `event` shows it.
    pub(super) fn is_on(&self, event: &Event, fields: &Fields<'_>) -> bool {
        let kind = event.kind.as_str();
        let says = |name: &str, value: &str| fields.text(name).is_some_and(|text| text.eq_ignore_ascii_case(value));
        self.kinds.iter().any(|known| known == kind)
            || self.titles.iter().any(|(known, action)| *known == kind && says("action", action))
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
        }
    }
}

//! The window's words, as data: what stands on the screen in place of what an event says. A test compares them with its catalogues (`ui/src/text`).

use watchdeck_events::Severity;

/// A word of the data: its group in the catalogues, what the kinds begin with whose events show it, and how the window says it.
pub(super) struct Word {
    pub(super) group: &'static str,
    pub(super) kinds: &'static str,
    pub(super) value: &'static str,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
}

const fn word(group: &'static str, kinds: &'static str, value: &'static str, zh: &'static str, en: &'static str) -> Word {
    Word { group, kinds, value, zh, en }
}

/// Words of fields.
pub(super) const WORDS: [Word; 48] = [
    word("action", "inventory:", "inbound", "入库", "in"),
    word("action", "inventory:", "outbound", "出库", "out"),
    word("action", "inventory:", "adjust", "调整", "adjusted"),
    word("action", "inventory:", "reserve", "预留", "reserved"),
    word("action", "inventory:", "release", "释放", "released"),
    word("action", "finance:", "created", "已登记", "created"),
    word("action", "finance:", "confirmed", "已确认", "confirmed"),
    word("action", "finance:", "cancelled", "已取消", "cancelled"),
    word("action", "finance:", "overdue", "逾期", "overdue"),
    word("action", "finance:", "updated", "已更新", "updated"),
    word("action", "finance:", "deleted", "已删除", "deleted"),
    word("orderType", "order:", "sales", "销售单", "Sales"),
    word("orderType", "order:", "return", "退货单", "Return"),
    word("orderType", "order:", "purchase", "采购单", "Purchase"),
    word("status", "", "draft", "草稿", "Draft"),
    word("status", "", "pending", "待处理", "Pending"),
    word("status", "", "submitted", "已提交", "Submitted"),
    word("status", "", "confirmed", "已确认", "Confirmed"),
    word("status", "", "approved", "已批准", "Approved"),
    word("status", "", "rejected", "已驳回", "Rejected"),
    word("status", "", "ordered", "已下单", "Ordered"),
    word("status", "", "processing", "处理中", "Processing"),
    word("status", "", "preparing", "备货中", "Preparing"),
    word("status", "", "picking", "拣货中", "Picking"),
    word("status", "", "packed", "已打包", "Packed"),
    word("status", "", "in_production", "生产中", "In production"),
    word("status", "", "in_transit", "在途", "In transit"),
    word("status", "", "shipped", "已发货", "Shipped"),
    word("status", "", "delivered", "已送达", "Delivered"),
    word("status", "", "receiving", "收货中", "Receiving"),
    word("status", "", "received", "已收货", "Received"),
    word("status", "", "inspecting", "质检中", "Inspecting"),
    word("status", "", "refunded", "已退款", "Refunded"),
    word("status", "", "returned", "已退回", "Returned"),
    word("status", "", "paid", "已付款", "Paid"),
    word("status", "", "completed", "已完成", "Completed"),
    word("status", "", "cancelled", "已取消", "Cancelled"),
    word("status", "", "closed", "已关闭", "Closed"),
    word("resourceType", "approval:", "order", "订单", "Order"),
    word("resourceType", "approval:", "return", "退货单", "Return"),
    word("resourceType", "approval:", "payment", "付款单", "Payment"),
    word("resourceType", "approval:", "refund", "退款单", "Refund"),
    word("resourceType", "approval:", "adjustment", "调整单", "Adjustment"),
    word("resourceType", "approval:", "review", "内容审核", "Review"),
    word("resourceType", "approval:", "booking", "预订", "Booking"),
    word("recordType", "finance:", "payment", "收款", "Payment in"),
    word("recordType", "finance:", "paymentOut", "付款", "Payment out"),
    word("recordType", "finance:", "refund", "退款", "Refund"),
];

/// Where a request stands is told by its kind. Nothing that Watchdeck knows publishes that one was withdrawn; whoever does would call it so.
pub(super) const STAGES: [Word; 4] = [
    word("approvalStatus", "approval:request", "pending", "待审批", "Pending"),
    word("approvalStatus", "approval:approved", "approved", "已批准", "Approved"),
    word("approvalStatus", "approval:rejected", "rejected", "已驳回", "Rejected"),
    word("approvalStatus", "approval:withdrawn", "withdrawn", "已撤回", "Withdrawn"),
];

/// How bad something is.
pub(super) const SEVERITIES: [(Severity, &str, &str); 4] = [
    (Severity::Success, "成功", "Success"),
    (Severity::Info, "信息", "Info"),
    (Severity::Warning, "警告", "Warning"),
    (Severity::Critical, "严重", "Critical"),
];

/// A kind, the action that it tells of (and the sort of record), and the title that they have together.
pub(super) const TITLES: [(&str, &str, &str, &str); 45] = [
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
pub(super) const MONEY: [(&str, &str, &str); 18] = [
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
pub(super) const MONEY_KINDS: [&str; 4] = ["finance:payment", "finance:refund", "finance:overdue", "finance:change"];

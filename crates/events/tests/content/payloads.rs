//! One realistic payload for each kind of the writing platform, by the part of it that publishes them.

use serde_json::{Value, json};

/// No time, as the platform prints it.
pub(crate) const NEVER: &str = "0001-01-01T00:00:00Z";
/// A time of the platform.
pub(crate) const TIME: &str = "2026-11-21T09:16:28.15+08:00";

/// Kinds with the fields of their data.
type Kinds = Vec<(&'static str, Value)>;

/// A base with more fields.
fn with(base: &Value, more: Value) -> Value {
    let mut all = base.clone();
    all.as_object_mut().expect("a base is an object").extend(more.as_object().expect("an addition is an object").clone());
    all
}

/// Every part, in the order of the document.
pub(crate) fn all() -> [(&'static str, Kinds); 8] {
    [
        ("user", user()),
        ("reading", reading()),
        ("writer", writer()),
        ("social", social()),
        ("bookstore", bookstore()),
        ("finance", finance()),
        ("notification", notification()),
        ("system", system()),
    ]
}

fn user() -> Kinds {
    let data =
        |action: &str| json!({"user_id": "u1001", "username": "林晓", "email": "linxiao@example.com", "action": action, "time": TIME});
    let kinds = ["user.registered", "user.logged_in", "user.logged_out", "user.updated", "user.deleted"];
    kinds.map(|kind| (kind, data(kind.split_once('.').expect("a dot").1))).into()
}

fn reading() -> Kinds {
    let base = json!({"user_id": "u1001", "book_id": "b77", "chapter_id": "c12", "time": TIME, "metadata": {"device": "ios"}});
    vec![
        ("reading.chapter_read", with(&base, json!({"action": "chapter_read"}))),
        ("reading.bookmark_added", with(&base, json!({"action": "bookmark_added"}))),
        ("reading.note_created", with(&base, json!({"action": "note_created"}))),
        ("reading.progress_updated", with(&base, json!({"action": "progress_updated", "progress": 45}))),
        (
            "reading.book_completed",
            json!({"user_id": "u1001", "book_id": "b77", "action": "book_completed", "progress": 100, "time": TIME}),
        ),
    ]
}

fn writer() -> Kinds {
    let character = json!({"character_id": "ch9", "project_id": "p3", "user_id": "u2002", "name": "沈砚"});
    let location = json!({"location_id": "lo4", "project_id": "p3", "user_id": "u2002"});
    let moment = json!({"event_id": "te5", "timeline_id": "tl1", "project_id": "p3"});
    vec![
        ("character.created", character.clone()),
        ("character.updated", character),
        ("character.deleted", json!({"character_id": "ch9", "project_id": "p3"})),
        ("location.created", location.clone()),
        ("location.updated", location.clone()),
        ("location.deleted", location),
        ("timeline_event.created", moment.clone()),
        ("timeline_event.updated", moment),
    ]
}

fn social() -> Kinds {
    let base = json!({"user_id": "u1001", "target_type": "book", "target_id": "b77", "action": "added", "time": TIME});
    let comment = with(&base, json!({"comment_id": "cm3", "content": "写得真好\"！", "parent_id": ""}));
    let follow = json!({"follower_id": "u1001", "followee_id": "u2002", "action": "added", "time": TIME});
    vec![
        ("like.added", base.clone()),
        ("like.removed", base.clone()),
        ("collection.added", base.clone()),
        ("collection.removed", base),
        ("comment.created", comment.clone()),
        ("comment.updated", comment.clone()),
        ("comment.deleted", comment.clone()),
        ("comment.replied", with(&comment, json!({"reply_to_id": "cm1", "reply_to_user_id": "u2002"}))),
        ("follow.added", follow.clone()),
        ("follow.removed", follow),
    ]
}

fn bookstore() -> Kinds {
    let base = json!({"user_id": "u1001", "book_id": "b77", "amount": 29.9, "currency": "CNY", "action": "purchased", "time": TIME});
    let bought = with(&base, json!({"order_id": "od8", "payment_method": "wechat", "discount": 5, "final_amount": 24.9}));
    let refund = with(
        &base,
        json!({"order_id": "od8", "refund_id": "rf1", "reason": "重复购买", "refund_amount": 24.9, "status": "pending", "processed_time": NEVER}),
    );
    let subscription = json!({"subscription_id": "sb2", "plan_type": "monthly", "amount": 15, "currency": "CNY", "start_time": TIME, "end_time": "2026-12-21T09:16:28+08:00"});
    let reward =
        json!({"reward_id": "rw6", "sponsor_id": "u1001", "author_id": "u2002", "book_id": "b77", "amount": 10, "message": "加油"});
    let vip = json!({"user_id": "u1001", "vip_level": "gold", "duration": 30, "amount": 30, "start_time": TIME, "end_time": NEVER});
    vec![
        ("book.purchased", bought.clone()),
        ("chapter.purchased", with(&bought, json!({"chapter_id": "c12"}))),
        ("refund.requested", refund.clone()),
        ("refund.approved", with(&refund, json!({"status": "approved", "processed_time": TIME}))),
        ("refund.rejected", with(&refund, json!({"status": "rejected", "processed_time": TIME}))),
        ("subscription.created", subscription.clone()),
        ("subscription.renewed", subscription.clone()),
        ("subscription.expired", subscription.clone()),
        ("subscription.cancelled", subscription),
        ("reward.created", reward.clone()),
        ("reward.received", reward),
        ("vip.purchased", vip.clone()),
        ("vip.activated", vip.clone()),
        ("vip.expired", vip),
    ]
}

fn finance() -> Kinds {
    let deposit = json!({"deposit_id": "dp1", "user_id": "u1001", "amount": 100, "currency": "CNY", "payment_method": "alipay", "status": "pending", "completed_time": NEVER});
    let withdrawal = json!({"withdrawal_id": "wd1", "user_id": "u2002", "amount": 1280.5, "currency": "CNY", "bank_account": "6222020200112233445",
        "bank_name": "中国工商银行股份有限公司", "account_name": "林晓", "status": "pending", "processed_time": NEVER});
    let settlement = json!({"settlement_id": "st1", "user_id": "u2002", "period": "2026-10", "total_revenue": 5000, "commission": 1500, "net_revenue": 3500,
        "tax": 280, "final_amount": 3220, "currency": "CNY", "status": "generated", "paid_time": NEVER});
    let revenue = json!({"revenue_id": "rv1", "user_id": "u2002", "source": "chapter_purchase", "source_id": "od8", "amount": 24.9, "royalty_rate": 0.7,
        "net_amount": 17.43, "status": "pending", "settled_time": NEVER});
    let processed = json!({"processed_by": "admin1", "processed_time": TIME});
    vec![
        ("deposit.created", deposit.clone()),
        ("deposit.completed", with(&deposit, json!({"status": "completed", "completed_time": TIME}))),
        ("deposit.failed", with(&deposit, json!({"status": "failed", "failure_reason": "余额不足"}))),
        ("withdrawal.created", withdrawal.clone()),
        ("withdrawal.approved", with(&withdrawal, processed.clone())),
        ("withdrawal.rejected", with(&with(&withdrawal, processed.clone()), json!({"rejection_reason": "户名不符"}))),
        ("withdrawal.completed", with(&withdrawal, processed)),
        ("settlement.generated", settlement.clone()),
        ("settlement.paid", with(&settlement, json!({"status": "paid", "paid_time": TIME}))),
        ("revenue.earned", revenue.clone()),
        ("revenue.settled", with(&revenue, json!({"status": "settled", "settled_time": TIME}))),
    ]
}

fn notification() -> Kinds {
    let data = json!({"notification_id": "nt1", "user_id": "u1001", "type": "comment", "title": "新回复", "content": "有人回复了你", "action": "sent",
        "target_type": "comment", "target_id": "cm3", "priority": "urgent", "channels": ["in_app", "push"], "time": TIME, "read_time": NEVER});
    ["notification.created", "notification.sent", "notification.read", "notification.deleted"].map(|kind| (kind, data.clone())).into()
}

fn system() -> Kinds {
    let base = json!({"operator_id": "admin1", "target_type": "system", "target_id": "t1", "action": "change", "time": TIME, "metadata": {"ip": "10.0.0.8"}});
    let review = with(
        &base,
        json!({"review_id": "rw1", "content_type": "chapter", "content_id": "c12", "submitter_id": "u2002", "reviewer_id": "admin1", "status": "pending", "reviewed_at": NEVER}),
    );
    let content =
        with(&base, json!({"content_type": "book", "content_id": "b77", "author_id": "u2002", "title": "长夜灯", "publish_time": TIME}));
    let security = |severity: &str| json!({"user_id": "u9", "ip_address": "203.0.113.7", "user_agent": "curl/8", "event_type": "login", "severity": severity, "description": "多次登录失败", "time": TIME});
    vec![
        ("config.changed", with(&base, json!({"config_key": "upload.max_mb", "old_value": "10", "new_value": "20", "reason": "扩容"}))),
        ("permission.changed", with(&base, json!({"user_id": "u5", "permission": "book.publish", "granted": true}))),
        (
            "role.changed",
            with(&base, json!({"user_id": "u5", "permission": "", "old_role": "author", "new_role": "editor", "reason": "晋升"})),
        ),
        ("review.submitted", review.clone()),
        ("review.approved", with(&review, json!({"status": "approved", "reviewed_at": TIME}))),
        ("review.rejected", with(&review, json!({"status": "rejected", "reason": "含有广告", "reviewed_at": TIME}))),
        ("content.published", content.clone()),
        ("content.unpublished", with(&content, json!({"reason": "版权"}))),
        ("security.alert", security("critical")),
        ("security.suspicious_activity", security("high")),
        ("security.account_locked", security("medium")),
        (
            "system.maintenance",
            with(
                &base,
                json!({"maintenance_type": "database", "start_time": TIME, "end_time": NEVER, "description": "数据库升级", "affected_services": ["api"]}),
            ),
        ),
        ("system.error", base),
    ]
}

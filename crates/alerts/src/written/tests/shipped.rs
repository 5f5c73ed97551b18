//! The rules that come with Watchdeck, over what an ERP sends.

use super::*;
use crate::words::Words;

impl Bench {
    fn state(&mut self, to: &str) -> Vec<Notice> {
        self.now = self.now.plus(MINUTE);
        let order = json!({ "type": "order:status", "orderType": "return", "orderId": "r1", "orderNumber": "RT-1", "newStatus": to });
        self.take("orders", order)
    }

    /// Settings that differ in this.
    fn change(&mut self, change: impl FnOnce(&mut Settings)) -> Vec<Notice> {
        let before = self.settings.clone();
        change(&mut self.settings);
        let today = Calendar::new(TimeZone::UTC).day(self.now).clone();
        rules::rejudge(&self.world, &before, &self.settings, &today, self.now, &mut self.book, &mut self.written)
    }

    /// How the link to the source is.
    fn link(&mut self, link: Link) -> Vec<Notice> {
        let today = Calendar::new(TimeZone::UTC).day(self.now).clone();
        let outside = Outside { links: [("s".to_owned(), link)].into(), ..Outside::default() };
        rules::outside(&self.world, &self.settings, &today, self.now, &mut self.book, &mut self.written, outside)
    }

    fn said(&self, rule: &str) -> [String; 4] {
        let alert = self.book.living().find(|alert| alert.rule == rule).unwrap_or_else(|| panic!("{rule} does not fire"));
        let both = [Words::CHINESE, Words::ENGLISH].map(|words| [rules::title(words, alert), rules::body(words, alert)]);
        let [[title_zh, body_zh], [title_en, body_en]] = both;
        [title_zh, body_zh, title_en, body_en]
    }
}

#[test]
fn a_product_below_its_threshold_is_told_once_and_ends_well_above_it() {
    let mut bench = Bench::with(Vec::new());
    assert_eq!(one(&bench.stock(11, 7)).id, "low_stock:s/product:p1");
    assert_eq!(bench.said("low_stock"), ["库存不足：瓷砖", "现有 7，阈值 10 · east", "Low stock: 瓷砖", "7 on hand, threshold 10 · east"]);
    bench.stock(7, 11);
    assert_eq!(bench.firing().len(), 1, "one unit in and out does not ring twice");
    bench.now = bench.now.plus(5 * MINUTE);
    bench.stock(11, 12);
    assert!(bench.firing().is_empty());
    bench.now = bench.now.plus(5 * MINUTE);
    let fired = bench.change(|settings| _ = settings.warehouse_thresholds.insert("east".into(), 20.0));
    assert_eq!(one(&fired).values["body_en"], "12 on hand, threshold 20 · east", "the warehouse's");
    assert!(!bench.change(|settings| _ = settings.product_thresholds.insert("p1".into(), 5.0)).is_empty(), "the product's own goes before");
    assert!(bench.firing().is_empty());
}

#[test]
fn a_derived_request_is_told_once_and_ends_with_whatever_becomes_of_it() {
    for end in ["approved", "rejected", "cancelled"] {
        let mut bench = Bench::with(Vec::new());
        assert_eq!(one(&bench.state("submitted")).id, "approval_requested:s/return:r1");
        assert_eq!(bench.said("approval_requested")[2], "Awaits approval: Return RT-1");
        assert!(bench.state("submitted").is_empty());
        assert_eq!(bench.book.active()[0].count, 1, "a state that is told again asks nothing anew");
        bench.state(end);
        assert!(bench.book.active().is_empty(), "{end}");
    }
}

#[test]
fn one_that_is_published_too_is_the_same_alert_and_says_what_was_published() {
    let mut bench = Bench::with(Vec::new());
    bench.state("submitted");
    let request = json!({ "type": "approval:request", "resourceType": "return", "resourceId": "r1", "amount": "12800.50", "currency": "USD", "requesterName": "Wang" });
    bench.take("approvals", request);
    assert_eq!(bench.said("approval_requested")[3], "US$ 12,800.50 · Wang", "a request in dollars is not said in yuan");
    bench.state("submitted");
    assert_eq!(bench.book.active()[0].count, 2, "it was asked for twice, and not three times");
}

#[test]
fn a_review_that_nothing_else_is_counted_of_is_told_as_well() {
    let review = json!({ "type": "review.submitted", "review_id": "v1", "content_type": "chapter", "content_id": "c9" });
    one(&Bench::with(Vec::new()).take("events", review));
}

#[test]
fn a_request_near_its_deadline_is_told_unless_somebody_decides_it() {
    let mut bench = Bench::with(Vec::new());
    let request = |due: Millis| json!({ "type": "approval:request", "resourceType": "order", "resourceId": "o1", "resourceNumber": "SO-1", "deadline": due.0 });
    bench.take("approvals", request(bench.now.plus(30 * MINUTE)));
    bench.change(|settings| {
        let times = watchdeck_wire::settings::ApprovalTimes { deadline_minutes: None, remind_minutes: Some(10) };
        settings.approval_times.insert("*".into(), times);
    });
    assert!(bench.pass(19).is_empty());
    one(&bench.pass(2));
    let [title_zh, body_zh, title_en, body_en] = bench.said("approval_due");
    assert_eq!([&*title_zh, &*title_en], ["审批即将到期：订单 SO-1", "Approval running out: Order SO-1"]);
    assert_eq!([&*body_zh, &*body_en], ["期限：9 分钟后", "due in 9 min"]);
    bench.pass(20);
    assert_eq!(bench.said("approval_due")[3], "due 11 min ago");
    let key = bench.world.approvals.open().next().unwrap().1.view.key.clone();
    let today = Calendar::new(TimeZone::UTC).day(bench.now).clone();
    let outside = Outside { under_way: [key].into(), ..Outside::default() };
    rules::outside(&bench.world, &bench.settings, &today, bench.now, &mut bench.book, &mut bench.written, outside);
    bench.pass(1);
    assert_eq!(bench.firing().iter().filter(|(id, _)| id.starts_with("approval_due")).count(), 0, "it is being decided");
}

#[test]
fn a_large_refund_is_news_once_and_a_lower_limit_finds_those_of_today() {
    let mut bench = Bench::with(vec!["many_refunds".into()]);
    let refund = |id: &str, amount: Value| json!({ "type": "finance:refund", "action": "created", "recordType": "refund", "recordId": id, "recordNumber": id, "amount": amount, "currency": "CNY", "customerName": "Li" });
    assert!(bench.take("finance", refund("R-1", json!(900))).is_empty());
    one(&bench.take("finance", refund("R-2", json!(6_000))));
    assert_eq!(bench.said("large_refund"), ["大额退款：R-2", "¥ 6,000.00 · Li", "Large refund: R-2", "CN¥ 6,000.00 · Li"]);
    one(&bench.take("finance", refund("R-3", json!("a lot"))));
    let ids = |bench: &Bench| bench.firing().into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(&bench), ["large_refund:s/refund:R-2", "large_refund:s/refund:R-3"], "an amount that could not be read may be any");
    bench.book.acknowledge(&["large_refund:s/refund:R-2".into()], "张敏", None, bench.now).unwrap();
    bench.pass(20);
    assert_eq!(ids(&bench), ["large_refund:s/refund:R-3"], "it was seen");
    assert!(bench.change(|settings| settings.muted = true).is_empty(), "what a change does not concern is not told again");
    assert_eq!(one(&bench.change(|settings| settings.large_refund = watchdeck_events::Money::from_json("800").unwrap())).label, "R-1");
    let gone = json!({ "type": "finance:refund", "action": "cancelled", "recordType": "refund", "recordId": "R-1" });
    bench.now = bench.now.plus(5 * MINUTE);
    bench.take("finance", gone);
    assert_eq!(ids(&bench), ["large_refund:s/refund:R-3"]);
}

#[test]
fn overdue_money_stands_until_it_comes() {
    let mut bench = Bench::with(Vec::new());
    let payment = |action: &str| json!({ "type": "finance:overdue", "action": action, "recordType": "paymentIn", "recordId": "1", "recordNumber": "INV-1", "amount": "900" });
    one(&bench.take("finance", payment("overdue")));
    assert_eq!(bench.said("finance_overdue")[2..], ["Overdue: INV-1".to_owned(), "900".to_owned()], "no currency is made up");
    bench.book.acknowledge(&["finance_overdue:s/payment:1".into()], "x", None, bench.now).ok();
    bench.pass(30);
    assert_eq!(bench.firing().len(), 1, "it is overdue still");
    bench.take("finance", payment("confirmed"));
    assert_eq!(bench.firing().iter().filter(|(id, _)| id.starts_with("finance_overdue")).count(), 0);
}

#[test]
fn the_same_complaint_of_a_system_is_one_alert_and_an_unknown_level_may_be_the_worst() {
    let mut bench = Bench::with(Vec::new());
    let alert = |level: Value, message: &str| json!({ "type": "system:alert", "level": level, "message": message });
    let critical = one(&bench.take("system", alert(json!("严重"), "stock posting failed after 1200 ms"))).clone();
    assert_eq!((critical.severity, &*critical.id), (Severity::Critical, "system_critical:s/system:stock posting failed after# ms"));
    assert!(bench.take("system", alert(json!("critical"), "stock posting failed after 7 ms")).is_empty());
    assert_eq!(bench.book.get(&critical.id).map(|alert| alert.count), Some(2));
    assert_eq!(bench.said("system_critical")[2], "Critical system alert: stock posting failed after 7 ms");
    assert_eq!(one(&bench.take("system", alert(json!("P1"), "something odd"))).severity, Severity::Warning);
    assert_eq!(one(&bench.take("system", json!({ "type": "system:alert", "message": "no level at all" }))).severity, Severity::Warning);
    for level in ["warning", "WARN", "info"] {
        assert!(bench.take("system", alert(json!(level), "disk 80 % full")).is_empty(), "{level}");
    }
}

#[test]
fn a_link_that_is_not_up_to_date_is_one_alert_by_its_cause() {
    let mut bench = Bench::with(Vec::new());
    let name = || "East".to_owned();
    let since = Some(bench.now);
    bench.now = bench.now.plus(59_000);
    assert!(bench.link(Link { name: name(), stale_since: since, ..Link::default() }).is_empty());
    bench.now = bench.now.plus(1_000);
    let stale = one(&bench.link(Link { name: name(), stale_since: since, ..Link::default() })).clone();
    assert_eq!((&*stale.id, stale.source, stale.severity), ("feed_stale:s/source:s", None, Severity::Critical));
    assert_eq!(bench.said("feed_stale")[2], "Feed stale: East");
    bench.now = bench.now.plus(5 * MINUTE);
    let deaf = bench.link(Link { name: name(), deaf_since: since, ..Link::default() });
    assert_eq!(one(&deaf).rule, "gateway_deaf");
    assert_eq!(bench.firing().len(), 1, "one cause, one alert");
    bench.now = bench.now.plus(5 * MINUTE);
    one(&bench.link(Link { name: name(), quiet_since: Some(bench.now.plus(-30 * MINUTE)), ..Link::default() }));
    assert!(bench.said("feed_quiet")[3].contains("no event has come for 30 min"), "{:?}", bench.said("feed_quiet"));
    bench.now = bench.now.plus(5 * MINUTE);
    bench.link(Link { name: name(), ..Link::default() });
    assert!(bench.firing().is_empty());
}

#[test]
fn a_foreign_text_is_one_line_of_a_notification() {
    let mut bench = Bench::with(Vec::new());
    let trace = "stock posting failed\n\tat Posting.run(Posting.java:7)\n".repeat(200);
    bench.take("system", json!({ "type": "system:alert", "level": "critical", "message": trace }));
    let [title, body, ..] = bench.said("system_critical");
    assert!(title.chars().count() <= 120 && !title.contains('\n'), "{title}");
    assert!(body.starts_with("stock posting failed at Posting.run") && body.chars().count() == 280, "the rest stands below it: {body}");
}

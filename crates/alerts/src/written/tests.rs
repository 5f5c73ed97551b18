mod concerned;
mod planned;
mod shipped;

use super::*;
use crate::{Notice, rules};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use watchdeck_events::{Catalogue, Conventions, Incoming, Payload, Severity};
use watchdeck_wire::settings::Source;
use watchdeck_world::{World, arrival::Arrival, calendar::Calendar};

const AT: Millis = Millis(1_795_248_000_000);
const MINUTE: i64 = 60_000;

/// A world with one ERP, some documents, and a clock.
struct Bench {
    world: World,
    book: AlertBook,
    settings: Settings,
    written: Written,
    now: Millis,
    seq: u64,
}

impl Bench {
    /// With these rules and no others.
    fn of(rules: &[(&str, Value)]) -> Self {
        let mut bench = Self::with(SHIPPED.keys().cloned().collect());
        drop(bench.adopt(rules));
        bench
    }

    /// With the rules that come with Watchdeck, but for these.
    fn with(rules_off: Vec<String>) -> Self {
        let source = Source { id: "s".into(), name: "S".into(), ..Source::default() };
        let settings = Settings { sources: vec![source], rules_off, ..Settings::default() };
        let mut bench =
            Self { world: World::default(), book: AlertBook::default(), settings, written: Written::default(), now: AT, seq: 0 };
        drop(bench.adopt(&[]));
        bench
    }

    /// New settings take effect.
    fn adopt(&mut self, rules: &[(&str, Value)]) -> Vec<Notice> {
        let before = self.settings.clone();
        self.settings.rules = rules.iter().map(|(id, document)| ((*id).to_owned(), document_of(document))).collect();
        self.written = Written::of(&self.settings, self.now, self.seq, std::mem::take(&mut self.written));
        for cold in self.written.cold(self.now) {
            self.written.is_warm(&cold.rule);
        }
        let today = Calendar::new(TimeZone::UTC).day(self.now).clone();
        rules::rejudge(&self.world, &before, &self.settings, &today, self.now, &mut self.book, &mut self.written)
    }

    fn take(&mut self, channel: &str, mut event: Value) -> Vec<Notice> {
        self.seq += 1;
        event["timestamp"] = json!(self.now.0);
        let (id, payload) = (Some(self.seq.to_string().into()), Payload::from_json(event.to_string()));
        let incoming = Incoming { channel: channel.into(), offset: None, id, server_at: None, kind: None, payload };
        let stored = Stored { seq: self.seq, offset: 0, event: Catalogue::builtin().normalise(incoming, &"s".into(), self.now) };
        let facts = Facts::of(&stored.event, Conventions::plain(), Arrival { live: true, skew: 0 }, &stored.event.source);
        let mut calendar = Calendar::new(TimeZone::UTC);
        self.world.apply(&stored, &facts, &mut calendar);
        let today = calendar.day(self.now).clone();
        rules::evaluate(&stored, &facts, self.now, &self.world, &self.settings, &today, &mut self.book, &mut self.written)
    }

    fn stock(&mut self, from: i64, to: i64) -> Vec<Notice> {
        self.take("inventory", json!({ "type": "inventory:change", "productId": "p1", "productName": "瓷砖", "warehouse": "east", "oldQuantity": from, "newQuantity": to }))
    }

    fn refund(&mut self, customer: &str, amount: i64) -> Vec<Notice> {
        self.take(
            "finance",
            json!({ "type": "finance:refund", "recordId": format!("r{}", self.seq), "customerId": customer, "amount": amount }),
        )
    }

    fn pass(&mut self, minutes: i64) -> Vec<Notice> {
        self.pass_where(minutes, &|_| Heard::Now)
    }

    fn pass_where(&mut self, minutes: i64, hears: &dyn Fn(&str) -> Heard) -> Vec<Notice> {
        let mut notices = Vec::new();
        for _ in 0..minutes {
            self.now = self.now.plus(MINUTE);
            let today = Calendar::new(TimeZone::UTC).day(self.now).clone();
            notices.extend(rules::tick(&self.world, &self.settings, &today, self.now, &mut self.book, &mut self.written, hears).0);
            notices.extend(self.book.tick(self.now));
        }
        notices
    }

    fn firing(&self) -> Vec<(String, Severity)> {
        self.book.active().iter().map(|alert| (alert.id.clone(), alert.severity)).collect()
    }
}

fn document_of(document: &Value) -> RuleDocument {
    let mut document = document.clone();
    if document.get("title").is_none() {
        document["title"] = json!({ "en": "Rule" });
    }
    serde_json::from_value(document).unwrap()
}

fn one(notices: &[Notice]) -> &watchdeck_wire::views::AlertView {
    let fired: Vec<_> = notices.iter().filter_map(|notice| if let Notice::Fired(alert) = notice { Some(alert) } else { None }).collect();
    assert_eq!(fired.len(), 1, "{notices:?}");
    fired[0]
}

#[test]
fn what_is_known_of_a_thing_fires_gets_worse_and_ends() {
    let rule = json!({ "when": "stock.on_hand < 20", "clear": "stock.on_hand >= 25", "steps": [{ "when": "stock.on_hand <= 0", "severity": "critical" }] });
    let mut bench = Bench::of(&[("few", rule)]);
    assert!(bench.stock(30, 21).is_empty());
    let notices = bench.stock(21, 19);
    let alert = one(&notices);
    assert_eq!((&*alert.id, alert.severity, &*alert.label), ("few:s/product:p1", Severity::Warning, "瓷砖"));
    assert_eq!(alert.values["title_en"], "Rule: 瓷砖");
    assert_eq!((&*alert.values["body_en"], &*alert.values["body_zh"]), ("on hand 19", "现有 19"));
    assert!(bench.stock(19, 18).is_empty(), "one alert, whose numbers move");
    assert_eq!(bench.book.active().iter().find(|alert| alert.rule == "few").unwrap().values["body_en"], "on hand 18");
    assert_eq!(one(&bench.stock(18, 0)).severity, Severity::Critical);
    bench.stock(0, 24);
    assert_eq!(bench.firing().len(), 1, "not well yet");
    bench.now = bench.now.plus(2 * MINUTE);
    bench.stock(24, 25);
    assert!(bench.firing().is_empty());
}

#[test]
fn a_changed_rule_judges_what_is_known_at_once() {
    let few = |n: u32| [("few", json!({ "when": format!("warehouse:east stock.on_hand < {n}") }))];
    let mut bench = Bench::of(&few(5));
    bench.stock(30, 10);
    assert!(bench.firing().is_empty());
    one(&bench.adopt(&few(11)));
    bench.now = bench.now.plus(5 * MINUTE);
    bench.adopt(&few(10));
    assert!(bench.firing().is_empty(), "what no longer holds resolves");
    bench.now = bench.now.plus(5 * MINUTE);
    bench.adopt(&few(11));
    assert_eq!(bench.firing().len(), 1);
    bench.adopt(&[]);
    assert!(bench.firing().is_empty(), "and so does what no rule says any more");
    bench.now = bench.now.plus(5 * MINUTE);
    bench.adopt(&[("west", json!({ "when": "warehouse:west stock.on_hand < 11" }))]);
    assert!(bench.firing().is_empty(), "it is not in that warehouse");
}

#[test]
fn what_a_rule_said_that_is_another_by_now_ends_where_the_new_one_does_not_hold() {
    let rule = |n: u32| [("few", json!({ "when": format!("stock.on_hand < {n}"), "clear": "stock.on_hand > 50" }))];
    let mut bench = Bench::of(&rule(20));
    bench.stock(30, 15);
    bench.stock(15, 25);
    assert_eq!(bench.firing().len(), 1, "it is not well yet");
    bench.adopt(&rule(20));
    assert_eq!(bench.firing().len(), 1, "and the same rule says the same");
    bench.adopt(&rule(10));
    assert!(bench.firing().is_empty());
    let event = |n: u32| [("big", json!({ "when": format!("kind:finance:refund amount>{n}") }))];
    bench.adopt(&event(100));
    bench.refund("c1", 500);
    assert!(bench.written.doubtful(&bench.book).is_empty());
    bench.adopt(&event(1_000));
    let doubts = bench.written.doubtful(&bench.book);
    assert_eq!(doubts.len(), 1, "{doubts:?}");
}

#[test]
fn what_is_not_known_any_more_is_said_as_it_was_known_last() {
    let mut bench = Bench::of(&[("few", json!({ "when": "stock.on_hand < 20", "clear": "stock.on_hand > 30" }))]);
    bench.stock(30, 15);
    // Two batches of one product: what is on hand in all nobody knows.
    bench.stock(6, 5);
    bench.pass(1);
    let alert = bench.book.active().into_iter().find(|alert| alert.rule == "few").expect("it is not known to be over");
    assert_eq!(alert.values["body_en"], "on hand 15");
}

#[test]
fn it_has_to_hold_for_as_long_as_the_rule_says() {
    let mut bench = Bench::of(&[("few", json!({ "when": "stock.on_hand < 5", "hold_seconds": 120 }))]);
    assert!(bench.stock(9, 4).iter().all(|notice| !matches!(notice, Notice::Fired(alert) if alert.rule == "few")));
    bench.pass(1);
    bench.stock(4, 6);
    assert!(bench.pass(3).is_empty(), "it did not");
    bench.stock(6, 3);
    assert_eq!(one(&bench.pass(3)).rule, "few");
}

#[test]
fn what_waited_for_its_time_before_a_restart_waits_for_it_once_its_erp_is_heard_again() {
    let mut bench = Bench::of(&[("few", json!({ "when": "stock.on_hand < 5", "hold_seconds": 120 }))]);
    bench.stock(9, 4);
    bench.written = Written::of(&bench.settings, bench.now, bench.seq, Written::default());
    assert!(bench.pass_where(3, &|_| Heard::Not).is_empty(), "it may have been filled up meanwhile");
    assert_eq!(one(&bench.pass(3)).rule, "few", "and it was not");
    assert!(bench.pass(10).is_empty());
}

#[test]
fn the_clock_alone_can_make_a_rule_hold() {
    let mut bench = Bench::of(&[("stuck", json!({ "when": "order.dwell > 2h", "say": { "en": "{label} for {order.dwell}" } }))]);
    bench.take(
        "orders",
        json!({ "type": "order:status", "orderType": "sales", "orderId": "o1", "orderNumber": "SO-1", "newStatus": "approved" }),
    );
    assert!(bench.pass(119).is_empty());
    assert!(bench.pass_where(5, &|_| Heard::Not).is_empty(), "it may have gone on unheard");
    let notices = bench.pass(1);
    assert_eq!(one(&notices).values["body_en"], "SO-1 for 2 h 5 min");
    bench.take("orders", json!({ "type": "order:status", "orderType": "sales", "orderId": "o1", "orderNumber": "SO-1", "oldStatus": "approved", "newStatus": "completed" }));
    assert!(bench.firing().is_empty());
}

#[test]
fn how_much_there_was_is_counted_for_each_value_by_itself() {
    let mut bench = Bench::of(&[("much", json!({ "when": "sum(amount, kind:finance:refund, 1h) > 10000", "per": "customerId" }))]);
    for _ in 0..3 {
        assert!(bench.refund("c1", 3_000).is_empty() && bench.refund("c2", 1_000).is_empty());
    }
    let notices = bench.refund("c1", 2_000);
    let alert = one(&notices);
    assert_eq!((&*alert.id, &*alert.values["title_en"]), ("much:s/customerId:c1", "Rule: c1"));
    assert_eq!(alert.values["body_en"], "sum of amount in 1 h 11,000");
    bench.pass(70);
    assert!(bench.firing().is_empty(), "an hour later it is over");
}

#[test]
fn what_should_come_and_does_not_is_missed_while_it_would_be_heard() {
    let mut bench = Bench::of(&[("dead", json!({ "when": "rate(kind:inventory:*, 30m) < 1" }))]);
    bench.stock(9, 8);
    assert!(bench.pass(29).is_empty());
    assert!(bench.pass_where(5, &|_| Heard::Not).is_empty(), "what is not heard is not missing");
    one(&bench.pass(2));
    bench.stock(8, 7);
    assert!(bench.firing().is_empty());
}

#[test]
fn so_many_within_a_time_are_one() {
    let mut bench = Bench::of(&[(
        "many",
        json!({ "when": "kind:finance:refund amount>100", "at_least": 3, "within_seconds": 600, "per": "customerId" }),
    )]);
    assert!(
        bench.refund("a", 200).is_empty()
            && bench.refund("b", 200).is_empty()
            && bench.refund("a", 50).is_empty()
            && bench.refund("a", 200).is_empty()
    );
    assert_eq!(one(&bench.refund("a", 200)).subject.as_deref(), Some("customerId:a"));
}

#[test]
fn a_single_event_says_why_and_ends_by_its_time() {
    let rule = json!({ "when": "kind:finance:refund amount>10000 customerId:c1", "ends_after_minutes": 60 });
    let mut bench = Bench::of(&[("big", rule)]);
    assert!(bench.refund("c2", 20_000).is_empty());
    let notices = bench.refund("c1", 20_000);
    assert_eq!(one(&notices).values["body_en"], "amount 20,000 · customerId c1");
    bench.pass(61);
    assert!(bench.firing().is_empty());
}

#[test]
fn a_rule_that_is_off_or_wrong_does_nothing_and_says_so() {
    let mut bench =
        Bench::of(&[("few", json!({ "when": "stock.on_hand < 5" })), ("bad", json!({ "when": "stock.on_hand < order.dwell" }))]);
    assert!(bench.written.fault("bad").unwrap().starts_with("when: "), "{:?}", bench.written.fault("bad"));
    assert_eq!(bench.written.fault("few"), None);
    bench.settings.rules_off.push("few".into());
    bench.stock(9, 4);
    assert!(bench.firing().is_empty());
}

#[test]
fn each_mistake_is_told_with_what_to_write_instead() {
    let wrong = [
        (json!({ "when": "" }), "when: a rule says when it holds"),
        (json!({ "when": "stock.on_hand:5" }), "is a number: compare it"),
        (json!({ "when": "order.dwell > 2" }), "2 is no length of time; use 90s"),
        (json!({ "when": "stock.on_hand < 5 order.dwell > 2h" }), "one kind of thing"),
        (json!({ "when": "rate(kind:x) > 5" }), "write rate(filter, 10m)"),
        (json!({ "when": "rate(kind:x, 10y) > 5" }), "no stretch of time"),
        (json!({ "when": "rate(kind:x, 10m) > stock.on_hand" }), "cannot be compared"),
        (json!({ "when": "stock.on_hand > usual" }), "usual is what rate"),
        (json!({ "when": "kind:x", "at_least": 5 }), "within_seconds"),
        (json!({ "when": "kind:x", "schedule": { "from": "8", "until": "18:00" } }), "no time of day"),
        (json!({ "when": "kind:x", "steps": [{ "when": " ", "severity": "critical" }] }), "steps.0.when: a step says"),
        (json!({ "when": "kind:x", "clear": "stock.on_hand > 1" }), "is asked of elsewhere"),
    ];
    for (document, why) in wrong {
        let fault = check("r", &document_of(&document), AT).expect_err("no rule").to_string();
        assert!(fault.contains(why), "{document}: {fault}");
    }
    let untitled = RuleDocument { when: "kind:x".into(), ..RuleDocument::default() };
    assert!(check("r", &untitled, AT).is_err_and(|fault| fault.field == "title"));
    assert!(check("a b", &document_of(&json!({ "when": "kind:x" })), AT).is_err_and(|fault| fault.field == "id"));
}

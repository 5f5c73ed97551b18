//! Somebody waits for a decision.

use super::request;
use crate::{
    judge::Judge,
    rule::{PLAIN, Rule, value},
};
use watchdeck_events::erp::{ApprovalStage, Origin};
use watchdeck_store::Stored;
use watchdeck_wire::settings::Settings;
use watchdeck_world::{approvals::Request, facts::Facts};

/// Its name.
pub const ID: &str = "approval_requested";

/// See the [module docs](self).
pub const RULE: Rule = Rule {
    id: ID,
    of_a_request: true,
    actions: &["approve", "reject"],
    title: |words, alert| {
        let what = request::called(words, value(alert, "resource_type"));
        words.of(format!("{what}{} 等待审批", alert.label), format!("{what} {} awaits approval", alert.label))
    },
    body: request::body,
    several: ["待审批", "approvals"],
    event,
    known,
    ..PLAIN
};

fn event(judge: &mut Judge<'_>, stored: &Stored, facts: &Facts<'_>) {
    let Some((approval, key)) = facts.approval() else { return };
    // The projection knows whether a request came before or after its decision.
    let Some(request) = judge.world.approvals.get(key).filter(|request| request.is_pending()) else {
        judge.resolve(ID, &key.to_string());
        return;
    };
    // A state that is told again, or that tells what was published as a request, asks nothing anew.
    let news = approval.origin == Origin::Published || request.view.seq == stored.seq;
    if approval.stage == ApprovalStage::Request && news {
        judge.raise(request::raise(&RULE, key, request));
    }
}

fn known(judge: &mut Judge<'_>, _: &Settings) {
    let world = judge.world;
    judge.end_others(ID, |key| world.approvals.get(key).is_some_and(Request::is_pending));
    for (key, request) in world.approvals.open() {
        judge.hold(request::raise(&RULE, key, request));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{alert::Notice, book::AlertBook, rules};
    use jiff::tz::TimeZone;
    use serde_json::{Value, json};
    use watchdeck_events::{Catalogue, Conventions, Incoming, Millis, Payload};
    use watchdeck_world::{World, arrival::Arrival, calendar::Calendar};

    const AT: Millis = Millis(1_795_248_000_000);

    #[derive(Default)]
    struct Bench {
        world: World,
        book: AlertBook,
        seq: u64,
    }

    impl Bench {
        /// What people are told of an event.
        fn take(&mut self, channel: &str, mut event: Value) -> Vec<Notice> {
            self.seq += 1;
            event["timestamp"] = json!(AT.0 + self.seq as i64 * 60_000);
            let (id, payload) = (Some(self.seq.to_string().into()), Payload::from_json(event.to_string()));
            let incoming = Incoming { channel: channel.into(), offset: None, id, server_at: None, kind: None, payload };
            let at = AT.plus(self.seq as i64 * 60_000);
            let stored = Stored { seq: self.seq, offset: 0, event: Catalogue::builtin().normalise(incoming, &"s".into(), at) };
            let facts = Facts::of(&stored.event, Conventions::plain(), Arrival { live: true, skew: 0 }, &stored.event.source);
            let mut calendar = Calendar::new(TimeZone::UTC);
            self.world.apply(&stored, &facts, &mut calendar);
            let today = calendar.day(at).clone();
            rules::evaluate(
                &stored,
                &facts,
                at,
                &self.world,
                &Settings::default(),
                &today,
                &mut self.book,
                &mut crate::written::Written::default(),
            )
        }

        fn state(&mut self, to: &str) -> Vec<Notice> {
            self.take(
                "orders",
                json!({ "type": "order:status", "orderType": "return", "orderId": "r1", "orderNumber": "RT-1", "newStatus": to }),
            )
        }
    }

    #[test]
    fn a_derived_request_is_told_once_and_ends_with_whatever_becomes_of_it() {
        for end in ["approved", "rejected", "cancelled"] {
            let mut bench = Bench::default();
            let told = bench.state("submitted");
            assert!(matches!(&told[..], [Notice::Fired(alert)] if alert.id == "approval_requested:s/return:r1"), "{told:?}");
            assert!(bench.state("submitted").is_empty());
            assert_eq!(bench.book.active()[0].count, 1, "a state that is told again asks nothing anew");
            bench.state(end);
            assert!(bench.book.active().is_empty(), "{end}");
        }
    }

    #[test]
    fn one_that_is_published_too_is_the_same_alert_and_says_what_was_published() {
        let mut bench = Bench::default();
        bench.state("submitted");
        bench.take("approvals", json!({ "type": "approval:request", "resourceType": "return", "resourceId": "r1", "amount": "120.50" }));
        let active = bench.book.active();
        assert_eq!((active.len(), active[0].values.get("amount").map(String::as_str)), (1, Some("120.50")));
        bench.state("submitted");
        assert_eq!(bench.book.active()[0].count, 2, "it was asked for twice, and not three times");
    }

    #[test]
    fn a_review_that_nothing_else_is_counted_of_is_told_as_well() {
        let review = json!({ "type": "review.submitted", "review_id": "v1", "content_type": "chapter", "content_id": "c9" });
        assert_eq!(Bench::default().take("events", review).len(), 1);
    }
}

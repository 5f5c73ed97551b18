//! For what an action is carried out: an event, and which try it is.

use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use watchdeck_events::{Catalogue, Event, Millis, Payload, Severity};
use watchdeck_handlers::{Delivery, Origin};
use watchdeck_store::Stored;

/// The kind of Watchdeck's own word that people are told of an alert.
pub(super) const ALERT: &str = "watchdeck:alert";

/// See the [module docs](self).
#[derive(Debug, Clone)]
pub(super) struct Occasion<'a> {
    /// The event.
    pub(super) stored: Cow<'a, Stored>,
    /// Which try this is, from 1.
    pub(super) attempt: u32,
    /// Somebody wanted a stretch of the past once more.
    pub(super) replay: bool,
    /// Somebody tries the action; what it is called then is nobody else's.
    pub(super) test: Option<String>,
}

impl<'a> Occasion<'a> {
    pub(super) fn of(delivery: &'a Delivery) -> Self {
        let Delivery { stored, origin, attempt } = delivery;
        Self { stored: Cow::Borrowed(stored), attempt: *attempt, replay: *origin == Origin::Replay, test: None }
    }

    /// Somebody tries the action with this event, or with an example of an alert.
    pub(super) fn test(found: Option<Stored>, at: Millis) -> Self {
        let stored = found.unwrap_or_else(|| Stored { seq: 0, offset: 0, event: example(at) });
        let key = format!("test-{}", uuid::Uuid::new_v4().simple());
        Self { stored: Cow::Owned(stored), attempt: 1, replay: false, test: Some(key) }
    }

    pub(super) fn event(&self) -> &Event {
        &self.stored.event
    }

    /// The same for every try of the same event, and of nothing else.
    pub(super) fn key(&self) -> &str {
        self.test.as_deref().unwrap_or(&self.stored.event.id)
    }

    /// Whether it is the word that people were told of an alert.
    pub(super) fn is_alert(&self) -> bool {
        self.event().kind.as_str() == ALERT
    }

    /// The event as JSON. The payload is as it is shown to people: what is masked stays here, and every figure is as it was written.
    pub(super) fn json(&self) -> serde_json::Result<String> {
        let event = self.event();
        serde_json::to_string(&Posted {
            idempotency_key: self.key(),
            seq: self.stored.seq,
            kind: event.kind.as_str(),
            channel: event.channel.as_str(),
            source: &event.source,
            subject: event.subject.as_deref(),
            actor: event.actor.as_deref(),
            severity: event.severity,
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            replay: self.replay,
            attempt: self.attempt,
            test: self.test.is_some(),
            payload: RawValue::from_string(Catalogue::current().masked(event).into_owned())?,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Posted<'a> {
    idempotency_key: &'a str,
    seq: u64,
    kind: &'a str,
    channel: &'a str,
    source: &'a str,
    subject: Option<&'a str>,
    actor: Option<&'a str>,
    severity: Severity,
    occurred_at: Millis,
    received_at: Millis,
    replay: bool,
    attempt: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
    payload: Box<RawValue>,
}

/// An alert as people are told of one, where there is no event to show.
fn example(at: Millis) -> Event {
    let payload = serde_json::json!({
        "type": ALERT, "alert": "low_stock:P-104", "rule": "low_stock", "change": "fired", "severity": "warning", "source": "", "count": 1,
        "titleZh": "P-104 库存不足", "titleEn": "P-104 is low on stock",
        "textZh": "现有 3，阈值 10", "textEn": "3 on hand, threshold 10",
        "consequenceZh": "约 6 小时后缺货", "consequenceEn": "Out of stock in about 6 hours",
        "responseZh": "补货，或从其他仓库调拨", "responseEn": "Restock it, or move some from another warehouse",
    });
    Event {
        id: "example".into(),
        kind: ALERT.into(),
        channel: "watchdeck".into(),
        occurred_at: at,
        received_at: at,
        source: "".into(),
        subject: Some("product:P-104".into()),
        actor: None,
        severity: Severity::Warning,
        payload: Payload::from_json(payload.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_filter::Filter;

    #[test]
    fn tell_me_alerts_is_a_filter_that_means_the_first_word_of_an_alert_and_no_other() {
        // What a new action for people begins with (`ALERTS` in the window).
        let alerts = Filter::parse("kind:watchdeck:alert change:fired severity>=warning", Millis(0)).unwrap();
        let fired = example(Millis(0));
        assert!(alerts.keeps(&fired));
        let with = |payload: String| Event { payload: Payload::from_json(payload), ..fired.clone() };
        assert!(!alerts.keeps(&with(fired.payload.as_str().replace("fired", "resolved"))));
        assert!(!alerts.keeps(&Event { severity: Severity::Info, ..fired.clone() }));
        assert!(!alerts.keeps(&Event { kind: "order:status".into(), ..fired }));
    }
}

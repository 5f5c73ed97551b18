//! What people were told of alerts, as events of our own, for whoever else is to know: kept, tried again and given once more as every event is.

use super::State;
use serde_json::json;
use watchdeck_alerts::{rules, words::Words, written};
use watchdeck_events::{Catalogue, Incoming, Kind, Millis, Payload};
use watchdeck_filter::{Filter, Name, Plan, Verdict};
use watchdeck_store::NewEvent;
use watchdeck_wire::{
    settings::{Hook, Worded},
    views::{AlertState, AlertView},
};

/// Where they stand.
const CHANNEL: &str = "alerts";

impl State {
    /// What people are told, as events, where an outgoing action may want them: nobody else reads them there, and what was told stands with each alert.
    pub(crate) fn told_events<'a>(
        &self,
        told: impl Iterator<Item = &'a AlertView>,
        words: Words,
        now: Millis,
    ) -> impl Iterator<Item = NewEvent> {
        let mut of_alerts = |leaf: &Plan| match leaf {
            Plan::Is(Name::Kind, pattern) => pattern.matches(Kind::ALERT).into(),
            _ => Verdict::Maybe,
        };
        let wants = |hook: &Hook| Filter::parse(&hook.filter, now).is_ok_and(|filter| filter.plan().judge(&mut of_alerts) != Verdict::No);
        let wanted = self.settings.hooks.iter().any(wants);
        told.filter(move |_| wanted).map(move |alert| self.told_event(alert, words, now))
    }

    /// That people are told of an alert, that somebody has it, or that it is over. The same change is the same event, however often it is told.
    fn told_event(&self, alert: &AlertView, words: Words, now: Millis) -> NewEvent {
        let newest = alert.announcements.last();
        let step = alert.timeline.last();
        let (change, at) = match alert.state {
            AlertState::Acknowledged => ("acknowledged", step.map(|step| step.at)),
            AlertState::Resolved => ("resolved", alert.resolved_at),
            AlertState::Firing | AlertState::Snoozed => {
                (newest.map_or("fired", |newest| newest.cause.name()), newest.map(|newest| newest.due))
            }
        };
        let at = at.unwrap_or(alert.last_at);
        let both = [Words::CHINESE, Words::ENGLISH].map(|words| [rules::title(words, alert), rules::body(words, alert)]);
        let [[title_zh, text_zh], [title_en, text_en]] = both;
        let document = self.settings.rules.get(&alert.rule).or_else(|| written::shipped(&alert.rule));
        let said = |text: fn(&watchdeck_wire::settings::RuleDocument) -> &Worded| {
            let text = document.map(text);
            [true, false].map(|chinese| text.map_or("", |text| text.of(chinese)))
        };
        let [consequence_zh, consequence_en] = said(|document| &document.consequence);
        let [response_zh, response_en] = said(|document| &document.response);
        let turn = self.turn_of(alert, now);
        let payload = json!({
            "type": Kind::ALERT, "alert": alert.id, "rule": alert.rule, "change": change, "severity": alert.severity, "label": alert.label,
            "title": rules::title(words, alert), "text": rules::body(words, alert),
            "titleZh": title_zh, "titleEn": title_en, "textZh": text_zh, "textEn": text_en,
            "consequenceZh": consequence_zh, "consequenceEn": consequence_en, "responseZh": response_zh, "responseEn": response_en,
            "about": alert.subject, "source": alert.source, "count": alert.count, "firedAt": alert.first_at,
            "by": step.and_then(|step| step.by.clone()), "note": step.and_then(|step| step.note.clone()), "seq": alert.seq, "timestamp": at,
            "rotation": turn.as_ref().map(|turn| &turn.rotation), "to": turn.as_ref().map(|turn| &turn.person),
        });
        let of_a_link = || alert.subject.as_deref().and_then(|subject| subject.strip_prefix("source:")).map(str::to_owned);
        let source = alert.source.clone().or_else(of_a_link).unwrap_or_else(|| "watchdeck".to_owned());
        let incoming = Incoming {
            channel: CHANNEL.into(),
            offset: None,
            id: Some(format!("alert-{}-{change}-{}", alert.id, at.0).into()),
            server_at: Some(at),
            kind: None,
            payload: Payload::from_json(payload.to_string()),
        };
        NewEvent { event: Catalogue::current().normalise(incoming, &source.into(), at), offset: None }
    }
}

//! What the user did with alerts is told to their gateways, and what others did is heard from them.

use super::Core;
use crate::{
    relay::{Doing, Order},
    state::State,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use watchdeck_alerts::{Act, Handled, Notice};
use watchdeck_client::{Profile, post};
use watchdeck_events::{Event, Kind, Millis, erp::AlertHandled};
use watchdeck_store::Stored;
use watchdeck_world::{entity::Entity, facts::Facts};

/// Where gateways take it.
const PLACE: &str = "/api/alerts";
/// Before a gateway that could not be told is told again.
const AGAIN: Duration = Duration::from_secs(10);
/// The same where its link changed: that may be often.
const SOON: Duration = Duration::from_secs(1);

/// What became of telling.
enum Told {
    Done,
    Later,
    /// There is nobody to tell.
    Nobody,
    /// The gateway is older than this.
    Unknown,
    /// By the gateway's words.
    Refused(String),
}

/// Where an alert of a realm is told.
enum Way {
    To(String, Box<Profile>),
    /// Its gateway is not set up or signed in at yet.
    Later,
    Nobody,
}

impl Core {
    /// Tells the gateways what was done with alerts.
    pub(super) async fn relay_alerts(self: Arc<Self>) {
        let mut links = self.sources.changed.subscribe();
        loop {
            // What else a gateway is to be told waits with what it was not told.
            let mut away = Vec::new();
            loop {
                let next = self.state().relay.next(&away, self.now());
                let Some((key, order)) = next else { break };
                let told = tokio::select! {
                    told = self.relay(&key, &order) => told,
                    () = self.stopped() => return,
                };
                if matches!(told, Told::Later) {
                    away.push(order.realm);
                    continue;
                }
                let settle = |state: &mut State| {
                    match told {
                        Told::Done => state.relay.told(&key),
                        Told::Refused(why) => {
                            state.relay.remove(&key);
                            state.book.stays_here(&order.alert, why);
                        }
                        Told::Later | Told::Nobody | Told::Unknown => {
                            state.relay.remove(&key);
                        }
                    }
                    ((), Vec::new())
                };
                if let ((), Err(error)) = self.record(settle).await {
                    tracing::warn!(%error, "What was told of alerts is kept in memory only.");
                }
                self.pulse();
            }
            let linked = async {
                tokio::time::sleep(SOON).await;
                if links.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = self.relayed.notified() => {}
                () = linked, if !away.is_empty() => {}
                () = tokio::time::sleep(AGAIN), if !away.is_empty() => {}
                () = self.stopped() => return,
            }
        }
    }

    async fn relay(&self, key: &str, order: &Order) -> Told {
        let fired_by = match order.fired_by {
            Some(seq) => self.store.get(seq).await.ok().flatten().map(|stored| stored.event),
            None => None,
        };
        match self.way(&order.realm, fired_by.as_ref().map(|event| &*event.source)) {
            Way::Later => Told::Later,
            Way::Nobody => Told::Nobody,
            Way::To(source, profile) => {
                let known = fired_by.filter(|event| *event.source == *source);
                let body = self.body(key, order, known.as_ref());
                let answer = post(&profile, PLACE, body.to_string()).await;
                let told = answer.map(|answer| read(answer.status, &answer.body)).unwrap_or(Told::Later);
                if matches!(told, Told::Unknown) {
                    tracing::info!(source, "This gateway tells nobody who has an alert; it is older than this console.");
                }
                told
            }
        }
    }

    /// To the gateway that the event came through, else to the first of the realm.
    fn way(&self, realm: &str, through: Option<&str>) -> Way {
        let sources: Vec<_> = {
            let state = self.state();
            let of_realm = |id: &str| **state.world.realms.realm(&Arc::from(id)) == *realm;
            let sources = state.settings.sources.iter().filter(|source| of_realm(&source.id));
            sources.map(|source| (source.id.clone(), source.paused)).collect()
        };
        let (first, others): (Vec<_>, Vec<_>) = sources.into_iter().partition(|(id, _)| Some(id.as_str()) == through);
        for (id, paused) in first.into_iter().chain(others) {
            match self.sources.profile(&id) {
                Some(Ok(profile)) if profile.dialect.keeps_account() && !paused => return Way::To(id, Box::new(profile)),
                // It is no gateway.
                Some(Ok(profile)) if profile.dialect.is_spoken() && !profile.dialect.keeps_account() => {}
                // It is paused, about to be set up, cannot sign in just now, or has not said what it speaks.
                Some(_) | None => return Way::Later,
            }
        }
        Way::Nobody
    }

    fn body(&self, key: &str, order: &Order, event: Option<&Event>) -> serde_json::Value {
        let now = self.now();
        json!({
            "idempotencyKey": key,
            "rule": order.rule,
            "aboutType": order.about_type,
            "aboutId": order.about_id,
            "action": order.doing,
            "firedBy": event.map(|event| &event.id),
            "channel": event.map(|event| &event.channel),
            "agoMs": now.since(order.at).max(0),
            "forMs": order.until.map(|until| until.since(now).max(0)),
            "note": order.note,
            "by": { "id": order.by, "name": order.by },
        })
    }

    /// Find the events that the alerts fired by which others did something with, before anything is changed by it.
    pub(super) async fn look_up(&self, stored: &[Stored]) {
        self.state().fired_by.clear();
        for one in stored.iter().filter(|one| one.event.kind.as_str() == Kind::ALERT_HANDLED) {
            let Some(id) = one.event.fields().text("firedBy").map(std::borrow::Cow::into_owned) else { continue };
            match self.store.by_id(&id).await {
                Ok(Some(fired_by)) => drop(self.state().fired_by.insert(one.seq, fired_by.seq)),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "The event that an alert fired by could not be looked up."),
            }
        }
    }
}

impl State {
    /// The user did something with these: their gateways are to tell the others. What is about this console's own links is nobody else's.
    pub(crate) fn share(&mut self, ids: &[String], doing: Doing, by: &str, note: Option<&str>, until: Option<Millis>, at: Millis) {
        for id in ids {
            let Some(alert) = self.book.get(id).filter(|alert| alert.source.is_some()) else { continue };
            let about = id.strip_prefix(&*alert.rule).and_then(|rest| rest.strip_prefix(':'));
            let Some(about) = about.and_then(|about| about.parse::<Entity>().ok()) else { continue };
            let order = Order {
                alert: id.clone(),
                rule: alert.rule.clone(),
                about_type: about.kind.to_string(),
                about_id: about.id.to_string(),
                realm: about.realm.to_string(),
                doing,
                by: by.to_owned(),
                at,
                until,
                note: note.map(str::to_owned),
                fired_by: self.book.fired_by(id),
            };
            self.relay.add(order);
        }
    }

    /// Somebody did something with an alert, by a gateway's word. What we did ourselves is known.
    pub(crate) fn handled_elsewhere(&mut self, stored: &Stored, facts: &Facts<'_>, told: &AlertHandled<'_>, now: Millis) -> Vec<Notice> {
        let fired_by = self.fired_by.remove(&stored.seq);
        if told.key.as_deref().is_some_and(|key| self.relay.remove(key)) {
            return Vec::new();
        }
        let Some(about) = &facts.about else { return Vec::new() };
        // By our clock, from when it was told: a gateway's clock may be another, and what was done offline is told later.
        let here = |at: Millis| facts.arrival.occurred_at(&stored.event).plus(at.since(stored.event.occurred_at));
        let at = here(*told.at.as_known().unwrap_or(&stored.event.occurred_at));
        let act = match (&*told.action, told.until.as_known()) {
            ("acknowledge", _) => Act::Acknowledge,
            ("shelve", Some(until)) => Act::Shelve(here(*until)),
            ("unshelve", _) => Act::Unshelve,
            // A newer gateway's word.
            _ => return Vec::new(),
        };
        let alert = format!("{}:{about}", told.rule);
        let overtaken = self.relay.is_under_way(&alert);
        let by = told.by.as_deref().unwrap_or_default().to_owned();
        if act == Act::Acknowledge && !overtaken {
            let before = self.book.views(std::slice::from_ref(&alert));
            self.note_answered(&before, &by, at);
        }
        let note = told.note.as_deref().map(str::to_owned);
        self.book.handled(Handled { alert, act, by, note, at, fired_by, overtaken }, now)
    }
}

/// What an answer means.
fn read(status: u16, body: &[u8]) -> Told {
    let said: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    match status {
        200..=299 => Told::Done,
        // A sign-in that ran out is renewed.
        401 | 408 | 425 | 429 | 500.. => Told::Later,
        404 | 405 => Told::Unknown,
        status => Told::Refused(said["message"].as_str().map_or_else(|| format!("HTTP {status}"), str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_final_and_a_gateway_that_knows_no_alerts_is_asked_once() {
        let refusal = r#"{"code":"forbidden","message":"wall may not acknowledge alerts of orders; ask for a role that may"}"#;
        for (status, body, meant) in [
            (200, r#"{"changed":true}"#, "done"),
            (403, refusal, "wall may not acknowledge alerts of orders; ask for a role that may"),
            (400, "<html>", "HTTP 400"),
            (404, r#"{"code":"not_found","message":"there is WebSocket at /ws"}"#, "unknown"),
            (401, "", "later"),
            (429, "", "later"),
            (503, refusal, "later"),
        ] {
            let told = match read(status, body.as_bytes()) {
                Told::Done => "done".to_owned(),
                Told::Later => "later".to_owned(),
                Told::Unknown => "unknown".to_owned(),
                Told::Nobody => "nobody".to_owned(),
                Told::Refused(why) => why,
            };
            assert_eq!(told, meant, "{status} {body}");
        }
    }
}

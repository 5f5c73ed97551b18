//! What the clock makes of alerts: who waits is told again, what nobody has gets worse, what is over ends.

use super::{AlertBook, Ended};
use crate::alert::{Alert, Notice};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::views::{AlertState, Cause};

/// An acknowledged alert that nothing else ends (a single event) is over when nothing was said of it for this long.
const POINT_ENDS_AFTER: i64 = 15 * 60_000;

impl AlertBook {
    /// What is over since the last call.
    pub fn take_ended(&mut self) -> Vec<Ended> {
        std::mem::take(&mut self.ended)
    }

    /// The clock moved: snoozes end, what is calm again is told or ends, and single events are put away.
    pub fn tick(&mut self, now: Millis) -> Vec<Notice> {
        let (mut notices, mut over, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for (id, alert) in &mut self.active {
            if alert.view.chattering && self.flaps.is_calm(id, now) {
                alert.view.chattering = false;
                changed.push(id.clone());
                if alert.view.over_since.is_some() && !alert.life.latched {
                    over.push(id.clone());
                    continue;
                }
                // Nobody was told of it since it came this time.
                if alert.view.state == AlertState::Firing && alert.view.announcements.is_empty() {
                    alert.is_due(Cause::Again, now);
                    notices.push(Notice::Fired(Box::new(alert.view.clone())));
                }
            }
            match due(alert, now) {
                Due::Nothing => {}
                Due::End => over.push(id.clone()),
                Due::Fire(cause) => {
                    alert.view.snoozed_until = None;
                    alert.fires(cause, now);
                    notices.push(Notice::Fired(Box::new(alert.view.clone())));
                    changed.push(id.clone());
                }
                Due::Escalate(severity) => {
                    alert.view.severity = alert.view.severity.max(severity);
                    alert.fires(Cause::Escalated, now);
                    notices.push(Notice::Fired(Box::new(alert.view.clone())));
                    changed.push(id.clone());
                }
            }
        }
        self.flaps.forget(now);
        changed.iter().for_each(|id| self.touch(id));
        notices.extend(over.iter().filter_map(|id| self.end(id, now)));
        notices
    }
}

/// What the clock makes of an alert.
enum Due {
    Nothing,
    End,
    Fire(Cause),
    Escalate(Severity),
}

/// Looked at anew whenever it is asked: what a person did meanwhile counts.
fn due(alert: &Alert, now: Millis) -> Due {
    let Alert { view, life, .. } = alert;
    let last = view.timeline.last().map_or(view.first_at, |last| last.at);
    match view.state {
        AlertState::Snoozed if view.snoozed_until.is_some_and(|until| until <= now) => Due::Fire(Cause::Again),
        // What goes on being said is not over because somebody has it: it would be told anew with its next word.
        AlertState::Acknowledged if life.point && now.since(last.max(view.last_at)) > POINT_ENDS_AFTER => Due::End,
        AlertState::Firing if life.point && !life.latched && life.ends_after > 0 && now.since(view.last_at) > life.ends_after => Due::End,
        AlertState::Firing if !view.chattering && view.silenced_by.is_none() => {
            let waits = |since: Millis| now.since(since);
            let step =
                life.escalate.get(alert.escalated()).filter(|(after, _)| alert.unanswered_since().is_some_and(|at| waits(at) >= *after));
            match step {
                Some((_, severity)) => Due::Escalate(*severity),
                // Nobody has it for so long: people are told once more.
                None if life.remind > 0 && waits(last) >= life.remind => Due::Fire(Cause::Reminded),
                None => Due::Nothing,
            }
        }
        _ => Due::Nothing,
    }
}

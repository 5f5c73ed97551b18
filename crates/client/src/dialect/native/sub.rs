//! One channel's subscription on one connection.

use super::super::protocol::{Note, Out, Standing};
use crate::{burst::Burst, clock::Now, delivery::Delivery, ending::Ending, status::Cause};
use std::time::Duration;
use watchdeck_events::{Channel, GapReason, Millis};
use watchdeck_protocol::{ClientFrame, Position, Rewind};

/// How long to leave a channel alone after the server could not serve it; doubled each time,
pub(super) const PAUSE: Duration = Duration::from_secs(5);
/// up to this: a thousand channels that a gateway has no room for must not ask for it all day.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(300);

pub(super) struct Sub {
    pub(super) channel: Channel,
    pub(super) phase: Phase,
    /// How long to leave it alone the next time that the server cannot serve it.
    pub(super) pause: Duration,
    /// It was said that the server does not serve it.
    pub(super) told: bool,
}

pub(super) enum Phase {
    /// Waiting for the committed position.
    Asking,
    /// Waiting for `subscribed`.
    Sent { asked: Asked, due: Duration },
    /// Events flow.
    On(Course),
    /// The server could not serve it; ask again later.
    Pausing { until: Duration },
    /// Not for this user.
    Denied,
}

pub(super) enum Asked {
    /// Everything after this.
    Resume(Position),
    /// The newest history.
    Rewind,
    /// From now.
    Now,
}

/// How far to look back where there is no position.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstLook {
    /// So many of the newest; 0: not at all.
    pub(super) count: u64,
    /// Instead: everything since.
    pub(super) since: Option<Millis>,
}

impl FirstLook {
    fn looks(self) -> bool {
        self.count > 0 || self.since.is_some()
    }

    fn rewind(self) -> Rewind {
        self.since.map_or(Rewind::Count(self.count), |since| Rewind::Since(since.0))
    }

    /// At least as far as this.
    fn reaching(self, from: Millis) -> Self {
        Self { since: self.since.map(|since| since.min(from)), ..self }
    }
}

/// Where an accepted subscription is in the channel's log.
pub(super) struct Course {
    /// The last offset delivered (or resumed from), and whether it may be handed on as a position. Empty until the first event of a look back.
    at: Option<Position>,
    epoch: String,
    /// Offset before the first event of the backlog.
    start: Option<u64>,
    /// Offset of the log's end when the subscription began.
    target: u64,
    last_at: Option<Millis>,
    /// When to stop waiting for a look back that found nothing.
    settle: Option<Duration>,
    live: bool,
}

/// The content of `subscribed`.
pub(super) struct Answer {
    pub(super) position: Position,
    pub(super) recovered: bool,
    pub(super) reason: GapReason,
}

impl Sub {
    pub(super) fn new(channel: Channel) -> Self {
        Self { channel, phase: Phase::Asking, pause: PAUSE, told: false }
    }

    /// The committed position is known: subscribe.
    pub(super) fn subscribe(&mut self, position: Option<Position>, first_look: FirstLook, due: Duration, out: &mut Out) {
        if !matches!(self.phase, Phase::Asking) {
            return;
        }
        let asked = match position {
            Some(position) => Asked::Resume(position),
            None if first_look.looks() => Asked::Rewind,
            None => Asked::Now,
        };
        self.send(asked, first_look, due, out);
    }

    fn send(&mut self, asked: Asked, first_look: FirstLook, due: Duration, out: &mut Out) {
        let (position, rewind) = match &asked {
            Asked::Resume(position) => (Some(position.clone()), None),
            Asked::Rewind => (None, Some(first_look.rewind())),
            Asked::Now => (None, None),
        };
        let frame = ClientFrame::Subscribe { channel: self.channel.as_str().into(), position, rewind };
        out.notes.push(Note::Send(serde_json::to_string(&frame).expect("strings and numbers always serialise")));
        self.phase = Phase::Sent { asked, due };
    }

    /// The server accepted.
    pub(super) fn subscribed(
        &mut self,
        answer: Answer,
        first_look: FirstLook,
        last_sign: Option<Millis>,
        patience: Duration,
        now: Now,
        out: &mut Out,
    ) {
        let Phase::Sent { asked, .. } = &self.phase else {
            tracing::debug!(channel = self.channel.as_str(), "An unasked answer was ignored.");
            return;
        };
        let end = answer.position;
        let at = match asked {
            Asked::Resume(position) if answer.recovered && position.epoch == end.epoch => Some(position.clone()),
            Asked::Resume(_) => {
                let from = last_sign.unwrap_or(now.wall).min(now.wall);
                tracing::warn!(channel = self.channel.as_str(), reason = ?answer.reason, "The server cannot replay from our position.");
                out.burst.push(Delivery::Gap {
                    channel: Some(self.channel.clone()),
                    from,
                    to: now.wall,
                    reason: answer.reason,
                    position: None,
                    id: None,
                });
                if first_look.looks() {
                    return self.send(Asked::Rewind, first_look.reaching(from), now.up + patience, out);
                }
                Some(end.clone())
            }
            Asked::Rewind if end.offset > 0 => None,
            Asked::Rewind | Asked::Now => Some(end.clone()),
        };
        let live = at.as_ref().is_some_and(|at| at.offset >= end.offset);
        if live && let Some(at) = &at {
            // An idle channel must be able to resume too.
            out.burst.position(self.channel.clone(), at.clone(), now.wall);
        }
        let settle = at.is_none().then_some(now.up + patience);
        let start = at.as_ref().map(|at| at.offset);
        self.phase = Phase::On(Course { at, epoch: end.epoch, start, target: end.offset, last_at: None, settle, live });
    }

    /// An entry of the log arrived. Hands on a gap when entries before it did not.
    pub(super) fn step(&mut self, offset: u64, ts: Millis, burst: &mut Burst) {
        let Phase::On(course) = &mut self.phase else { return };
        match &mut course.at {
            Some(at) if offset > at.offset => {
                if offset > at.offset + 1 {
                    tracing::warn!(channel = self.channel.as_str(), after = at.offset, got = offset, "The server skipped entries.");
                    let from = course.last_at.unwrap_or(ts).min(ts);
                    let channel = Some(self.channel.clone());
                    burst.push(Delivery::Gap { channel, from, to: ts, reason: GapReason::SequenceJump, position: None, id: None });
                }
                at.offset = offset;
            }
            // A repeat. The position never goes back.
            Some(_) => {}
            None => {
                course.start = Some(offset.saturating_sub(1));
                course.at = Some(Position::new(course.epoch.clone(), offset));
                course.settle = None;
            }
        }
        course.last_at = Some(ts);
        course.live |= offset >= course.target;
    }

    /// The server has nothing for us up to `offset`.
    pub(super) fn pass(&mut self, offset: u64) {
        let Phase::On(course) = &mut self.phase else { return };
        match &mut course.at {
            Some(at) => at.offset = at.offset.max(offset),
            None => {
                course.start = Some(offset.saturating_sub(1));
                course.at = Some(Position::new(course.epoch.clone(), offset));
                course.settle = None;
            }
        }
        course.live |= offset >= course.target;
    }

    /// The position to hand on with what was stepped over last.
    pub(super) fn place(&self) -> Option<(&str, u64)> {
        let Phase::On(Course { at: Some(at), .. }) = &self.phase else { return None };
        Some((&at.epoch, at.offset))
    }

    pub(super) fn due(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Asking | Phase::Denied => None,
            Phase::Sent { due, .. } => Some(*due),
            Phase::On(course) => course.settle,
            Phase::Pausing { until } => Some(*until),
        }
    }

    pub(super) fn tick(&mut self, now: Now, out: &mut Out) {
        if self.due().is_none_or(|due| now.up < due) {
            return;
        }
        match &mut self.phase {
            Phase::Sent { .. } => {
                let detail = format!("no answer to the subscription of {}", self.channel);
                out.notes.push(Note::End(Ending::retry(Cause::TimedOut, detail)));
            }
            Phase::On(course) => (course.settle, course.live) = (None, true),
            Phase::Pausing { .. } => {
                self.phase = Phase::Asking;
                out.notes.push(Note::Ask(self.channel.clone()));
            }
            Phase::Asking | Phase::Denied => {}
        }
    }
}

/// How all of them together stand.
pub(super) fn standing(subs: &[Sub]) -> Standing {
    let (mut done, mut total, mut behind, mut pending) = (0, 0, false, false);
    for sub in subs {
        match &sub.phase {
            Phase::Asking | Phase::Sent { .. } | Phase::Pausing { .. } => pending = true,
            Phase::Denied => {}
            Phase::On(course) if course.live => {}
            Phase::On(course) => {
                behind = true;
                if let (Some(start), Some(at)) = (course.start, &course.at) {
                    done += at.offset.saturating_sub(start);
                    total += course.target.saturating_sub(start);
                }
            }
        }
    }
    match (behind, pending) {
        (true, _) => Standing::CatchingUp { done, total },
        (false, true) => Standing::Unconfirmed,
        (false, false) => Standing::Live,
    }
}

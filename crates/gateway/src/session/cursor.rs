//! Where a session stands in the channels that it follows, and what it may see of them.

use crate::{
    access::{Reading, View},
    listeners::{Ear, Listeners},
    wire::Entry,
};
use std::{collections::HashMap, sync::Arc};
use watchdeck_events::Channel;
use watchdeck_protocol::Position;
use watchdeck_store::Bounds;

/// Channels that one session may follow.
pub(crate) const MOST_CHANNELS: usize = 50_000;

/// Why a position cannot be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unrecovered {
    EpochChanged,
    PositionExpired,
}

impl Unrecovered {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::EpochChanged => "epoch_changed",
            Self::PositionExpired => "position_expired",
        }
    }
}

/// The offset to resume after, or why everything after `position` cannot be delivered. Whole or not at all.
pub(crate) fn resume(position: &Position, epoch: &str, bounds: Bounds) -> Result<u64, Unrecovered> {
    // An offset that this log never gave was given by another life of it, whatever the name says (a restored backup, for one).
    if position.epoch != epoch || position.offset > bounds.last {
        Err(Unrecovered::EpochChanged)
    } else if position.offset + 1 < bounds.first {
        Err(Unrecovered::PositionExpired)
    } else {
        Ok(position.offset)
    }
}

/// The offset after which the newest `count` entries lie.
pub(crate) fn rewound(count: u64, bounds: Bounds) -> u64 {
    bounds.last.saturating_sub(count).max(bounds.first.saturating_sub(1))
}

/// All followed channels, and the last offset sent of each. Hearing of commits begins and ends with being in here.
pub(crate) struct Cursors<'a> {
    listeners: &'a Listeners,
    ear: Arc<Ear>,
    sent: HashMap<Channel, u64>,
    /// How those are seen that are not seen whole.
    views: HashMap<Channel, Arc<View>>,
    /// Up to where the client has to be told that there was nothing for it.
    owed: HashMap<Channel, u64>,
}

/// A part of a page, as a session may see it.
#[derive(Debug)]
pub(crate) enum Part {
    /// These, in order.
    Entries(Vec<Arc<Entry>>),
    /// Nothing up to this offset.
    Passed(u64),
}

impl<'a> Cursors<'a> {
    pub(crate) fn new(listeners: &'a Listeners) -> Self {
        Self { listeners, ear: Arc::default(), sent: HashMap::new(), views: HashMap::new(), owed: HashMap::new() }
    }

    /// How a channel that is followed is seen from now on.
    pub(crate) fn see(&mut self, channel: &Channel, reading: Reading) {
        match reading {
            Reading::Whole => self.views.remove(channel),
            Reading::Through(view) => self.views.insert(channel.clone(), view),
        };
    }

    /// What of a page may be sent, in order. What is hidden at its end is owed, so that a run of hidden events is told of once and not one by one.
    pub(crate) fn parts(&mut self, channel: &Channel, page: Vec<Arc<Entry>>) -> Vec<Part> {
        let mut passed = self.owed.remove(channel);
        let Some(view) = self.views.get(channel) else {
            return passed.map(Part::Passed).into_iter().chain([Part::Entries(page)]).collect();
        };
        let (mut parts, mut run) = (Vec::new(), Vec::new());
        for entry in page {
            let Some(shown) = entry.through(channel, view) else {
                passed = Some(entry.offset);
                continue;
            };
            if let Some(passed) = passed.take() {
                parts.extend((!run.is_empty()).then(|| Part::Entries(std::mem::take(&mut run))));
                parts.push(Part::Passed(passed));
            }
            run.push(shown);
        }
        parts.extend((!run.is_empty()).then_some(Part::Entries(run)));
        if let Some(passed) = passed {
            self.owed.insert(channel.clone(), passed);
        }
        parts
    }

    /// Whether there is something to be told of what was passed over.
    pub(crate) fn is_owing(&self) -> bool {
        !self.owed.is_empty()
    }

    /// Take what is owed.
    pub(crate) fn owed(&mut self) -> impl Iterator<Item = (Channel, u64)> {
        std::mem::take(&mut self.owed).into_iter()
    }

    /// The channels that are followed.
    pub(crate) fn followed(&self) -> Vec<Channel> {
        self.sent.keys().cloned().collect()
    }

    /// What is told of commits.
    pub(crate) fn ear(&self) -> &Ear {
        &self.ear
    }

    pub(crate) fn len(&self) -> usize {
        self.sent.len()
    }

    pub(crate) fn follows(&self, channel: &Channel) -> bool {
        self.sent.contains_key(channel)
    }

    /// Hear of commits in `channel` from now on; answers its shared name. The offset is to be set with [`Cursors::set`].
    pub(crate) fn follow(&mut self, channel: &Channel) -> Channel {
        match self.sent.get_key_value(channel) {
            Some((name, _)) => name.clone(),
            None => {
                let name = self.listeners.follow(channel, &self.ear);
                self.sent.insert(name.clone(), u64::MAX);
                name
            }
        }
    }

    pub(crate) fn leave(&mut self, channel: &Channel) {
        self.views.remove(channel);
        self.owed.remove(channel);
        if self.sent.remove(channel).is_some() {
            self.listeners.leave([channel].into_iter(), &self.ear);
        }
    }

    /// The last offset sent; `None` when the channel is not followed.
    pub(crate) fn sent(&self, channel: &Channel) -> Option<u64> {
        self.sent.get(channel).copied()
    }

    /// A place that was asked for: what was owed of before counts no more.
    pub(crate) fn begin(&mut self, channel: &Channel, offset: u64) {
        self.owed.remove(channel);
        self.set(channel, offset);
    }

    pub(crate) fn set(&mut self, channel: &Channel, offset: u64) {
        if let Some(sent) = self.sent.get_mut(channel) {
            *sent = offset;
        }
    }
}

impl Drop for Cursors<'_> {
    fn drop(&mut self) {
        self.listeners.leave(self.sent.keys(), &self.ear);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Bounds = Bounds { first: 11, last: 40 };

    fn at(offset: u64) -> Position {
        Position::new("e1", offset)
    }

    #[test]
    fn a_position_within_the_log_is_resumed() {
        for offset in [10, 11, 39, 40] {
            assert_eq!(resume(&at(offset), "e1", KEPT), Ok(offset), "{offset}");
        }
        assert_eq!(resume(&at(0), "e1", Bounds::default()), Ok(0), "an empty log is resumed from its beginning");
    }

    #[test]
    fn what_cannot_be_whole_is_refused_with_the_reason() {
        assert_eq!(resume(&at(9), "e1", KEPT), Err(Unrecovered::PositionExpired), "entry 10 is gone");
        assert_eq!(resume(&at(0), "e1", KEPT), Err(Unrecovered::PositionExpired));
        assert_eq!(resume(&at(20), "e2", KEPT), Err(Unrecovered::EpochChanged));
        assert_eq!(resume(&at(41), "e1", KEPT), Err(Unrecovered::EpochChanged), "this log never gave 41");
        assert_eq!(resume(&at(u64::MAX), "e1", KEPT), Err(Unrecovered::EpochChanged), "no overflow");
    }

    #[test]
    fn rewinding_stops_at_what_is_kept() {
        assert_eq!(rewound(5, KEPT), 35);
        assert_eq!(rewound(0, KEPT), 40);
        assert_eq!(rewound(500, KEPT), 10);
        assert_eq!(rewound(500, Bounds::default()), 0);
    }
}

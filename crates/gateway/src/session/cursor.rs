//! Where a session stands in the channels that it follows. Pure.

use std::collections::BTreeMap;
use watchdeck_events::Channel;
use watchdeck_protocol::Position;
use watchdeck_store::Bounds;

/// Channels that one session may follow.
pub(crate) const MOST_CHANNELS: usize = 1_000;

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

/// One followed channel.
#[derive(Debug)]
pub(crate) struct Cursor {
    /// The last offset sent.
    pub(crate) sent: u64,
    /// The channel's name as a JSON string, made once.
    pub(crate) json: Box<str>,
}

/// All followed channels.
pub(crate) type Cursors = BTreeMap<Channel, Cursor>;

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

//! What a link hands on, and what it asks back.

use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::mpsc;
use watchdeck_events::{Channel, GapReason, Incoming, Millis};
use watchdeck_protocol::Position;

/// One piece of what a server sent, decoded. Deliveries arrive in the order of the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Events of one channel, in order. Empty when only the position is news: an idle channel must be able to resume too.
    Events {
        /// Their channel.
        channel: Channel,
        /// In the order of the wire. An event may come more than once over time; its offset or id tells.
        events: Vec<Incoming>,
        /// Where the channel's log stands after the last of them. Commit it together with them. `None` from servers without
        /// positions, and while a channel is being rebuilt: then the committed position stays as it is.
        position: Option<Position>,
        /// When they reached this machine.
        received_at: Millis,
    },
    /// Between two times, events may be missing.
    Gap {
        /// The channel concerned; `None` means all of this server's.
        channel: Option<Channel>,
        /// Start of the hole.
        from: Millis,
        /// End of the hole.
        to: Millis,
        /// Why.
        reason: GapReason,
        /// Where the channel's log stands after the marker, when the marker is an entry of that log.
        position: Option<Position>,
        /// The marker's id in the server's log.
        id: Option<Box<str>>,
    },
    /// A frame that could not be read was left out.
    Malformed {
        /// The channel that it names, as far as that can be read.
        channel: Option<Channel>,
        /// Its size.
        bytes: u64,
        /// How it begins, at most [`SAMPLE`] bytes, for a person to look at.
        sample: Box<[u8]>,
        /// What is wrong with it.
        reason: String,
    },
}

/// Most bytes of a malformed frame that are handed on.
pub const SAMPLE: usize = 2048;

impl Delivery {
    /// A frame that was left out, cut to [`SAMPLE`].
    #[must_use]
    pub fn malformed(frame: &[u8], reason: impl Into<String>) -> Self {
        let sample = &frame[..frame.len().min(SAMPLE)];
        Self::Malformed { channel: named_in(sample), bytes: frame.len() as u64, sample: sample.into(), reason: reason.into() }
    }
}

/// The channel that a damaged frame names, where that much of it is whole.
fn named_in(sample: &[u8]) -> Option<Channel> {
    let text = String::from_utf8_lossy(sample);
    ["\"channel\"", "\"topic\""].iter().find_map(|key| {
        let behind = text.split_once(key)?.1.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let name = behind.split_once('"')?.0;
        let whole =
            (1..=128).contains(&name.len()) && !name.contains(['\\', char::REPLACEMENT_CHARACTER]) && !name.contains(char::is_control);
        whole.then(|| Channel::from(name))
    })
}

/// What a link needs of the world.
#[derive(Clone)]
pub struct LinkIo {
    /// Where deliveries go. When it stays full the link stops reading, and in the end puts the connection down; nothing is
    /// dropped that cannot come again.
    pub deliveries: mpsc::Sender<Delivery>,
    /// Who knows what is committed.
    pub positions: Arc<dyn Positions>,
}

/// Where the receiver stands.
#[async_trait]
pub trait Positions: Send + Sync {
    /// The last position that is safely committed for `channel`. Asked at every subscribe and resubscribe.
    async fn committed(&self, channel: &Channel) -> Option<Position>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_frame_is_told_for_the_channel_that_it_names() {
        let channel = |frame: &[u8]| match Delivery::malformed(frame, "x") {
            Delivery::Malformed { channel, .. } => channel.map(|channel| channel.to_string()),
            _ => unreachable!(),
        };
        assert_eq!(channel(b"{\"channel\": \"inventory\",\"data\":{\"reason\":\"caf\xe9\"}}").as_deref(), Some("inventory"));
        assert_eq!(channel(b"42[\"event\",{\"topic\":\"venue_notice\",").as_deref(), Some("venue_notice"));
        for frame in [&b"{\"channel\":\"inv\xe9\"}"[..], b"{\"channel\":7}", b"{\"channel\":\"", b"\x1f\x8b"] {
            assert_eq!(channel(frame), None);
        }
    }
}

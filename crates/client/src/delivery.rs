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
        Self::Malformed { bytes: frame.len() as u64, sample: frame[..frame.len().min(SAMPLE)].into(), reason: reason.into() }
    }
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

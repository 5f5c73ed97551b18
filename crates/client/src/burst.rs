//! Deliveries in the making: frames that arrived together become one delivery per run of a channel.

use crate::delivery::Delivery;
use watchdeck_events::{Channel, Incoming, Millis};
use watchdeck_protocol::Position;

/// What was decoded from the frames at hand, in order, each with the bytes it was made from.
#[derive(Debug, Default)]
pub(crate) struct Burst {
    items: Vec<(Delivery, usize)>,
}

impl Burst {
    /// Append one event. `place` is the epoch and the offset to commit with it, where there is one.
    pub(crate) fn event(&mut self, event: Incoming, place: Option<(&str, u64)>, received_at: Millis) {
        let bytes = event.payload.as_str().len() + 128;
        if let Some((Delivery::Events { channel, events, position, .. }, size)) = self.items.last_mut()
            && *channel == event.channel
        {
            let fits = match (position, place) {
                (None, None) => true,
                (Some(position), Some((epoch, offset))) if position.epoch == epoch => {
                    position.offset = offset;
                    true
                }
                _ => false,
            };
            if fits {
                events.push(event);
                *size += bytes;
                return;
            }
        }
        let position = place.map(|(epoch, offset)| Position::new(epoch, offset));
        self.items.push((Delivery::Events { channel: event.channel.clone(), events: vec![event], position, received_at }, bytes));
    }

    /// Append news of a position alone.
    pub(crate) fn position(&mut self, channel: Channel, position: Position, received_at: Millis) {
        self.push(Delivery::Events { channel, events: vec![], position: Some(position), received_at });
    }

    /// Append anything else.
    pub(crate) fn push(&mut self, delivery: Delivery) {
        self.items.push((delivery, 128));
    }

    /// Take what is there.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (Delivery, usize)> + '_ {
        self.items.drain(..)
    }
}

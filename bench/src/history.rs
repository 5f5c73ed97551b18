//! A long history: the simulator's events, the same for whoever stores them.

use crate::now;
use std::sync::Arc;
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_simulator::{Config, Simulator};
use watchdeck_store::NewEvent;

/// The simulator's events, as a console stores them.
pub struct World {
    simulator: Simulator,
    at: Millis,
    apart: i64,
    count: u64,
    source: Arc<str>,
}

impl Default for World {
    fn default() -> Self {
        Self::since(now(), 40)
    }
}

impl World {
    /// From then on, so many milliseconds between two events.
    #[must_use]
    pub fn since(at: Millis, apart: i64) -> Self {
        Self { simulator: Simulator::new(Config::default(), at), at, apart, count: 0, source: "bench".into() }
    }

    /// The next so many.
    pub fn batch(&mut self, count: usize) -> Vec<NewEvent> {
        self.at = self.at.plus(i64::try_from(count).expect("a small number") * self.apart);
        let published = self.simulator.take(self.at, count);
        published.into_iter().map(|published| self.one(published)).collect()
    }

    fn one(&mut self, published: watchdeck_simulator::Published) -> NewEvent {
        self.count += 1;
        let id = crate::id(self.count, self.at.0);
        let incoming = Incoming {
            channel: Channel::from(published.channel.as_str()),
            offset: Some(self.count),
            id: Some(id.into()),
            server_at: Some(self.at),
            kind: None,
            payload: Payload::from_json(published.json),
        };
        NewEvent { event: Catalogue::builtin().normalise(incoming, &self.source, self.at.plus(4)), offset: Some(self.count) }
    }
}

//! The events: the same for whoever stores them.

use std::sync::Arc;
use watchdeck_bench::now;
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_simulator::{Config, Simulator};
use watchdeck_store::NewEvent;

/// The simulator's events, as a console stores them.
pub(crate) struct World {
    simulator: Simulator,
    at: Millis,
    count: u64,
    source: Arc<str>,
}

impl World {
    pub(crate) fn new() -> Self {
        let at = now();
        Self { simulator: Simulator::new(Config::default(), at), at, count: 0, source: "bench".into() }
    }

    pub(crate) fn batch(&mut self, count: usize) -> Vec<NewEvent> {
        self.at = self.at.plus(i64::try_from(count).expect("a small number") * 40);
        let published = self.simulator.take(self.at, count);
        published.into_iter().map(|published| self.one(published)).collect()
    }

    fn one(&mut self, published: watchdeck_simulator::Published) -> NewEvent {
        self.count += 1;
        let id = watchdeck_bench::id(self.count, self.at.0);
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

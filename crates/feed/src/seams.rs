//! What a test or a measurement may put in place of the machine: another clock, shorter waits, a fault. Not part of the interface.

use jiff::tz::TimeZone;
use std::sync::Arc;
pub use watchdeck_client::{BootClock, Clock, Network, Timing};
use watchdeck_events::{Event, Millis};
pub use watchdeck_store::Options;
use watchdeck_world::calendar::Calendar;

/// See the [module docs](self). The default is the machine as it is.
#[derive(Clone)]
pub struct Seams {
    /// How long every link waits for what.
    pub timing: Timing,
    /// The clock that everything lives on.
    pub clock: Arc<dyn Clock>,
    /// The time zone of the clock on the wall.
    pub zone: TimeZone,
    /// What every link connects over.
    pub network: Network,
    /// How the store is opened.
    pub store: Options,
    /// Called where something may go wrong: it may panic there.
    pub fault: Option<Fault>,
}

/// See [`Seams::fault`].
pub type Fault = Arc<dyn Fn(Point<'_>) + Send + Sync>;

/// A place where something may go wrong.
#[derive(Debug, Clone, Copy)]
pub enum Point<'a> {
    /// A payload is read, before it is an event.
    Read(&'a str),
    /// An event is counted in the numbers.
    Numbers(&'a Event),
    /// It is asked what of an event could not be read.
    Unread(&'a Event),
    /// An event is looked at by the rules.
    Alerts(&'a Event),
    /// An event becomes a row.
    Row(&'a Event),
    /// A long-running part begins, or takes another turn.
    Part(&'a str),
}

impl Seams {
    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.clock.wall()
    }

    /// Days and hours by the clock on the wall.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        Calendar::new(self.zone.clone())
    }

    /// Pass a place where something may go wrong.
    pub fn pass(&self, point: Point<'_>) {
        if let Some(fault) = &self.fault {
            fault(point);
        }
    }
}

impl Default for Seams {
    fn default() -> Self {
        Self {
            timing: Timing::default(),
            clock: Arc::new(BootClock),
            zone: TimeZone::system(),
            network: Network::default(),
            store: Options::CONSOLE,
            fault: None,
        }
    }
}

/// The time of day, for whoever runs without a core: a diagnosis, a test that dates its own events.
#[must_use]
pub fn now() -> Millis {
    BootClock.wall()
}

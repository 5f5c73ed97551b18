//! One attempt after another to open a connection, with what has to be remembered between them: the protocol that was found out, and
//! when a lazy server was last woken.

use crate::{
    clock::Clock,
    detect::detect,
    dial::{Opened, Target, open},
    dialect,
    ending::Ending,
    profile::{Dialect, Profile},
    status::Cause,
    wake::wake,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// A lazy server is not woken more often.
const WAKE_EACH: Duration = Duration::from_secs(5);

/// See the [module docs](self).
pub(crate) struct Dialler {
    profile: Profile,
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    spoken: Option<Dialect>,
    woken: Option<Duration>,
}

/// A connection, and the protocol that is to be spoken on it.
pub(crate) struct Made {
    pub(crate) opened: Opened,
    pub(crate) dialect: Dialect,
}

impl Dialler {
    pub(crate) fn new(profile: Profile, clock: Arc<dyn Clock>) -> Self {
        Self { profile, clock, memory: Mutex::default() }
    }

    /// One attempt: waking the server is part of it.
    pub(crate) async fn dial(&self) -> Result<Made, Ending> {
        let detail = match self.once().await {
            Err(Ending::Retry { cause: Cause::ConnectionRefused, detail, .. }) => detail,
            other => return other,
        };
        match self.profile.wake_url.as_deref().filter(|_| self.may_wake()) {
            Some(place) => wake(&self.profile, place, detail, || self.once()).await,
            None => Err(Ending::retry(Cause::ConnectionRefused, detail)),
        }
    }

    async fn once(&self) -> Result<Made, Ending> {
        let profile = &self.profile;
        let dialect = match profile.dialect {
            Dialect::DETECT => self.spoken().await?,
            known => known,
        };
        let wire = dialect::wire(dialect, profile);
        // What is wrong with the settings is wrong whatever the server speaks.
        Target::of(profile, wire.as_ref()).map_err(Ending::Refused)?;
        match open(profile, wire.as_ref(), self.clock.as_ref()).await {
            Ok(opened) => Ok(Made { opened, dialect }),
            Err(ending) => Err(self.doubt(ending)),
        }
    }

    async fn spoken(&self) -> Result<Dialect, Ending> {
        if let Some(dialect) = self.memory().spoken {
            return Ok(dialect);
        }
        let dialect = detect(&self.profile).await.map_err(|error| error.ending)?;
        self.memory().spoken = Some(dialect);
        Ok(dialect)
    }

    /// A server that does not take the handshake of the protocol that it was found to speak has changed; it is asked again next time.
    fn doubt(&self, ending: Ending) -> Ending {
        if self.profile.dialect != Dialect::DETECT {
            return ending;
        }
        match ending {
            Ending::Retry { cause: Cause::NotWebSocket, .. } => {}
            Ending::Refused(_) => {}
            _ => return ending,
        }
        self.memory().spoken = None;
        Ending::retry(Cause::NotWebSocket, ending.into_words())
    }

    fn may_wake(&self) -> bool {
        let now = self.clock.elapsed();
        let mut memory = self.memory();
        let may = memory.woken.is_none_or(|woken| now.saturating_sub(woken) >= WAKE_EACH);
        if may {
            memory.woken = Some(now);
        }
        may
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().expect("no code panics while holding it")
    }
}

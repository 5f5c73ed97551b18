//! What an action needs beside itself: the secrets, the clock, the language, and what else is set. It is asked at each try, so that a new password or another
//! language needs no new handler.

use crate::secrets::Secrets;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use watchdeck_alerts::words::Words;
use watchdeck_contain::Hold as _;
use watchdeck_events::{Conventions, Millis};
use watchdeck_feed::seams::Seams;
use watchdeck_secret::Secret;
use watchdeck_wire::settings::Settings;

/// See the [module docs](self).
pub(crate) struct Around {
    secrets: Arc<Secrets>,
    seams: Seams,
    set: Mutex<Set>,
}

/// What holds at the time of a try.
#[derive(Debug, Clone)]
pub(super) struct Set {
    pub(super) words: Words,
    pub(super) allow_commands: bool,
    /// What sources are called, and what they leave unsaid, by id.
    pub(super) sources: BTreeMap<String, (String, Conventions)>,
    pub(super) zone: jiff::tz::TimeZone,
    pub(super) now: Millis,
}

impl Around {
    pub(super) fn new(secrets: Arc<Secrets>, seams: Seams) -> Self {
        let set = Set { words: Words::ENGLISH, allow_commands: false, sources: BTreeMap::new(), zone: seams.zone.clone(), now: Millis(0) };
        Self { secrets, seams, set: Mutex::new(set) }
    }

    /// These settings hold from now on.
    pub(super) fn set(&self, settings: &Settings, words: Words) {
        let mut set = self.set.hold();
        (set.words, set.allow_commands) = (words, settings.allow_commands);
        let source = |source: &watchdeck_wire::settings::Source| {
            (source.id.clone(), (source.name.clone(), Conventions::of(&source.time_zone, &source.currency)))
        };
        set.sources = settings.sources.iter().map(source).collect();
    }

    /// What holds now.
    pub(super) fn now(&self) -> Set {
        Set { now: self.seams.now(), ..self.set.hold().clone() }
    }

    /// The secret that is kept for an action.
    ///
    /// # Errors
    /// Why it cannot be read now, and what to do.
    pub(super) fn secret(&self, id: &str) -> Result<Option<Secret>, String> {
        self.secrets.of_action(id).map_err(|why| {
            let words = self.set.hold().words;
            let text = words.either(
                "此动作的密钥已保存，但现在读取不到；请解锁系统钥匙串，或在设置中重新输入",
                "the secret of this action is kept, but cannot be read now; unlock the system's keychain, or enter it again in Settings",
            );
            format!("{text} ({why})")
        })
    }
}

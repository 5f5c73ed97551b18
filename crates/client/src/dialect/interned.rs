//! Names of channels, shared by all the events that name them.

use std::collections::HashSet;
use watchdeck_events::Channel;

/// One [`Channel`] for each name, however many events name it.
#[derive(Debug, Default)]
pub(super) struct Interned {
    known: HashSet<Channel>,
    last: Option<Channel>,
}

impl Interned {
    /// More names than any server offers; beyond, names are simply not shared.
    const MOST: usize = 16_384;

    pub(super) fn get(&mut self, name: &str) -> Channel {
        if let Some(channel) = self.last.as_ref().filter(|channel| channel.as_str() == name) {
            return channel.clone();
        }
        let channel = self.known.get(name).cloned().unwrap_or_else(|| {
            let channel = Channel::from(name);
            if self.known.len() < Self::MOST {
                self.known.insert(channel.clone());
            }
            channel
        });
        self.last = Some(channel.clone());
        channel
    }
}

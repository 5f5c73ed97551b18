//! What was published against what is stored.

use anyhow::{Context as _, Result};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};
use watchdeck_events::{Channel, Kind};
use watchdeck_store::{Profile, Store};

/// Everything that is not as it must be. All zero and nothing said: equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Comparison {
    /// Events in the store.
    pub stored: u64,
    /// Published, but not stored.
    pub lost: u64,
    /// Stored beyond the first time.
    pub twice: u64,
    /// Stored after a later one of the same channel.
    pub out_of_order: u64,
    /// Markers of a gap, although nothing was missing, as they say it.
    pub gaps: Vec<String>,
    /// In the store, but never published.
    pub strange: u64,
    /// Channels whose committed position is not the end of the gateway's log, in words.
    pub positions: Vec<String>,
}

impl Comparison {
    /// `published` is the number of events of each channel; they are numbered from 0 in the order of publication.
    pub(super) async fn of(console: &Path, gateway: &Path, published: &BTreeMap<&'static str, u64>) -> Result<Self> {
        let store = Store::look(&console.join("events.db"), Profile::Console)?;
        let mut found = Self::default();
        let mut numbers: HashMap<String, Vec<u64>> = HashMap::new();
        let mut cursor = 0;
        loop {
            let page = store.read_after(cursor, 5_000).await?;
            let Some(last) = page.last() else { break };
            cursor = last.seq;
            for stored in &page {
                found.stored += 1;
                let payload: serde_json::Value = serde_json::from_str(stored.event.payload.as_str())?;
                let channel = stored.event.channel.as_str();
                match payload["n"].as_u64() {
                    _ if stored.event.kind.as_str() == Kind::GAP => found.gaps.push(format!("{channel}: {payload}")),
                    Some(n) if published.get(channel).is_some_and(|count| n < *count) => {
                        numbers.entry(channel.to_owned()).or_default().push(n)
                    }
                    _ => found.strange += 1,
                }
            }
        }
        for (channel, count) in published {
            found.channel(*count, numbers.get(*channel).map_or(&[], Vec::as_slice));
        }
        let positions = store.positions("s").await?;
        store.close().await;
        let log = Store::look(&gateway.join("gateway.db"), Profile::Log)?;
        for (channel, count) in published {
            let end = log.channel_bounds(&Channel::from(*channel)).last;
            let at = positions.get(&Channel::from(*channel)).with_context(|| format!("{channel} has no position"))?;
            if (at.epoch.as_str(), at.offset, end) != (log.epoch(), end, *count) {
                found.positions.push(format!("{channel}: {count} published, {end} logged, position {}:{}", at.epoch, at.offset));
            }
        }
        log.close().await;
        Ok(found)
    }

    fn channel(&mut self, published: u64, numbers: &[u64]) {
        let mut times = vec![0u64; usize::try_from(published).expect("a test publishes few")];
        for n in numbers {
            times[usize::try_from(*n).expect("below the number published")] += 1;
        }
        self.lost += times.iter().filter(|times| **times == 0).count() as u64;
        self.twice += times.iter().map(|times| times.saturating_sub(1)).sum::<u64>();
        self.out_of_order += numbers.windows(2).filter(|pair| pair[1] < pair[0]).count() as u64;
    }

    /// Whether everything is as it must be.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        *self == Self { stored: self.stored, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_doubled_or_out_of_order_is_counted() {
        let mut found = Comparison::default();
        found.channel(5, &[0, 2, 1, 1, 4]);
        assert_eq!((found.lost, found.twice, found.out_of_order), (1, 1, 1));
        assert!(!found.is_exact());
        let mut found = Comparison::default();
        found.channel(3, &[0, 1, 2]);
        assert!(found.is_exact());
    }
}

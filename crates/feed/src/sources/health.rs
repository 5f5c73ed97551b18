//! What Feed health shows of the sources.

use super::{links::Sources, profile::without_secrets};
use crate::{inbox::QUEUE, latency::Latency};
use std::sync::atomic::Ordering;
use watchdeck_client::Dialect;
use watchdeck_wire::views::{DeniedChannel, MalformedFrame, Percentiles, SourceHealth};

/// Malformed frames shown, over all sources.
const FRAMES: usize = 50;

impl Sources {
    /// Every source's record. What the events themselves say (gaps, copies) is for the caller to fill in.
    pub fn health(&self) -> Vec<SourceHealth> {
        let now = self.records.now();
        self.each(|source, view| {
            let status = view.map(|view| view.status.borrow().clone()).unwrap_or_default();
            let stats = self.records.of(&source.id);
            let (timeline, last_error) = {
                let timeline = stats.timeline();
                (timeline.steps(), timeline.last_error())
            };
            let skew = stats.clock().estimate();
            let latencies = stats.latencies();
            // Read in the order in which they grow, so that what waits is never negative.
            let [stored, duplicates, set_aside, received] =
                [&stats.stored, &stats.duplicates, &stats.set_aside, &stats.received].map(|count| count.load(Ordering::Relaxed));
            SourceHealth {
                id: source.id.clone(),
                name: source.name.clone(),
                url: without_secrets(&source.url),
                state: self.state(source, view),
                reconnects: status.reconnects,
                timeline,
                received,
                stored,
                duplicates,
                set_aside,
                waiting: received.saturating_sub(stored + duplicates + set_aside),
                left_out: 0,
                store_error: stats.store_error().map(|refusal| refusal.detail),
                malformed: stats.malformed.load(Ordering::Relaxed),
                bytes: status.bytes,
                positions: view
                    .map(|view| {
                        view.committed
                            .all()
                            .into_iter()
                            .map(|(channel, at)| (channel.to_string(), format!("{}:{}", at.epoch, at.offset)))
                            .collect()
                    })
                    .unwrap_or_default(),
                colour: source.colour,
                dialect: status.dialect.map(Dialect::name).unwrap_or_default().to_owned(),
                skew_ms: skew.map(|known| known.skew),
                skew_error_ms: skew.map(|known| known.error),
                round_trip_ms: status.round_trip.map(|took| took.as_secs_f64() * 1000.0),
                connected_since: status.connected_since,
                gaps: 0,
                gaps_filled: 0,
                copies: 0,
                told_elsewhere: 0,
                rate: stats.rate(now),
                queue: stats.queue.load(Ordering::Relaxed),
                queue_capacity: QUEUE as u32,
                waiting_bytes: status.waiting_bytes,
                forwarded: latencies.forwarded.percentiles(),
                travelled: latencies.travelled.percentiles(),
                committed: latencies.committed.percentiles(),
                last_error,
                denied: status
                    .denied
                    .into_iter()
                    .map(|one| DeniedChannel { channel: one.channel.to_string(), detail: one.detail })
                    .collect(),
            }
        })
    }

    /// Frames that could not be read, of all sources, newest first.
    pub fn malformed(&self) -> Vec<MalformedFrame> {
        let mut frames = self.each(|source, _| self.records.of(&source.id).frames().views(&source.id).collect::<Vec<_>>()).concat();
        frames.sort_by_key(|frame| std::cmp::Reverse(frame.at));
        frames.truncate(FRAMES);
        frames
    }

    /// Receipt to commit, all sources together.
    pub fn commit_latency(&self) -> Percentiles {
        let mut all = Latency::default();
        for stats in self.each(|source, _| self.records.of(&source.id)) {
            all.add(&stats.latencies().committed);
        }
        all.percentiles()
    }
}

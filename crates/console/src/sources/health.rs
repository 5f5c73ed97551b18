//! What Feed health shows of the sources.

use super::{Sources, profile::{dialect_name, without_secrets}, state::state};
use crate::{
    api::views::{Percentiles, SourceHealth},
    inbox::QUEUE,
    latency::Latency,
    source_stats::SourceStats,
};
use std::sync::atomic::{AtomicU64, Ordering};

impl Sources {
    /// Every source's record.
    pub(crate) fn health(&self) -> Vec<SourceHealth> {
        self.each(|source, view| {
            let status = view.map(|view| view.status.borrow().clone()).unwrap_or_default();
            let count = |counter: fn(&SourceStats) -> &AtomicU64| view.map_or(0, |view| counter(&view.stats).load(Ordering::Relaxed));
            SourceHealth {
                id: source.id.clone(),
                name: source.name.clone(),
                url: without_secrets(&source.url),
                state: state(source, view),
                reconnects: status.reconnects,
                timeline: view
                    .map(|view| view.record.timeline.lock().expect("no code panics while holding a timeline").iter().cloned().collect())
                    .unwrap_or_default(),
                received: count(|stats| &stats.received),
                duplicates: count(|stats| &stats.duplicates),
                malformed: count(|stats| &stats.malformed),
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
                dialect: status.dialect.map(dialect_name).unwrap_or_default().to_owned(),
                skew_ms: status.clock.map(|clock| clock.ahead_ms as f64),
                skew_error_ms: status.clock.map(|clock| clock.error_ms as f64),
                round_trip_ms: status.round_trip.map(|took| took.as_secs_f64() * 1000.0),
                connected_since: status.connected_since,
                gaps: 0,
                gaps_filled: 0,
                copies: 0,
                rate: 0.0,
                queue: 0,
                queue_capacity: QUEUE as u32,
                waiting_bytes: status.waiting_bytes,
                forwarded: Percentiles::default(),
                travelled: Percentiles::default(),
                committed: view.map(|view| view.stats.commit.lock().expect("no code panics while holding the latencies").percentiles()).unwrap_or_default(),
                last_error: None,
            }
        })
    }

    /// Receipt to commit, all sources together.
    pub(crate) fn commit_latency(&self) -> Percentiles {
        let mut all = Latency::default();
        for view in self.views.lock().expect("no code panics while holding the views").values() {
            all.add(&view.stats.commit.lock().expect("no code panics while holding the latencies"));
        }
        all.percentiles()
    }
}

//! Where events may be missing, and which of these gaps were filled since.

use crate::rows;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use watchdeck_events::erp::{GapFilled, View};
use watchdeck_store::Stored;
use watchdeck_wire::row::GapView;

/// Fillings kept at hand. A row of an older gap shows it as not filled; the marker behind it is still there.
const KEPT: usize = 10_000;

/// How many events each filled gap brought.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Fills {
    events: BTreeMap<String, u64>,
    /// In the order they came.
    order: VecDeque<String>,
}

/// What makes a gap and its filling one: source, channel, from, to.
fn key(source: &str, channel: Option<&str>, from: i64, to: i64) -> String {
    format!("{from}/{to}/{}/{source}", channel.unwrap_or("*"))
}

impl Fills {
    /// Note a filling.
    fn note(&mut self, source: &str, filled: &GapFilled<'_>) {
        let key = key(source, filled.channel.as_deref(), filled.from.0, filled.to.0);
        if self.events.insert(key.clone(), filled.events).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.events.remove(&oldest);
        }
    }

    /// Events that the filling of this gap brought; `None` while it is not filled.
    #[must_use]
    pub fn of(&self, gap: &GapView) -> Option<u64> {
        self.events.get(&key(&gap.source, gap.channel.as_deref(), gap.from.0, gap.to.0)).copied()
    }
}

/// Take one event in: `gaps` are the newest, newest first, at most `most`.
pub(super) fn apply(gaps: &mut VecDeque<GapView>, fills: &mut Fills, most: usize, stored: &Stored, view: Option<&View<'_>>) {
    if let Some(View::GapFilled(filled)) = view {
        fills.note(&stored.event.source, filled);
        for gap in gaps.iter_mut().filter(|gap| gap.filled.is_none()) {
            gap.filled = fills.of(gap);
        }
    } else if let Some(gap) = rows::gap(stored) {
        let filled = fills.of(&gap);
        gaps.push_front(GapView { filled, ..gap });
        gaps.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use watchdeck_events::{Catalogue, Channel, GapReason, Incoming, Kind, Millis, Payload};

    const FROM: Millis = Millis(1_795_000_000_000);

    fn stored(source: &str, payload: String) -> Stored {
        let incoming = Incoming {
            channel: Channel::from("system"),
            offset: None,
            id: None,
            server_at: Some(FROM),
            kind: None,
            payload: Payload::from_json(payload),
        };
        Stored { seq: 1, offset: 0, event: Catalogue::builtin().normalise(incoming, &Arc::from(source), FROM) }
    }

    fn filled(source: &str, to: Millis, events: u64) -> Stored {
        let payload = serde_json::json!({ "type": Kind::GAP_FILLED, "channel": null, "from": FROM, "to": to, "events": events });
        stored(source, payload.to_string())
    }

    #[test]
    fn a_gap_is_filled_by_the_marker_of_the_same_source_and_stretch_only() {
        let (mut gaps, mut fills) = (VecDeque::new(), Fills::default());
        let to = FROM.plus(5_000);
        let mut take = |stored: Stored| {
            apply(&mut gaps, &mut fills, 10, &stored, View::of(&stored.event).as_ref());
            gaps[0].filled
        };
        let marker = |source| stored(source, rows::gap_payload(None, FROM, to, GapReason::NotReplayable));
        assert_eq!(take(marker("east")), None);
        assert_eq!(take(filled("west", to, 7)), None, "another source");
        assert_eq!(take(filled("east", to.plus(1), 7)), None, "another stretch");
        assert_eq!(take(filled("east", to, 7)), Some(7));
        assert_eq!(take(marker("west")), Some(7), "whichever of the two is seen first");
    }
}

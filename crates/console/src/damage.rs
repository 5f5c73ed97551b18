//! What a damaged store no longer holds, said where people look for it: as gap markers in the stream, one per source and stretch.
//!
//! They are gaps like any other: a source with a history fills them, and one that replays sends its events once more, because the salvage has
//! put its positions back.

use crate::settings::Kept;
use std::{fs::Metadata, sync::Arc, time::SystemTime};
use watchdeck_events::{Catalogue, Channel, GapReason, Incoming, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Salvaged, Store};
use watchdeck_world::rows;

/// Whose gap it is when not even the settings could be read.
const NOBODY: &str = "store";

/// Mark what is missing.
pub(crate) async fn mark(store: &Store, kept: &Kept, salvaged: &Salvaged, at: Millis) {
    let Salvaged { set_aside, words, events, missing } = salvaged;
    tracing::error!(set_aside = %set_aside.display(), words, events, holes = missing.len(), "The event store was damaged. It was set aside, and what can be read was taken over.");
    let sources: Vec<&str> = kept.settings.sources.iter().map(|source| source.id.as_str()).collect();
    let batch = markers(salvaged, &sources, began(std::fs::metadata(set_aside).ok()), at);
    if let Err(error) = store.append(batch).await {
        tracing::error!(%error, "What is missing could not be marked.");
    }
}

fn markers(salvaged: &Salvaged, sources: &[&str], began: Option<Millis>, at: Millis) -> Batch {
    let sources = if sources.is_empty() { &[NOBODY] } else { sources };
    let mut events = Vec::new();
    for missing in &salvaged.missing {
        let to = missing.to.unwrap_or(at);
        let from = missing.from.or(began).unwrap_or(to).min(to);
        for source in sources {
            let incoming = Incoming {
                channel: Channel::from("system"),
                offset: None,
                id: Some(format!("damaged-{source}-{}-{}-{}", missing.seqs.start, from.0, to.0).into()),
                server_at: Some(at),
                kind: None,
                payload: Payload::from_json(rows::gap_payload(None, from, to, GapReason::Damaged)),
            };
            let source: Arc<str> = (*source).into();
            events.push(NewEvent { event: Catalogue::builtin().normalise(incoming, &source, at), offset: None });
        }
    }
    Batch { events, ..Batch::default() }
}

/// When the file was made, as far as its file system knows.
fn began(file: Option<Metadata>) -> Option<Millis> {
    let made = file?.created().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(made.as_millis()).ok().map(Millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::erp::View;
    use watchdeck_store::Missing;

    fn salvaged(missing: Missing) -> Salvaged {
        Salvaged { set_aside: "events.damaged.db".into(), words: "malformed".into(), events: 7, missing: vec![missing] }
    }

    fn stretches(batch: &Batch) -> Vec<(String, i64, i64)> {
        let one = |new: &NewEvent| match View::of(&new.event) {
            Some(View::Gap(gap)) => Some((new.event.source.to_string(), gap.from.0, gap.to.0)),
            _ => None,
        };
        batch.events.iter().filter_map(one).collect()
    }

    #[test]
    fn every_source_gets_a_marker_of_what_is_missing() {
        let hole = Missing { seqs: 5..9, from: Some(Millis(10)), to: Some(Millis(20)) };
        let batch = markers(&salvaged(hole), &["a", "b"], None, Millis(99));
        assert_eq!(stretches(&batch), [("a".into(), 10, 20), ("b".into(), 10, 20)]);
    }

    #[test]
    fn a_store_that_is_lost_as_a_whole_is_marked_too() {
        let all = Missing { seqs: 0..0, from: None, to: None };
        assert_eq!(stretches(&markers(&salvaged(all.clone()), &[], Some(Millis(50)), Millis(99))), [("store".into(), 50, 99)]);
        assert_eq!(stretches(&markers(&salvaged(all), &[], None, Millis(99))), [("store".into(), 99, 99)]);
    }
}

//! What the settings say of keeping, as the store understands it.

use crate::error::CommandError;
use watchdeck_events::Millis;
use watchdeck_store as store;
use watchdeck_wire::{
    settings::{Hold, KeepChannel, Keeping},
    views::{KeepingPlan, KeepingPortion, LetGoNote},
};

/// A hundred years: more is without end.
const MOST_DAYS: u32 = 36_500;
/// A petabyte, likewise.
const MOST_GIGABYTES: f64 = 1e6;
/// Less would let go of what has just come.
const LEAST_GIGABYTES: f64 = 0.01;

/// Why these cannot be settings.
pub(crate) fn check(keeping: &Keeping) -> Result<(), CommandError> {
    let own = keeping.channels.iter().map(|own| (own.days, own.gigabytes));
    for (days, gigabytes) in own.chain([(keeping.days, keeping.gigabytes)]) {
        if days.is_some_and(|days| days == 0 || days > MOST_DAYS) {
            return Err(CommandError::invalid(format!("events can be kept for 1 to {MOST_DAYS} days, or without end")));
        }
        if gigabytes.is_some_and(|size| !(LEAST_GIGABYTES..=MOST_GIGABYTES).contains(&size)) {
            return Err(CommandError::invalid(format!("a channel can keep {LEAST_GIGABYTES} gigabytes and more, or without end")));
        }
    }
    if keeping.channels.iter().any(|own| own.channel.trim().is_empty()) {
        return Err(CommandError::invalid("a channel that is kept for another time needs a name"));
    }
    if keeping.holds.iter().any(says_nothing) {
        return Err(CommandError::invalid("a hold has to say what it holds: a channel, a kind, a subject, an event or a time"));
    }
    Ok(())
}

fn says_nothing(hold: &Hold) -> bool {
    [&hold.channel, &hold.kind, &hold.subject, &hold.event].iter().all(|text| text.trim().is_empty()) && hold.from.or(hold.before).is_none()
}

/// What the settings say of keeping. What is `open` stays; nothing after `upto` goes.
pub(crate) fn in_store(keeping: &Keeping, open: Vec<u64>, upto: u64, now: Millis) -> store::Keeping {
    let keep = |days: Option<u32>, gigabytes: Option<f64>| store::Keep {
        age_ms: days.map(|days| u64::from(days) * 24 * 3_600_000),
        bytes: gigabytes.map(|size| (size * f64::from(1 << 30)) as u64),
    };
    let mut own: Vec<&KeepChannel> = keeping.channels.iter().collect();
    own.sort_by_key(|own| (own.channel.contains('*'), std::cmp::Reverse(own.channel.len())));
    store::Keeping {
        default: keep(keeping.days, keeping.gigabytes),
        channels: own.into_iter().map(|own| (own.channel.trim().to_owned(), keep(own.days, own.gigabytes))).collect(),
        holds: keeping.holds.iter().map(hold).collect(),
        open,
        upto,
        now,
    }
}

fn hold(Hold { why: _, channel, kind, subject, event, from, before }: &Hold) -> store::Hold {
    let [channel, kind, subject, id] = [channel, kind, subject, event].map(|text| text.trim().to_owned());
    store::Hold { channel, kind, subject, id, from: *from, before: *before }
}

/// A plan as the window shows it.
pub(crate) fn shown(plan: &store::Plan) -> KeepingPlan {
    let portion = |portion: &store::Portion| KeepingPortion {
        channel: portion.channel.to_string(),
        events: portion.events,
        bytes: portion.bytes,
        from: Some(portion.from).filter(|_| portion.events > 0),
        to: Some(portion.to).filter(|_| portion.events > 0),
        by_age: portion.by_age,
        by_size: portion.by_size,
        held: portion.held,
    };
    KeepingPlan { events: plan.events(), bytes: plan.bytes(), portions: plan.portions.iter().map(portion).collect() }
}

/// What is said where the events of some channels end.
pub(crate) fn note<'a>(edges: impl Iterator<Item = &'a store::Edge>) -> Option<LetGoNote> {
    edges.map(|edge| LetGoNote { at: edge.at, upto: edge.received_at }).max_by_key(|note| (note.at, note.upto))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_count_before_patterns_and_longer_ones_before_shorter_ones() {
        let own = |channel: &str| KeepChannel { channel: channel.into(), days: None, gigabytes: None };
        let keeping = Keeping { channels: ["*", "ws:*", "ws:orders", "stock"].map(own).into(), ..Keeping::default() };
        let store = in_store(&keeping, Vec::new(), 0, Millis(0));
        assert_eq!(store.channels.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["ws:orders", "stock", "ws:*", "*"]);
        assert_eq!((store.default.age_ms, store.default.bytes), (Some(2_592_000_000), Some(2 << 30)), "thirty days, two gigabytes");
    }

    #[test]
    fn what_would_keep_nothing_or_hold_everything_is_refused() {
        let with = |keeping: Keeping| check(&keeping).is_err();
        assert!(with(Keeping { days: Some(0), ..Keeping::default() }));
        assert!(with(Keeping { gigabytes: Some(f64::NAN), ..Keeping::default() }));
        assert!(with(Keeping { holds: vec![Hold { why: "audit".into(), ..Hold::default() }], ..Keeping::default() }));
        assert!(!with(Keeping {
            days: None,
            gigabytes: None,
            holds: vec![Hold { from: Some(Millis(0)), ..Hold::default() }],
            ..Keeping::default()
        }));
    }
}

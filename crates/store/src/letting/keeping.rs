//! What is to be kept, as data.

use watchdeck_events::{Channel, Millis};

/// How much of a channel is kept. `None`: without end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// Since it was received, milliseconds.
    pub age_ms: Option<u64>,
    /// Bytes that it takes in the file, about.
    pub bytes: Option<u64>,
}

/// Events that stay whatever else is said. What it leaves open holds for all; one that leaves everything open holds everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hold {
    /// Channels, with `*` for anything; empty for all.
    pub channel: String,
    /// Kinds, likewise.
    pub kind: String,
    /// What they are about, exactly; empty for anything.
    pub subject: String,
    /// One event; empty for any.
    pub id: String,
    /// From this time on.
    pub from: Option<Millis>,
    /// Before this time.
    pub before: Option<Millis>,
}

/// What is to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// Of every channel that is not named below.
    pub default: Keep,
    /// Of the channels of a name, with `*` for anything. The first that fits counts.
    pub channels: Vec<(String, Keep)>,
    /// What stays all the same.
    pub holds: Vec<Hold>,
    /// Events that something rests on that is still open, by number: they stay as well.
    pub open: Vec<u64>,
    /// No event after this one goes: whoever computes something of the events has not written down yet what came of it.
    pub upto: u64,
    /// By when ages are counted.
    pub now: Millis,
}

/// What is known of an event when its fate is decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) seq: u64,
    pub(super) offset: u64,
    pub(super) channel: &'a Channel,
    pub(super) kind: &'a str,
    pub(super) subject: Option<&'a str>,
    pub(super) occurred_at: Millis,
    pub(super) received_at: Millis,
    /// Bytes in the file, about.
    pub(super) bytes: u64,
}

impl Keeping {
    /// How much of a channel is kept.
    pub(super) fn of(&self, channel: &str) -> Keep {
        let own = self.channels.iter().find(|(pattern, _)| fits(pattern, channel));
        own.map_or(self.default, |(_, keep)| *keep)
    }

    /// All that is said of channels.
    pub(super) fn all(&self) -> impl Iterator<Item = Keep> {
        self.channels.iter().map(|(_, keep)| *keep).chain([self.default])
    }

    /// Events received before this are too old.
    pub(super) fn cutoff(&self, keep: Keep) -> Option<Millis> {
        keep.age_ms.map(|age| Millis(self.now.0.saturating_sub_unsigned(age)))
    }
}

impl Hold {
    /// Whether it holds an event. One that names an id is asked by its number: see [`super::plan`].
    pub(super) fn holds(&self, seen: &Seen<'_>) -> bool {
        let within = |at: Millis| self.from.is_none_or(|from| from <= at) && self.before.is_none_or(|before| at < before);
        self.id.is_empty()
            && (self.channel.is_empty() || fits(&self.channel, seen.channel.as_str()))
            && (self.kind.is_empty() || fits(&self.kind, seen.kind))
            && (self.subject.is_empty() || seen.subject == Some(&*self.subject))
            // Whoever names a time may mean when it was or when it came.
            && (within(seen.occurred_at) || within(seen.received_at))
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(before) else { return false };
    let (between, after) = rest.rsplit_once('*').map_or(("", rest), |(between, after)| (between, after));
    for part in between.split('*') {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, is_so) in [
            ("orders", "orders", true),
            ("orders", "orders2", false),
            ("*", "", true),
            ("ws:*", "ws:orders", true),
            ("ws:*", "orders", false),
            ("*:change", "inventory:change", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "ac", false),
            ("ab*ba", "aba", false),
            ("库存*", "库存变动", true),
        ] {
            assert_eq!(fits(pattern, name), is_so, "{pattern} {name}");
        }
    }

    #[test]
    fn the_first_name_that_fits_counts() {
        let days = |days: u64| Keep { age_ms: Some(days), bytes: None };
        let channels = vec![("orders".into(), days(1)), ("o*".into(), days(2))];
        let keeping = Keeping { channels, default: days(3), ..Keeping::default() };
        assert_eq!(["orders", "other", "stock"].map(|channel| keeping.of(channel)), [days(1), days(2), days(3)]);
    }
}

//! How much there was of something in the last so many milliseconds, and how much there usually is.

use std::collections::{BTreeMap, HashMap, VecDeque};
use watchdeck_events::Millis;
use watchdeck_filter::Measure;

/// Parts of a stretch of time: what is counted is exact to one of them.
const PARTS: i64 = 60;
const HOUR: i64 = 3_600_000;
/// What is usual is known from so many days,
const USUAL_DAYS: i64 = 14;
/// and from this many hours on.
const KNOWN_HOURS: i64 = 24;
/// Different texts that are told apart.
const DISTINCT: usize = 10_000;

/// Sums over a stretch of time that moves on.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// The parts in which there was something, by their number since 1970, the oldest first.
    parts: VecDeque<(i64, f64)>,
    /// When each text was there last, by its hash; in the order of that.
    texts: HashMap<u64, i64>,
    order: VecDeque<(i64, u64)>,
    /// Sums by hour since 1970, where somebody asks what is usual.
    hours: BTreeMap<i64, f64>,
}

impl Window {
    /// So much more. What is older than the stretch counts for what is usual only.
    pub(super) fn add(&mut self, at: Millis, by: f64, over: i64, keeps_usual: bool) {
        if keeps_usual {
            let hour = at.0.div_euclid(HOUR);
            *self.hours.entry(hour).or_default() += by;
            let newest = self.hours.last_key_value().map_or(hour, |(newest, _)| *newest);
            while self.hours.first_key_value().is_some_and(|(first, _)| *first < newest - USUAL_DAYS * 24) {
                self.hours.pop_first();
            }
        }
        let number = at.0.div_euclid(width(over));
        match self.parts.iter().rposition(|(known, _)| *known <= number) {
            Some(place) if self.parts[place].0 == number => self.parts[place].1 += by,
            Some(place) => self.parts.insert(place + 1, (number, by)),
            None => self.parts.push_front((number, by)),
        }
        let newest = self.parts.back().map_or(number, |(newest, _)| *newest);
        while self.parts.front().is_some_and(|(first, _)| *first <= newest - PARTS) {
            self.parts.pop_front();
        }
    }

    /// A text was there.
    pub(super) fn see(&mut self, at: Millis, text: u64, over: i64) {
        let last = self.texts.entry(text).or_insert(at.0);
        *last = at.0.max(*last);
        self.order.push_back((at.0, text));
        while self.order.len() > DISTINCT || self.order.front().is_some_and(|(first, _)| *first <= at.0 - over) {
            let Some((first, text)) = self.order.pop_front() else { break };
            if self.texts.get(&text) == Some(&first) {
                self.texts.remove(&text);
            }
        }
    }

    /// What there was up to now.
    pub(super) fn value(&self, now: Millis, measure: &Measure) -> f64 {
        if matches!(measure.counted, watchdeck_filter::Counted::Distinct(_)) {
            return self.texts.values().filter(|last| **last > now.0 - measure.over).count() as f64;
        }
        let from = now.0.div_euclid(width(measure.over)) - PARTS;
        self.parts.iter().rev().take_while(|(number, _)| *number > from).map(|(_, sum)| sum).sum()
    }

    /// What there usually is in such a stretch at this hour of the day and beside it; `None` while less than a day is known.
    pub(super) fn usual(&self, now: Millis, over: i64) -> Option<f64> {
        let hour = now.0.div_euclid(HOUR);
        let first = *self.hours.first_key_value()?.0;
        if hour - first < KNOWN_HOURS {
            return None;
        }
        let days = (1..=USUAL_DAYS).map(|day| hour - day * 24).filter(|same| *same >= first);
        let near: Vec<i64> = days.flat_map(|same| [same - 1, same, same + 1]).filter(|near| *near >= first && *near < hour).collect();
        let sum: f64 = near.iter().filter_map(|near| self.hours.get(near)).sum();
        (!near.is_empty()).then(|| sum / near.len() as f64 * over as f64 / HOUR as f64)
    }

    /// Whether it holds nothing that counts any more.
    pub(super) fn is_over(&self, now: Millis, over: i64) -> bool {
        let number = now.0.div_euclid(width(over));
        self.hours.is_empty()
            && self.parts.back().is_none_or(|(newest, _)| *newest <= number - PARTS)
            && self.order.back().is_none_or(|(last, _)| *last <= now.0 - over)
    }
}

const fn width(over: i64) -> i64 {
    let width = over / PARTS;
    if width > 0 { width } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_filter::{Counted, Plan};

    const MINUTE: i64 = 60_000;

    fn measure(over: i64) -> Measure {
        Measure { nth: 0, counted: Counted::Events, of: Plan::default(), over }
    }

    #[test]
    fn what_is_older_than_the_stretch_does_not_count() {
        let (mut window, ten) = (Window::default(), measure(10 * MINUTE));
        for minute in 0..20 {
            window.add(Millis(minute * MINUTE), 1.0, ten.over, false);
        }
        assert_eq!(window.value(Millis(19 * MINUTE), &ten) as i64, 10);
        assert_eq!(window.value(Millis(24 * MINUTE), &ten) as i64, 5);
        window.add(Millis(15 * MINUTE), 1.0, ten.over, false);
        assert_eq!(window.value(Millis(19 * MINUTE), &ten) as i64, 11, "what comes late is where it belongs");
        assert!(!window.is_over(Millis(20 * MINUTE), ten.over) && window.is_over(Millis(60 * MINUTE), ten.over));
    }

    #[test]
    fn usual_is_what_there_was_at_this_hour_on_the_days_before() {
        let (mut window, over) = (Window::default(), 10 * MINUTE);
        for hour in 0..72 {
            // Sixty an hour by day, nothing at night.
            let busy = hour % 24 >= 8;
            (0..if busy { 60 } else { 0 }).for_each(|minute| window.add(Millis(hour * HOUR + minute * MINUTE), 1.0, over, true));
        }
        assert_eq!(window.usual(Millis(72 * HOUR + 12 * HOUR), over), Some(10.0));
        assert_eq!(window.usual(Millis(72 * HOUR + 3 * HOUR), over), Some(0.0));
        assert_eq!(window.usual(Millis(20 * HOUR), over), None, "not known yet");
    }

    #[test]
    fn a_text_counts_once() {
        let mut window = Window::default();
        let distinct = Measure { counted: Counted::Distinct(watchdeck_filter::Name::of("ip")), ..measure(MINUTE) };
        for (at, text) in [(0, 1), (10, 2), (20, 1), (30, 3)] {
            window.see(Millis(at * 1000), text, distinct.over);
        }
        assert_eq!(window.value(Millis(31_000), &distinct) as i64, 3);
        assert_eq!(window.value(Millis(75_000), &distinct) as i64, 2);
    }
}

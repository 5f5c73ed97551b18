//! How a source usually speaks, and when its silence is longer than that.
//!
//! A link that answers pings says nothing of whoever should publish at its other end: a hub may have forgotten us, a bridge may have stopped, and all
//! looks well. So the longest pause of each hour of the week is remembered (by the hour in which it *began*: the one of Friday evening holds the weekend).
//! A pause is longer than usual when it passes the longest one of the same hour of the last weeks by as much again twice over, by two hours at most, and
//! lasts ten minutes at least. An hour of which fewer than two weeks are known is not judged; what the user expects is, from the first minute on.
//!
//! Pure: readings of our two clocks are arguments. Only time in which the link listened counts: a pause begins anew with every connection, and one that
//! ends with the connection teaches nothing.

use crate::skew::Reading;
use std::collections::BTreeMap;
use watchdeck_events::Millis;
use watchdeck_world::calendar::Calendar;

/// No pause below this is worth a word unless the user says so, ms.
const FLOOR: i64 = 10 * 60_000;
/// What a pause may be longer than the longest known one: so many times that one…
const TIMES: i64 = 2;
/// … but no more than this, ms.
const MARGIN: i64 = 2 * 3_600_000;
/// Weeks that must be known of an hour before it is judged.
const EVIDENCE: usize = 2;
/// Weeks that are remembered.
const KEPT: usize = 6;
const HOURS_OF_WEEK: i64 = 7 * 24;

/// By hour of the week: in each week (counted from 1970) the longest pause that began in it, ms. Oldest first.
pub(crate) type Pauses = BTreeMap<i64, Vec<(i64, i64)>>;

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Rhythm {
    calendar: Calendar,
    learned: Pauses,
    /// What the user expects; zero: nothing ever.
    expected: Option<u32>,
    /// When the present pause began; `None` while nobody listens.
    began: Option<Reading>,
    dirty: bool,
}

/// A pause that is longer than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overdue {
    /// The last event, or when the link began to listen.
    pub since: Millis,
    /// The longest pause that is usual, or that the user allows, ms.
    pub usual_ms: u64,
    /// It was learned, and not set by the user.
    pub learned: bool,
}

impl Rhythm {
    /// As it was written down.
    pub(crate) fn load(calendar: Calendar, learned: Pauses) -> Self {
        Self { calendar, learned, expected: None, began: None, dirty: false }
    }

    /// As if nothing had ever come.
    pub(crate) fn forget(&mut self) {
        self.learned.clear();
        (self.expected, self.began, self.dirty) = (None, None, false);
    }

    /// The user wants an event every so many minutes; zero: whenever it comes; `None`: as learned.
    pub(crate) fn expect(&mut self, minutes: Option<u32>) {
        self.expected = minutes;
    }

    /// The link listens, or does not.
    pub(crate) fn listens(&mut self, listens: bool, now: Reading) {
        self.began = listens.then(|| self.began.unwrap_or(now));
    }

    /// There is no link any more.
    pub(crate) fn end(&mut self) {
        self.began = None;
    }

    /// An event came.
    pub(crate) fn heard(&mut self, now: Reading) {
        let Some(began) = self.began.replace(now) else {
            // It was fetched, and is no sign of how the source speaks.
            self.began = None;
            return;
        };
        let pause = now.up - began.up;
        let (week, hour) = self.place(began.wall);
        // A pause that was too long teaches no more than what it passed: an outage is no rhythm, but a new rhythm is learned all the same.
        let pause = self.limit(hour).map_or(pause, |limit| pause.min(limit));
        let weeks = self.learned.entry(hour).or_default();
        match weeks.last_mut() {
            Some((last, longest)) if *last == week => {
                self.dirty |= pause > *longest;
                *longest = pause.max(*longest);
            }
            _ => {
                weeks.push((week, pause));
                let forgotten = weeks.len().saturating_sub(KEPT);
                weeks.drain(..forgotten);
                self.dirty = true;
            }
        }
    }

    /// Whether the source is quiet for longer than it should be.
    pub(crate) fn overdue(&self, now: Reading) -> Option<Overdue> {
        let began = self.began?;
        let quiet = now.up - began.up;
        let (usual, limit, learned) = match self.expected {
            Some(0) => return None,
            Some(minutes) => (i64::from(minutes) * 60_000, i64::from(minutes) * 60_000, false),
            None => {
                let (_, hour) = self.place(began.wall);
                (self.usual(hour)?, self.limit(hour)?, true)
            }
        };
        (quiet > limit).then(|| Overdue { since: began.wall, usual_ms: usual.unsigned_abs(), learned })
    }

    /// What is to be written down, when it changed.
    pub(crate) fn take_dirty(&mut self) -> Option<Pauses> {
        std::mem::take(&mut self.dirty).then(|| self.learned.clone())
    }

    /// It was not written down.
    pub(crate) fn put_back(&mut self) {
        self.dirty = true;
    }

    /// The longest pause of an hour of the week, where enough is known of it.
    fn usual(&self, hour: i64) -> Option<i64> {
        let weeks = self.learned.get(&hour).filter(|weeks| weeks.len() >= EVIDENCE)?;
        weeks.iter().map(|(_, longest)| *longest).max()
    }

    fn limit(&self, hour: i64) -> Option<i64> {
        let usual = self.usual(hour)?;
        Some((usual + usual.saturating_mul(TIMES).min(MARGIN)).max(FLOOR))
    }

    /// Week and hour of the week on the wall.
    fn place(&self, at: Millis) -> (i64, i64) {
        let hour = self.calendar.hours(at);
        (hour.div_euclid(HOURS_OF_WEEK), hour.rem_euclid(HOURS_OF_WEEK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::{TimeZone, offset};

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    /// A Monday, 00:00 in +08:00.
    const MONDAY: i64 = 1_795_363_200_000;

    fn at(ms: i64) -> Reading {
        Reading { up: ms, wall: Millis(MONDAY + ms) }
    }

    fn rhythm() -> Rhythm {
        let mut rhythm = Rhythm::load(Calendar::new(TimeZone::fixed(offset(8))), Pauses::new());
        rhythm.listens(true, at(0));
        rhythm
    }

    /// From nine to six on working days an event every `each` ms; answers the last.
    fn works(rhythm: &mut Rhythm, weeks: std::ops::Range<i64>, each: i64) -> i64 {
        let mut last = 0;
        for day in weeks.flat_map(|week| (0..5).map(move |day| week * 7 + day)) {
            for n in 0..=9 * HOUR / each {
                last = day * DAY + 9 * HOUR + n * each;
                rhythm.heard(at(last));
            }
        }
        last
    }

    #[test]
    fn nothing_is_said_before_the_hour_is_known_from_two_weeks() {
        let mut young = rhythm();
        works(&mut young, 0..1, 4 * MINUTE);
        young.heard(at(7 * DAY + 10 * HOUR));
        assert_eq!(young.overdue(at(7 * DAY + 15 * HOUR)), None, "one Monday is no habit");
        let mut rhythm = rhythm();
        works(&mut rhythm, 0..2, 4 * MINUTE);
        let monday = 14 * DAY + 10 * HOUR;
        rhythm.heard(at(monday));
        assert_eq!(rhythm.overdue(at(monday + 12 * MINUTE)), None);
        let overdue = Overdue { since: Millis(MONDAY + monday), usual_ms: 4 * 60_000, learned: true };
        assert_eq!(rhythm.overdue(at(monday + 12 * MINUTE + 1)), Some(overdue), "three times its longest pause");
        rhythm.heard(at(monday + 13 * MINUTE));
        assert_eq!(rhythm.overdue(at(monday + 13 * MINUTE)), None, "it speaks again");
    }

    #[test]
    fn an_evening_and_a_weekend_are_no_reason() {
        let mut rhythm = rhythm();
        let friday = works(&mut rhythm, 0..3, MINUTE);
        assert_eq!(rhythm.overdue(at(friday + 63 * HOUR)), None, "until Monday morning");
        assert!(rhythm.overdue(at(friday + 66 * HOUR)).is_some(), "but Monday morning came");
        // On a Saturday somebody works: nobody knows how often events come then.
        rhythm.heard(at(friday + 16 * HOUR));
        assert_eq!(rhythm.overdue(at(friday + 20 * HOUR)), None);
    }

    #[test]
    fn a_lively_source_has_ten_minutes_at_least() {
        let mut rhythm = rhythm();
        works(&mut rhythm, 0..2, 10_000);
        let monday = 14 * DAY + 10 * HOUR;
        rhythm.heard(at(monday));
        assert_eq!(rhythm.overdue(at(monday + FLOOR)), None);
        assert!(rhythm.overdue(at(monday + FLOOR + 1)).is_some());
    }

    #[test]
    fn an_outage_teaches_no_more_than_what_it_passed() {
        let mut rhythm = rhythm();
        works(&mut rhythm, 0..2, 4 * MINUTE);
        let monday = 14 * DAY + 10 * HOUR;
        rhythm.heard(at(monday));
        rhythm.heard(at(monday + 5 * HOUR));
        let next = monday + 7 * DAY;
        rhythm.heard(at(next));
        assert_eq!(rhythm.overdue(at(next + 36 * MINUTE)), None);
        assert!(rhythm.overdue(at(next + 37 * MINUTE)).is_some(), "five hours would be no habit");
    }

    #[test]
    fn only_time_in_which_the_link_listened_counts() {
        let mut rhythm = rhythm();
        rhythm.expect(Some(5));
        rhythm.heard(at(0));
        rhythm.listens(false, at(MINUTE));
        assert_eq!(rhythm.overdue(at(HOUR)), None, "nobody listens");
        rhythm.heard(at(HOUR));
        assert!(rhythm.learned.values().flatten().all(|(_, pause)| *pause == 0), "what is fetched is no sign of the source's rhythm");
        rhythm.listens(true, at(2 * HOUR));
        rhythm.listens(true, at(2 * HOUR + MINUTE));
        assert_eq!(rhythm.overdue(at(2 * HOUR + 5 * MINUTE)), None);
        let overdue = rhythm.overdue(at(2 * HOUR + 5 * MINUTE + 1)).expect("five minutes are over");
        assert_eq!(overdue, Overdue { since: Millis(MONDAY + 2 * HOUR), usual_ms: 300_000, learned: false });
    }

    #[test]
    fn what_the_user_expects_goes_before_what_was_learned() {
        let mut rhythm = rhythm();
        works(&mut rhythm, 0..2, 4 * MINUTE);
        let monday = 14 * DAY + 10 * HOUR;
        rhythm.heard(at(monday));
        rhythm.expect(Some(0));
        assert_eq!(rhythm.overdue(at(monday + DAY)), None, "whenever it comes");
        rhythm.expect(Some(60));
        assert_eq!(rhythm.overdue(at(monday + HOUR)), None);
        assert!(rhythm.overdue(at(monday + HOUR + 1)).is_some());
    }

    #[test]
    fn what_was_learned_is_bounded_and_outlives_a_run() {
        let mut rhythm = rhythm();
        works(&mut rhythm, 0..20, 30 * MINUTE);
        let kept = serde_json::to_string(&rhythm.take_dirty().expect("it learned")).unwrap();
        assert!(kept.len() < 20_000, "{}", kept.len());
        let mut again = Rhythm::load(Calendar::new(TimeZone::fixed(offset(8))), serde_json::from_str(&kept).unwrap());
        assert!(again.take_dirty().is_none());
        again.listens(true, at(140 * DAY + 10 * HOUR));
        assert!(again.overdue(at(140 * DAY + 10 * HOUR + 91 * MINUTE)).is_some());
    }
}

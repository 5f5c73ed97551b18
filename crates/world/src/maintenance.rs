//! Maintenance that an ERP announces: when it begins, when it ends, and which announcements are of one and the same.
//!
//! An ERP numbers its maintenance rarely and announces it several times: once a week before, again with another time, again an hour before. So
//! announcements are kept and put together anew with each one, whatever the order they came in. Of one thing are those with the same number; those that begin
//! at the same time; and those that say the same but for their digits and begin within [`NEAR`] of each other, of which the last one counts. All others are of
//! another. Nothing takes one back: it is over by its end.

use crate::{arrival::Arrival, entity::Entity};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use watchdeck_events::{Millis, Quantity, erp::System, fold, line};
use watchdeck_store::Stored;

/// What one is called among the kinds of entities.
pub const MAINTENANCE: &str = "maintenance";
/// Announcements kept.
const KEPT: usize = 200;
/// The same words with another time within so long, ms: it was moved. What is further away is the next one.
const NEAR: i64 = 12 * 3_600_000;
/// One that says nothing of its end is spoken of for so long, and one that is over is known for so long, ms.
const DAY: i64 = 86_400_000;
/// Longest that is believed, minutes.
const LONGEST: f64 = 31.0 * 24.0 * 60.0;

/// All that was announced.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Maintenance {
    /// By when they were made, and of a tie by when they came.
    told: Vec<Told>,
    /// What they come to.
    planned: Vec<Planned>,
}

/// One announcement.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    at: Millis,
    seq: u64,
    /// The ERP, and of what sort the maintenance is.
    sort: Entity,
    number: Option<String>,
    starts: Option<Millis>,
    ends: Option<Millis>,
    message: String,
}

/// One maintenance, as it was announced last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Names it, also after it was moved.
    pub key: Entity,
    /// When it was announced last.
    pub told_at: Millis,
    /// The newest of its announcements.
    pub seq: u64,
    /// When it begins.
    pub starts: Option<Millis>,
    /// When it ends.
    pub ends: Option<Millis>,
    /// What was said of it.
    pub message: String,
    /// Of what sort it is, where that was said.
    pub sort: String,
    number: Option<String>,
}

impl Planned {
    /// Where nobody said when it ends: since when it may be under way, or, where not even a beginning was said, since when it was announced.
    #[must_use]
    pub fn open_since(&self) -> Option<Millis> {
        if self.ends.is_some() { None } else { Some(self.starts.unwrap_or(self.told_at)) }
    }

    /// Until when it is spoken of.
    fn until(&self) -> Millis {
        self.ends.unwrap_or_else(|| self.starts.unwrap_or(self.told_at).plus(DAY))
    }

    fn is_told_by(&self, told: &Told) -> bool {
        if self.key.realm != told.sort.realm || *self.sort != *told.sort.id {
            return false;
        }
        // A number may be left out, and is then told by the rest.
        if let (Some(own), Some(other)) = (&self.number, &told.number) {
            return own == other;
        }
        let same_words = || worded(&self.message) == worded(&told.message);
        match (self.starts, told.starts) {
            (Some(own), Some(other)) if own == other => true,
            // What is over is not moved any more.
            _ if self.until() < told.at => false,
            (Some(own), Some(other)) => own.since(other).abs() <= NEAR && same_words(),
            _ => same_words(),
        }
    }
}

/// What is said but for digits and marks: what moves keeps its words.
fn worded(message: &str) -> String {
    fold(message).chars().filter(|c| c.is_alphabetic()).collect()
}

impl Maintenance {
    /// One more announcement.
    pub(super) fn take(&mut self, realm: &Arc<str>, stored: &Stored, system: &System<'_>, arrival: Arrival) {
        let starts = system.scheduled_time.as_known().copied();
        let minutes =
            system.estimated_duration.as_known().copied().map(Quantity::to_f64).filter(|minutes| *minutes > 0.0 && *minutes <= LONGEST);
        let by_length = starts.zip(minutes).map(|(starts, minutes)| starts.plus((minutes * 60_000.0) as i64));
        let ends = system.ends.as_known().copied().filter(|ends| starts.is_none_or(|starts| starts < *ends)).or(by_length);
        let told = Told {
            at: arrival.occurred_at(&stored.event),
            seq: stored.seq,
            sort: Entity::new(realm, MAINTENANCE, system.sort.as_deref().unwrap_or_default()),
            number: system.number.as_deref().map(str::to_owned),
            starts,
            ends,
            message: line::of(system.message.as_deref().unwrap_or_default(), line::LABEL).into_owned(),
        };
        let place = self.told.partition_point(|known| (known.at, known.seq) < (told.at, told.seq));
        self.told.insert(place, told);
        if self.told.len() > KEPT {
            self.told.remove(0);
        }
        self.planned = planned(&self.told);
    }

    /// What is ahead, under way, or was over within a day.
    pub fn known(&self, now: Millis) -> impl Iterator<Item = &Planned> {
        self.planned.iter().filter(move |planned| now.since(planned.until()) < DAY)
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, key: &Entity) -> Option<&Planned> {
        self.planned.iter().find(|planned| planned.key == *key)
    }

    /// The one that this event announced last.
    #[must_use]
    pub fn told_by(&self, seq: u64) -> Option<&Planned> {
        self.planned.iter().find(|planned| planned.seq == seq)
    }
}

fn planned(told: &[Told]) -> Vec<Planned> {
    let mut all: Vec<Planned> = Vec::new();
    for told in told {
        if let Some(known) = all.iter_mut().rev().find(|known| known.is_told_by(told)) {
            // Of what is not said again, what was said before holds.
            let moved = told.starts.is_some() && told.starts != known.starts;
            known.ends = told.ends.or(known.ends.filter(|_| !moved));
            known.starts = told.starts.or(known.starts);
            known.number = told.number.clone().or_else(|| known.number.take());
            (known.told_at, known.seq, known.message) = (told.at, known.seq.max(told.seq), told.message.clone());
            continue;
        }
        let id = told.number.clone().unwrap_or_else(|| told.starts.unwrap_or(told.at).0.to_string());
        let id = if told.sort.id.is_empty() { id } else { format!("{}-{id}", told.sort.id) };
        let named = |id: &str| Entity::new(&told.sort.realm, MAINTENANCE, id);
        let taken = |key: &Entity| all.iter().any(|known| known.key == *key);
        let key = (1_u32..).map(|nth| if nth == 1 { named(&id) } else { named(&format!("{id}-{nth}")) }).find(|key| !taken(key));
        all.push(Planned {
            key: key.unwrap_or_else(|| named(&id)),
            told_at: told.at,
            seq: told.seq,
            starts: told.starts,
            ends: told.ends,
            message: told.message.clone(),
            sort: told.sort.id.to_string(),
            number: told.number.clone(),
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn told(at: i64, starts: Option<i64>, minutes: Option<i64>, message: &str) -> Told {
        let hour = |hours: i64| Millis(hours * HOUR);
        let starts = starts.map(hour);
        Told {
            at: hour(at),
            seq: at.unsigned_abs(),
            sort: Entity::new(&"s".into(), MAINTENANCE, ""),
            number: None,
            starts,
            ends: starts.zip(minutes).map(|(starts, minutes)| starts.plus(minutes * 60_000)),
            message: message.to_owned(),
        }
    }

    fn times(told: &[Told]) -> Vec<(Option<i64>, Option<i64>)> {
        let hours = |at: Millis| at.0 / HOUR;
        planned(told).iter().map(|planned| (planned.starts.map(hours), planned.ends.map(hours))).collect()
    }

    #[test]
    fn what_is_announced_again_is_one_what_is_moved_moves_and_another_time_is_another() {
        let first = told(1, Some(50), Some(120), "今晚 23:00 例行维护");
        let alike = [first.clone(), told(2, Some(50), Some(180), "停机升级")];
        assert_eq!(times(&alike), [(Some(50), Some(53))], "the same time is the same, and what was said last counts");
        let moved = [first.clone(), told(2, Some(55), None, "今晚 04:00 例行维护")];
        assert_eq!(times(&moved), [(Some(55), None)], "no end is taken from another time");
        assert_eq!(planned(&moved)[0].key, planned(&moved[..1])[0].key, "and keeps its name");
        let next = [first.clone(), told(2, Some(50 + 7 * 24), Some(120), "今晚 23:00 例行维护")];
        assert_eq!(times(&next), [(Some(50), Some(52)), (Some(218), Some(220))], "next week's is another");
        let other = [first.clone(), told(2, Some(52), Some(60), "网络割接")];
        assert_eq!(times(&other).len(), 2, "other words at another time");
        let repeated = [first, told(2, None, None, "今晚 23:00 例行维护")];
        assert_eq!(times(&repeated), [(Some(50), Some(52))], "who says it again need not say when");
    }

    #[test]
    fn a_number_tells_more_than_words_and_times_do() {
        let numbered = |number: &str, told: Told| Told { number: Some(number.to_owned()), ..told };
        let both = [numbered("7", told(1, Some(50), None, "a")), numbered("8", told(2, Some(50), None, "a"))];
        assert_eq!(planned(&both).len(), 2);
        let far = [numbered("7", told(1, Some(50), None, "a")), numbered("7", told(2, Some(500), None, "b"))];
        assert_eq!(times(&far), [(Some(500), None)]);
    }

    #[test]
    fn what_is_over_is_not_moved_and_what_has_no_time_is_spoken_of_for_a_day() {
        let again = [told(1, Some(2), Some(60), "例行维护"), told(5, Some(10), Some(60), "例行维护")];
        assert_eq!(times(&again), [(Some(2), Some(3)), (Some(10), Some(11))], "the second one of a day");
        let bare = [told(1, None, None, "x"), told(2, None, None, "x"), told(40, None, None, "x")];
        assert_eq!(planned(&bare).len(), 2);
        let kept = Maintenance { planned: planned(&bare), told: bare.to_vec() };
        let known = |hour: i64| kept.known(Millis(hour * HOUR)).map(|planned| planned.seq).collect::<Vec<_>>();
        assert_eq!((known(41), known(60)), (vec![2, 40], vec![40]));
        assert_eq!(kept.told_by(40).and_then(Planned::open_since), Some(Millis(40 * HOUR)));
    }
}

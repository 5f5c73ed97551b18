//! How much is asked of people: what they were told, day by day, and how long it took until somebody had it. By this the rules are judged, not by how clever
//! they are (ISA-18.2, EEMUA 191: about one interruption in ten minutes can be worked with, more than ten are a flood).
//!
//! Days are stored as they are counted, so that a restart forgets none; a month is kept. How long things took is kept for two years, as counts ([`months`]).

mod months;

pub use months::MONTHS;

use crate::{book::Ended, notifier::SUMMARY};
use months::{Months, What};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use watchdeck_events::{Millis, Severity};
use watchdeck_store::Document;
use watchdeck_wire::views::{AlertView, LoadDay, LoadRule, LoadView, Worked};

/// Collection of the days, keyed by their name.
pub const COLLECTION: &str = "alert_load";
/// Days that are kept.
const DAYS: usize = 31;
/// Interruptions of one day that are kept each by itself; of a day with more, the rest is counted.
const KEPT: usize = 5_000;
/// Whatever comes within so long of the last is the same interruption, ms: a toast, its tone, and its neighbours in a burst.
const TOGETHER: i64 = 10_000;
/// The stretch in which there may be so many, ms.
const STRETCH: i64 = 600_000;
/// More in a stretch are a flood.
const FLOOD: usize = 10;
/// Alerts that stand for longer than this are furniture, ms.
const STANDING: i64 = 86_400_000;
/// The noisiest rules.
const NOISIEST: usize = 10;

/// Interruptions and answers, by local day.
#[derive(Debug, Default)]
pub struct Load {
    days: BTreeMap<String, Day>,
    dirty: BTreeSet<String>,
    last: Option<Millis>,
    months: Months,
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Day {
    told: Vec<Told>,
    /// Interruptions that were not kept.
    more: u64,
    /// How long it took until somebody had an alert: by rule and person, each in ms.
    answered: Vec<Answered>,
    /// Alerts that came and went.
    chattering: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Told {
    at: Millis,
    rule: String,
    severity: Severity,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Answered {
    rule: String,
    by: String,
    took: i64,
}

impl Load {
    /// As it was stored, days and months. What cannot be read is left out. Where no month was counted yet, those are that the days tell of.
    #[must_use]
    pub fn of(documents: Vec<(String, String)>, months: Vec<(String, String)>) -> Self {
        let read = |(name, body): (String, String)| Some((name, serde_json::from_str(&body).ok()?));
        let days: BTreeMap<String, Day> = documents.into_iter().filter_map(read).collect();
        let last = days.values().next_back().and_then(|day| day.told.last()).map(|told| told.at);
        let mut months = Months::of(months);
        if months.is_empty() {
            for (name, day) in &days {
                for Answered { rule, by, took } in &day.answered {
                    months.took(name, What::Answered, rule, Some(by), *took);
                }
            }
        }
        Self { days, dirty: BTreeSet::new(), last, months }
    }

    /// What changed since the last call.
    pub fn take_dirty(&mut self) -> Vec<Document> {
        let written = |name: String| {
            let body = self.days.get(&name).and_then(|day| serde_json::to_string(day).ok());
            Document { collection: COLLECTION, key: name, body }
        };
        let mut documents: Vec<_> = std::mem::take(&mut self.dirty).into_iter().map(written).collect();
        documents.extend(self.months.take_dirty());
        documents
    }

    /// What was taken to be stored was not.
    pub fn put_back(&mut self, documents: &[Document]) {
        self.dirty.extend(documents.iter().filter(|document| document.collection == COLLECTION).map(|document| document.key.clone()));
        self.months.put_back(documents);
    }

    fn day(&mut self, name: &str) -> &mut Day {
        self.dirty.insert(name.to_owned());
        if !self.days.contains_key(name) {
            while self.days.len() >= DAYS
                && let Some((oldest, _)) = self.days.pop_first()
            {
                self.dirty.insert(oldest);
            }
        }
        self.days.entry(name.to_owned()).or_default()
    }

    /// People were shown or heard something. `rule` is that of the alert; of a summary there is none.
    pub fn told(&mut self, day: &str, at: Millis, rule: Option<&str>, severity: Severity) {
        let is_new = self.last.is_none_or(|last| at.since(last).abs() > TOGETHER);
        self.last = Some(at);
        if !is_new {
            return;
        }
        let day = self.day(day);
        if day.told.len() < KEPT {
            day.told.push(Told { at, rule: rule.unwrap_or(SUMMARY).to_owned(), severity });
        } else {
            day.more += 1;
        }
    }

    /// Somebody has an alert, so long after it fired.
    pub fn answered(&mut self, day: &str, alert: &AlertView, by: &str, took: i64) {
        self.months.took(day, What::Answered, &alert.rule, Some(by), took);
        let day = self.day(day);
        if day.answered.len() < KEPT {
            day.answered.push(Answered { rule: alert.rule.clone(), by: by.to_owned(), took });
        }
    }

    /// What an alert was about is over.
    pub fn ended(&mut self, day: &str, ended: &Ended) {
        self.months.took(day, What::Resolved, &ended.rule, ended.by.as_deref(), ended.took);
    }

    /// An alert comes and goes.
    pub fn chatters(&mut self, day: &str, id: &str) {
        if self.days.get(day).is_some_and(|known| known.chattering.contains(id) || known.chattering.len() >= KEPT) {
            return;
        }
        self.day(day).chattering.insert(id.to_owned());
    }

    /// The page. `living` are the alerts that there are now.
    pub fn view<'a>(&self, living: impl Iterator<Item = &'a AlertView>, now: Millis) -> LoadView {
        let days: Vec<LoadDay> = self.days.iter().rev().map(|(name, day)| day.view(name)).collect();
        let mut rules: BTreeMap<&str, LoadRule> = BTreeMap::new();
        for told in self.days.values().flat_map(|day| &day.told) {
            let rule = rules.entry(&told.rule).or_insert_with(|| LoadRule {
                rule: told.rule.clone(),
                interruptions: 0,
                answered: Worked::default(),
            });
            rule.interruptions += 1;
        }
        let all: u32 = rules.values().map(|rule| rule.interruptions).sum();
        let mut took: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        let mut by: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for answered in self.days.values().flat_map(|day| &day.answered) {
            took.entry(&answered.rule).or_default().push(answered.took);
            by.entry(&answered.by).or_default().push(answered.took);
        }
        for (rule, took) in took {
            let entry =
                rules.entry(rule).or_insert_with(|| LoadRule { rule: rule.to_owned(), interruptions: 0, answered: Worked::default() });
            entry.answered = worked(took);
        }
        let mut rules: Vec<_> = rules.into_values().collect();
        rules.sort_by(|a, b| b.interruptions.cmp(&a.interruptions).then_with(|| a.rule.cmp(&b.rule)));
        let noisiest: u32 = rules.iter().take(NOISIEST).map(|rule| rule.interruptions).sum();
        let mut standing: Vec<AlertView> = living.filter(|alert| now.since(alert.first_at) > STANDING).cloned().collect();
        standing.sort_by_key(|alert| alert.first_at);
        let standing_count = standing.len() as u32;
        standing.truncate(50);
        LoadView {
            days,
            noisiest_share: if all == 0 { 0.0 } else { f64::from(noisiest) / f64::from(all) },
            rules,
            people: by.into_iter().map(|(name, took)| (name.to_owned(), worked(took))).collect(),
            standing,
            standing_count,
            months: self.months.view(),
        }
    }
}

fn worked(mut took: Vec<i64>) -> Worked {
    took.sort_unstable();
    Worked { count: took.len() as u32, median_ms: took.get(took.len() / 2).copied().unwrap_or_default() }
}

impl Day {
    fn view(&self, name: &str) -> LoadDay {
        let mut worst = 0;
        let mut minutes = BTreeSet::new();
        for (place, first) in self.told.iter().enumerate() {
            let within = self.told[place..].iter().take_while(|told| told.at.since(first.at) < STRETCH).count();
            worst = worst.max(within);
            if within > FLOOD {
                minutes.extend((0..STRETCH / 60_000).map(|minute| first.at.0.div_euclid(60_000) + minute));
            }
        }
        let of = |severity: Severity| self.told.iter().filter(|told| told.severity == severity).count() as u32;
        LoadDay {
            day: name.to_owned(),
            interruptions: self.told.len() as u32 + self.more.min(u64::from(u32::MAX / 2)) as u32,
            worst_10_min: worst as u32,
            flood_minutes: minutes.len() as u32,
            chattering: self.chattering.len() as u32,
            critical: of(Severity::Critical),
            warning: of(Severity::Warning),
            other: of(Severity::Info) + of(Severity::Success),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_wire::views::LoadMonthRow;

    const MINUTE: i64 = 60_000;

    #[test]
    fn a_burst_is_one_interruption_and_eleven_in_ten_minutes_are_a_flood() {
        let mut load = Load::default();
        for n in 0..200 {
            load.told("2026-11-27", Millis(n * 100), Some("few"), Severity::Warning);
        }
        for n in 0..12 {
            load.told("2026-11-27", Millis(3_600_000 + n * 45_000), Some(if n < 9 { "few" } else { "many" }), Severity::Critical);
        }
        let view = load.view([].into_iter(), Millis(0));
        let day = &view.days[0];
        assert_eq!((day.interruptions, day.worst_10_min, day.critical, day.warning), (13, 12, 12, 1));
        assert!(day.flood_minutes >= 10, "{day:?}");
        assert_eq!(view.rules.iter().map(|rule| (&*rule.rule, rule.interruptions)).collect::<Vec<_>>(), [("few", 10), ("many", 3)]);
        assert!((view.noisiest_share - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_was_counted_is_there_after_a_restart_and_a_month_is_kept() {
        let mut load = Load::default();
        let mut stored = BTreeMap::new();
        for day in 1..=40 {
            load.told(&format!("2026-10-{day:02}"), Millis(day * 86_400_000), Some("few"), Severity::Warning);
            for Document { key, body, .. } in load.take_dirty() {
                match body {
                    Some(body) => drop(stored.insert(key, body)),
                    None => drop(stored.remove(&key)),
                }
            }
        }
        assert_eq!(stored.len(), DAYS);
        let again = Load::of(stored.into_iter().collect(), Vec::new());
        assert_eq!(again.view([].into_iter(), Millis(0)), load.view([].into_iter(), Millis(0)));
    }

    #[test]
    fn how_long_people_took_is_told_by_rule_and_by_person() {
        let mut load = Load::default();
        let alert: AlertView = serde_json::from_value(serde_json::json!({
            "id": "few:x", "rule": "few", "severity": "warning", "state": "firing", "subject": null, "label": "x", "values": {}, "count": 1, "first_at": 0,
            "last_at": 0, "acknowledged_by": null, "snoozed_until": null, "resolved_at": null, "seq": null, "timeline": [],
        }))
        .unwrap();
        for (by, took) in [("张敏", 2), ("张敏", 4), ("李雷", 30)] {
            load.answered("2026-11-27", &alert, by, took * MINUTE);
        }
        let view = load.view([&alert].into_iter(), Millis(2 * STANDING));
        assert_eq!(view.rules[0].answered, Worked { count: 3, median_ms: 4 * MINUTE });
        assert_eq!(view.people["张敏"], Worked { count: 2, median_ms: 4 * MINUTE });
        load.ended("2026-11-28", &Ended { rule: "few".into(), by: Some("李雷".into()), at: Millis(0), took: 50 * MINUTE });
        let month = &load.view([].into_iter(), Millis(0)).months[0];
        assert_eq!((&*month.month, month.answered.count, month.resolved.count, month.resolved.mean_ms), ("2026-11", 3, 1, 50 * MINUTE));
        let counts =
            |rows: &[LoadMonthRow]| rows.iter().map(|row| (row.name.clone(), row.answered.count, row.resolved.count)).collect::<Vec<_>>();
        assert_eq!(counts(&month.rules), [("few".to_owned(), 3, 1)]);
        assert_eq!(counts(&month.people), [("张敏".to_owned(), 2, 0), ("李雷".to_owned(), 1, 1)]);
        let days = load.take_dirty().into_iter().filter(|document| document.collection == COLLECTION);
        let days = days.filter_map(|Document { key, body, .. }| Some((key, body?))).collect();
        let seeded = Load::of(days, Vec::new()).view([].into_iter(), Millis(0));
        assert_eq!((seeded.months[0].answered.count, seeded.months[0].resolved.count), (3, 0), "an earlier version kept days only");
        assert_eq!(view.standing_count, 1);
    }
}

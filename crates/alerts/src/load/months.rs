//! How long it took, month by month: until somebody had an alert, and until what it was about was over. Kept as counts, so that it outlasts the alerts and the days
//! that it was counted from, and does not grow with them.
//!
//! How long things take spans six powers of ten, so the stretches that are counted grow with it: four to a doubling, from a second to a year. A median of them
//! is off by a twelfth at most, which is less than anybody would act on.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use watchdeck_store::Document;
use watchdeck_wire::views::{LoadMonth, LoadMonthRow, Took};

/// Collection of the months, keyed by their name.
pub const MONTHS: &str = "alert_load_month";
/// Months that are kept.
const KEPT: usize = 24;
/// Rules, and people, of one month that are counted each by itself; what more there are is counted together.
const ROWS: usize = 200;
/// Names those.
pub(super) const OTHERS: &str = "*";
/// Rows of one month that are shown, of each sort.
const SHOWN: usize = 20;
/// Stretches to a doubling,
const FINE: f64 = 4.0;
/// and the last one.
const LAST: u8 = 100;

/// By month.
#[derive(Debug, Default)]
pub(super) struct Months {
    months: BTreeMap<String, Month>,
    dirty: BTreeSet<String>,
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Month {
    rules: BTreeMap<String, Row>,
    people: BTreeMap<String, Row>,
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Row {
    /// Until somebody had it.
    answered: Times,
    /// Until it was over.
    resolved: Times,
}

/// How long something took, how often.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Times {
    count: u32,
    sum_ms: i64,
    /// How often it took so long, by stretch.
    stretches: BTreeMap<u8, u32>,
}

/// What took its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Answered,
    Resolved,
}

impl Months {
    pub(super) fn of(documents: Vec<(String, String)>) -> Self {
        let months = documents.into_iter().filter_map(|(name, body)| Some((name, serde_json::from_str(&body).ok()?)));
        Self { months: months.collect(), dirty: BTreeSet::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.months.is_empty()
    }

    pub(super) fn take_dirty(&mut self) -> impl Iterator<Item = Document> + '_ {
        std::mem::take(&mut self.dirty).into_iter().map(|name| {
            let body = self.months.get(&name).and_then(|month| serde_json::to_string(month).ok());
            Document { collection: MONTHS, key: name, body }
        })
    }

    pub(super) fn put_back(&mut self, documents: &[Document]) {
        self.dirty.extend(documents.iter().filter(|document| document.collection == MONTHS).map(|document| document.key.clone()));
    }

    /// On this day (`2026-11-27`) something of a rule took so long, ms; by whom, where somebody had it.
    pub(super) fn took(&mut self, day: &str, what: What, rule: &str, by: Option<&str>, took: i64) {
        let Some(name) = day.get(..7) else { return };
        if !self.months.contains_key(name) {
            // Older than what is kept: it is not counted, and takes no newer one's place.
            if self.months.len() >= KEPT && self.months.first_key_value().is_some_and(|(oldest, _)| name < oldest.as_str()) {
                return;
            }
            while self.months.len() >= KEPT
                && let Some((oldest, _)) = self.months.pop_first()
            {
                self.dirty.insert(oldest);
            }
        }
        self.dirty.insert(name.to_owned());
        let month = self.months.entry(name.to_owned()).or_default();
        row(&mut month.rules, rule).times(what).add(took);
        if let Some(by) = by {
            row(&mut month.people, by).times(what).add(took);
        }
    }

    /// The newest first.
    pub(super) fn view(&self) -> Vec<LoadMonth> {
        let rows = |rows: &BTreeMap<String, Row>| {
            let mut all: Vec<_> = rows.iter().map(|(name, row)| row.view(name)).collect();
            all.sort_by_key(|row| std::cmp::Reverse(row.answered.count + row.resolved.count));
            all.truncate(SHOWN);
            all
        };
        let months = self.months.iter().rev();
        months
            .map(|(name, month)| {
                let mut all = Row::default();
                month.rules.values().for_each(|row| all.join(row));
                let LoadMonthRow { answered, resolved, .. } = all.view("");
                LoadMonth { month: name.clone(), answered, resolved, rules: rows(&month.rules), people: rows(&month.people) }
            })
            .collect()
    }
}

fn row<'r>(rows: &'r mut BTreeMap<String, Row>, name: &str) -> &'r mut Row {
    let name = if rows.contains_key(name) || rows.len() < ROWS { name } else { OTHERS };
    rows.entry(name.to_owned()).or_default()
}

impl Row {
    fn times(&mut self, what: What) -> &mut Times {
        match what {
            What::Answered => &mut self.answered,
            What::Resolved => &mut self.resolved,
        }
    }

    fn join(&mut self, other: &Self) {
        self.answered.join(&other.answered);
        self.resolved.join(&other.resolved);
    }

    fn view(&self, name: &str) -> LoadMonthRow {
        LoadMonthRow { name: name.to_owned(), answered: self.answered.view(), resolved: self.resolved.view() }
    }
}

impl Times {
    fn add(&mut self, took: i64) {
        let took = took.max(0);
        self.count = self.count.saturating_add(1);
        self.sum_ms = self.sum_ms.saturating_add(took);
        let times = self.stretches.entry(stretch(took)).or_default();
        *times = times.saturating_add(1);
    }

    fn join(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum_ms = self.sum_ms.saturating_add(other.sum_ms);
        for (stretch, times) in &other.stretches {
            let known = self.stretches.entry(*stretch).or_default();
            *known = known.saturating_add(*times);
        }
    }

    fn view(&self) -> Took {
        let mean_ms = self.sum_ms.checked_div(self.count.into()).unwrap_or_default();
        Took { count: self.count, mean_ms, median_ms: self.median() }
    }

    /// The middle of the stretch in which the median lies.
    fn median(&self) -> i64 {
        let half = u64::from(self.count) / 2;
        let mut below = 0_u64;
        for (stretch, times) in &self.stretches {
            below += u64::from(*times);
            if below > half {
                return middle(*stretch);
            }
        }
        0
    }
}

/// In which stretch so long is, ms: the first is all below a second.
fn stretch(took: i64) -> u8 {
    let seconds = took as f64 / 1_000.0;
    if seconds < 1.0 { 0 } else { (seconds.log2() * FINE).floor().min(f64::from(LAST - 1)) as u8 + 1 }
}

fn middle(stretch: u8) -> i64 {
    if stretch == 0 { 500 } else { (((f64::from(stretch) - 0.5) / FINE).exp2() * 1_000.0).round() as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn a_median_of_counts_is_near_that_of_what_was_counted() {
        for times in [vec![0], vec![3 * MINUTE], vec![1_000, 2_000, 90 * MINUTE], (1..500).map(|n| n * n * 700).collect()] {
            let mut all = Times::default();
            times.iter().for_each(|took| all.add(*took));
            let mut sorted = times.clone();
            sorted.sort_unstable();
            let exact = sorted[sorted.len() / 2];
            assert!((all.median() - exact).abs() <= (exact / 11).max(500), "{} for {exact}", all.median());
            assert_eq!(all.view().mean_ms, times.iter().sum::<i64>() / times.len() as i64);
        }
        assert_eq!((stretch(i64::MAX), Times::default().median()), (LAST, 0), "without end and without any");
    }

    #[test]
    fn two_years_are_kept_and_what_is_older_takes_no_place() {
        let mut months = Months::default();
        let mut stored = BTreeMap::new();
        for n in 0..30 {
            let day = format!("{}-{:02}-05", 2024 + n / 12, n % 12 + 1);
            months.took(&day, What::Answered, "few", Some("张敏"), MINUTE);
            for Document { key, body, .. } in months.take_dirty() {
                match body {
                    Some(body) => drop(stored.insert(key, body)),
                    None => drop(stored.remove(&key)),
                }
            }
        }
        months.took("2020-01-01", What::Answered, "few", None, MINUTE);
        assert_eq!((stored.len(), months.view().len(), &*months.view()[0].month), (KEPT, KEPT, "2026-06"));
        assert_eq!(Months::of(stored.into_iter().collect()).view(), months.view());
    }

    #[test]
    fn more_rules_than_anybody_reads_are_counted_together() {
        let mut months = Months::default();
        for n in 0..ROWS + 50 {
            months.took("2026-11-27", What::Resolved, &format!("r{n}"), None, MINUTE);
        }
        let month = &months.months["2026-11"];
        assert_eq!((month.rules.len(), month.rules[OTHERS].resolved.count, months.view()[0].resolved.count), (ROWS + 1, 50, 250));
    }
}

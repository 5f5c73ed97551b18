//! What a day was for the people in it: who was told in time, and how often somebody was disturbed.

use super::{day::Day, run::Lived};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Interruptions are counted over so long, ms.
const TEN_MINUTES: i64 = 600_000;

/// What the host was asked.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Heard {
    pub(super) at: i64,
    /// A notification, by its name.
    #[serde(default)]
    pub(super) notify: Option<String>,
    #[serde(default)]
    pub(super) title: String,
}

/// That people were told of an alert.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Told {
    pub(super) alert: String,
    pub(super) rule: String,
    /// Everything that it is called and says.
    pub(super) words: String,
    pub(super) cause: String,
    pub(super) due: i64,
    pub(super) done: i64,
    pub(super) means: Vec<String>,
    /// Somebody had it.
    pub(super) after_acknowledgement: bool,
}

/// The four numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Share of the situations of which somebody was told in time.
    pub recall: f64,
    /// How often somebody was disturbed, by situation.
    pub interruptions_per_situation: f64,
    /// How often because of something that somebody had.
    pub after_acknowledgement: usize,
    /// The most in ten minutes.
    pub worst_10_min: usize,
    /// Whatever helps to understand them.
    pub detail: Value,
}

impl Measured {
    /// As it is printed for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "recall": self.recall, "interruptions_per_situation": self.interruptions_per_situation,
            "after_acknowledgement": self.after_acknowledgement, "worst_10_min": self.worst_10_min, "detail": self.detail })
    }
}

/// Of moments at which somebody was disturbed, and of those who were told of nothing in time.
pub(super) fn measured(day: &Day, moments: &[i64], missed: &[String], after: usize, detail: Value) -> Measured {
    let worst = moments.iter().enumerate().map(|(first, from)| moments[first..].iter().take_while(|at| **at < from + TEN_MINUTES).count());
    let count = day.situations.len() as f64;
    Measured {
        recall: 1.0 - missed.len() as f64 / count,
        interruptions_per_situation: moments.len() as f64 / count,
        after_acknowledgement: after,
        worst_10_min: worst.max().unwrap_or(0),
        detail,
    }
}

/// Of Watchdeck's day.
pub(super) fn ours(day: &Day, lived: &Lived) -> Measured {
    // A notification and its tone leave at one moment.
    let moments: BTreeSet<i64> = lived.heard.iter().map(|heard| heard.at).collect();
    let moments: Vec<i64> = moments.into_iter().collect();
    let is_of = |told: &&Told, word: &str| told.alert.contains(word) || told.words.contains(word);
    let mut missed = Vec::new();
    for situation in &day.situations {
        let tells = |told: &&Told| told.rule == situation.sort.rule && !told.means.is_empty() && told.done >= situation.at;
        let of = |told: &&Told| if situation.word.starts_with(super::sorts::OUTAGE) { true } else { is_of(told, &situation.word) };
        let first = lived.told.iter().filter(tells).filter(of).map(|told| told.done).min();
        // A console that is killed meanwhile is away for a while.
        let away = day.kills.iter().filter(|at| (situation.at..=situation.due).contains(at)).count() as i64 * super::day::AWAY * 2;
        if first.is_none_or(|first| first > situation.due + away) {
            let (at, due) = (situation.at - day.from, situation.due - day.from);
            let alerts: Vec<_> = lived.alerts.iter().filter(|alert| alert.to_string().contains(&situation.word)).collect();
            missed.push(format!("{} at {at} due {due} told {:?}: {alerts:?}", situation.word, first.map(|first| first - day.from)));
        }
    }
    let after: Vec<_> =
        lived.told.iter().filter(|told| told.after_acknowledgement).map(|told| (told.alert.clone(), told.due - day.from)).collect();
    let log: Vec<_> = lived
        .heard
        .iter()
        .map(|heard| json!([(heard.at - day.from) / 1_000, heard.notify.as_deref().unwrap_or("tone"), heard.title]))
        .collect();
    let per = |word: &str| {
        lived
            .told
            .iter()
            .filter(|told| is_of(told, word))
            .map(|told| json!([told.rule, told.cause, (told.done - day.from) / 1_000, told.means]))
            .collect::<Vec<_>>()
    };
    let situations: Vec<_> = day.situations.iter().filter(|one| one.sort.name != super::sorts::STORM).map(|one| json!({ "word": one.word, "at": (one.at - day.from) / 1_000,
        "until": (one.until - day.from) / 1_000, "acknowledged": one.acknowledged.map(|at| (at - day.from) / 1_000), "told": per(&one.word) })).collect();
    let detail = json!({ "missed": missed, "after": after, "interruptions": moments.len(), "kills": lived.kills, "killed": day.kills.iter().map(|at| (at - day.from) / 1_000).collect::<Vec<_>>(), "heard": log, "situations": situations });
    measured(day, &moments, &missed, after.len(), detail)
}

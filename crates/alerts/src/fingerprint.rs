//! When two texts are one complaint.
//!
//! A system's words carry what differs each time (how long it took, the number of the request) beside what tells one place from another
//! (cold store 2, cold store 3). Only the first may be ignored, and only where the rest is long enough to be recognised without it. Where a number
//! could be either it counts: an alert too many is a nuisance, an alert that hides behind another is a loss.

use regex::Regex;
use std::{borrow::Cow, sync::LazyLock};

/// What is left without numbers and ids must have this many letters; an ideograph counts as two.
const ENOUGH: usize = 12;

/// What differs each time: ids that machines make, times of day, measures with their unit, and the number behind a word that announces one.
static PASSING: LazyLock<Regex> = LazyLock::new(|| {
    let patterns = [
        // A UUID, a date and time, a time of day.
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:z|[+-]\d\d:?\d\d)?)?",
        r"\b\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?\b",
        // A measure.
        r"[-+−]?\d[\d.,]*\s?(?:(?:ms|µs|μs|us|ns|s|secs?|seconds?|mins|minutes?|hours?|[kmgt]i?b|bytes?|rpm)\b|%|‰|°\s?[cf]\b|℃|℉|毫秒|微秒|秒|分钟|小时|度)",
        // What a machine counts or draws: numbers of seven digits and more, hexadecimal of eight.
        r"\b0x[0-9a-f]+\b",
        r"\b\d{7,}\b",
        r"\b[0-9a-f]*(?:\d[0-9a-f]*[a-f]|[a-f][0-9a-f]*\d)[0-9a-f]*\b",
        // Behind the word that says so.
        r"\b(?P<en>request|req|trace|span|session|transaction|txn|correlation|attempt|retry|retries|after|took|length|count|size|depth|lag)(?:[ _-]?id)?[ :=#]{1,3}#?[0-9a-f][\w-]*",
        r"(?P<zh>请求|会话|流水号|追踪号|耗时|重试|已等待|长度)[ :：=#]{0,3}[0-9a-f][\w-]*",
    ];
    Regex::new(&format!("(?i){}", patterns.join("|"))).expect("a test compiles it")
});

/// The part of a text by which the same complaint is recognised.
#[must_use]
pub fn of(text: &str) -> Cow<'_, str> {
    let bare = PASSING.replace_all(text, |found: &regex::Captures<'_>| {
        // The word that announces a number is part of the complaint.
        if let Some(word) = found.name("en").or_else(|| found.name("zh")) {
            return format!("{}#", word.as_str());
        }
        let whole = &found[0];
        let short = whole.len() < 8 && whole.bytes().all(|byte| byte.is_ascii_hexdigit());
        // `B204` is a room.
        if short { whole.to_owned() } else { "#".to_owned() }
    });
    let letters: usize = bare.chars().filter(|c| c.is_alphabetic()).map(|c| if c.len_utf8() > 2 { 2 } else { 1 }).sum();
    if letters >= ENOUGH { bare } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(a: &str, b: &str) -> bool {
        of(a) == of(b)
    }

    #[test]
    fn two_places_are_two_complaints() {
        for (a, b) in [
            ("Cold store 2 is above 8 °C", "Cold store 3 is above 8 °C"),
            ("Server db-1 down", "Server db-2 down"),
            ("2 号冷库温度超过 8 ℃，请立即检查", "3 号冷库温度超过 8 ℃，请立即检查"),
            ("Replication to 10.0.0.5 has stopped", "Replication to 10.0.0.6 has stopped"),
            ("Cold room B204 is not reachable", "Cold room B205 is not reachable"),
            ("Production line 4 has been stopped", "Production line 5 has been stopped"),
            ("Branch 1007 sends no more receipts", "Branch 1008 sends no more receipts"),
            ("Printer on floor 3, room 12 is out of paper", "Printer on floor 3, room 13 is out of paper"),
            ("E500 8f3ab2c1d", "E500 9f3ab2c1d"),
            ("超时 30 秒", "超时 60 秒"),
        ] {
            assert!(!same(a, b), "{a} | {b}: {}", of(a));
        }
    }

    #[test]
    fn what_differs_each_time_is_one_complaint() {
        for (a, b) in [
            ("Timeout after 5031 ms on request 8f3a", "Timeout after 5102 ms on request 77c0"),
            (
                "Job 7b0c1d22-90aa-4bb1-8a8e-1f0a2b3c4d5e failed to post stock",
                "Job 1b0c1d22-90aa-4bb1-8a8e-1f0a2b3c4d5f failed to post stock",
            ),
            ("Cold store 2 is above 8 °C", "Cold store 2 is above 9.5 °C"),
            ("Payment queue length 5031 over limit", "Payment queue length 5040 over limit"),
            ("Backup failed at 2026-11-25 12:40:14", "Backup failed at 2026-11-26 12:40:11"),
            ("订单同步失败，请求 8f3a91，耗时 5031", "订单同步失败，请求 77c0aa，耗时 4990"),
            ("Deadlock in posting, transaction 48291377120", "Deadlock in posting, transaction 48291377121"),
        ] {
            assert!(same(a, b), "{} | {}", of(a), of(b));
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_fingerprint(text in ".{0,200}") {
            prop_assert_eq!(of(&text).is_empty(), text.is_empty());
        }
    }
}

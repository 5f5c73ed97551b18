//! What a term means.

use crate::{
    grammar::Sign,
    pattern::Pattern,
    plan::{Name, Plan, Severities, Span, Text, severity},
    words,
};
use std::ops::Bound;
use watchdeck_events::{Millis, Quantity};

/// A text to be found anywhere.
pub(crate) fn anywhere(text: &str) -> Plan {
    Plan::Text(Text::shown(text))
}

/// Words that stand together in a title: the title, or each of them where it stands.
pub(crate) fn phrase(words: &[&str]) -> Plan {
    let each = words.iter().map(|word| Plan::Text(Text::plain(word)));
    Plan::Any(vec![anywhere(&words.join(" ")), Plan::All(each.collect())])
}

/// A field compared. Errors are in words, and say what to write instead.
pub(crate) fn compared(name: &str, sign: Sign, written: &str, now: Millis) -> Result<Plan, String> {
    let value = written.trim_matches('"');
    if value.is_empty() {
        return Err(format!("{name} is compared with nothing"));
    }
    let number = || Quantity::from_json(value).ok_or_else(|| format!("{value} is not a number"));
    let (from, to) = match sign {
        // What is quoted is one text, whatever stands in it.
        Sign::Is if written.starts_with('"') => return one_of(name, &[value], now),
        Sign::Is => {
            return match value.split_once("..") {
                Some(ends) => range(name, ends, now).unwrap_or_else(|| one_of(name, &listed(value), now)),
                None => one_of(name, &listed(value), now),
            };
        }
        _ if name == "severity" => {
            let bound = severity(value)?;
            return Ok(Plan::Severity(Severities::those(|severity| match sign {
                Sign::Less => severity < bound,
                Sign::LessOrEqual => severity <= bound,
                Sign::Greater => severity > bound,
                Sign::GreaterOrEqual => severity >= bound,
                Sign::Equal | Sign::Is => severity == bound,
            })));
        }
        Sign::Equal => match Quantity::from_json(value) {
            Some(number) => (Bound::Included(number), Bound::Included(number)),
            None => return Ok(says(name, &Pattern::whole(value))),
        },
        Sign::Less => (Bound::Unbounded, Bound::Excluded(number()?)),
        Sign::LessOrEqual => (Bound::Unbounded, Bound::Included(number()?)),
        Sign::Greater => (Bound::Excluded(number()?), Bound::Unbounded),
        Sign::GreaterOrEqual => (Bound::Included(number()?), Bound::Unbounded),
    };
    Ok(Plan::Number(name.to_owned(), Span { from, to }))
}

/// One of the values of a list.
fn one_of(name: &str, values: &[&str], now: Millis) -> Result<Plan, String> {
    let mut plans = values.iter().map(|value| one(name, value, now)).collect::<Result<Vec<_>, _>>()?;
    Ok(if plans.len() == 1 { plans.remove(0) } else { Plan::Any(plans) })
}

fn one(name: &str, value: &str, now: Millis) -> Result<Plan, String> {
    Ok(match name {
        "severity" => {
            let one = severity(value)?;
            Plan::Severity(Severities::those(|severity| severity == one))
        }
        "after" => Plan::Occurred { from: Some(instant(value, now)?), before: None },
        "before" => Plan::Occurred { from: None, before: Some(instant(value, now)?) },
        "time" => return range(name, (value, value), now).unwrap_or_else(|| Err(no_time(value))),
        _ => says(name, &Pattern::typed(value)),
    })
}

/// From one value to another, both of them in it: numbers, or times (`time:2026-11-20..2026-11-21`). `None` where it is neither.
fn range(name: &str, (from, to): (&str, &str), now: Millis) -> Option<Result<Plan, String>> {
    if from.is_empty() && to.is_empty() {
        return None;
    }
    if name == "time" {
        let times = || {
            let from = if from.is_empty() { None } else { Some(instant(from, now)?) };
            let before = if to.is_empty() { None } else { Some(end(to, now)?) };
            Ok(Plan::Occurred { from, before })
        };
        return Some(times());
    }
    let bound = |text: &str| if text.is_empty() { Some(Bound::Unbounded) } else { Quantity::from_json(text).map(Bound::Included) };
    let span = Span { from: bound(from)?, to: bound(to)? };
    Some(Ok(Plan::Number(name.to_owned(), span)))
}

/// The values of a list: commas part them, unless they part the thousands of a number.
fn listed(text: &str) -> Vec<&str> {
    let is_thousands = |at: usize| {
        let behind = text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        behind == 3 && text[..at].ends_with(|c: char| c.is_ascii_digit())
    };
    let (mut values, mut from) = (Vec::new(), 0);
    for (at, comma) in text.match_indices([',', '、']) {
        if comma == "," && is_thousands(at) {
            continue;
        }
        values.push(&text[from..at]);
        from = at + comma.len();
    }
    values.push(&text[from..]);
    values.retain(|value| !value.is_empty());
    // Commas alone are a text like any other.
    if values.is_empty() { vec![text] } else { values }
}

/// A field says `pattern`, or what the window shows in these words. An order's status is the one that it has now.
fn says(name: &str, pattern: &Pattern) -> Plan {
    let patterns: Vec<_> = words::said_by(name, pattern).iter().map(|text| Pattern::whole(text)).chain([pattern.clone()]).collect();
    let names: &[&str] = if name == "status" { &["status", "newStatus"] } else { &[name] };
    let every = names.iter().flat_map(|name| patterns.iter().map(|pattern| Plan::Is(Name::of(name), pattern.clone())));
    let mut plans: Vec<_> = every.collect();
    if plans.len() == 1 { plans.remove(0) } else { Plan::Any(plans) }
}

/// An age (`90s`, `15m`, `2h`, `7d`) or an instant (`2026-11-21T08:00Z`, or a local date).
fn instant(value: &str, now: Millis) -> Result<Millis, String> {
    if let Some(age) = age(value) {
        return Ok(now.plus(-age));
    }
    if let Ok(at) = value.parse::<jiff::Timestamp>() {
        return Ok(Millis(at.as_millisecond()));
    }
    let date = value.parse::<jiff::civil::DateTime>().or_else(|_| value.parse::<jiff::civil::Date>().map(|date| date.at(0, 0, 0, 0)));
    date.and_then(local).map_err(|_| no_time(value))
}

/// The instant behind the last one that is meant: a date means all of its day, anything else its own millisecond.
fn end(value: &str, now: Millis) -> Result<Millis, String> {
    match value.parse::<jiff::civil::Date>() {
        Ok(date) if value.len() <= "2026-11-21".len() => {
            date.tomorrow().and_then(|next| local(next.at(0, 0, 0, 0))).map_err(|_| no_time(value))
        }
        _ => instant(value, now).map(|at| at.plus(1)),
    }
}

fn local(date: jiff::civil::DateTime) -> Result<Millis, jiff::Error> {
    date.to_zoned(jiff::tz::TimeZone::system()).map(|at| Millis(at.timestamp().as_millisecond()))
}

/// So many milliseconds (`90s`, `15m`, `2h`, `7d`).
pub(crate) fn age(value: &str) -> Option<i64> {
    let unit = match value.chars().last()? {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => return None,
    };
    Some(value[..value.len() - 1].parse::<i64>().ok()?.saturating_mul(unit))
}

fn no_time(value: &str) -> String {
    format!("{value} is no time; use 15m, 2h, 7d, or 2026-11-21")
}

/// The words of a list that is searched for: an event that has the list has all of them.
pub(crate) fn words_of(text: &str) -> Vec<&str> {
    let is_comma = |c: char| matches!(c, ',' | '、');
    // What is quoted within a word is as it is, and so are commas alone.
    if text.contains('"') || text.chars().all(is_comma) {
        return vec![text];
    }
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let (mut words, mut from) = (Vec::new(), 0);
    for (at, c) in text.char_indices().filter(|(_, c)| is_comma(*c)) {
        let behind = at + c.len_utf8();
        if digit(text[..at].chars().next_back()) && digit(text[behind..].chars().next()) {
            continue;
        }
        words.push(&text[from..at]);
        from = behind;
    }
    words.push(&text[from..]);
    words.retain(|word| !word.is_empty());
    words
}

//! What a term means.

use crate::{
    grammar::Sign,
    words::{self, Shown},
};
use watchdeck_events::{Millis, Quantity, Severity, fold};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) negated: bool,
    pub(crate) test: Test,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// All terms of one of these hold.
    Any(Vec<Vec<Term>>),
    /// Anywhere in the event, or in the words that it is shown with. Folded.
    Text(String, Shown),
    /// A field's text matches a pattern: folded, split where a `*` stood.
    Is(String, Vec<String>),
    /// A field's number compares.
    Number(String, Op, Quantity),
    Severity(Op, Severity),
    /// Happened at or after.
    After(Millis),
    /// Happened before.
    Before(Millis),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

impl Op {
    pub(crate) fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
        }
    }

    /// `:` compares nothing.
    const fn of(sign: Sign) -> Option<Self> {
        Some(match sign {
            Sign::Is => return None,
            Sign::Less => Self::Less,
            Sign::LessOrEqual => Self::LessOrEqual,
            Sign::Greater => Self::Greater,
            Sign::GreaterOrEqual => Self::GreaterOrEqual,
            Sign::Equal => Self::Equal,
        })
    }
}

impl From<Test> for Term {
    fn from(test: Test) -> Self {
        Self { negated: false, test }
    }
}

/// A text to be found anywhere.
pub(crate) fn anywhere(text: &str) -> Test {
    let text = fold(text).into_owned();
    let shown = Shown::of(&text);
    Test::Text(text, shown)
}

/// Words that stand together in a title: the title, or each of them where it stands.
pub(crate) fn phrase(words: &[&str]) -> Test {
    let each = words.iter().map(|word| Test::Text(fold(word).into_owned(), Shown::default()).into());
    Test::Any(vec![vec![anywhere(&words.join(" ")).into()], each.collect()])
}

/// A field compared. Errors are in words, and say what to write instead.
pub(crate) fn compared(name: &str, sign: Sign, value: &str, now: Millis) -> Result<Test, String> {
    if value.is_empty() {
        return Err(format!("{name} is compared with nothing"));
    }
    match (name, Op::of(sign)) {
        ("severity", op) => {
            let severity =
                words::severity(value).ok_or_else(|| format!("{value} is not a severity; use info, success, warning or critical"))?;
            Ok(Test::Severity(op.unwrap_or(Op::Equal), severity))
        }
        ("after", None) => Ok(Test::After(instant(value, now)?)),
        ("before", None) => Ok(Test::Before(instant(value, now)?)),
        (_, None) => Ok(says(name, fold(value).split('*').map(str::to_owned).collect())),
        (_, Some(op)) => match Quantity::from_json(value) {
            Some(number) => Ok(Test::Number(name.to_owned(), op, number)),
            None if op == Op::Equal => Ok(says(name, vec![fold(value).into_owned()])),
            None => Err(format!("{value} is not a number")),
        },
    }
}

/// A field says `pattern`, or what the window shows in these words. An order's status is the one that it has now.
fn says(name: &str, pattern: Vec<String>) -> Test {
    let patterns: Vec<_> = words::said_by(name, &pattern).into_iter().map(|text| vec![text]).chain([pattern]).collect();
    let names: &[&str] = if name == "status" { &["status", "newStatus"] } else { &[name] };
    let every = names.iter().flat_map(|name| patterns.iter().map(|pattern| Test::Is((*name).to_owned(), pattern.clone())));
    Test::Any(every.map(|test| vec![test.into()]).collect())
}

/// An age (`90s`, `15m`, `2h`, `7d`) or an instant (`2026-11-21T08:00Z`, or a local date).
fn instant(value: &str, now: Millis) -> Result<Millis, String> {
    let unit = value.chars().last().and_then(|unit| match unit {
        's' => Some(1_000),
        'm' => Some(60_000),
        'h' => Some(3_600_000),
        'd' => Some(86_400_000),
        _ => None,
    });
    if let Some(unit) = unit
        && let Ok(count) = value[..value.len() - 1].parse::<i64>()
    {
        return Ok(now.plus(-count.saturating_mul(unit)));
    }
    if let Ok(at) = value.parse::<jiff::Timestamp>() {
        return Ok(Millis(at.as_millisecond()));
    }
    let date = value.parse::<jiff::civil::DateTime>().or_else(|_| value.parse::<jiff::civil::Date>().map(|date| date.at(0, 0, 0, 0)));
    let at = date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::system()));
    at.map(|at| Millis(at.timestamp().as_millisecond())).map_err(|_| format!("{value} is no time; use 15m, 2h, 7d, or 2026-11-21"))
}

//! What a term means.

use crate::{
    grammar::{Piece, Said, Sign},
    words::Shown,
};
use watchdeck_events::{Millis, Quantity, Severity, fold};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) negated: bool,
    pub(crate) test: Test,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
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

impl Term {
    /// Errors are in words, and say what to write instead.
    pub(crate) fn of(piece: &Piece<'_>, now: Millis) -> Result<Self, String> {
        let test = match piece.said {
            Said::Text(text) => anywhere(text),
            Said::Unclosed => return Err("the quotation mark is not closed".into()),
            Said::Compared { name, value: "", .. } => return Err(format!("{name} is compared with nothing")),
            Said::Compared { name, sign, value } => compared(name, Op::of(sign), value, now)?,
        };
        Ok(Self { negated: piece.negated, test })
    }
}

fn anywhere(text: &str) -> Test {
    let text = fold(text).into_owned();
    let shown = Shown::of(&text);
    Test::Text(text, shown)
}

fn compared(name: &str, op: Option<Op>, value: &str, now: Millis) -> Result<Test, String> {
    match (name, op) {
        ("severity", op) => {
            let severity = severity(value).ok_or_else(|| format!("{value} is not a severity; use info, success, warning or critical"))?;
            Ok(Test::Severity(op.unwrap_or(Op::Equal), severity))
        }
        ("after", None) => Ok(Test::After(instant(value, now)?)),
        ("before", None) => Ok(Test::Before(instant(value, now)?)),
        (_, None) => Ok(Test::Is(name.to_owned(), fold(value).split('*').map(str::to_owned).collect())),
        (_, Some(op)) => match Quantity::from_json(value) {
            Some(number) => Ok(Test::Number(name.to_owned(), op, number)),
            None if op == Op::Equal => Ok(Test::Is(name.to_owned(), vec![fold(value).into_owned()])),
            None => Err(format!("{value} is not a number")),
        },
    }
}

fn severity(name: &str) -> Option<Severity> {
    Some(match name {
        "info" => Severity::Info,
        "success" => Severity::Success,
        "warning" => Severity::Warning,
        "critical" => Severity::Critical,
        _ => return None,
    })
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

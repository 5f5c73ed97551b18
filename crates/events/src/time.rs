//! Instants on the wire come as numbers of four units, as dates in a dozen forms and as "zero time"; here is the one place that tells them apart, and the
//! one that says whether an event's own time can be true.
//!
//! **The unit of a bare number is told by its magnitude**: below 10^11 it is seconds (up to the year 5138), then milliseconds, and from where 2000 began
//! in them microseconds and nanoseconds. A number of 8, 12, 14 or 17 digits that spells a date (`20261125124014`) is that date.
//! What is not positive, or before 2000, is no time of an event of today's programs: it is unread, and `0` and year 1 mean that there is none.
//!
//! **A publisher is believed up to [`TOLERANCE_MS`](crate::plausible::TOLERANCE_MS) ahead** of the moment at which its event was received by the server's clock. Farther ahead it is a wrong
//! unit, a wrong zone or a wrong clock: the event is taken to have happened when it was received, and says so ([`Event::doubted_time`](crate::Event::doubted_time)).

mod civil;
mod millis;

pub use millis::Millis;

use crate::{
    exact::Exact,
    scan::{self, is_nothing, is_unset_time},
    stated::Stated,
};
use jiff::tz::TimeZone;

/// 2000-01-01T00:00:00Z.
pub(crate) const EARLIEST: i64 = 946_684_800_000;
/// From here on a number is milliseconds,
const MILLISECONDS_FROM: i128 = 100_000_000_000;
/// microseconds,
const MICROSECONDS_FROM: i128 = EARLIEST as i128 * 1_000;
/// nanoseconds,
const NANOSECONDS_FROM: i128 = EARLIEST as i128 * 1_000_000;
/// and nothing.
const NOTHING_FROM: i128 = 100_000_000_000_000_000_000;

impl Millis {
    /// Read any time form seen on the wire, a time without a zone as UTC. `None` for absent, empty, zero time and nonsense.
    #[must_use]
    pub fn from_json(token: &str) -> Option<Self> {
        read(token, &TimeZone::UTC).known()
    }
}

/// Read any time form seen on the wire; a time that names no zone is in `zone`.
#[must_use]
pub fn read<'a>(token: &'a str, zone: &TimeZone) -> Stated<'a, Millis> {
    read_as(token, zone, false)
}

/// As [`read`], for when something must be done: a date alone means its last moment.
#[must_use]
pub fn read_deadline<'a>(token: &'a str, zone: &TimeZone) -> Stated<'a, Millis> {
    read_as(token, zone, true)
}

fn read_as<'a>(token: &'a str, zone: &TimeZone, at_its_end: bool) -> Stated<'a, Millis> {
    let token = token.trim();
    // The common case first: an integer of milliseconds.
    if token.len() == 13
        && let Ok(whole) = token.parse::<i64>()
        && whole >= EARLIEST
    {
        return Stated::Known(Millis(whole));
    }
    if is_nothing(token) {
        return Stated::Absent;
    }
    let Some(text) = token.strip_prefix('"') else {
        return if is_zero(token) {
            Stated::Absent
        } else {
            number(token, zone).map_or_else(|| Stated::Unread(token.into()), Stated::Known)
        };
    };
    let text = if text.contains('\\') { scan::unquote(token) } else { text.strip_suffix('"').map(Into::into) };
    let Some(text) = text else { return Stated::Unread(token.into()) };
    let plain = text.trim();
    if is_zero(plain) || is_unset_time(plain) {
        return Stated::Absent;
    }
    match number(plain, zone).or_else(|| civil::read(plain, zone, at_its_end)).filter(|at| at.0 >= EARLIEST) {
        Some(at) => Stated::Known(at),
        None => Stated::Unread(text),
    }
}

fn is_zero(text: &str) -> bool {
    text.starts_with('0') && Exact::read(text).is_some_and(Exact::is_zero)
}

/// A number in whatever unit, or the digits of a date.
fn number(text: &str, zone: &TimeZone) -> Option<Millis> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.bytes().all(|byte| byte.is_ascii_digit())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && let Some(at) = civil::compact(whole, fraction, zone)
    {
        return Some(at);
    }
    let millis = match text.parse::<i128>() {
        Ok(..=0) => return None,
        Ok(seconds @ ..MILLISECONDS_FROM) => seconds * 1000,
        Ok(millis @ ..MICROSECONDS_FROM) => millis,
        Ok(micros @ ..NANOSECONDS_FROM) => micros / 1000,
        Ok(nanos @ ..NOTHING_FROM) => nanos / 1_000_000,
        Ok(_) => return None,
        Err(_) => broken(text)?,
    };
    i64::try_from(millis).ok().map(Millis).filter(|at| at.0 >= EARLIEST)
}

/// A number with a fraction or an exponent.
fn broken(text: &str) -> Option<i128> {
    let number = Exact::read(text)?.to_f64();
    let in_millis = [(MILLISECONDS_FROM, 1e3), (MICROSECONDS_FROM, 1.0), (NANOSECONDS_FROM, 1e-3), (NOTHING_FROM, 1e-6)];
    let (_, unit) = in_millis.into_iter().find(|(below, _)| number < *below as f64)?;
    Some((number * unit).round() as i128)
}

#[cfg(test)]
mod tests;

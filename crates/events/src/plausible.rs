//! Whether the time that an event states can be true.

use crate::{
    conventions::Conventions,
    fields::Fields,
    scan,
    stated::Stated,
    time::{EARLIEST, Millis, read},
};
use std::borrow::Cow;

/// How far ahead of its receipt, by the server's clock, an event may say that it happened, ms. Clocks of machines that are looked after differ by
/// seconds, those of tills and scanners by minutes; a wrong zone by a quarter of an hour at least, a wrong unit by years.
pub const TOLERANCE_MS: i64 = 5 * 60_000;

/// How far a server's clock may be ahead of what is known of it, ms: it may be set to another zone, or to tomorrow, and nothing but its events may have told
/// yet. Publisher and server agree then, and the difference is taken out where lateness is judged.
const SERVER_TOLERANCE_MS: i64 = 2 * 86_400_000;

/// Offsets between time zones are whole multiples of this, ms,
const ZONES_APART: i64 = 15 * 60_000;
/// and no two are farther apart than this.
const ZONES_SPAN: i64 = 26 * 3_600_000;

/// Whether an event that was received at `received` (by the clock of the server that received it) can have happened at `at`.
#[must_use]
pub const fn is_plausible(at: Millis, received: Millis) -> bool {
    at.0 >= EARLIEST && at.since(received) <= TOLERANCE_MS
}

/// When an event happened, by the server's clock: as stated, where that can be true, else when the server forwarded it, else when it was received here.
/// `skew` is the server's clock less ours, ms.
pub(crate) fn judge(fields: &Fields<'_>, server_at: Option<Millis>, received_at: Millis, skew: i64, conventions: &Conventions) -> Millis {
    let server_at = server_at.filter(|at| at.0 >= EARLIEST && at.since(received_at.plus(skew)) <= SERVER_TOLERANCE_MS);
    let received = server_at.unwrap_or_else(|| received_at.plus(skew));
    let stated = fields.occurrence().find_map(|token| read(token, &conventions.time_zone).known());
    stated.filter(|at| is_plausible(*at, received)).unwrap_or(received)
}

/// What an event states of its time, as written, where it was not believed: it could not be read, or could not be true. `occurred_at` is what it was taken as.
pub(crate) fn doubted<'a>(fields: &Fields<'a>, occurred_at: Millis, conventions: &Conventions) -> Option<Cow<'a, str>> {
    let mut first = None;
    for token in fields.occurrence() {
        match read(token, &conventions.time_zone) {
            Stated::Known(at) if at == occurred_at || zones_apart(at.since(occurred_at)) => return None,
            Stated::Known(_) => return first.or_else(|| scan::text_of(token)),
            Stated::Unread(text) => drop(first.get_or_insert(text)),
            Stated::Absent => {}
        }
    }
    first
}

/// The same reading of a clock in two zones: the source's zone was set anew since.
fn zones_apart(difference: i64) -> bool {
    difference % ZONES_APART == 0 && difference.saturating_abs() <= ZONES_SPAN
}

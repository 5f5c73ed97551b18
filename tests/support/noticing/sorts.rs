//! The table of situations that need a person: what happens, which rule has to tell somebody, within what time, how long it lasts, and when somebody has it.

use super::day::{Situation, Tape};
use rand::Rng as _;
use serde_json::json;
use watchdeck_events::Severity;

/// Nobody is connected.
pub(super) const OUTAGE: &str = "cut";
/// One cause, and two hundred alerts within a minute.
pub(super) const STORM: &str = "storm";
const MINUTE: i64 = 60_000;

/// One sort of situations.
#[derive(Debug)]
pub(super) struct Sort {
    pub(super) name: &'static str,
    /// Which rule has to tell.
    pub(super) rule: &'static str,
    pub(super) severity: Severity,
    /// Within so many seconds from when somebody can be told: nobody is while the machine sleeps, and of no warning in the night.
    pub(super) within_s: i64,
    /// How many of sixty situations are of it.
    pub(super) of_sixty: usize,
    /// How long it lasts.
    pub(super) minutes: (i64, i64),
    /// After how many minutes somebody has it.
    pub(super) acknowledged: Option<(i64, i64)>,
    /// What the ERP says meanwhile.
    pub(super) plays: fn(&mut Tape<'_>, &Situation),
}

const fn sort(name: &'static str, rule: &'static str, severity: Severity, of_sixty: usize, plays: fn(&mut Tape<'_>, &Situation)) -> Sort {
    let within_s = if matches!(severity, Severity::Critical) { 30 } else { 120 };
    Sort { name, rule, severity, within_s, of_sixty, minutes: (30, 90), acknowledged: Some((3, 20)), plays }
}

pub(super) static SORTS: [Sort; 12] = [
    sort("cold", "system_critical", Severity::Critical, 10, complains),
    Sort { minutes: (20, 40), ..sort("break", "security_incident", Severity::Critical, 4, breaks_in) },
    sort("low", "low_stock", Severity::Warning, 12, runs_low),
    sort("flap", "low_stock", Severity::Warning, 6, comes_and_goes),
    // It has to be so for a minute.
    Sort { within_s: 180, ..sort("sold", "stock_negative", Severity::Warning, 4, is_oversold) },
    sort("refund", "large_refund", Severity::Warning, 6, is_refunded),
    Sort { acknowledged: None, ..sort("ask", "approval_requested", Severity::Warning, 8, is_asked) },
    sort("owes", "finance_overdue", Severity::Warning, 4, is_overdue),
    sort("works", "maintenance_announced", Severity::Warning, 1, is_announced),
    sort("hall", "venue_anomaly", Severity::Warning, 3, is_booked_twice),
    Sort { minutes: (30, 40), ..sort(STORM, "system_critical", Severity::Critical, 1, storms) },
    // A link that is down may come back by itself for a minute.
    Sort { within_s: 120, acknowledged: None, ..sort(OUTAGE, "feed_stale", Severity::Critical, 1, |_, _| {}) },
];

/// The same complaint again and again, with other numbers in it.
fn complains(tape: &mut Tape<'_>, situation: &Situation) {
    let mut at = situation.at;
    while at < situation.until {
        let (degrees, took) = (tape.luck.random_range(80..160), tape.luck.random_range(1_000..9_000));
        let message = format!("{} is at {}.{} °C, read after {took} ms", situation.word, degrees / 10, degrees % 10);
        tape.says(at, "system", json!({ "type": "system:alert", "level": "critical", "message": message }));
        tape.needs(situation, at, &situation.word, false);
        at += tape.minutes((1, 5));
    }
    tape.needs(situation, situation.until, &situation.word, true);
}

fn breaks_in(tape: &mut Tape<'_>, situation: &Situation) {
    let mut at = situation.at;
    while at < situation.until {
        let data = json!({ "type": "security.suspicious_activity", "severity": "critical", "ip_address": situation.word, "user_id": "u7",
            "description": format!("{} tries passwords", situation.word) });
        tape.says(at, "events", data);
        tape.needs(situation, at, &situation.word, false);
        at += tape.minutes((1, 3));
    }
    tape.needs(situation, situation.until, &situation.word, true);
}

/// One product's stock is another by now.
fn moves(tape: &mut Tape<'_>, situation: &Situation, at: i64, (old, new): (i64, i64)) {
    let data = json!({ "type": "inventory:change", "action": if new < old { "outbound" } else { "inbound" }, "productId": situation.word,
        "productName": format!("瓷砖 {}", situation.word), "oldQuantity": old, "newQuantity": new });
    tape.says(at, "inventory", data);
    if new < 10 || old < 10 {
        tape.needs(situation, at, &situation.word, new >= 10);
    }
}

/// It is sold on below the threshold until it is filled up.
fn runs_low(tape: &mut Tape<'_>, situation: &Situation) {
    let (mut at, mut on_hand) = (situation.at, 12);
    while at < situation.until && on_hand > 1 {
        let new = if on_hand == 12 { 9 } else { on_hand - tape.luck.random_range(0..=1) };
        moves(tape, situation, at, (on_hand, new));
        on_hand = new;
        at += tape.minutes((4, 12));
    }
    moves(tape, situation, situation.until, (on_hand, 200));
}

/// It goes below the threshold and back, within seconds or within minutes.
fn comes_and_goes(tape: &mut Tape<'_>, situation: &Situation) {
    let (mut at, mut on_hand) = (situation.at, 14);
    let pace = if situation.n.is_multiple_of(2) { (5, 25) } else { (60, 240) };
    while at < situation.until {
        let new = if on_hand < 10 { 14 } else { 8 };
        moves(tape, situation, at, (on_hand, new));
        on_hand = new;
        // It comes to rest below: somebody is needed.
        at += if at > situation.at + 20 * MINUTE && on_hand < 10 {
            situation.until - situation.at
        } else {
            tape.luck.random_range(pace.0..pace.1) * 1_000
        };
    }
    moves(tape, situation, situation.until, (on_hand, 200));
}

/// More is sold than there is.
fn is_oversold(tape: &mut Tape<'_>, situation: &Situation) {
    moves(tape, situation, situation.at, (30, -4));
    let later = situation.at + tape.minutes((3, 6));
    moves(tape, situation, later, (-4, -6));
    moves(tape, situation, situation.until, (-6, 150));
}

/// One record, told when it is made and when it is confirmed.
fn is_refunded(tape: &mut Tape<'_>, situation: &Situation) {
    let mut at = situation.at;
    for action in ["created", "confirmed"] {
        let data = json!({ "type": "finance:refund", "action": action, "recordType": "refund", "recordId": situation.word, "recordNumber": situation.word,
            "amount": 8_000, "customerName": "远航建材" });
        tape.says(at, "finance", data);
        tape.needs(situation, at, &situation.word, false);
        at += tape.minutes((1, 8));
    }
    tape.needs(situation, situation.until, &situation.word, true);
}

/// A request, which somebody else decides in the end.
fn is_asked(tape: &mut Tape<'_>, situation: &Situation) {
    let mut ask = |at: i64, kind: &str, over: bool| {
        let data = json!({ "type": kind, "resourceType": "order", "resourceId": situation.word, "resourceNumber": situation.word, "requesterId": "u1",
            "requesterName": "陈晨", "approverName": over.then_some("李总"), "amount": 8_460, "currency": "CNY" });
        tape.says(at, "approvals", data);
        tape.needs(situation, at, &situation.word, over);
    };
    ask(situation.at, "approval:request", false);
    ask(situation.until, "approval:approved", true);
}

fn is_overdue(tape: &mut Tape<'_>, situation: &Situation) {
    let mut owe = |at: i64, kind: &str, action: &str, over: bool| {
        let data = json!({ "type": kind, "action": action, "recordType": "receipt", "recordId": situation.word, "recordNumber": situation.word,
            "amount": 3_000, "customerName": "远航建材" });
        tape.says(at, "finance", data);
        tape.needs(situation, at, &situation.word, over);
    };
    owe(situation.at, "finance:overdue", "overdue", false);
    owe(situation.until, "finance:payment", "confirmed", true);
}

fn is_announced(tape: &mut Tape<'_>, situation: &Situation) {
    for n in 0..3 {
        let at = situation.at + n * 10 * MINUTE;
        tape.says(
            at,
            "system",
            json!({ "type": "system:maintenance", "level": "warning", "message": format!("{} tonight", situation.word) }),
        );
        tape.needs(situation, at, &situation.word, false);
    }
    tape.needs(situation, situation.until, &situation.word, true);
}

fn is_booked_twice(tape: &mut Tape<'_>, situation: &Situation) {
    let data = json!({ "type": "booking.conflict", "venueId": situation.word, "venueName": situation.word, "message": format!("{} is booked twice", situation.word) });
    tape.says(situation.at, "booking.conflict", data);
    tape.needs(situation, situation.at, &situation.word, false);
    tape.needs(situation, situation.until, &situation.word, true);
}

/// One cause.
fn storms(tape: &mut Tape<'_>, situation: &Situation) {
    const LETTERS: &[u8] = b"ghijklmnopqrstuvwxyz";
    for n in 0..200usize {
        let at = situation.at + n as i64 * 300 / 1_000 * 1_000;
        let till = [n / 20, n % 20].map(|digit| char::from(LETTERS[digit]));
        let about = format!("{} is not reached by till {}{}", situation.word, till[0], till[1]);
        tape.says(at, "system", json!({ "type": "system:alert", "level": "critical", "message": about }));
        tape.needs(situation, at, &about, false);
        tape.needs(situation, situation.until, &about, true);
    }
}

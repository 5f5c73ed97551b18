//! Who has the turn: people who take each other's place by the day or by the week, at an hour of the clock on the wall.
//!
//! A step of what becomes of an alert that nobody has may name such a row of people. Whose turn it is then is computed from the day it began on and nothing else, so
//! every console comes to the same answer, also for a day that is long ago.

use jiff::{
    Span, Timestamp, Zoned,
    civil::{Date, Time},
    tz::TimeZone,
};
use watchdeck_events::Millis;
use watchdeck_wire::{
    settings::{Handing, Rotation, Settings},
    views::{AlertState, AlertView, Cause, TurnView},
};

/// Rows of people, and people in one.
const MOST: (usize, usize) = (20, 50);
/// Longest name, of a row or of a person, characters.
const NAME: usize = 64;

/// Whose turn it is at `at` in the row of this name; `None` where nobody is in it, or it says no day or time.
#[must_use]
pub fn turn(name: &str, rotation: &Rotation, at: Millis, zone: &TimeZone) -> Option<TurnView> {
    let (begins, hour) = (date(&rotation.begins)?, time(&rotation.hand_over)?);
    let people = i64::try_from(rotation.people.len()).ok().filter(|people| *people > 0)?;
    let now = Zoned::new(Timestamp::from_millisecond(at.0).ok()?, zone.clone()).datetime();
    let day = if now.time() < hour { now.date().yesterday().ok()? } else { now.date() };
    let length = match rotation.every {
        Handing::Day => 1,
        Handing::Week => 7,
    };
    let nth = i64::from((day - begins).get_days()).div_euclid(length);
    let handed = |nth: i64| {
        let day = begins.checked_add(Span::new().try_days(nth * length).ok()?).ok()?;
        Some(Millis(day.to_datetime(hour).to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
    };
    let who = |nth: i64| usize::try_from(nth.rem_euclid(people)).ok().and_then(|place| rotation.people.get(place)).cloned();
    Some(TurnView { rotation: name.to_owned(), person: who(nth)?, since: handed(nth)?, until: handed(nth + 1)?, next: who(nth + 1)? })
}

/// The row of people that an alert has come to because nobody has it, by its name.
#[must_use]
pub fn named<'s>(settings: &'s Settings, alert: &AlertView) -> Option<(&'s str, &'s Rotation)> {
    let document = settings.rules.get(&alert.rule).or_else(|| crate::written::shipped(&alert.rule))?;
    let unanswered = alert.timeline.iter().rev().take_while(|step| step.state == AlertState::Firing);
    let escalated = unanswered.filter(|step| step.cause == Some(Cause::Escalated)).count();
    let step = document.escalate.get(escalated.checked_sub(1)?)?;
    let (name, rotation) = settings.rotations.get_key_value(&step.to)?;
    Some((name, rotation))
}

/// Whether settings hold rows of people that can take turns, and steps name none that is not there.
///
/// # Errors
/// Which one is wrong, and why.
pub fn check(settings: &Settings) -> Result<(), String> {
    if settings.rotations.len() > MOST.0 {
        return Err(format!("there may be {} rotations at most", MOST.0));
    }
    let is_name = |name: &str| !name.trim().is_empty() && name.trim() == name && name.chars().count() <= NAME;
    for (name, rotation) in &settings.rotations {
        if !is_name(name) || rotation.people.len() > MOST.1 || !rotation.people.iter().all(|person| is_name(person)) {
            return Err(format!(
                "a rotation and everybody in it has a name of {NAME} characters at most; there may be {} people in one",
                MOST.1
            ));
        }
        if date(&rotation.begins).is_none() || time(&rotation.hand_over).is_none() {
            return Err(format!("the rotation {name} needs a day like 2026-11-27 to begin on, and an hour like 09:00"));
        }
    }
    for (id, document) in &settings.rules {
        if let Some(step) = document.escalate.iter().find(|step| !step.to.is_empty() && !settings.rotations.contains_key(&step.to)) {
            return Err(format!("the rule {id} escalates to {}, and there is no such rotation", step.to));
        }
    }
    Ok(())
}

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn time(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three(every: Handing) -> Rotation {
        Rotation { people: ["A", "B", "C"].map(str::to_owned).into(), every, begins: "2026-11-23".into(), hand_over: "09:00".into() }
    }

    fn at(text: &str) -> Millis {
        Millis(text.parse::<Zoned>().unwrap().timestamp().as_millisecond())
    }

    #[test]
    fn three_take_turns_by_the_week_and_hand_over_at_the_hour() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let turn = |time: &str| turn("r", &three(Handing::Week), at(&format!("{time}[Asia/Shanghai]")), &zone).unwrap();
        // 2026-11-23 is a Monday.
        let first = turn("2026-11-27T12:00:00+08:00");
        assert_eq!((&*first.person, &*first.next, first.until), ("A", "B", at("2026-11-30T09:00:00+08:00[Asia/Shanghai]")));
        assert_eq!(first.since, at("2026-11-23T09:00:00+08:00[Asia/Shanghai]"));
        for (time, person) in [
            ("2026-11-30T08:59:59+08:00", "A"),
            ("2026-11-30T09:00:00+08:00", "B"),
            ("2026-12-13T10:00:00+08:00", "C"),
            ("2026-12-14T09:00:00+08:00", "A"),
            ("2026-11-23T08:00:00+08:00", "C"),
        ] {
            assert_eq!(turn(time).person, person, "{time}");
        }
    }

    #[test]
    fn a_day_is_one_also_where_the_clock_is_set() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let daily = Rotation { begins: "2026-10-24".into(), ..three(Handing::Day) };
        let turn = |time: &str| turn("r", &daily, at(&format!("{time}[Europe/Berlin]")), &zone).unwrap();
        let night = turn("2026-10-25T02:30:00+02:00");
        assert_eq!((&*night.person, night.until), ("A", at("2026-10-25T09:00:00+01:00[Europe/Berlin]")), "25 hours are one day");
        assert_eq!(turn("2026-10-25T09:00:00+01:00").person, "B");
    }

    #[test]
    fn nobody_in_it_is_nobodys_turn_and_what_cannot_be_is_refused() {
        let nobody = Rotation { people: Vec::new(), ..three(Handing::Day) };
        assert_eq!(turn("r", &nobody, Millis(0), &TimeZone::UTC), None);
        let with =
            |name: &str, rotation: Rotation| check(&Settings { rotations: [(name.to_owned(), rotation)].into(), ..Settings::default() });
        assert_eq!((with("first", three(Handing::Week)), with("first", nobody)), (Ok(()), Ok(())));
        assert!(with(" ", three(Handing::Week)).is_err());
        for wrong in [
            Rotation { begins: "Monday".into(), ..three(Handing::Week) },
            Rotation { hand_over: "9".into(), ..three(Handing::Week) },
            Rotation { people: vec!["".into()], ..three(Handing::Week) },
        ] {
            assert!(with("first", wrong.clone()).is_err(), "{wrong:?}");
        }
    }
}

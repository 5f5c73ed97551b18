//! Whose turn an alert has come to, and whether that is whoever sits here.

use watchdeck_alerts::turns;
use watchdeck_events::Millis;
use watchdeck_wire::{
    settings::Settings,
    views::{AlertView, TurnView},
};
use watchdeck_world::calendar::Calendar;

/// Who has the turn in the row of people that an alert has come to, where it has.
pub(super) fn of(settings: &Settings, calendar: &Calendar, alert: &AlertView, at: Millis) -> Option<TurnView> {
    let (name, rotation) = turns::named(settings, alert)?;
    turns::turn(name, rotation, at, calendar.zone())
}

/// Whether it is the turn of somebody else than whoever sits here. Of a console without a name nobody knows.
pub(super) fn is_of_others(settings: &Settings, calendar: &Calendar, alert: &AlertView, at: Millis) -> bool {
    let own = settings.user_name.trim();
    !own.is_empty() && of(settings, calendar, alert, at).is_some_and(|turn| turn.person != own)
}

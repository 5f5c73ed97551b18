use super::*;
use jiff::{Timestamp, tz};
use watchdeck_wire::views::LeftOutWhy;

/// 2026-11-27 12:00 in Shanghai.
fn now() -> Millis {
    at("2026-11-27T12:00:00+08:00")
}

fn at(text: &str) -> Millis {
    Millis(text.parse::<Timestamp>().unwrap().as_millisecond())
}

fn here() -> TimeZone {
    TimeZone::fixed(tz::offset(8))
}

/// A file of these events; a line of each.
fn file(lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n",
        lines.trim().lines().map(str::trim).collect::<Vec<_>>().join("\r\n")
    )
}

fn found(text: &str) -> CalendarView {
    read(text, now(), &here()).unwrap()
}

/// Each absence as `summary from until`, in the time of here.
fn told(view: &CalendarView) -> Vec<String> {
    let time = |at: Millis| Timestamp::from_millisecond(at.0).unwrap().to_zoned(here()).strftime("%m-%d %H:%M").to_string();
    view.absences.iter().map(|one| format!("{} {} {}", one.summary, time(one.from), time(one.until))).collect()
}

const OUTLOOK: &str = "
    BEGIN:VTIMEZONE
    TZID:Eastern Standard Time
    BEGIN:STANDARD
    DTSTART:16011104T020000
    RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
    TZOFFSETFROM:-0400
    TZOFFSETTO:-0500
    END:STANDARD
    BEGIN:DAYLIGHT
    DTSTART:16010311T020000
    RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
    TZOFFSETFROM:-0500
    TZOFFSETTO:-0400
    END:DAYLIGHT
    END:VTIMEZONE
    BEGIN:VEVENT
    UID:040000008200E00074C5B7101A82E008
    SUMMARY;LANGUAGE=en-us:Dentist\\, then home
    DTSTART;TZID=Eastern Standard Time:20261201T130000
    DTEND;TZID=Eastern Standard Time:20261201T170000
    X-MICROSOFT-CDO-BUSYSTATUS:OOF
    BEGIN:VALARM
    TRIGGER:-PT15M
    DESCRIPTION:Reminder
    END:VALARM
    END:VEVENT
    BEGIN:VEVENT
    UID:2
    SUMMARY:Summer
    DTSTART;TZID=Eastern Standard Time:20270701T090000
    DTEND;TZID=Eastern Standard Time:20270701T120000
    X-MICROSOFT-CDO-BUSYSTATUS:OOF
    END:VEVENT
    BEGIN:VEVENT
    UID:3
    SUMMARY:Stand-up
    DTSTART;TZID=Eastern Standard Time:20261201T090000
    DTEND;TZID=Eastern Standard Time:20261201T091500
    RRULE:FREQ=MONTHLY;BYDAY=1TU
    X-MICROSOFT-CDO-BUSYSTATUS:BUSY
    END:VEVENT";

#[test]
fn what_outlook_marks_as_out_of_office_is_found_in_its_own_time_zone() {
    let view = found(&file(OUTLOOK));
    assert_eq!(told(&view), ["Dentist, then home 12-02 02:00 12-02 06:00", "Summer 07-01 21:00 07-02 00:00"], "winter and summer");
    assert_eq!((view.events, view.left_out.len()), (3, 0), "a meeting that is repeated is no absence that is left out");
    assert!(view.absences.iter().all(|one| one.says_away && one.taken_for_here.is_none()));
}

#[test]
fn whole_days_of_google_end_with_the_day_before_and_what_is_free_is_offered_by_the_day_only() {
    let view = found(&file(
        "X-WR-TIMEZONE:Asia/Shanghai
        BEGIN:VEVENT
        UID:1@google.com
        DTSTART;VALUE=DATE:20261224
        DTEND;VALUE=DATE:20270102
        SUMMARY:Annual leave
        TRANSP:OPAQUE
        END:VEVENT
        BEGIN:VEVENT
        UID:2@google.com
        DTSTART;VALUE=DATE:20261210
        DTEND;VALUE=DATE:20261211
        SUMMARY:Company day
        TRANSP:TRANSPARENT
        END:VEVENT
        BEGIN:VEVENT
        UID:3@google.com
        DTSTART:20261211T010000Z
        DTEND:20261211T020000Z
        SUMMARY:Vacation planning
        TRANSP:TRANSPARENT
        END:VEVENT
        BEGIN:VEVENT
        UID:4@google.com
        DTSTART:20261212T100000
        DURATION:PT2H
        SUMMARY:Leave early
        END:VEVENT
        BEGIN:VEVENT
        UID:5@google.com
        DTSTART;VALUE=DATE:20261214
        SUMMARY:Vacation
        STATUS:CANCELLED
        END:VEVENT",
    ));
    let expected = ["Company day 12-10 00:00 12-11 00:00", "Leave early 12-12 10:00 12-12 12:00", "Annual leave 12-24 00:00 01-02 00:00"];
    assert_eq!(told(&view), expected);
    let marks: Vec<_> = view.absences.iter().map(|one| (one.whole_day, one.says_away, one.taken_for_here.clone())).collect();
    assert_eq!(marks, [(true, false, None), (false, true, None), (true, true, None)]);
}

#[test]
fn lines_of_apple_are_unfolded_and_what_is_over_is_not_offered() {
    let text = "\u{feff}BEGIN:VCALENDAR\nPRODID:-//Apple Inc.//macOS 15.0//EN\nBEGIN:VEVENT\nUID:A\nDTSTART;VALUE=DATE:20261201\nDURATION:P3D\nSUMMARY:年假 \n 和家人\n  一起\nEND:VEVENT\n\n   \nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:20261120\nSUMMARY:请假\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261120\nDTEND;VALUE=DATE:20261128\nSUMMARY:出差\nEND:VEVENT\nEND:VCALENDAR";
    assert_eq!(
        told(&found(text)),
        ["出差 11-20 00:00 11-28 00:00", "年假 和家人 一起 12-01 00:00 12-04 00:00"],
        "one that lasts is not over"
    );
}

#[test]
fn a_time_zone_that_nobody_knows_is_said() {
    let event = |zone: &str| {
        let text = file(&format!("BEGIN:VEVENT\nDTSTART{zone}:20261201T090000\nDTEND{zone}:20261201T180000\nSUMMARY:Vacation\nEND:VEVENT"));
        let view = found(&text);
        (told(&view).remove(0), view.absences[0].taken_for_here.clone())
    };
    assert_eq!(event(";TZID=Custom Zone"), ("Vacation 12-01 09:00 12-01 18:00".into(), Some("Custom Zone".into())));
    assert_eq!(event(""), ("Vacation 12-01 09:00 12-01 18:00".into(), Some(String::new())));
    assert_eq!(event(";TZID=Europe/Berlin"), ("Vacation 12-01 16:00 12-02 01:00".into(), None));
    assert_eq!(event(";TZID=\"/softwarestudio.org/Tzfile/Europe/Berlin\"").1, None);
}

#[test]
fn what_is_repeated_simply_is_told_for_a_year_and_everything_else_is_said_to_be_left_out() {
    let event = |start: &str, more: &str| format!("BEGIN:VEVENT\nUID:r\nDTSTART;VALUE=DATE:{start}\nSUMMARY:Off\n{more}\nEND:VEVENT\n");
    let one = |start: &str, more: &str| found(&file(&event(start, more)));
    assert_eq!(told(&one("20261201", "RRULE:FREQ=DAILY;COUNT=5")), ["Off 12-01 00:00 12-06 00:00"], "days in a row are one absence");
    assert_eq!(told(&one("20261127", "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20261211")).len(), 3);
    let skipped = one("20261127", "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3\nEXDATE;VALUE=DATE:20261211");
    assert_eq!(told(&skipped), ["Off 11-27 00:00 11-28 00:00", "Off 12-25 00:00 12-26 00:00"]);
    assert_eq!(one("19700101", "RRULE:FREQ=WEEKLY").absences_count, 52, "a year from now, however long it has been so");
    for (rule, written) in [("FREQ=MONTHLY", "RRULE:FREQ=MONTHLY"), ("FREQ=WEEKLY;BYDAY=MO,WE", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE")] {
        let view = one("20261201", &format!("RRULE:{rule}"));
        assert_eq!((view.absences_count, view.left_out[0].why, view.left_out[0].written.as_str()), (0, LeftOutWhy::Repeats, written));
    }
    let moved = event("20261201", "RRULE:FREQ=WEEKLY;COUNT=2") + &event("20261210", "RECURRENCE-ID;VALUE=DATE:20261208");
    assert_eq!(told(&found(&file(&moved))), ["Off 12-01 00:00 12-02 00:00", "Off 12-10 00:00 12-11 00:00"], "one of them was moved");
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    for (text, error) in [
        ("<html>", CalendarError::NotACalendar),
        ("", CalendarError::NotACalendar),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x", CalendarError::CutOff),
        (&"BEGIN:A\n".repeat(100).replacen("BEGIN:A", "BEGIN:VCALENDAR", 1), CalendarError::NotACalendar),
        (&"x".repeat(3 << 20), CalendarError::TooLarge),
    ] {
        assert_eq!(read(text, now(), &here()).unwrap_err(), error);
    }
    let view = found(&file("BEGIN:VEVENT\nSUMMARY:Vacation\nDTSTART:tomorrow\nEND:VEVENT\nBEGIN:VEVENT\nno colon here\nEND:VEVENT"));
    assert_eq!((view.left_out.len(), view.left_out[0].why, view.left_out[0].written.as_str()), (1, LeftOutWhy::Times, "DTSTART:tomorrow"));
}

proptest::proptest! {
    #[test]
    fn no_text_brings_it_down(lines in proptest::collection::vec("(BEGIN|END|DTSTART|DTEND|RRULE|DURATION|TZID|TZOFFSETTO|EXDATE)[;:=]{1,2}(VEVENT|VTIMEZONE|STANDARD|[0-9TZ]{0,16}|FREQ=DAILY;COUNT=[0-9]{1,19}|P[0-9]{1,12}[DWH]|.{0,12})", 0..30)) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:leave\n{}\nEND:VEVENT\nEND:VCALENDAR", lines.join("\n"));
        drop(read(&text, now(), &here()));
    }
}

//! The lines of a calendar file, by the event or the time zone that they belong to.

use ical::{PropertyParser, property::Property};

/// Longest file, bytes.
const LONGEST: usize = 2 << 20;
/// Deepest nesting; a calendar has four.
const DEEPEST: usize = 16;

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CalendarError {
    /// It is larger than any calendar of one person.
    #[error("a calendar file may have {} MiB at most; export a shorter time of it", LONGEST >> 20)]
    TooLarge,
    /// It is something else.
    #[error("this is not a calendar file; choose one that ends in .ics, as Outlook, Google or Apple export it")]
    NotACalendar,
    /// Its end is missing.
    #[error("this calendar file ends in the middle; export it once more")]
    CutOff,
}

/// One line: what is said, how, and what.
#[derive(Debug, Clone)]
pub(super) struct Line(Property);

impl Line {
    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    /// As it stands there; nothing where nothing does.
    pub(super) fn value(&self) -> &str {
        self.0.value.as_deref().unwrap_or_default().trim()
    }

    /// What is said of the value under this name.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let all = self.0.params.iter().flatten();
        all.filter(|(known, _)| known.eq_ignore_ascii_case(name)).find_map(|(_, values)| values.first()).map(String::as_str)
    }
}

/// The lines of one event, or of a part of a time zone.
pub(super) type Lines = Vec<Line>;

/// The first line of this name.
pub(super) fn line<'a>(lines: &'a [Line], name: &str) -> Option<&'a Line> {
    lines.iter().find(|line| line.name().eq_ignore_ascii_case(name))
}

/// Its value; empty where there is none.
pub(super) fn value<'a>(lines: &'a [Line], name: &str) -> &'a str {
    line(lines, name).map(Line::value).unwrap_or_default()
}

/// A time zone as the file itself explains it.
#[derive(Debug, Default)]
pub(super) struct ZoneLines {
    pub(super) id: String,
    pub(super) standard: Vec<Lines>,
    pub(super) daylight: Vec<Lines>,
}

/// What of a file is looked at.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) events: Vec<Lines>,
    pub(super) zones: Vec<ZoneLines>,
    /// The time zone of what names none.
    pub(super) zone: Option<String>,
}

impl File {
    /// Split `text` up. A line that cannot be read is as if it were not there; what it leaves open is seen where it would be needed.
    pub(super) fn read(text: &str) -> Result<Self, CalendarError> {
        if text.len() > LONGEST {
            return Err(CalendarError::TooLarge);
        }
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if !text.get(..15).is_some_and(|first| first.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
            return Err(CalendarError::NotACalendar);
        }
        let text = unfolded(text);
        let (mut file, mut path) = (Self::default(), Vec::new());
        for property in PropertyParser::from_reader(text.as_bytes()).flatten() {
            let line = Line(property);
            match line.name() {
                "BEGIN" if path.len() >= DEEPEST => return Err(CalendarError::NotACalendar),
                "BEGIN" => {
                    path.push(line.value().to_ascii_uppercase());
                    file.begin(&path);
                }
                "END" => drop(path.pop()),
                _ => file.take(&path, line),
            }
        }
        if path.is_empty() { Ok(file) } else { Err(CalendarError::CutOff) }
    }

    fn begin(&mut self, path: &[String]) {
        match parts(path).as_slice() {
            ["VCALENDAR", "VEVENT"] => self.events.push(Lines::new()),
            ["VCALENDAR", "VTIMEZONE"] => self.zones.push(ZoneLines::default()),
            ["VCALENDAR", "VTIMEZONE", part] => {
                let Some(zone) = self.zones.last_mut() else { return };
                match *part {
                    "STANDARD" => zone.standard.push(Lines::new()),
                    "DAYLIGHT" => zone.daylight.push(Lines::new()),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, path: &[String], line: Line) {
        let zone = self.zones.last_mut();
        let of = match parts(path).as_slice() {
            ["VCALENDAR"] if line.name().eq_ignore_ascii_case("X-WR-TIMEZONE") => return self.zone = Some(line.value().to_owned()),
            ["VCALENDAR", "VTIMEZONE"] if line.name().eq_ignore_ascii_case("TZID") => {
                return zone.into_iter().for_each(|zone| line.value().clone_into(&mut zone.id));
            }
            ["VCALENDAR", "VEVENT"] => self.events.last_mut(),
            ["VCALENDAR", "VTIMEZONE", "STANDARD"] => zone.and_then(|zone| zone.standard.last_mut()),
            ["VCALENDAR", "VTIMEZONE", "DAYLIGHT"] => zone.and_then(|zone| zone.daylight.last_mut()),
            _ => None,
        };
        if let Some(lines) = of {
            lines.push(line);
        }
    }
}

fn parts(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

/// A long line is folded by an end of line and a blank. The library would join it too, but for the blanks before the fold, which belong to the text; and it
/// stops at a line of blanks.
fn unfolded(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace("\n ", "").replace("\n\t", "");
    text.lines().filter(|line| !line.trim().is_empty()).flat_map(|line| [line, "\n"]).collect()
}

//! One event of a calendar: what it is called, when it is, and whether it may say that somebody is away.

use super::{
    lines::{Line, line, value},
    moment::Moment,
    repeats::{self, Occurrence, Replaced, Rule},
    zones::Zones,
};
use jiff::Span;
use watchdeck_events::Millis;
use watchdeck_wire::views::LeftOutWhy;

/// What an absence is called, as whole words of a language that has them.
const WORDS: [&str; 8] = ["vacation", "vacations", "holiday", "holidays", "leave", "ooo", "pto", "away"];
/// The same as they may stand anywhere.
const PIECES: [&str; 8] = ["out of office", "休假", "请假", "年假", "出差", "病假", "事假", "调休"];

/// An event that would be an absence and is not offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) summary: String,
    pub(super) why: LeftOutWhy,
    pub(super) written: String,
    /// What can be read of it says that it may be one.
    pub(super) matters: bool,
}

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Event {
    uid: String,
    pub(super) summary: String,
    pub(super) start: Moment,
    /// How long it is: whole days, or a time.
    lasts: Span,
    /// The calendar, or what it calls it, says that nobody is there.
    pub(super) says_away: bool,
    shown_as_free: bool,
    cancelled: bool,
    rule: Option<Rule>,
    /// Times at which it is not repeated.
    except: Vec<Millis>,
    /// Which one of a repeated event it stands for.
    instead_of: Option<Millis>,
}

impl Event {
    pub(super) fn read(lines: &[Line], zones: &Zones) -> Result<Self, Problem> {
        let summary = text(value(lines, "SUMMARY"));
        let busy = ["X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS"].map(|name| value(lines, name));
        let says_away = busy.contains(&"OOF") || is_called_away(&summary);
        let cancelled = value(lines, "STATUS").eq_ignore_ascii_case("CANCELLED");
        let begins = value(lines, "DTSTART");
        let matters = !cancelled && (says_away || !begins.is_empty() && !begins.contains('T'));
        let problem = |why, written: String| Problem { summary: summary.clone(), why, written, matters };
        let unreadable = |name: &str| {
            let written = line(lines, name).map(|line| format!("{name}:{}", line.value()));
            problem(LeftOutWhy::Times, written.unwrap_or_else(|| format!("{name}?")))
        };
        let at = |name: &str| line(lines, name).map(|line| Moment::read(line, zones).ok_or_else(|| unreadable(name))).transpose();
        let mut start = at("DTSTART")?.ok_or_else(|| unreadable("DTSTART"))?;
        if value(lines, "X-MICROSOFT-CDO-ALLDAYEVENT").eq_ignore_ascii_case("TRUE") && start.at == start.at.date().into() {
            (start.whole_day, start.zone, start.taken_for_here) = (true, zones.here.clone(), None);
        }
        let lasts = match (at("DTEND")?, value(lines, "DURATION")) {
            (Some(end), _) => length(&start, &end).ok_or_else(|| unreadable("DTEND"))?,
            (None, "") if start.whole_day => Span::new().days(1),
            (None, "") => Span::new(),
            (None, written) => written.parse().map_err(|_| unreadable("DURATION"))?,
        };
        let mut except = Vec::new();
        for line in lines.iter().filter(|line| line.name() == "EXDATE") {
            for one in line.value().split(',') {
                let one = Moment::written(one.trim(), line.param("TZID"), zones);
                except.push(one.and_then(|one| one.moment(one.at)).ok_or_else(|| unreadable("EXDATE"))?);
            }
        }
        let rule = match (value(lines, "RRULE"), line(lines, "RDATE")) {
            ("", None) => None,
            (_, Some(dates)) => return Err(problem(LeftOutWhy::Repeats, format!("RDATE:{}", dates.value()))),
            (written, None) => Some(Rule::read(written, &start).unwrap_or_else(|| Rule::Unknown(written.to_owned()))),
        };
        Ok(Self {
            uid: value(lines, "UID").to_owned(),
            says_away,
            shown_as_free: value(lines, "TRANSP").eq_ignore_ascii_case("TRANSPARENT"),
            cancelled,
            instead_of: at("RECURRENCE-ID")?.and_then(|one| one.moment(one.at)),
            summary,
            start,
            lasts,
            rule,
            except,
        })
    }

    pub(super) fn may_be_an_absence(&self) -> bool {
        !self.cancelled && (self.start.whole_day || self.says_away && !self.shown_as_free)
    }

    /// Which one of a repeated event it stands for, whether it takes place or not.
    pub(super) fn replaces(&self) -> Option<(String, Millis)> {
        Some((self.uid.clone(), self.instead_of?))
    }

    /// When it takes place from now on, of what is repeated for a year.
    pub(super) fn occurrences(&self, replaced: &Replaced, now: Millis) -> Result<Vec<Occurrence>, Problem> {
        let single = Rule::Once;
        let rule = self.rule.as_ref().unwrap_or(&single);
        if let Rule::Unknown(written) = rule {
            return Err(Problem {
                summary: self.summary.clone(),
                why: LeftOutWhy::Repeats,
                written: format!("RRULE:{written}"),
                matters: true,
            });
        }
        let left_out = |at: Millis| self.except.contains(&at) || self.instead_of.is_none() && replaced.contains(&(self.uid.clone(), at));
        Ok(repeats::occurrences(rule, &self.start, self.lasts, left_out, now))
    }
}

fn is_called_away(summary: &str) -> bool {
    let called = summary.to_lowercase();
    called.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word)) || PIECES.iter().any(|piece| called.contains(piece))
}

/// From start to end: in days where both are days, else in time.
fn length(start: &Moment, end: &Moment) -> Option<Span> {
    if start.whole_day {
        // Some programs name the last day where others name the one after it.
        let days = start.at.date().until(end.at.date()).ok()?;
        return (!days.is_negative()).then(|| if days.is_zero() { Span::new().days(1) } else { days });
    }
    let length = end.moment(end.at)?.since(start.moment(start.at)?);
    (length >= 0).then(|| Span::new().milliseconds(length))
}

/// A text without what keeps its commas and line ends apart from those of the file.
fn text(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push(' '),
                Some(other) => text.push(other),
                None => {}
            },
            letter => text.push(letter),
        }
    }
    text
}

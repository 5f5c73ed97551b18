//! A table that Excel opens as it is: UTF-8 with a mark that says so, lines and quotes as in RFC 4180, nothing that it would take for a formula.

use crate::doctor::Tongue;
use jiff::{Timestamp, tz::TimeZone};
use std::borrow::Cow;
use watchdeck_events::{Catalogue, Millis, Severity};
use watchdeck_store::Stored;

/// UTF-8, says this to Excel; without it Chinese is read as something else.
pub(super) const MARK: &[u8] = b"\xEF\xBB\xBF";
/// Characters of one cell. Excel takes 32,767 and spills the rest over the next rows.
const LONGEST: usize = 32_000;
/// What begins a formula, or hides that the next character does.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The first line, and the words in the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heads(pub(crate) Tongue);

impl Heads {
    fn names(self) -> [&'static str; 10] {
        match self.0 {
            Tongue::English => ["Time", "UTC ms", "Kind", "Title", "Source", "Channel", "Severity", "Subject", "Actor", "Payload"],
            Tongue::Chinese => ["时间", "UTC 毫秒", "类型", "名称", "来源", "通道", "级别", "对象", "操作人", "内容"],
        }
    }

    fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Info => self.0.pick("Info", "信息"),
            Severity::Success => self.0.pick("Success", "成功"),
            Severity::Warning => self.0.pick("Warning", "警告"),
            Severity::Critical => self.0.pick("Critical", "严重"),
        }
    }
}

pub(super) fn head(heads: Heads) -> Vec<u8> {
    let mut out = MARK.to_vec();
    put(&mut out, heads.names());
    out
}

/// One event.
pub(super) fn line(out: &mut Vec<u8>, Stored { event, .. }: &Stored, source: &str, heads: Heads) {
    line_in(out, event, source, heads, &TimeZone::system());
}

fn line_in(out: &mut Vec<u8>, event: &watchdeck_events::Event, source: &str, heads: Heads, zone: &TimeZone) {
    let catalogue = Catalogue::current();
    let title = catalogue.get(&event.kind, &event.channel).map_or("", |info| heads.0.pick(&info.title.en, &info.title.zh));
    let (time, millis) = (local(event.occurred_at, zone), event.occurred_at.0.to_string());
    let severity = heads.severity(event.severity);
    let [subject, actor] = [&event.subject, &event.actor].map(|text| text.as_deref().unwrap_or_default());
    let payload = catalogue.masked(event);
    put(out, [&*time, &millis, event.kind.as_str(), title, source, event.channel.as_str(), severity, subject, actor, &payload]);
}

/// The time of day here, as Excel reads it.
pub(super) fn local(at: Millis, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

pub(super) fn put<const CELLS: usize>(out: &mut Vec<u8>, cells: [&str; CELLS]) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(quoted(&harmless(cell)).as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

/// No formula, and no longer than a cell.
fn harmless(text: &str) -> Cow<'_, str> {
    let cut = text.char_indices().nth(LONGEST).map(|(at, _)| format!("{}…", &text[..at]));
    match cut {
        Some(cut) if cut.starts_with(FORMULA) => format!("'{cut}").into(),
        Some(cut) => cut.into(),
        None if text.starts_with(FORMULA) => format!("'{text}").into(),
        None => text.into(),
    }
}

fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")).into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::{Channel, Event, Kind, Payload};

    fn event(subject: &str, payload: &str) -> Event {
        Event {
            id: "1".into(),
            kind: Kind::from("inventory:change"),
            channel: Channel::from("inventory"),
            occurred_at: Millis(1_795_000_000_123),
            received_at: Millis(1_795_000_000_124),
            source: "east".into(),
            subject: Some(subject.into()),
            actor: Some("=cmd|' /C calc'!A0".into()),
            severity: Severity::Warning,
            payload: Payload::from_json(payload),
        }
    }

    fn written(event: &Event, tongue: Tongue) -> String {
        let mut out = head(Heads(tongue));
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        line_in(&mut out, event, "东仓, 1 号", Heads(tongue), &zone);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn excel_opens_it_right_chinese_quotes_lines_and_all() {
        let wanted = "\u{feff}时间,UTC 毫秒,类型,名称,来源,通道,级别,对象,操作人,内容\r\n\
            2026-11-18 19:06:40.123,1795000000123,inventory:change,库存变动,\"东仓, 1 号\",inventory,警告,product:瓷砖,'=cmd|' /C calc'!A0,\
            \"{\"\"name\"\":\"\"瓷砖\"\",\"\"note\"\":\"\"a\nb\"\"}\"\r\n";
        assert_eq!(written(&event("product:瓷砖", "{\"name\":\"瓷砖\",\"note\":\"a\nb\"}"), Tongue::Chinese), wanted);
    }

    #[test]
    fn nothing_is_taken_for_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(harmless(text).starts_with('\''), "{text}");
        }
        assert_eq!(harmless("product:1"), "product:1");
        let long = harmless(&"=瓷".repeat(LONGEST)).into_owned();
        assert!(long.starts_with("'=") && long.ends_with('…') && long.chars().count() == LONGEST + 2);
    }
}

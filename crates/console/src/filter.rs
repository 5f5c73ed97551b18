//! The filter language: `kind:inventory:* subject:SKU-104 newQuantity<10 actor:张三 severity>=warning "盘点" after:2h -kind:system:*`.
//!
//! Terms are joined by *and*; `-` before a term means *not*. A name that is not an event's own is looked up in the payload's top level.
//! Case, width and composition of letters do not count, in what is searched for and in what is found; the signs of the language may be typed on a
//! Chinese keyboard, with spaces around a comparison. A text is found in what an event says and in the words that the window shows for it.

mod typed;
mod words;

use crate::error::{Code, CommandError};
use std::{cell::OnceCell, sync::Arc};
use typed::Typed;
use watchdeck_events::{Catalogue, Event, Millis, Quantity, Severity, fields::Fields, fold};
use watchdeck_store::{NameTest, Sieve};
use words::Shown;

/// A parsed filter. The empty one keeps everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// Anywhere in the event, or in the words that it is shown with.
    Text(String, Shown),
    /// A field's text matches a pattern with `*`.
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
enum Op {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

impl Op {
    fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
        }
    }
}

/// Longest filter, in bytes.
const LONGEST: usize = 2_000;

impl Filter {
    /// Parse. Ages (`after:2h`) count from `now`.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] with the place of the token that is wrong.
    pub fn parse(text: &str, now: Millis) -> Result<Self, CommandError> {
        if text.len() > LONGEST {
            return Err(CommandError::invalid(format!("a filter may have {LONGEST} bytes at most")));
        }
        let typed = Typed::of(text);
        let terms = tokens(&typed)?.into_iter().map(|token| token.term(now).map_err(|why| token.error(&typed, why)));
        Ok(Self { terms: terms.collect::<Result<_, _>>()? })
    }

    /// What every event that it keeps must have, so that the store can pass over what does not. Terms that say nothing beforehand are left out.
    #[must_use]
    pub fn sieve(&self) -> Sieve {
        let mut sieve = Sieve::default();
        for Term { negated, test } in &self.terms {
            match (test, negated) {
                (Test::Is(name, pattern), _) if ["source", "channel", "kind"].contains(&name.as_str()) => {
                    let column = match name.as_str() {
                        "source" => &mut sieve.source,
                        "channel" => &mut sieve.channel,
                        _ => &mut sieve.kind,
                    };
                    let (pattern, negated, others) = (pattern.clone(), *negated, column.take());
                    let also: NameTest =
                        Arc::new(move |name| matches(&pattern, &fold(name)) != negated && others.as_ref().is_none_or(|test| test(name)));
                    *column = Some(also);
                }
                (Test::Severity(op, severity), _) => {
                    let all = [Severity::Info, Severity::Success, Severity::Warning, Severity::Critical];
                    let kept = all.into_iter().filter(|one| op.holds(one, severity) != *negated).fold(0, |all, one| all | 1 << one.code());
                    sieve.severities = Some(sieve.severities.unwrap_or(u8::MAX) & kept);
                }
                // Every way in which a text is found must be among its alternatives, or the store would pass over matches.
                (Test::Text(text, shown), false) => sieve.texts.push(std::iter::once(text.clone()).chain(shown.stands_for()).collect()),
                // An id is not in the text of its event, and a domain is not in its row at all.
                (Test::Is(name, pattern), false) if !["id", "domain"].contains(&name.as_str()) => {
                    sieve.texts.extend(pattern.iter().map(|part| vec![part.clone()]));
                }
                (Test::After(at), false) | (Test::Before(at), true) => sieve.from = sieve.from.max(Some(*at)),
                (Test::Before(at), false) | (Test::After(at), true) => {
                    sieve.before = Some(sieve.before.map_or(*at, |before| before.min(*at)));
                }
                (Test::Text(..) | Test::Is(..) | Test::Number(..), _) => {}
            }
        }
        sieve
    }

    /// Whether it keeps `event`.
    #[must_use]
    pub fn keeps(&self, event: &Event) -> bool {
        if self.terms.is_empty() {
            return true;
        }
        let fields = Lazy { payload: event.payload.as_str(), read: OnceCell::new() };
        self.terms.iter().all(|term| term.test.holds(event, &fields) != term.negated)
    }
}

/// The fields of a payload, read when a term asks for one: most events are turned away before.
struct Lazy<'a> {
    payload: &'a str,
    read: OnceCell<Fields<'a>>,
}

impl<'a> Lazy<'a> {
    fn get(&self) -> &Fields<'a> {
        self.read.get_or_init(|| Fields::of(self.payload))
    }
}

struct Token {
    /// Without spaces around a comparison.
    text: String,
    from: usize,
    to: usize,
    quoted: bool,
}

fn tokens(typed: &Typed) -> Result<Vec<Token>, CommandError> {
    let text = typed.text.as_str();
    let mut tokens = Vec::new();
    let mut from = 0;
    loop {
        from += text[from..].len() - text[from..].trim_start().len();
        let rest = &text[from..];
        if rest.is_empty() {
            return Ok(tokens);
        }
        let negation = usize::from(rest.starts_with('-'));
        let quoted = rest[negation..].starts_with('"');
        let to = if quoted {
            let start = negation + 1;
            match rest[start..].find('"') {
                Some(close) => from + start + close + 1,
                None => {
                    let token = Token { text: rest.to_owned(), from, to: text.len(), quoted };
                    return Err(token.error(typed, "the quotation mark is not closed".into()));
                }
            }
        } else {
            from + word(rest)
        };
        let mut token = Token { text: text[from..to].to_owned(), from, to, quoted };
        if !quoted {
            token.take_comparison(text);
        }
        from = token.to;
        tokens.push(token);
    }
}

/// How many bytes belong to the word at the beginning: up to a space outside of quotation marks.
fn word(text: &str) -> usize {
    let mut in_quotes = false;
    let end = text.find(|c: char| {
        in_quotes ^= c == '"';
        c.is_whitespace() && !in_quotes
    });
    end.unwrap_or(text.len())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

impl Token {
    /// `newQuantity < 50` is one term, however it is spaced: a name, a comparison, a value.
    fn take_comparison(&mut self, text: &str) {
        let operator = |text: &str| text.len() - text.trim_start_matches(['<', '>', '=']).len();
        let after = |at: usize| text[at..].len() - text[at..].trim_start().len();
        let bare = self.text.strip_prefix('-').unwrap_or(&self.text);
        let spaced = self.to + after(self.to);
        let signs = operator(&text[spaced..]);
        if is_name(bare) && signs > 0 {
            self.text.push_str(&text[spaced..spaced + signs]);
            let rest = &text[spaced + signs..];
            let length = if rest.starts_with(char::is_whitespace) { 0 } else { word(rest) };
            self.text.push_str(&rest[..length]);
            self.to = spaced + signs + length;
        }
        let bare = self.text.strip_prefix('-').unwrap_or(&self.text);
        let name = bare.trim_end_matches(['<', '>', '=']);
        let value = self.to + after(self.to);
        if name.len() < bare.len() && is_name(name) && value < text.len() {
            let length = word(&text[value..]);
            self.text.push_str(&text[value..value + length]);
            self.to = value + length;
        }
    }

    fn term(&self, now: Millis) -> Result<Term, String> {
        let (negated, body) = match self.text.strip_prefix('-') {
            Some(body) if !body.is_empty() => (true, body),
            _ => (false, self.text.as_str()),
        };
        let test = if self.quoted { anywhere(body.trim_matches('"')) } else { test(body, now)? };
        Ok(Term { negated, test })
    }

    fn error(&self, typed: &Typed, why: String) -> CommandError {
        CommandError { code: Code::InvalidInput, message: why, at: Some(typed.place(self.from, self.to)) }
    }
}

fn anywhere(text: &str) -> Test {
    let text = fold(text).into_owned();
    let shown = Shown::of(&text);
    Test::Text(text, shown)
}

fn test(body: &str, now: Millis) -> Result<Test, String> {
    let operator = body.find([':', '<', '>', '=']).filter(|at| is_name(&body[..*at]));
    let Some(at) = operator else { return Ok(anywhere(body)) };
    let (name, rest) = body.split_at(at);
    let (op, value) = match rest.as_bytes() {
        [b':', ..] => (None, &rest[1..]),
        [b'>', b'=', ..] => (Some(Op::GreaterOrEqual), &rest[2..]),
        [b'<', b'=', ..] => (Some(Op::LessOrEqual), &rest[2..]),
        [b'>', ..] => (Some(Op::Greater), &rest[1..]),
        [b'<', ..] => (Some(Op::Less), &rest[1..]),
        _ => (Some(Op::Equal), &rest[1..]),
    };
    let value = value.trim_matches('"');
    if value.is_empty() {
        return Err(format!("{name} is compared with nothing"));
    }
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

impl Test {
    fn holds(&self, event: &Event, fields: &Lazy<'_>) -> bool {
        match self {
            Self::Text(text, shown) => {
                let within = |value: &str| fold(value).contains(text.as_str());
                let payload = event.payload.as_str();
                within(payload)
                    || within(event.kind.as_str())
                    || event.actor.as_deref().is_some_and(within)
                    || event.subject.as_deref().is_some_and(within)
                    // Without escapes a field's text stands in the payload as it is.
                    || payload.contains('\\') && { let fields = fields.get(); fields.iter().any(|(name, _)| fields.text(name).is_some_and(|value| within(&value))) }
                    || !shown.is_nothing() && shown.is_on(event, fields.get())
            }
            Self::Is(name, pattern) => {
                own(event, name).or_else(|| fields.get().text(name).map(Into::into)).is_some_and(|value| matches(pattern, &fold(&value)))
            }
            Self::Number(name, op, number) => fields.get().number(name).is_some_and(|value| op.holds(&value, number)),
            Self::Severity(op, severity) => op.holds(&event.severity, severity),
            Self::After(at) => event.occurred_at >= *at,
            Self::Before(at) => event.occurred_at < *at,
        }
    }
}

/// An event's own fields. `subject:SKU-104` means the id behind the type, too.
fn own(event: &Event, name: &str) -> Option<String> {
    Some(match name {
        "kind" => event.kind.to_string(),
        "channel" => event.channel.to_string(),
        "source" => event.source.to_string(),
        "id" => event.id.to_string(),
        "domain" => Catalogue::builtin().domain(&event.kind, &event.channel).as_str().to_owned(),
        "actor" => event.actor.as_deref()?.to_owned(),
        "subject" => event.subject.as_deref()?.to_owned(),
        _ => return None,
    })
}

fn matches(pattern: &[String], value: &str) -> bool {
    let [first, middle @ .., last] = pattern else {
        // No star: the whole, or for a subject the part behind its type.
        return pattern.first().is_some_and(|whole| value == whole || value.split_once(':').is_some_and(|(_, id)| id == whole));
    };
    let Some(mut rest) = value.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_events::{Channel, Incoming, Payload};

    const NOW: Millis = Millis(1_795_223_788_150);

    fn event() -> Event {
        let payload = r#"{"type":"inventory:change","timestamp":1795223788000,"action":"outbound","productId":"SKU-104","productName":"木纹砖","oldQuantity":12,"newQuantity":9,"changeAmount":-3,"operator":"张三","reason":"\u76d8\u70b9"}"#;
        let incoming = Incoming {
            channel: Channel::from("inventory"),
            offset: None,
            id: None,
            server_at: None,
            kind: None,
            payload: Payload::from_json(payload),
        };
        Catalogue::builtin().normalise(incoming, &"s".into(), NOW)
    }

    #[test]
    fn the_example_of_the_guide_finds_its_event() {
        let text = r#"kind:inventory:* subject:SKU-104 newQuantity<10 actor:张三 severity>=info "盘点" after:2h -kind:system:*"#;
        assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "escaped characters are found too");
    }

    #[test]
    fn each_term_can_turn_an_event_away() {
        for text in [
            "kind:order:*",
            "subject:SKU-105",
            "newQuantity<9",
            "actor:李四",
            "severity>=critical",
            "盘库",
            "before:2h",
            "-木纹",
            "missing>3",
        ] {
            assert!(!Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
        }
        for text in
            ["", "  ", "木纹", "newQuantity=9", "action:out*", "domain:inventory", "-kind:system:*", "after:2026-11-20", "changeAmount<=-3"]
        {
            assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
        }
    }

    #[test]
    fn width_and_case_make_no_difference() {
        for text in ["ＳＫＵ－１０４", "sku-104", "kind:INVENTORY:*", "productName:木纹砖", "actor:张三", "reason:盘点", "productId:sku*"]
        {
            assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
        }
    }

    #[test]
    fn the_sieve_lets_through_whatever_the_filter_keeps_and_stops_what_it_can() {
        let event = event();
        let passes = |text: &str| {
            let sieve = Filter::parse(text, NOW).unwrap().sieve();
            let named = |test: &Option<NameTest>, name: &str| test.as_ref().is_none_or(|test| test(name));
            named(&sieve.source, &event.source)
                && named(&sieve.channel, event.channel.as_str())
                && named(&sieve.kind, event.kind.as_str())
                && sieve.severities.is_none_or(|all| all & (1 << event.severity.code()) != 0)
                && sieve.from.is_none_or(|from| event.occurred_at >= from)
                && sieve.before.is_none_or(|before| event.occurred_at < before)
        };
        for text in [
            "kind:inventory:* -kind:system:*",
            "severity>=info",
            "-severity>=warning",
            "after:2h -before:3h",
            "-after:2030-01-01",
            "-木头 newQuantity<10",
        ] {
            assert!(Filter::parse(text, NOW).unwrap().keeps(&event) && passes(text), "{text}");
        }
        for text in [
            "kind:order:*",
            "-kind:inventory:*",
            "kind:inventory:* kind:order:*",
            "severity:critical",
            "before:2h",
            "-after:2h",
            "source:other",
            "channel:orders",
        ] {
            assert!(!Filter::parse(text, NOW).unwrap().keeps(&event) && !passes(text), "{text}");
        }
        let texts = Filter::parse(r#"盘点 productName:木纹* -"nothing" id:x domain:inventory"#, NOW).unwrap().sieve().texts;
        assert_eq!(texts, [["盘点"], ["木纹"], [""]], "only what must stand in the event");
    }

    #[test]
    fn whatever_a_text_is_found_by_stands_in_the_sieve() {
        let event = event();
        let reason = "盘点";
        let own = [event.payload.as_str(), reason, event.kind.as_str(), event.actor.as_deref().unwrap(), event.subject.as_deref().unwrap()];
        // Words as they stand on the screen, too: whichever of them find the event.
        for text in [
            "木纹",
            "盘点",
            "张三",
            "inventory",
            "SKU-104",
            "出库",
            "outbound",
            "库存出库",
            "Stock out",
            "Inventory change",
            "actor:张*",
            "reason:盘点",
        ] {
            let filter = Filter::parse(text, NOW).unwrap();
            let stands = |part: &String| own.iter().any(|own| fold(own).contains(part.as_str()));
            assert!(!filter.keeps(&event) || filter.sieve().texts.iter().all(|any| any.iter().any(stands)), "{text}");
        }
    }

    #[test]
    fn a_bad_filter_is_marked_at_its_token() {
        let marked = |text: &str| Filter::parse(text, NOW).unwrap_err().at;
        assert_eq!(marked("木纹 severity>=loud"), Some((3, 17)), "in the units in which a browser counts");
        assert_eq!(marked("newQuantity<ten"), Some((0, 15)));
        assert_eq!(marked("a \"open"), Some((2, 7)));
        assert_eq!(marked("after:soon"), Some((0, 10)));
        assert_eq!(marked("kind:"), Some((0, 5)));
    }

    #[test]
    fn what_a_chinese_keyboard_types_is_understood() {
        for text in [
            "operator：张三",
            "kind：inventory:change",
            "newQuantity＜１０",
            "newQuantity < 10",
            "newQuantity<= 9",
            "newQuantity ≥9",
            "“木纹砖”",
            "after：2h　木纹",
            "－kind:system:*",
            "「木纹」 changeAmount=−3",
        ] {
            assert!(Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
        }
        for text in ["newQuantity ＞ 9", "operator：李四", "－木纹"] {
            assert!(!Filter::parse(text, NOW).unwrap().keeps(&event()), "{text}");
        }
        let marked = |text: &str| Filter::parse(text, NOW).unwrap_err().at;
        assert_eq!(marked("木纹 newQuantity ＜ ten"), Some((3, 20)), "marked where it stands, not where it would");
    }

    #[test]
    fn width_case_and_composition_do_not_hide_a_text() {
        let named = |name: &str| {
            let payload = serde_json::json!({ "type": "data:change", "resource": "product", "action": "updated", "resourceId": "P-3", "resourceName": name });
            let incoming = Incoming {
                channel: Channel::from("products"),
                offset: None,
                id: None,
                server_at: Some(NOW),
                kind: None,
                payload: Payload::from_json(payload.to_string()),
            };
            Catalogue::builtin().normalise(incoming, &"s".into(), NOW)
        };
        let finds = |text: &str, name: &str| Filter::parse(text, NOW).unwrap().keeps(&named(name));
        assert!(finds("abc123", "ＡＢＣ１２３") && finds("ＡＢＣ", "abc123"));
        assert!(finds("café", "Cafe\u{301}") && finds("CAFE\u{301}", "café"));
        assert!(finds("resourceName:ｱｲ*", "アイス"), "half-width katakana");
        assert!(!finds("abd", "ＡＢＣ１２３"));
    }

    #[test]
    fn the_words_on_the_screen_are_found_in_both_languages() {
        for text in ["库存出库", "出库", "Stock out", "stock OUT", "SKU-104", "inventory:change"] {
            let mut event = event();
            let payload = event.payload.as_str().replace("\\u76d8\\u70b9", "x");
            event.payload = Payload::from_json(payload);
            assert!(Filter::parse(&format!("\"{text}\""), NOW).unwrap().keeps(&event), "{text}");
        }
        assert!(!Filter::parse("已发货", NOW).unwrap().keeps(&event()));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_marks_lie_inside(text in ".{0,80}") {
            if let Err(CommandError { at: Some((from, to)), .. }) = Filter::parse(&text, NOW) {
                assert!(from < to && to as usize <= text.encode_utf16().count());
            }
        }
    }
}

//! What an alert of a written rule says: the rule's own words with what is known put in, in both languages, so that they stay with the alert whatever
//! becomes of the rule.

use super::{
    at::{At, Called, LABEL},
    compiled::{Compiled, Part, Sort},
    per::{Per, said},
};
use crate::alert::Values;
use watchdeck_events::Event;
use watchdeck_filter::{Counted, Fact, Known as _, Measure, Name, Operand, Plan, Thing, Unit};
use watchdeck_wire::settings::Worded;

/// Fields that are said of an event, at most.
const FIELDS: usize = 4;
/// Characters of what an alert is about that have room in a first line, beside the rule's title.
const TITLE: usize = 80;
/// Characters of one value in a text.
const LONGEST: usize = 120;

/// The value that says which rule an alert is of: one that says something else by now judges it anew.
pub(super) const MARK: &str = "rule_mark";

/// The value that says that an alert is about a request for approval: whoever is told of it can decide it.
pub(crate) const REQUEST: &str = "request";
/// What is joined in a text: of what nothing is known the mark goes too.
const JOINT: &str = " · ";

/// Everything that the words of an alert need.
/// `instead` is what is said below the title by a step that holds.
pub(super) fn values(rule: &Compiled, at: At<'_>, label: &str, event: Option<&Event>, instead: Option<&Worded>) -> Values {
    let known = known(&rule.when, at);
    let say = instead.filter(|say| !say.is_empty()).unwrap_or(&rule.document.say);
    let called = at.thing.map_or_else(Called::default, |(thing, key)| at.by.called(thing, key));
    let mut values = Values::new();
    for chinese in [true, false] {
        let own = |name: &str| {
            called.said.iter().find(|(known, _)| *known == name).map(|(_, [zh, en])| if chinese { zh.clone() } else { en.clone() })
        };
        let label = own(LABEL).unwrap_or_else(|| label.to_owned());
        let put = |name: &str| {
            if name == LABEL {
                return Some(label.clone());
            }
            let told = known.iter().find(|told| told.names.contains(&name)).map(|told| told.value(chinese));
            // What it does not compare may be said all the same.
            let other = || Fact::named(name).and_then(|fact| Some(of_fact(fact, at.fact(fact)?).value(chinese)));
            let of_thing = || called.texts.iter().find(|(known, _)| *known == name).map(|(_, text)| cut(text));
            told.or_else(other)
                .or_else(|| own(name))
                .or_else(of_thing)
                .or_else(|| event.and_then(|event| said(event, &Name::of(name))).map(|text| cut(&text)))
        };
        let document = &rule.document;
        let title = filled(document.title.of(chinese), &put);
        let title = match (document.title.of(chinese).contains('{'), label.is_empty()) {
            (false, false) => format!("{title}{}{label}", if chinese { "：" } else { ": " }),
            _ => title,
        };
        let body = if say.is_empty() { plain(rule, &known, event, chinese) } else { filled(say.of(chinese), &put) };
        let body = body.split(JOINT).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(JOINT);
        let body = if body.is_empty() { too_long(rule, &label, event) } else { body };
        let (title_name, body_name) = if chinese { ("title_zh", "body_zh") } else { ("title_en", "body_en") };
        values.insert(title_name.to_owned(), title);
        values.insert(body_name.to_owned(), body);
    }
    values.insert(MARK.to_owned(), rule.mark.clone());
    if rule.sort == Sort::Of(Thing::Approval) {
        values.insert(REQUEST.to_owned(), label.to_owned());
    }
    if at.thing.is_some() {
        // What a silence may ask of it.
        values.extend(called.texts.into_iter().map(|(name, text)| (name.to_owned(), cut(&text))));
    } else if let (Some(event), Some(Per::Field(name))) = (event, &rule.per) {
        values.extend(said(event, name).map(|text| (rule.document.per.trim().to_owned(), cut(&text))));
    }
    for told in &known {
        if let Some(name) = told.names.first() {
            values.insert((*name).to_owned(), told.kept().to_string());
        }
    }
    values
}

/// Whether everything that the rule compares is known.
pub(super) fn all_known(rule: &Compiled, at: At<'_>) -> bool {
    rule.facts().all(|fact| at.fact(fact).is_some())
}

/// One number, and what it is called.
struct Told {
    names: Vec<&'static str>,
    zh: String,
    en: String,
    number: f64,
    unit: Unit,
    /// It is a moment that comes, or below zero one that has been.
    ahead: bool,
    /// What it usually is.
    usual: Option<f64>,
}

impl Told {
    fn value(&self, chinese: bool) -> String {
        // A begun minute counts of what comes.
        let comes = self.ahead && self.number > 60_000.0;
        let number = if comes { (self.number / 60_000.0).ceil() * 60_000.0 } else { self.number };
        let text = shown(number, self.unit, chinese);
        match (self.ahead, text.strip_prefix('-'), chinese) {
            (false, ..) => text,
            (true, None, true) => format!("{text}后"),
            (true, None, false) => format!("in {text}"),
            (true, Some(ago), true) => format!("{ago}前"),
            (true, Some(ago), false) => format!("{ago} ago"),
        }
    }

    /// As it is kept: times by the minute, so that an alert is not another with every second.
    fn kept(&self) -> f64 {
        match self.unit {
            Unit::Time => (self.number / 60_000.0).floor() * 60_000.0,
            Unit::Plain => self.number,
        }
    }

    fn said(&self, chinese: bool) -> String {
        let mut text = format!("{} {}", if chinese { &self.zh } else { &self.en }, self.value(chinese));
        if let Some(usual) = self.usual {
            let usual = shown(usual, self.unit, chinese);
            text.push_str(&if chinese { format!("（平时 {usual}）") } else { format!(" (usually {usual})") });
        }
        text
    }
}

fn known(part: &Part, at: At<'_>) -> Vec<Told> {
    let at = at.part(part);
    let mut all: Vec<Told> = Vec::new();
    for comparison in part.condition.comparisons() {
        for operand in [&comparison.left, &comparison.right] {
            let told = match operand {
                Operand::Fact(fact) => at.fact(*fact).map(|number| of_fact(*fact, number)),
                Operand::Measure(measure) => at.measured(measure).map(|number| {
                    let usual = if comparison.asks_usual() { at.usual(measure) } else { None };
                    of_measure(measure, number, usual)
                }),
                Operand::Number(_) | Operand::Usual => None,
            };
            if let Some(told) = told
                && all.iter().all(|known| known.en != told.en)
            {
                all.push(told);
            }
        }
    }
    all
}

fn of_fact(fact: Fact, number: f64) -> Told {
    let (zh, en) = match fact {
        Fact::StockOnHand => ("现有", "on hand"),
        Fact::StockThreshold => ("阈值", "threshold"),
        Fact::StockHoursLeft => ("可用小时", "hours left"),
        Fact::StockChangeToday => ("今日变动", "change today"),
        Fact::OrderDwell => ("已停留", "in this state for"),
        Fact::ApprovalWaiting => ("已等待", "waiting for"),
        Fact::ApprovalDueIn => ("到期", "due"),
        Fact::ApprovalRemindIn => ("提醒", "reminder"),
        Fact::ApprovalAmount | Fact::FinanceAmount => ("金额", "amount"),
        Fact::FinanceRefund => ("退款", "refund"),
        Fact::FinanceLargeRefund => ("大额起点", "large from"),
        Fact::FinanceOverdue => ("已逾期", "overdue for"),
        Fact::MaintenanceStartsIn => ("开始", "starts"),
        Fact::MaintenanceEndsIn => ("结束", "ends"),
        Fact::MaintenanceOpenFor => ("已持续", "for"),
        Fact::FeedStaleFor => ("已中断", "interrupted for"),
        Fact::FeedStaleAfter => ("上限", "limit"),
        Fact::FeedQuietFor => ("无事件", "no events for"),
        Fact::FeedDeafFor => ("网关未收到 ERP 数据", "not heard for"),
    };
    let ahead = matches!(fact, Fact::ApprovalDueIn | Fact::ApprovalRemindIn | Fact::MaintenanceStartsIn | Fact::MaintenanceEndsIn);
    Told { ahead, names: vec![fact.name()], zh: zh.to_owned(), en: en.to_owned(), number, unit: fact.unit(), usual: None }
}

fn of_measure(measure: &Measure, number: f64, usual: Option<f64>) -> Told {
    let [over_zh, over_en] = [true, false].map(|chinese| shown(measure.over as f64, Unit::Time, chinese));
    let (name, zh, en) = match &measure.counted {
        Counted::Events => ("rate", format!("{over_zh}内次数"), format!("events in {over_en}")),
        Counted::Sum(field) => ("sum", format!("{over_zh}内 {field} 合计"), format!("sum of {field} in {over_en}")),
        Counted::Distinct(field) => {
            let field = field_name(field);
            ("distinct", format!("{over_zh}内不同 {field}"), format!("different {field} in {over_en}"))
        }
    };
    Told { names: vec![name], zh, en, number, unit: Unit::Plain, ahead: false, usual }
}

fn field_name(name: &Name) -> &str {
    match name {
        Name::Source => "source",
        Name::Channel => "channel",
        Name::Kind => "kind",
        Name::Subject => "subject",
        Name::Actor => "actor",
        Name::Id => "id",
        Name::Domain => "domain",
        Name::Field(field) => field,
    }
}

/// What the condition compares: numbers that are known, else what the event says in the fields that are asked.
fn plain(rule: &Compiled, known: &[Told], event: Option<&Event>, chinese: bool) -> String {
    let mut parts: Vec<String> = known.iter().map(|told| told.said(chinese)).collect();
    if parts.is_empty()
        && let Some(event) = event
    {
        let mut names = Vec::new();
        asked(&rule.when.condition.events(), &mut names);
        let told = names.into_iter().take(FIELDS).filter_map(|name| {
            let text = said(event, &Name::Field(name.clone()))?;
            let number = text.parse().ok().filter(|_| !text.starts_with('0'));
            Some(format!("{name} {}", number.map_or_else(|| cut(&text), grouped)))
        });
        parts.extend(told);
    }
    parts.join(" · ")
}

/// The whole of a text that is too long for a first line.
fn too_long(rule: &Compiled, label: &str, event: Option<&Event>) -> String {
    let whole = rule.per.as_ref().zip(event).filter(|_| label.chars().count() > TITLE).and_then(|(per, event)| per.whole(event));
    whole.unwrap_or_default()
}

/// The payload's fields that a plan asks for.
fn asked(plan: &Plan, names: &mut Vec<String>) {
    match plan {
        Plan::All(plans) | Plan::Any(plans) => plans.iter().for_each(|plan| asked(plan, names)),
        Plan::Is(Name::Field(name), _) | Plan::Number(name, _) if !names.contains(name) && name != "type" => names.push(name.clone()),
        _ => {}
    }
}

/// A template with what stands for something put in. What nothing is known of stays empty.
#[must_use]
pub fn filled(template: &str, put: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut text, mut rest) = (String::with_capacity(template.len()), template);
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, behind)) = behind.split_once('}') else {
            text.push('{');
            rest = behind;
            continue;
        };
        text.push_str(&put(name.trim()).unwrap_or_default());
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A number as people read it.
fn shown(number: f64, unit: Unit, chinese: bool) -> String {
    match unit {
        Unit::Plain => grouped(number),
        Unit::Time => {
            let minutes = (number.abs() / 60_000.0).floor() as i64;
            let sign = if number <= -500.0 { "-" } else { "" };
            let [days, hours, left] = [minutes / 1_440, minutes / 60 % 24, minutes % 60];
            let names = if chinese { [" 天", " 小时", " 分钟"] } else { [" d", " h", " min"] };
            let parts: Vec<_> =
                [days, hours, left].into_iter().zip(names).filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n}{name}")).collect();
            match parts.is_empty() {
                true if chinese => format!("{sign}{} 秒", (number.abs() / 1_000.0).round()),
                true => format!("{sign}{} s", (number.abs() / 1_000.0).round()),
                false => format!("{sign}{}", parts.join(" ")),
            }
        }
    }
}

/// With at most two places behind the point, in groups of three.
fn grouped(number: f64) -> String {
    let text = format!("{:.2}", number.abs());
    let (whole, places) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let places = places.trim_end_matches('0');
    let point = if places.is_empty() { "" } else { "." };
    format!("{}{out}{point}{places}", if number < 0.0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_read_as_people_write_them() {
        assert_eq!(grouped(12_800.5), "12,800.5");
        assert_eq!(grouped(-1_000_000.0), "-1,000,000");
        assert_eq!(grouped(7.0), "7");
        assert_eq!(shown(7_500_000.0, Unit::Time, false), "2 h 5 min");
        assert_eq!(shown(90_000_000.0, Unit::Time, true), "1 天 1 小时");
        assert_eq!(shown(30_000.0, Unit::Time, true), "30 秒");
        assert_eq!(shown(-600_000.0, Unit::Time, false), "-10 min");
    }

    #[test]
    fn a_template_takes_what_is_known_and_leaves_no_marks() {
        let put = |name: &str| (name == "label").then(|| "P-1".to_owned());
        assert_eq!(filled("{label} is low, {nothing}{", &put), "P-1 is low, {");
    }
}

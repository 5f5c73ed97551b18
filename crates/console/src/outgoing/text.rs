//! What people read of an event: a first line and a text, the user's own or ones that suit it, in the language of the console.

use super::{around::Set, occasion::Occasion};
use jiff::Timestamp;
use watchdeck_alerts::{words::Words, written::filled};
use watchdeck_events::{Catalogue, Conventions, Millis, Money, Severity, catalogue::RowParts, fields::Fields};
use watchdeck_wire::settings::Hook;

/// What a first line says where the user does not.
const TITLE: &str = "{title}";
/// What a text says where the user does not.
const TEXT: &str = "{text}";
/// Characters of a first line: it is read in a list.
const LONGEST_TITLE: usize = 200;

/// See the [module docs](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) title: String,
    pub(super) text: String,
}

impl Text {
    /// `plain` makes of what the event says what does not count as markup where it goes.
    pub(super) fn of(hook: &Hook, occasion: &Occasion<'_>, set: &Set, plain: impl Fn(&str) -> String) -> Self {
        let said = Said::of(occasion, set);
        let put = |name: &str| said.value(name).map(|value| plain(&value));
        let or = |template: &str, usual: &str| filled(if template.trim().is_empty() { usual } else { template }, &put);
        let title = one_line(&or(&hook.subject, TITLE));
        let test = if occasion.test.is_some() { set.words.either("【测试】", "[Test] ") } else { "" };
        let title = title.chars().take(LONGEST_TITLE).collect::<String>();
        Self { title: format!("{test}{title}"), text: or(&hook.text, TEXT).trim_end().to_owned() }
    }
}

/// What is known of an event.
struct Said<'a> {
    occasion: &'a Occasion<'a>,
    set: &'a Set,
    /// As everybody may see it.
    shown: String,
    row: RowParts,
}

impl<'a> Said<'a> {
    fn of(occasion: &'a Occasion<'a>, set: &'a Set) -> Self {
        let (event, catalogue) = (occasion.event(), Catalogue::current());
        let conventions = set.sources.get(&*event.source).map_or_else(|| Conventions::plain(), |(_, conventions)| conventions);
        Self { shown: catalogue.shown(event).into_owned(), row: catalogue.row(event, conventions), occasion, set }
    }

    fn words(&self) -> Words {
        self.set.words
    }

    fn field(&self, name: &str) -> Option<String> {
        Fields::of(&self.shown).text(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A field of an alert that is there in both languages.
    fn worded(&self, name: &str) -> Option<String> {
        let [zh, en] = [format!("{name}Zh"), format!("{name}En")];
        let (first, second) = if self.words().is_chinese() { (zh, en) } else { (en, zh) };
        self.field(&first).or_else(|| self.field(&second))
    }

    /// What stands for a name between braces. What Watchdeck knows of every event goes before what this one says itself.
    fn value(&self, name: &str) -> Option<String> {
        let event = self.occasion.event();
        match name {
            "title" => Some(self.title()),
            "text" => Some(self.text()),
            "consequence" | "response" => self.worded(name).or_else(|| self.field(name)),
            "severity" => Some(self.severity().to_owned()),
            "kind" => Some(event.kind.as_str().to_owned()),
            "subject" => self.row.subject.clone(),
            "label" => Some(self.row.label.clone()),
            "actor" => self.row.actor.clone().or_else(|| self.field("by")),
            "source" => Some(self.source()),
            "channel" => Some(event.channel.as_str().to_owned()),
            "time" => Some(self.time(event.occurred_at)),
            "id" => Some(event.id.to_string()),
            "seq" => Some(self.occasion.stored.seq.to_string()),
            "change" if self.occasion.is_alert() => self.change().map(str::to_owned).or_else(|| self.field("change")),
            _ => self.field(name),
        }
    }

    fn severity(&self) -> &'static str {
        match self.occasion.event().severity {
            Severity::Info => self.words().either("信息", "Info"),
            Severity::Success => self.words().either("成功", "Success"),
            Severity::Warning => self.words().either("警告", "Warning"),
            Severity::Critical => self.words().either("严重", "Critical"),
        }
    }

    /// What became of an alert, beside that it fired.
    fn change(&self) -> Option<&'static str> {
        let (zh, en) = match self.field("change")?.as_str() {
            "worse" => ("加重", "worse"),
            "reminded" => ("仍未处理", "still open"),
            "escalated" => ("升级", "escalated"),
            "acknowledged" => ("已确认", "acknowledged"),
            "resolved" => ("已恢复", "resolved"),
            _ => return None,
        };
        Some(self.words().either(zh, en))
    }

    fn source(&self) -> String {
        let named = self.field("source").filter(|_| self.occasion.is_alert());
        let id = named.unwrap_or_else(|| self.occasion.event().source.to_string());
        self.set.sources.get(&id).map_or(id, |(name, _)| name.clone())
    }

    fn time(&self, at: Millis) -> String {
        let at = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(self.set.zone.clone());
        at.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// `[Critical · resolved] Stock is low`: how urgent comes first, because lists cut the end off.
    fn title(&self) -> String {
        let (event, alert) = (self.occasion.event(), self.occasion.is_alert());
        let mut marks: Vec<&str> = Vec::new();
        if event.severity >= Severity::Warning {
            marks.push(self.severity());
        }
        marks.extend(self.change().filter(|_| alert));
        let words = match self.worded("title").filter(|_| alert) {
            Some(title) => title,
            None => format!("{}{}{}", self.kind(), self.words().either("：", ": "), self.row.label),
        };
        match (marks.is_empty(), self.words().is_chinese()) {
            (true, _) => words,
            (false, true) => format!("【{}】{words}", marks.join(" · ")),
            (false, false) => format!("[{}] {words}", marks.join(" · ")),
        }
    }

    /// What the window calls the kind.
    fn kind(&self) -> String {
        let (event, catalogue) = (self.occasion.event(), Catalogue::current());
        let known = catalogue.get(&event.kind, &event.channel);
        known.map_or_else(
            || event.kind.to_string(),
            |info| if self.words().is_chinese() { &info.title.zh } else { &info.title.en }.to_string(),
        )
    }

    fn text(&self) -> String {
        let mut lines = if self.occasion.is_alert() { self.alert() } else { self.plain() };
        let event = self.occasion.event();
        let count = self.field("count").filter(|count| self.occasion.is_alert() && count != "1" && count != "0");
        let count = count.map(|count| if self.words().is_chinese() { format!("共 {count} 次") } else { format!("{count} times") });
        let actor = self.value("actor");
        let foot = [Some(self.source()), Some(self.time(event.occurred_at)), actor, count];
        let foot: Vec<String> = foot.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        lines.push(foot.join(" · "));
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    fn alert(&self) -> Vec<String> {
        let colon = self.words().either("：", ": ");
        let named = |zh, en, name: &str| self.worded(name).map(|text| format!("{}{colon}{text}", self.words().either(zh, en)));
        let text = self.worded("text");
        [text, named("后果", "Consequence", "consequence"), named("处理", "What to do", "response")].into_iter().flatten().collect()
    }

    /// What a row of the window shows.
    fn plain(&self) -> Vec<String> {
        let RowParts { detail, old, new, change, amount, currency, unread, .. } = &self.row;
        let moved = match (old, new) {
            (Some(old), Some(new)) => Some(format!("{old} → {new}")),
            (_, new) => new.clone(),
        };
        let change = change.as_ref().map(|change| if change.starts_with('-') { change.clone() } else { format!("+{change}") });
        let moved = match (moved, change) {
            (Some(moved), Some(change)) if self.words().is_chinese() => Some(format!("{moved}（{change}）")),
            (Some(moved), Some(change)) => Some(format!("{moved} ({change})")),
            (moved, change) => moved.or(change),
        };
        let money = amount.as_ref().and_then(|amount| Money::from_json(amount));
        let amount =
            money.map(|money| self.words().money(money, currency.as_deref())).or_else(|| amount.clone()).or_else(|| unread.clone());
        [detail.clone(), moved, amount].into_iter().flatten().collect()
    }
}

/// On one line, without what steers a terminal or a mail's head.
pub(super) fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

#[cfg(test)]
#[path = "text/tests.rs"]
mod tests;

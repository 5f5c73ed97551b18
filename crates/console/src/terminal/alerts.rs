//! What fires, a line each; and what rules would have done.

use super::columns::{self, cut, plain, span};
use crate::doctor::Tongue;
use std::{collections::BTreeMap, fmt::Write as _};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::views::{AlertState, AlertView, Backtest};

/// The table, with its heads; a sentence where nothing fires.
pub(super) fn of(alerts: &[AlertView], words: &[[String; 2]], now: Millis, tongue: Tongue) -> String {
    if alerts.is_empty() {
        return tongue.pick("no alert", "没有告警").to_owned();
    }
    let heads = match tongue {
        Tongue::English => ["ID", "SEVERITY", "STATE", "TITLE", "DETAIL", "TIMES", "SINCE"],
        Tongue::Chinese => ["标识", "级别", "状态", "标题", "详情", "次数", "已持续"],
    };
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(alerts.iter().zip(words).map(|(alert, [title, body])| {
        let severity = match alert.severity {
            Severity::Info => tongue.pick("info", "信息"),
            Severity::Success => tongue.pick("success", "成功"),
            Severity::Warning => tongue.pick("warning", "警告"),
            Severity::Critical => tongue.pick("critical", "严重"),
        };
        let state = match alert.state {
            AlertState::Firing => tongue.pick("firing", "触发中").to_owned(),
            AlertState::Acknowledged => {
                let by = alert.acknowledged_by.as_deref().unwrap_or_default();
                format!("{}{by}", tongue.pick("acknowledged by ", "已确认："))
            }
            AlertState::Snoozed => tongue.pick("shelved", "已搁置").to_owned(),
            AlertState::Resolved => tongue.pick("resolved", "已恢复").to_owned(),
        };
        let times = alert.count.to_string();
        let since = span(now.since(alert.first_at), tongue);
        [plain(&alert.id), severity.to_owned(), cut(&state), cut(title), cut(if body.is_empty() { "-" } else { body }), times, since]
    }));
    columns::table(&lines)
}

/// A rule that was tried, and how often it was expected to fire.
pub(super) struct Outcome<'a> {
    pub(super) expect: &'a BTreeMap<String, u32>,
    pub(super) tried: &'a BTreeMap<String, Result<Backtest, String>>,
}

impl Outcome<'_> {
    /// Whether a rule is none, or fired otherwise than expected.
    pub(super) fn is_bad(&self) -> bool {
        self.tried.iter().any(|(id, tried)| match tried {
            Ok(backtest) => self.expect.get(id).is_some_and(|expect| *expect != backtest.fired),
            Err(_) => true,
        })
    }

    /// A line for each rule.
    pub(super) fn text(&self, tongue: Tongue) -> String {
        let mut text = String::new();
        for (id, tried) in self.tried {
            let mark = |good: bool| if good { "ok  " } else { "FAIL" };
            // Writing into a string does not fail.
            let _written = match tried {
                Err(why) => writeln!(text, "{}  {id}: {}", mark(false), plain(why)),
                Ok(backtest) => {
                    let Backtest { fired, situations, at_night, interruptions, events, took_ms, .. } = backtest;
                    let expect = self.expect.get(id);
                    let expected = expect.map_or_else(String::new, |expect| match tongue {
                        Tongue::English => format!(", expected {expect}"),
                        Tongue::Chinese => format!("，预期 {expect} 次"),
                    });
                    let mark = mark(expect.is_none_or(|expect| expect == fired));
                    match tongue {
                        Tongue::English => writeln!(
                            text,
                            "{mark}  {id}: fired {fired} times{expected}, for {situations} situations, {at_night} of them at night, {interruptions} interruptions ({events} events in {took_ms} ms)"
                        ),
                        Tongue::Chinese => writeln!(
                            text,
                            "{mark}  {id}：会触发 {fired} 次{expected}，涉及 {situations} 种情况，其中夜间 {at_night} 次，打扰 {interruptions} 次（{events} 个事件，用时 {took_ms} 毫秒）"
                        ),
                    }
                }
            };
        }
        text
    }
}

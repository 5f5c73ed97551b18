//! `watchdeck approvals`, `approve`, `reject`, `alerts`, `ack`, `shelve` and `rules test`: what a terminal asks of the console that runs, and what it is told, in the console's language.
//!
//! It decides nothing and opens no store: without a running console nothing is done.

mod alerts;
mod columns;
mod table;

use crate::{
    doctor::Tongue,
    door::{Ask, Plate, Said},
};
use alerts::Outcome;
use std::{collections::BTreeMap, path::Path};

/// What came of it, to be printed; each has an exit code of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It was done.
    Done(String),
    /// The console would not, and says why.
    Refused(String),
    /// No console runs on this directory, or it does not answer.
    NobodyThere(String),
}

/// Ask the console that runs on `data_dir`. `json` says that a program reads what waits; `tongue` is spoken where no console answers.
pub async fn ask(data_dir: &Path, ask: Ask, json: bool, tongue: Tongue) -> Told {
    let approves = matches!(ask, Ask::Approve { .. });
    let expect: BTreeMap<String, u32> = match &ask {
        Ask::Try { rules, .. } => rules.iter().filter_map(|(id, rule)| Some((id.clone(), rule.expect?))).collect(),
        _ => BTreeMap::new(),
    };
    let Some(plate) = Plate::read(data_dir) else { return Told::NobodyThere(nobody(data_dir, tongue)) };
    let reply = match plate.knock(ask).await {
        Ok(reply) => reply,
        Err(error) => return Told::NobodyThere(format!("{} ({error:#})", nobody(data_dir, tongue))),
    };
    let tongue = if reply.chinese { Tongue::Chinese } else { Tongue::English };
    match reply.said {
        Said::Waiting { pending, .. } if json => printed(&pending),
        Said::Waiting { pending, count } => Told::Done(table::of(&pending, count, reply.now, tongue)),
        Said::Decided { number, hold } => Told::Done(decided(&number, approves, hold / 1_000, tongue)),
        Said::Alerts { alerts, .. } if json => printed(&alerts),
        Said::Alerts { alerts, words } => Told::Done(alerts::of(&alerts, &words, reply.now, tongue)),
        Said::Done => Told::Done(tongue.pick("done", "已完成").to_owned()),
        Said::Tried(tried) => {
            let outcome = Outcome { expect: &expect, tried: &tried };
            let told = if json { printed(&tried) } else { Told::Done(outcome.text(tongue)) };
            match told {
                Told::Done(text) if outcome.is_bad() => Told::Refused(text),
                told => told,
            }
        }
        Said::Refused(why) => Told::Refused(refused(why, tongue)),
    }
}

fn printed(value: &impl serde::Serialize) -> Told {
    serde_json::to_string_pretty(value).map_or_else(|error| Told::Refused(error.to_string()), Told::Done)
}

fn nobody(data_dir: &Path, tongue: Tongue) -> String {
    let place = data_dir.display();
    match tongue {
        Tongue::English => format!("no Watchdeck runs on {place}; start it, or name its data directory with --data-dir"),
        Tongue::Chinese => format!("{place} 上没有正在运行的 Watchdeck；请先启动，或用 --data-dir 指定其数据目录"),
    }
}

/// What is missing is said with how it is given here.
fn refused(why: String, tongue: Tongue) -> String {
    match (why.split_once(" needs "), tongue) {
        (Some((_, name)), Tongue::English) if !name.contains(' ') => format!("{why}; add --field {name}=VALUE"),
        (Some((_, name)), Tongue::Chinese) if !name.contains(' ') => format!("{why}；请加上 --field {name}=值"),
        _ => why,
    }
}

fn decided(number: &str, approves: bool, seconds: i64, tongue: Tongue) -> String {
    match (tongue, approves) {
        (Tongue::English, true) => {
            format!("{number} approved; goes to the ERP in {seconds} s, until then it can be taken back in Watchdeck")
        }
        (Tongue::English, false) => {
            format!("{number} rejected; goes to the ERP in {seconds} s, until then it can be taken back in Watchdeck")
        }
        (Tongue::Chinese, true) => format!("已批准 {number}；{seconds} 秒后提交到 ERP，在此之前可在 Watchdeck 中撤回"),
        (Tongue::Chinese, false) => format!("已驳回 {number}；{seconds} 秒后提交到 ERP，在此之前可在 Watchdeck 中撤回"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_with_how_it_is_given() {
        let said = |why: &str| refused(why.to_owned(), Tongue::English);
        assert_eq!(
            said("the decision on RT-1 needs refundAmount"),
            "the decision on RT-1 needs refundAmount; add --field refundAmount=VALUE"
        );
        assert_eq!(said("there is no request return:RT-1"), "there is no request return:RT-1");
    }
}

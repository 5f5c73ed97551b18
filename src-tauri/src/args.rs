//! The command line.

use crate::doctor::Options;
use clap::{Parser, Subcommand};
use std::{collections::BTreeMap, path::PathBuf};
use watchdeck_console::{Ask, Tried};

/// Watches an ERP while it works.
#[derive(Debug, Clone, Parser)]
#[command(name = "watchdeck", version)]
pub(crate) struct Args {
    /// Watch the built-in ERP simulator.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Keep events, settings and the log here.
    #[arg(long, env = "WATCHDECK_DATA_DIR", value_name = "DIR", global = true)]
    pub(crate) data_dir: Option<PathBuf>,
    /// Watch this server too (`ws://` or `wss://`; what it speaks is found out).
    #[arg(long, value_name = "URL")]
    pub(crate) connect: Option<String>,
    /// The token or the session cookie for `--connect`.
    #[arg(long, env = "WATCHDECK_TOKEN", hide_env_values = true, value_name = "TOKEN", requires = "connect")]
    pub(crate) token: Option<String>,
    /// Keep tokens and passwords in a file of the data directory that only you can read, not in the system's keychain.
    #[arg(long, env = "WATCHDECK_NO_KEYCHAIN", value_parser = clap::builder::FalseyValueParser::new(), global = true)]
    pub(crate) no_keychain: bool,
    /// Start in the tray, without a window.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// Say what the data directory holds, per channel and kind, and end. Works while Watchdeck runs.
    #[arg(long, requires = "data_dir")]
    pub(crate) summary: bool,
    /// Copy the store of the data directory into this new file, read the copy through, and end. Works while Watchdeck runs.
    #[arg(long, value_name = "FILE", requires = "data_dir", conflicts_with = "restore")]
    pub(crate) backup: Option<PathBuf>,
    /// Put this copy in the place of the store of the data directory, which is set aside, and end. While Watchdeck runs, at its next start.
    #[arg(long, value_name = "FILE", requires = "data_dir")]
    pub(crate) restore: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Say what works on this machine and what does not, and end. Works without a display and while Watchdeck runs.
    Doctor(Options),
    /// Say what waits for a decision in the Watchdeck that runs.
    Approvals {
        /// As JSON, for a program.
        #[arg(long)]
        json: bool,
    },
    /// Approve a request in the Watchdeck that runs.
    Approve {
        /// As `watchdeck approvals` says it.
        #[arg(value_name = "KEY")]
        key: String,
        /// What the decision needs beside a yes, such as `refundAmount=12.5`.
        #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
        fields: Vec<(String, String)>,
        /// Also when it is above the amount that Watchdeck asks back.
        #[arg(long)]
        yes: bool,
        /// In whose name, where several have passed it on to you: their id.
        #[arg(long = "for", value_name = "ID")]
        on_behalf_of: Option<String>,
    },
    /// Reject a request in the Watchdeck that runs.
    Reject {
        /// As `watchdeck approvals` says it.
        #[arg(value_name = "KEY")]
        key: String,
        /// Why; whoever asked reads it.
        #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
        /// What the decision needs beside a no.
        #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
        fields: Vec<(String, String)>,
        /// In whose name, where several have passed it on to you: their id.
        #[arg(long = "for", value_name = "ID")]
        on_behalf_of: Option<String>,
    },
    /// Say what fires, is acknowledged or shelved in the Watchdeck that runs.
    Alerts {
        /// As JSON, for a program.
        #[arg(long)]
        json: bool,
    },
    /// Acknowledge alerts in the Watchdeck that runs.
    Ack {
        /// As `watchdeck alerts` says them.
        #[arg(value_name = "ID", required = true)]
        ids: Vec<String>,
        /// What whoever looks at them later should know.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Put an alert off in the Watchdeck that runs.
    Shelve {
        /// As `watchdeck alerts` says it.
        #[arg(value_name = "ID")]
        id: String,
        /// For so long.
        #[arg(long, value_name = "N", default_value_t = 60)]
        minutes: u32,
    },
    /// Rules that are written in a file.
    Rules {
        #[command(subcommand)]
        act: RulesAct,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RulesAct {
    /// Say what they would have done with the events that the Watchdeck that runs has kept. Fails where one is no rule, or fires otherwise than expected.
    Test {
        /// TOML, a table for each rule: `title`, `when`, and what else a rule has; `expect = 14` says how often it has to fire.
        #[arg(value_name = "FILE", value_parser = rules)]
        file: BTreeMap<String, Tried>,
        /// Over so many days.
        #[arg(long, value_name = "N", default_value_t = 30)]
        days: u32,
        /// So often each of them has to fire that says nothing else.
        #[arg(long, value_name = "N")]
        expect: Option<u32>,
        /// As JSON, for a program.
        #[arg(long)]
        json: bool,
    },
}

fn rules(path: &str) -> Result<BTreeMap<String, Tried>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let tables: BTreeMap<String, toml::Table> = toml::from_str(&text).map_err(|error| error.to_string())?;
    let mut rules = BTreeMap::new();
    for (id, mut table) in tables {
        let expect = table.remove("expect").map(toml::Value::try_into).transpose();
        let expect = expect.map_err(|error| format!("{id}, expect: {error}"))?;
        let document = table.try_into().map_err(|error| format!("{id}: {error}"))?;
        rules.insert(id, Tried { document, expect });
    }
    if rules.is_empty() { Err("there is no rule in it; a rule is a table, such as [large_refund]".to_owned()) } else { Ok(rules) }
}

/// `name=value`; the value may be anything, the name is something.
fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("say NAME=VALUE, such as refundAmount=12.5".to_owned()),
    }
}

impl Command {
    /// What it asks of a running console, and whether a program reads the answer; `None` where it asks nothing.
    pub(crate) fn ask(&self) -> Option<(Ask, bool)> {
        match self.clone() {
            Self::Doctor(_) => None,
            Self::Approvals { json } => Some((Ask::Approvals, json)),
            Self::Approve { key, fields, yes, on_behalf_of } => {
                Some((Ask::Approve { key, fields: fields.into_iter().collect(), sure: yes, on_behalf_of }, false))
            }
            Self::Reject { key, reason, fields, on_behalf_of } => {
                Some((Ask::Reject { key, fields: fields.into_iter().collect(), reason, on_behalf_of }, false))
            }
            Self::Alerts { json } => Some((Ask::Alerts, json)),
            Self::Ack { ids, note } => Some((Ask::Acknowledge { ids, note }, false)),
            Self::Shelve { id, minutes } => Some((Ask::Shelve { id, minutes }, false)),
            Self::Rules { act: RulesAct::Test { mut file, days, expect, json } } => {
                file.values_mut().for_each(|rule| rule.expect = rule.expect.or(expect));
                Some((Ask::Try { rules: file, days }, json))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Result<Option<(Ask, bool)>, String> {
        let args = Args::try_parse_from([&["watchdeck"], words].concat()).map_err(|error| error.to_string())?;
        Ok(args.command.and_then(|command| command.ask()))
    }

    #[test]
    fn a_decision_is_said_in_one_line() {
        let approve = asked(&["approve", "s/return:r1", "--field", "refundAmount=12.5", "--data-dir", "/d"]).unwrap();
        let fields = [("refundAmount".to_owned(), "12.5".to_owned())].into();
        assert_eq!(approve, Some((Ask::Approve { key: "s/return:r1".into(), fields, sure: false, on_behalf_of: None }, false)));
        let reject = asked(&["reject", "order:7", "--reason", "价格=错", "--for", "u2"]).unwrap();
        assert_eq!(
            reject,
            Some((
                Ask::Reject { key: "order:7".into(), fields: [].into(), reason: "价格=错".into(), on_behalf_of: Some("u2".into()) },
                false
            ))
        );
        assert_eq!(asked(&["approvals", "--json"]).unwrap(), Some((Ask::Approvals, true)));
        assert_eq!(asked(&["doctor"]).unwrap(), None);
    }

    #[test]
    fn rules_are_tried_from_a_file_that_says_what_they_do() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        let test = |text: &str| {
            std::fs::write(path, text).unwrap();
            asked(&["rules", "test", path, "--expect", "3"])
        };
        let two = "[big]\ntitle.en = \"Big\"\nwhen = \"amount>10\"\nexpect = 14\n[small]\ntitle.en = \"Small\"\nwhen = \"amount<1\"\n";
        let Some((Ask::Try { rules, days: 30 }, false)) = test(two).unwrap() else { panic!("it is tried") };
        assert_eq!(
            rules.values().map(|rule| (rule.document.when.as_str(), rule.expect)).collect::<Vec<_>>(),
            [("amount>10", Some(14)), ("amount<1", Some(3))]
        );
        for (text, why) in [("", "there is no rule"), ("[a]\nwhn = \"x\"", "whn"), ("[a]\nexpect = \"x\"", "a, expect"), ("a = 1", "a")] {
            assert!(test(text).is_err_and(|told| told.contains(why)), "{text}");
        }
    }

    #[test]
    fn a_rejection_without_a_reason_is_refused_before_anything_is_asked() {
        for words in [&["reject", "order:7"][..], &["reject", "order:7", "--reason", ""], &["approve"], &["approve", "a", "--field", "=1"]]
        {
            assert!(asked(words).is_err(), "{words:?}");
        }
    }
}

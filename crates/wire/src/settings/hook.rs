//! What is done for others with each event: a webhook, a mail, a message in a group, a program.

use serde::{Deserialize, Serialize};

/// An outgoing action: for each event that its filter keeps something leaves for others.
///
/// Documents of when there were webhooks only have the address here instead of an [`Action`]; they are read as what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(from = "Given")]
#[ts(export)]
pub struct Hook {
    /// Never changes and is never given again: how far it is, its dead letters and its secret carry it.
    pub id: String,
    /// As the user named it.
    pub name: String,
    /// Which events, in the filter language; empty: all.
    pub filter: String,
    /// What is done.
    pub action: Action,
    /// The first line of what people read, with `{name}` for what the event says; empty: one that suits the event.
    pub subject: String,
    /// The text below it, likewise.
    pub text: String,
    /// A new signing secret or password. It is only ever given: what is kept is never told. Empty: forget the one that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub secret: Option<String>,
}

/// What an outgoing action does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export)]
pub enum Action {
    /// The event is posted as JSON. With a secret it is signed as Standard Webhooks has it.
    Webhook {
        /// `http://` or `https://`. What stands in its path or query may be a key.
        url: String,
    },
    /// A mail. The secret is the password of `user`.
    Email {
        /// The host of the mail server.
        server: String,
        /// Its port.
        port: u16,
        /// How the line to it is encrypted.
        tls: MailTls,
        /// Who signs in; empty: nobody does.
        #[serde(default)]
        user: String,
        /// The sender: `ops@example.com`, or `Watchdeck <ops@example.com>`.
        from: String,
        /// Who gets it.
        to: Vec<String>,
        /// A file of PEM certificates that are trusted beside the system's roots; empty: none.
        #[serde(default)]
        ca_file: String,
    },
    /// A message of a group's robot. With a secret it is signed as that robot wants it.
    Robot {
        /// Whose robot.
        maker: RobotMaker,
        /// The address that the group gave it, which holds its key.
        url: String,
    },
    /// A program of this machine is run, without a shell. Only while [`super::Settings::allow_commands`] holds.
    Command {
        /// Its path, or its name in the search path.
        program: String,
        /// What it is given, word by word, as it stands.
        #[serde(default)]
        args: Vec<String>,
    },
}

impl Default for Action {
    fn default() -> Self {
        Self::Webhook { url: String::new() }
    }
}

/// How the line to a mail server is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MailTls {
    /// From its first byte.
    #[default]
    Implicit,
    /// Once both have agreed on it; without that nothing is said.
    Starttls,
    /// Not at all: only to this machine itself.
    None,
}

/// Whose group it is that a robot speaks in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RobotMaker {
    /// 企业微信.
    Wecom,
    /// 钉钉.
    Dingtalk,
    /// 飞书, and Lark.
    Feishu,
}

/// What is read: a hook of today, or one of when all were webhooks.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    id: String,
    name: String,
    filter: String,
    action: Option<Action>,
    subject: String,
    text: String,
    secret: Option<String>,
    url: String,
}

impl From<Given> for Hook {
    fn from(Given { id, name, filter, action, subject, text, secret, url }: Given) -> Self {
        Self { id, name, filter, action: action.unwrap_or(Action::Webhook { url }), subject, text, secret }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_webhook_of_before_there_were_other_kinds_is_read_whole_and_written_as_one_of_today() {
        let old = json!({ "id": "a", "name": "Mirror", "url": "https://h.example/in?key=1", "filter": "kind:order:*" });
        let hook: Hook = serde_json::from_value(old).unwrap();
        let url = "https://h.example/in?key=1".to_owned();
        let whole = Hook {
            id: "a".into(),
            name: "Mirror".into(),
            filter: "kind:order:*".into(),
            action: Action::Webhook { url },
            ..Hook::default()
        };
        assert_eq!(hook, whole);
        let written = serde_json::to_value(&hook).unwrap();
        assert_eq!(
            written,
            json!({ "id": "a", "name": "Mirror", "filter": "kind:order:*", "subject": "", "text": "",
                "action": { "kind": "webhook", "url": "https://h.example/in?key=1" } })
        );
        assert_eq!(serde_json::from_value::<Hook>(written).unwrap(), whole);
    }

    #[test]
    fn every_kind_is_written_as_it_is_read() {
        for action in [
            json!({ "kind": "webhook", "url": "https://h/" }),
            json!({ "kind": "email", "server": "mail", "port": 465, "tls": "starttls", "user": "u", "from": "a@b", "to": ["c@d"], "ca_file": "" }),
            json!({ "kind": "robot", "maker": "dingtalk", "url": "https://h/" }),
            json!({ "kind": "command", "program": "/bin/true", "args": ["-v"] }),
        ] {
            let read: Action = serde_json::from_value(action.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), action);
        }
        for newer in [json!({ "kind": "pager" }), json!({ "kind": "webhook", "url": "https://h/", "method": "PUT" })] {
            assert!(serde_json::from_value::<Action>(newer.clone()).is_err(), "{newer} is not guessed at");
        }
    }
}

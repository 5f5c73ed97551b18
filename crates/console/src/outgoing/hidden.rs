//! What of an action is nobody else's business: its secret, and the keys that stand in addresses. None of it comes to reasons, logs, previews or bundles.

use percent_encoding::percent_decode_str;
use watchdeck_secret::{HIDDEN, Secret};
use watchdeck_wire::settings::{Action, Hook, Settings};

/// A value of a query shorter than this is no key.
const SHORTEST: usize = 4;
/// A part of a path from this length on, with a digit in it, may be one: robots and chat services put theirs there.
const LONG: usize = 16;

/// What is not to be shown, longest first, so that none is left in part.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hidden(Vec<String>);

impl Hidden {
    /// Of an action and its secret.
    pub(crate) fn of(action: &Action, secret: Option<&Secret>) -> Self {
        let mut known = Vec::new();
        if let Action::Webhook { url } | Action::Robot { url, .. } = action {
            known.extend(keys(url));
        }
        known.extend(secret.map(|secret| secret.expose().to_owned()).filter(|secret| !secret.is_empty()));
        known.sort_by_key(|key| std::cmp::Reverse(key.len()));
        known.dedup();
        Self(known)
    }

    /// `text` without them.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, known| text.replace(known, HIDDEN))
    }

    /// What they are, for whoever hides them elsewhere too.
    pub(crate) fn into_known(self) -> Vec<String> {
        self.0
    }
}

/// The parts of an address that let its bearer in.
fn keys(url: &str) -> Vec<String> {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split('#').next().unwrap_or_default();
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let parts = place.split('/').skip(1).filter(|part| part.len() >= LONG && part.bytes().any(|byte| byte.is_ascii_digit()));
    let values = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1)).filter(|value| value.len() >= SHORTEST);
    let written = parts.chain(values).map(str::to_owned);
    let all = written.flat_map(|key| [percent_decode_str(&key).decode_utf8_lossy().into_owned(), key]);
    all.collect()
}

/// Whether the secret of one may be used for the other: what is sent itself (a password) goes to the same server and for the same user only; what only
/// signs may serve another address of the same kind.
pub(crate) fn same_place(before: &Hook, now: &Hook) -> bool {
    match (&before.action, &now.action) {
        (Action::Webhook { .. }, Action::Webhook { .. }) => true,
        (Action::Robot { maker, .. }, Action::Robot { maker: other, .. }) => maker == other,
        (
            Action::Email { server, port, tls, user, .. },
            Action::Email { server: other_server, port: other_port, tls: other_tls, user: other_user, .. },
        ) => server == other_server && port == other_port && tls == other_tls && user == other_user,
        _ => false,
    }
}

/// Settings as somebody who helps may see them: what a program is given may be a key like any other word.
pub(crate) fn for_a_stranger(mut settings: Settings) -> Settings {
    for hook in &mut settings.hooks {
        if let Action::Command { args, .. } = &mut hook.action {
            args.iter_mut().for_each(|arg| HIDDEN.clone_into(arg));
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_wire::settings::RobotMaker;

    fn hidden(url: &str, text: &str) -> String {
        Hidden::of(&Action::Webhook { url: url.into() }, Some(&"hunter2".into())).clean(text)
    }

    #[test]
    fn a_key_is_hidden_wherever_in_an_address_it_stands() {
        for url in [
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=73febdcb-1b38",
            "https://oapi.dingtalk.com/robot/send?access_token=73febdcb-1b38",
            "https://open.feishu.cn/open-apis/bot/v2/hook/73febdcb-1b38-4d1b",
            "https://hooks.example/services/T1/B1/73febdcb-1b38XXXX#x",
        ] {
            let seen = hidden(url, &format!("HTTP 404 {url} hunter2"));
            assert!(!seen.contains("73febdcb") && !seen.contains("hunter2"), "{seen}");
            assert!(seen.contains(url.split('/').nth(2).unwrap()), "the host stays: {seen}");
        }
        assert_eq!(hidden("https://h/in?x=a%20b%20c", "a b c"), HIDDEN, "a server repeats it decoded");
        assert_eq!(hidden("https://h/orders/events", "https://h/orders/events"), "https://h/orders/events");
    }

    #[test]
    fn a_secret_is_used_for_what_it_was_given_for() {
        let hook = |action| Hook { action, ..Hook::default() };
        let robot = |maker| hook(Action::Robot { maker, url: "https://a/".into() });
        assert!(same_place(&robot(RobotMaker::Feishu), &robot(RobotMaker::Feishu)));
        assert!(!same_place(&robot(RobotMaker::Feishu), &robot(RobotMaker::Dingtalk)));
        assert!(!same_place(&hook(Action::Webhook { url: "https://a/".into() }), &robot(RobotMaker::Wecom)));
    }
}

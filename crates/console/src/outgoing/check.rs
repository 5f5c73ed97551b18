//! Whether outgoing actions can be used, or why not.

use super::{mail, sign};
use crate::error::CommandError;
use std::collections::BTreeSet;
use watchdeck_client::Address;
use watchdeck_events::Millis;
use watchdeck_filter::Filter;
use watchdeck_wire::settings::{Action, Hook, MailTls};

/// Most of them.
const MOST: usize = 50;
/// People whom one mail goes to.
const PEOPLE: usize = 50;
/// Characters of a text of the user's, and words of a command.
const LONGEST: (usize, usize) = (8_000, 100);

/// All of them.
pub(crate) fn check_hooks(hooks: &[Hook], now: Millis) -> Result<(), CommandError> {
    let mut ids = BTreeSet::new();
    if hooks.len() > MOST {
        return Err(CommandError::invalid(format!("there may be {MOST} outgoing actions at most")));
    }
    for hook in hooks {
        check_hook(hook, now)?;
        if !ids.insert(&hook.id) {
            return Err(CommandError::invalid(format!("two outgoing actions have the id {}", hook.id)));
        }
    }
    Ok(())
}

/// One of them, with the secret that is new.
pub(crate) fn check_hook(hook: &Hook, now: Millis) -> Result<(), CommandError> {
    let name = &hook.name;
    let plain = !hook.id.is_empty() && hook.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !plain || name.trim().is_empty() {
        return Err(CommandError::invalid("an outgoing action needs a name"));
    }
    Filter::parse(&hook.filter, now)?;
    if hook.subject.chars().count() > LONGEST.0 || hook.text.chars().count() > LONGEST.0 {
        return Err(CommandError::invalid(format!("a text of {name} may have {} characters at most", LONGEST.0)));
    }
    match &hook.action {
        Action::Webhook { url } | Action::Robot { url, .. } => {
            if !["http://", "https://"].iter().any(|scheme| url.trim().starts_with(scheme)) {
                return Err(CommandError::invalid(format!("the address of {name} must begin with http:// or https://")));
            }
            Address::parse(url).map_err(|why| CommandError::invalid(format!("the address of {name}: {why}")))?;
        }
        Action::Email { server, port, tls, from, to, .. } => {
            let server = server.trim();
            if server.is_empty() || server.contains(['/', '@', ' ']) || *port == 0 {
                return Err(CommandError::invalid(format!(
                    "{name} needs the host and the port of a mail server, like smtp.example.com and 465"
                )));
            }
            if *tls == MailTls::None && !mail::is_this_machine(server) {
                return Err(CommandError::invalid(mail::UNENCRYPTED));
            }
            if !mail::is_mailbox(from) {
                return Err(CommandError::invalid(format!("the sender of {name} must be a mail address")));
            }
            if let Some(wrong) = to.iter().find(|to| !mail::is_mailbox(to)) {
                return Err(CommandError::invalid(format!("{wrong} is no mail address")));
            }
            if to.is_empty() || to.len() > PEOPLE {
                return Err(CommandError::invalid(format!("{name} goes to 1 to {PEOPLE} mail addresses")));
            }
        }
        Action::Command { program, args } => {
            if program.trim().is_empty() || program.contains('\0') {
                return Err(CommandError::invalid(format!("{name} needs a program")));
            }
            if args.len() > LONGEST.1 || args.iter().any(|arg| arg.len() > LONGEST.0 || arg.contains('\0')) {
                return Err(CommandError::invalid(format!("{name} can give its program {} words at most", LONGEST.1)));
            }
        }
    }
    match (&hook.action, hook.secret.as_deref().filter(|secret| !secret.is_empty())) {
        (Action::Webhook { .. }, Some(secret)) => sign::key(&secret.into()).map(drop).map_err(CommandError::invalid),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_wire::settings::RobotMaker;

    fn webhook(url: &str) -> Action {
        Action::Webhook { url: url.into() }
    }

    fn mail(server: &str, tls: MailTls, from: &str, to: &[&str]) -> Action {
        let to = to.iter().map(|to| (*to).to_owned()).collect();
        Action::Email { server: server.into(), port: 465, tls, user: String::new(), from: from.into(), to, ca_file: String::new() }
    }

    #[test]
    fn an_action_needs_a_name_somewhere_to_go_and_a_filter_that_can_be_read() {
        let hook = Hook {
            id: "a".into(),
            name: "Mirror".into(),
            action: webhook("https://h.example/in"),
            filter: "kind:order:*".into(),
            ..Hook::default()
        };
        let with = |action| Hook { action, ..hook.clone() };
        for right in [
            hook.clone(),
            with(Action::Robot { maker: RobotMaker::Wecom, url: "https://qyapi.example/send?key=1".into() }),
            with(mail("smtp.example", MailTls::Starttls, "Watchdeck <ops@example.com>", &["a@example.com", "李 <li@example.com>"])),
            with(mail("localhost", MailTls::None, "ops@example.com", &["a@example.com"])),
            with(mail("127.0.0.1", MailTls::None, "ops@example.com", &["a@example.com"])),
            with(Action::Command { program: "/usr/bin/notify".into(), args: vec!["-u".into()] }),
            Hook { secret: Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()), ..hook.clone() },
        ] {
            check_hooks(std::slice::from_ref(&right), Millis(0)).unwrap_or_else(|why| panic!("{right:?}: {why}"));
        }
        for wrong in [
            Hook { name: " ".into(), ..hook.clone() },
            Hook { id: "a/b".into(), ..hook.clone() },
            Hook { filter: "severity>=".into(), ..hook.clone() },
            Hook { secret: Some("hunter2".into()), ..hook.clone() },
            Hook { text: "x".repeat(9_000), ..hook.clone() },
            with(webhook("ftp://h.example")),
            with(webhook("https://me:secret@h.example")),
            with(mail("smtp.example", MailTls::None, "ops@example.com", &["a@example.com"])),
            with(mail("smtp.example", MailTls::Implicit, "ops", &["a@example.com"])),
            with(mail("smtp.example", MailTls::Implicit, "ops@example.com", &[])),
            with(mail("smtp.example", MailTls::Implicit, "ops@example.com", &["b\r\nBcc: c@example.com"])),
            with(mail("smtp://smtp.example", MailTls::Implicit, "ops@example.com", &["a@example.com"])),
            with(Action::Command { program: " ".into(), args: vec![] }),
        ] {
            assert!(check_hooks(std::slice::from_ref(&wrong), Millis(0)).is_err(), "{wrong:?}");
        }
        assert!(check_hooks(&[hook.clone(), hook], Millis(0)).is_err(), "two of one id");
    }
}

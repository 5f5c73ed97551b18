use super::{Kept, check::check_source, merge};
use crate::secrets::{Change, Name, Purpose};
use std::collections::BTreeMap;
use watchdeck_wire::settings::{Action, Hook, MailTls, Settings, Source};

fn source(id: &str, url: &str) -> Source {
    Source { id: id.into(), name: id.into(), url: url.into(), ..Source::default() }
}

fn kept(sources: Vec<Source>) -> Kept {
    Kept { settings: Settings { sources, ..Settings::default() }, ..Kept::default() }
}

fn with(sources: Vec<Source>) -> Settings {
    Settings { sources, ..Settings::default() }
}

#[test]
fn nothing_secret_is_left_in_settings_that_are_stored() {
    let secret = Source { token: Some("hunter2".into()), proxy_password: Some("hunter3".into()), ..source("a", "ws://a/") };
    let merged = merge(with(vec![secret.clone()]), &kept(vec![])).unwrap();
    assert_eq!(merged.changes.len(), 2);
    for settings in [&merged.settings, &with(vec![secret])] {
        let stored = Kept::default().document(settings).unwrap().body.unwrap();
        assert!(!stored.contains("hunter"), "{stored}");
    }
    assert!(!format!("{:?}", merged.changes).contains("hunter"), "a secret never reaches a log");
}

#[test]
fn a_secret_stays_while_it_goes_to_the_same_place_and_goes_nowhere_else() {
    let before = kept(vec![Source { proxy: "http://p:1".into(), ..source("a", "wss://a/") }]);
    let renamed = Source { name: "East".into(), paused: true, ..before.settings.sources[0].clone() };
    assert_eq!(merge(with(vec![renamed]), &before).unwrap().changes, [], "nothing to forget");
    let moved = Source { url: "wss://elsewhere/".into(), proxy_user: "me".into(), ..before.settings.sources[0].clone() };
    let forgotten = merge(with(vec![moved.clone()]), &before).unwrap().changes;
    let forget = |purpose| Change { name: Name::new("a", purpose), value: None };
    assert_eq!(forgotten, [forget(Purpose::Token), forget(Purpose::ProxyPassword)]);
    let given = merge(with(vec![Source { token: Some("new".into()), ..moved }]), &before).unwrap().changes;
    assert_eq!(
        given.iter().filter(|change| change.value.is_some()).count(),
        1,
        "a token that comes with the new address is kept: {given:?}"
    );
}

#[test]
fn a_password_of_a_mail_server_goes_to_that_server_and_to_that_user_only() {
    let mail = |server: &str, user: &str| {
        let (server, user, from, to) = (server.into(), user.into(), "a@b.example".into(), vec!["c@d.example".into()]);
        let action = Action::Email { server, port: 465, tls: MailTls::Implicit, user, from, to, ca_file: String::new() };
        Hook { id: "m".into(), name: "Mail".into(), action, ..Hook::default() }
    };
    let hooks = |hook: Hook| Settings { hooks: vec![hook], ..Settings::default() };
    let before = Kept { settings: hooks(mail("smtp.example", "ops")), ..Kept::default() };
    let renamed = Hook { name: "Post".into(), ..mail("smtp.example", "ops") };
    assert_eq!(merge(hooks(renamed), &before).unwrap().changes, [], "nothing to forget");
    let forgotten = [Change { name: Name::new("m", Purpose::Action), value: None }];
    for moved in [mail("elsewhere.example", "ops"), mail("smtp.example", "me")] {
        assert_eq!(merge(hooks(moved), &before).unwrap().changes, forgotten);
    }
    let webhook = Hook { action: Action::Webhook { url: "https://h/".into() }, ..mail("", "") };
    assert_eq!(merge(hooks(webhook), &before).unwrap().changes, forgotten, "what was a password signs nothing");
    let given = Hook { secret: Some("hunter4".into()), ..mail("elsewhere.example", "ops") };
    let merged = merge(hooks(given), &before).unwrap();
    assert_eq!((merged.changes.len(), merged.settings.hooks[0].secret.as_deref()), (1, None));
    assert!(merged.changes[0].value.is_some());
}

#[test]
fn an_id_is_never_given_to_another_server() {
    let before = kept(vec![source("a", "ws://one/"), source("b", "ws://two/")]);
    let removed = merge(with(vec![source("b", "ws://two/")]), &before).unwrap();
    let retired = removed.retired.unwrap().0;
    assert_eq!(retired, BTreeMap::from([("a".to_owned(), "ws://one/".to_owned())]));
    let after = Kept { settings: removed.settings, retired, ..Kept::default() };
    let refused = merge(with(vec![source("b", "ws://two/"), source("a", "ws://three/")]), &after).unwrap_err();
    assert!(refused.message.contains("another id"), "{refused}");
    let back = merge(with(vec![source("b", "ws://two/"), source("a", "ws://one/")]), &after).unwrap();
    assert!(back.retired.unwrap().0.is_empty(), "the same server may come back and goes on where it was");
}

#[test]
fn an_address_with_a_password_is_refused() {
    for source in [
        source("a", "ws://me:pw@erp/"),
        Source { proxy: "http://me:pw@proxy:3128".into(), ..source("a", "ws://erp/") },
        Source { history_path: "https://me:pw@erp/events?from={from}".into(), ..source("a", "ws://erp/") },
    ] {
        assert!(check_source(&source).is_err(), "{source:?}");
    }
    assert!(check_source(&Source { history_path: "/events?to=a@b".into(), ..source("a", "ws://erp/") }).is_ok());
}

#[test]
fn what_cannot_work_is_refused_with_the_reason() {
    for source in [
        source("a", "ftp://erp:3002"),
        Source { wake_url: "erp/api/ws".into(), ..source("a", "ws://erp/") },
        Source { history_path: "events".into(), ..source("a", "ws://erp/") },
        Source { poll_seconds: 0, ..source("a", "ws://erp/") },
        Source { expect_minutes: Some(10_081), ..source("a", "ws://erp/") },
        Source { open_urls: [("return".to_owned(), "javascript:alert(1)".to_owned())].into(), ..source("a", "ws://erp/") },
        Source { proxy: "socks5://p:1".into(), ..source("a", "ws://erp/") },
        Source { name: " ".into(), ..source("a", "ws://erp/") },
    ] {
        assert!(check_source(&source).is_err(), "{source:?}");
    }
}

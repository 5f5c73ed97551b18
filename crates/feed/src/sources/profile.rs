//! From a source as the user set it up to what the client is given, and back to words for the window.

use crate::{keys::Keys, seams::Seams};
use std::{collections::BTreeMap, time::Duration};
use watchdeck_client::{Dialect, History, Profile, Proxy, User};
use watchdeck_events::{Channel, Millis};
use watchdeck_wire::settings::{Source, SourceColour};

/// How much of a channel's newest history a first look brings, where nothing says since when.
const FIRST_LOOK: u64 = 20_000;
/// A day is young for so long, ms.
const YOUNG: i64 = 6 * 3_600_000;

/// Since when a first look brings everything: the beginning of the local day, so that what is said of today is whole; of the day before while today is
/// young.
pub(crate) fn first_since(seams: &Seams) -> Millis {
    let (at, mut calendar) = (seams.now(), seams.calendar());
    let today = calendar.day(at).start;
    if at.since(today) >= YOUNG { today } else { calendar.day(today.plus(-1)).start }
}

/// The profile that the client is given, with since when a first look brings everything.
pub fn profile(source: &Source, keys: &Keys, first_since: Option<Millis>) -> Profile {
    let given = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let proxy = match source.proxy.trim() {
        "" => Proxy::Environment,
        "direct" => Proxy::Direct,
        url => Proxy::Through {
            url: url.to_owned(),
            credentials: given(&source.proxy_user).map(|user| (user, keys.proxy_password.clone().unwrap_or_else(|| "".into()))),
        },
    };
    Profile {
        channels: source.channels.iter().map(|name| Channel::from(name.as_str())).collect(),
        token: keys.token.clone(),
        user: user(source),
        origin: given(&source.origin),
        first_look: FIRST_LOOK,
        first_since,
        wake_url: given(&source.wake_url),
        history: given(&source.history_path)
            .map(|path| History { path, every: Duration::from_secs(u64::from(source.poll_seconds.max(1))) }),
        ca_file: given(&source.ca_file).map(Into::into),
        proxy,
        ..Profile::new(source.id.as_str(), source.url.clone(), spoken(source))
    }
}

/// For a try that only shows whether it goes: nothing is asked for that came before.
pub fn trial(source: &Source, keys: &Keys) -> Profile {
    Profile { first_look: 0, ..profile(source, keys, None) }
}

/// Who we are to the server, where anything of it is set.
fn user(source: &Source) -> Option<User> {
    let [id, role, name] = [&source.user_id, &source.user_role, &source.user_name].map(|text| text.trim().to_owned());
    let user = User { id, role, name };
    (user != User::default()).then_some(user)
}

/// What of a source the link itself depends on: where two are equal in this, one link serves both.
pub(super) fn on_the_wire(source: &Source) -> Source {
    Source {
        name: String::new(),
        colour: SourceColour::default(),
        login_url: String::new(),
        history_path: String::new(),
        poll_seconds: 0,
        open_urls: BTreeMap::new(),
        expect_minutes: None,
        token: None,
        proxy_password: None,
        // The inbox reads times with the zone; the currency is asked for by whoever shows an amount.
        currency: String::new(),
        ..source.clone()
    }
}

/// What its server is set to speak.
pub(super) fn spoken(source: &Source) -> Dialect {
    Dialect::named(source.dialect.as_str())
}

/// Whether two addresses lead to one server: the same host and port, however they are written.
pub(super) fn same_server(one: &str, other: &str) -> bool {
    let place = |url: &str| {
        let shown = without_secrets(url.trim()).to_lowercase();
        let (scheme, rest) = shown.split_once("://").map(|(scheme, rest)| (scheme.to_owned(), rest.to_owned()))?;
        let authority = rest.split('/').next().unwrap_or_default().to_owned();
        let port = if matches!(scheme.as_str(), "wss" | "https") { ":443" } else { ":80" };
        let has_port =
            authority.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
        Some(if has_port { authority } else { authority + port })
    };
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// A URL as it may be shown: no user, no password, no query.
pub(crate) fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let slash = if path.is_empty() { "" } else { "/" };
    if scheme.is_empty() { format!("{host}{slash}{path}") } else { format!("{scheme}://{host}{slash}{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_is_one_however_its_address_is_written() {
        assert!(same_server("wss://Hub.example/ws/messages?token=1", " https://hub.example:443/ws/notifications"));
        assert!(
            !same_server("ws://hub.example/ws", "wss://hub.example/ws") && !same_server("ws://h:1", "ws://h:2") && !same_server("", "")
        );
    }

    #[test]
    fn the_id_and_the_name_of_a_user_are_two_things() {
        let source =
            Source { user_id: " 7 ".into(), user_name: "zhang".into(), origin: "https://shop.example".into(), ..Source::default() };
        let profile = profile(&source, &Keys::default(), None);
        assert_eq!(profile.user, Some(User { id: "7".into(), role: String::new(), name: "zhang".into() }));
        assert_eq!(profile.origin.as_deref(), Some("https://shop.example"));
        assert_eq!(super::profile(&Source::default(), &Keys::default(), None).user, None);
    }

    #[test]
    fn secrets_in_addresses_are_not_shown() {
        assert_eq!(without_secrets("wss://me:pw@erp.example:3002/ws?token=abc#x"), "wss://erp.example:3002/ws");
        assert_eq!(without_secrets("ws://h:1"), "ws://h:1");
    }
}

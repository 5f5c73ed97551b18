//! From a source as the user set it up to what the client is given, and back to words for the window.

use crate::{
    api::settings::{DialectName, Source, SourceColour},
    secrets::Keys,
};
use std::time::Duration;
use watchdeck_client::{Dialect, History, Profile, Proxy, User};
use watchdeck_events::Channel;

/// How much of a channel's newest history a first look brings.
const FIRST_LOOK: u64 = 20_000;

/// The profile that the client is given.
pub(crate) fn profile(source: &Source, keys: &Keys) -> Profile {
    let given = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let dialect = match source.dialect {
        DialectName::Auto => Dialect::Detect,
        DialectName::Native => Dialect::Native,
        DialectName::Erp => Dialect::Erp,
        DialectName::SocketIo => Dialect::SocketIo,
        DialectName::Hub => Dialect::Hub,
    };
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
        user: given(&source.user_id).map(|id| User { id, role: source.user_role.trim().to_owned() }),
        first_look: FIRST_LOOK,
        wake_url: given(&source.wake_url),
        history: given(&source.history_path)
            .map(|path| History { path, every: Duration::from_secs(u64::from(source.poll_seconds.max(1))) }),
        ca_file: given(&source.ca_file).map(Into::into),
        proxy,
        ..Profile::new(source.id.as_str(), source.url.clone(), dialect)
    }
}

/// What of a source the link itself depends on: where two are equal in this, one link serves both.
pub(super) fn on_the_wire(source: &Source) -> Source {
    Source {
        name: String::new(),
        colour: SourceColour::default(),
        login_url: String::new(),
        history_path: String::new(),
        poll_seconds: 0,
        token: None,
        proxy_password: None,
        // The inbox reads times with the zone; the currency is asked for by whoever shows an amount.
        currency: String::new(),
        ..source.clone()
    }
}

/// A protocol as the settings call it, once it is known.
pub(super) fn named(dialect: Dialect) -> Option<DialectName> {
    match dialect {
        Dialect::Native => Some(DialectName::Native),
        Dialect::Erp => Some(DialectName::Erp),
        Dialect::SocketIo => Some(DialectName::SocketIo),
        Dialect::Hub => Some(DialectName::Hub),
        Dialect::Detect => None,
    }
}

/// A protocol as the settings and the window call it; empty while it is not known.
pub(super) fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Native => "native",
        Dialect::Erp => "erp",
        Dialect::SocketIo => "socket_io",
        Dialect::Hub => "hub",
        Dialect::Detect => "",
    }
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
    fn secrets_in_addresses_are_not_shown() {
        assert_eq!(without_secrets("wss://me:pw@erp.example:3002/ws?token=abc#x"), "wss://erp.example:3002/ws");
        assert_eq!(without_secrets("ws://h:1"), "ws://h:1");
    }
}

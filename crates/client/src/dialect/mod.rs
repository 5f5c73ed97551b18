//! What is said on a connection. Each foreign protocol is one dialect: it turns frames into deliveries and tells what to send.
//!
//! Dialects are pure like the session: they get text and time, and write into [`Out`]. One has a folder here, in which it declares itself ([`Kind`]), and a
//! line in [`KINDS`]; nothing else in this crate names it.

pub(crate) mod bench;
mod erp;
mod handshake;
mod hub;
mod interned;
mod json;
mod kind;
mod listened;
mod native;
mod protocol;
mod shown;
mod socketio;
mod undecided;

pub(crate) use handshake::Handshake;
pub(crate) use json::plain_text;
pub(crate) use kind::Kind;
pub(crate) use protocol::{Note, Out, Standing, Wire};
pub(crate) use shown::{Answers, Asked, First};

use crate::profile::{Dialect, Profile};

/// All of them, in the order in which one is looked for behind what a server shows.
const KINDS: &[&dyn Kind] = &[&native::About, &erp::About, &socketio::About, &hub::About];

/// All that a server may be found to speak.
pub(crate) fn kinds() -> impl Iterator<Item = &'static dyn Kind> {
    KINDS.iter().copied()
}

/// What `dialect` is.
pub(crate) fn kind(dialect: Dialect) -> &'static dyn Kind {
    let found = KINDS.iter().copied().chain([&undecided::Detect as &dyn Kind]).find(|kind| kind.dialect() == dialect);
    found.unwrap_or(&undecided::Unknown)
}

/// What speaks `dialect` for `profile` (whose own dialect may be [`Dialect::DETECT`] still).
pub(crate) fn wire(dialect: Dialect, profile: &Profile) -> Box<dyn Wire> {
    kind(dialect).wire(profile)
}

impl Dialect {
    /// The one of this name; [`Dialect::UNKNOWN`] where this version has none.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let known = KINDS.iter().copied().map(Kind::dialect).chain([Self::DETECT]);
        known.into_iter().find(|dialect| dialect.name() == name).unwrap_or(Self::UNKNOWN)
    }

    /// One that can be spoken: neither to be found out still nor unknown.
    #[must_use]
    pub fn is_spoken(self) -> bool {
        KINDS.iter().copied().any(|kind| kind.dialect() == self)
    }

    /// Whether its servers tell what happened before a link was there. While it is not known which it is, they may.
    #[must_use]
    pub fn replays(self) -> bool {
        kind(self).replays()
    }

    /// Whether its servers take decisions. While it is not known which it is, they may.
    #[must_use]
    pub fn decides(self) -> bool {
        kind(self).decides()
    }

    /// Its servers keep an account of who looked at what.
    #[must_use]
    pub fn keeps_account(self) -> bool {
        kind(self).keeps_account()
    }

    /// Its servers keep one link per account: a second one would deafen the first.
    #[must_use]
    pub fn is_alone(self) -> bool {
        kind(self).is_alone()
    }

    /// The session of a web page opens the door. While it is not known which it is, it may.
    #[must_use]
    pub fn has_sign_in_page(self) -> bool {
        kind(self).has_sign_in_page()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_dialect_and_any_other_is_unknown() {
        // They stand in the settings of whoever has set up a source.
        for name in ["native", "erp", "socket_io", "hub"] {
            assert_eq!(Dialect::named(name).name(), name);
        }
        for kind in kinds() {
            let dialect = kind.dialect();
            assert!(Dialect::named(dialect.name()) == dialect && dialect.is_spoken(), "{dialect:?}");
        }
        assert_eq!(
            (Dialect::named("auto"), Dialect::named("mqtt"), Dialect::named("")),
            (Dialect::DETECT, Dialect::UNKNOWN, Dialect::UNKNOWN)
        );
        assert!(!Dialect::DETECT.is_spoken() && !Dialect::UNKNOWN.is_spoken());
    }

    #[test]
    fn one_that_is_unknown_is_not_dialled_and_says_why() {
        let profile = Profile::new("p", "ws://h/", Dialect::UNKNOWN);
        let mut headers = Default::default();
        let mut shake = Handshake { origin: "", path: "/".into(), headers: &mut headers };
        let why = wire(profile.dialect, &profile).handshake(&profile, &mut shake).unwrap_err();
        assert!(why.contains("this version"), "{why}");
        assert!(!Dialect::UNKNOWN.replays() && !Dialect::UNKNOWN.decides() && !Dialect::UNKNOWN.has_sign_in_page());
    }
}

//! A place events come from, as the user set it up.

use super::DialectName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watchdeck_events::Conventions;

/// A place events come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Source {
    /// Never changes and is never given again; positions and events carry it.
    pub id: String,
    /// As the user named it.
    pub name: String,
    /// `ws://` or `wss://`, or whatever else can be read as that; empty for the built-in simulator.
    #[serde(default)]
    pub url: String,
    /// How the server speaks.
    pub dialect: DialectName,
    /// Channels to follow; empty means all that the server offers.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Bearer token (`native`, `hub`), session cookie in any form that can be pasted (`erp`) or connect token (`socket_io`). Never shown again; `null` in answers, and `null`
    /// when saved keeps what is kept, as long as the address stays.
    #[serde(default)]
    pub token: Option<String>,
    /// Do not connect.
    #[serde(default)]
    pub paused: bool,
    /// The built-in simulator.
    #[serde(default)]
    pub demo: bool,
    /// Tells the source apart from the others on screen.
    #[serde(default)]
    pub colour: SourceColour,
    /// Who we are: told to the server (`socket_io`), whose own notifications are followed (`erp`); empty: not said.
    #[serde(default)]
    pub user_id: String,
    /// The role that goes with `user_id`.
    #[serde(default)]
    pub user_role: String,
    /// The name that this user signs in with, where topics end with it and not with the id (`socket_io`); empty: the id stands for it.
    #[serde(default)]
    pub user_name: String,
    /// The address of the web page that the server expects to be called from (`Origin`); empty: the server's own.
    #[serde(default)]
    pub origin: String,
    /// Asked over HTTP when nobody listens, for servers that start lazily; empty: none.
    #[serde(default)]
    pub wake_url: String,
    /// The page on which a user signs in; empty: the server's own origin over http(s).
    #[serde(default)]
    pub login_url: String,
    /// Where missed events can be asked for over HTTP: a path on the server or a whole URL, with `{from}`, `{to}`, `{from_iso}`, `{to_iso}` and
    /// `{channel}` filled in; empty: nowhere.
    #[serde(default)]
    pub history_path: String,
    /// How often `history_path` is asked while no WebSocket can be had, seconds.
    #[serde(default = "poll_seconds")]
    pub poll_seconds: u32,
    /// A file of certificates that are trusted beside the system's: of authorities, or the server's own; empty: none.
    #[serde(default)]
    pub ca_file: String,
    /// Empty: as the environment says. `direct`: none. Else the proxy's URL, without credentials.
    #[serde(default)]
    pub proxy: String,
    /// The proxy's user; empty: none.
    #[serde(default)]
    pub proxy_user: String,
    /// The proxy's password. Like `token`: never shown again.
    #[serde(default)]
    pub proxy_password: Option<String>,
    /// The id of another source that is the same ERP (a gateway beside the ERP's own server): what both tell counts once; empty: it is an ERP of
    /// its own.
    #[serde(default)]
    pub same_as: String,
    /// In which time zone times are that name none (`Asia/Shanghai`, `+08:00`); empty: this machine's.
    #[serde(default)]
    pub time_zone: String,
    /// In which currency amounts are that name none (`CNY`); empty: none is shown.
    #[serde(default)]
    pub currency: String,
    /// Where the ERP shows what a request is about, by the request's type (`return`, `order` …; `*` is for all others): an address that begins with http:// or
    /// https://, with `{id}`, `{number}` and `{type}` filled in.
    #[serde(default)]
    pub open_urls: BTreeMap<String, String>,
    /// An event is expected at least every so many minutes, day and night: a link that brings none for longer is stale. Zero: it may be quiet for as
    /// long as it likes. `None`: what is usual at each hour of the week is learned.
    #[serde(default)]
    pub expect_minutes: Option<u32>,
}

impl Source {
    /// How to read what its publishers leave unsaid.
    #[must_use]
    pub fn conventions(&self) -> Conventions {
        Conventions::of(&self.time_zone, &self.currency)
    }
}

fn poll_seconds() -> u32 {
    15
}

impl Default for Source {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            url: String::new(),
            dialect: DialectName::AUTO,
            channels: Vec::new(),
            token: None,
            paused: false,
            demo: false,
            colour: SourceColour::default(),
            user_id: String::new(),
            user_role: String::new(),
            user_name: String::new(),
            origin: String::new(),
            wake_url: String::new(),
            login_url: String::new(),
            history_path: String::new(),
            poll_seconds: poll_seconds(),
            ca_file: String::new(),
            proxy: String::new(),
            proxy_user: String::new(),
            proxy_password: None,
            time_zone: String::new(),
            currency: String::new(),
            open_urls: BTreeMap::new(),
            expect_minutes: None,
            same_as: String::new(),
        }
    }
}

/// The colour that a source has on screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SourceColour {
    /// The first source's.
    #[default]
    Blue,
    /// Blue-green.
    Teal,
    /// Yellow-brown.
    Amber,
    /// Purple.
    Violet,
    /// Red-pink.
    Rose,
    /// Yellow-green.
    Lime,
}

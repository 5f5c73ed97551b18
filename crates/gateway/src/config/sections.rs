//! The tables of the file that have a shape of their own: roles, limits, and the ways to show who one is. Plain data.

use serde::{Deserialize, Deserializer, de::Error as _};
use std::{collections::BTreeMap, path::PathBuf};
use watchdeck_secret::Secret;

/// What a role may. Channels are patterns (`orders`, `warehouse:*`); a pattern reaches into `user:…` only where it begins with that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleConfig {
    /// Channels that it reads.
    pub read: Vec<String>,
    /// Channels that it publishes on.
    pub publish: Vec<String>,
    /// What it decides, by the type of the resource (`return`, `*`).
    pub decide: Vec<String>,
    /// Channels whose alerts it acknowledges, of those that it reads. Without a word: all of them, for whoever publishes or decides something.
    pub acknowledge: Option<Vec<String>>,
    /// Fields that are hidden from it, by channel: a name counts at any depth, `details.cost` only where it stands so.
    pub mask: BTreeMap<String, Vec<String>>,
    /// The events that it sees of a channel, in the filter language (`warehouse:east`). Where several fit, all have to hold.
    pub rows: BTreeMap<String, String>,
}

/// How tokens of an identity provider are taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwtConfig {
    /// The shared secret of HS256.
    #[serde(default, deserialize_with = "secret")]
    pub secret: Option<Secret>,
    /// The provider's public key, as PEM.
    pub key_file: Option<PathBuf>,
    /// Where the provider publishes its keys.
    pub jwks_url: Option<String>,
    /// Certificates of the authorities that vouch for that address, beside this machine's own. PEM.
    pub ca_file: Option<PathBuf>,
    /// Which signatures are taken. Without a word: those that go with the key.
    #[serde(default)]
    pub algorithms: Vec<String>,
    /// For whom a token must be: one of these in `aud`.
    #[serde(deserialize_with = "one_or_many")]
    pub audience: Vec<String>,
    /// Whose it must be: one of these in `iss`.
    #[serde(deserialize_with = "one_or_many")]
    pub issuer: Vec<String>,
    /// The claim with the user's id. Dots lead into objects.
    #[serde(default = "sub")]
    pub id_claim: String,
    /// The claim with the user's name.
    #[serde(default = "name")]
    pub name_claim: String,
    /// The claim with the user's roles: a list, or one text with spaces between them.
    #[serde(default = "roles")]
    pub roles_claim: String,
    /// The role here for a value of that claim. Without it, a value is the role of that name.
    #[serde(default)]
    pub roles_map: BTreeMap<String, String>,
    /// How far the clocks may differ, seconds.
    #[serde(default = "leeway")]
    pub leeway_seconds: u64,
}

/// How the ERP is asked who a session is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErpSessionConfig {
    /// What is asked, with the session's cookie: `https://erp.example/api/auth/session`.
    pub url: String,
    /// The cookies that are a session; parts (`name.0`) count as well. Nothing else is passed on.
    #[serde(default = "session_cookies")]
    pub cookies: Vec<String>,
    /// Where the user's id stands in the answer. Slashes lead into objects.
    #[serde(default = "user_id")]
    pub id: String,
    /// Where the user's name stands.
    #[serde(default = "user_name")]
    pub name: String,
    /// Where the user's role, or a list of them, stands.
    #[serde(default = "user_role")]
    pub roles: String,
    /// The role here for a role there. Without it, a role there is the role of that name.
    #[serde(default)]
    pub roles_map: BTreeMap<String, String>,
    /// How long an answer counts, seconds.
    #[serde(default = "cache")]
    pub cache_seconds: u64,
    /// How long an answer may take, milliseconds.
    #[serde(default = "patience")]
    pub timeout_ms: u64,
    /// Certificates of the authorities that vouch for the ERP, beside this machine's own. PEM.
    pub ca_file: Option<PathBuf>,
}

/// How much one user may ask for. Whoever needs no key, on this machine, is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Events that are published, a second.
    pub publishes_per_second: u32,
    /// Decisions, a minute.
    pub decisions_per_minute: u32,
    /// Subscriptions, a minute: whoever follows everything needs one for each channel.
    pub subscriptions_per_minute: u32,
    /// Bytes that are sent to it, a second. A session that has had its share goes on more slowly.
    pub bytes_per_second: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { publishes_per_second: 20_000, decisions_per_minute: 600, subscriptions_per_minute: 120_000, bytes_per_second: 64 << 20 }
    }
}

/// What serde says of a wrong value quotes it, which no secret may be.
fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => Ok(Some(Secret::new(text))),
        _ => Err(D::Error::custom("the secret must be text, between quotes")),
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or a list of texts")]
    enum Texts {
        One(String),
        Many(Vec<String>),
    }
    let texts = match Texts::deserialize(deserializer)? {
        Texts::One(text) => vec![text],
        Texts::Many(texts) => texts,
    };
    if texts.is_empty() || texts.iter().any(|text| text.trim().is_empty()) {
        return Err(D::Error::custom("it is empty"));
    }
    Ok(texts)
}

fn sub() -> String {
    "sub".into()
}

fn name() -> String {
    "name".into()
}

fn roles() -> String {
    "roles".into()
}

const fn leeway() -> u64 {
    5
}

fn session_cookies() -> Vec<String> {
    SESSION_COOKIES.map(str::to_owned).into()
}

fn user_id() -> String {
    "/user/id".into()
}

fn user_name() -> String {
    "/user/name".into()
}

fn user_role() -> String {
    "/user/role".into()
}

const fn cache() -> u64 {
    30
}

const fn patience() -> u64 {
    5_000
}

/// What the sign-in libraries of ERPs call a session's cookie.
pub(crate) const SESSION_COOKIES: [&str; 4] =
    ["next-auth.session-token", "__Secure-next-auth.session-token", "authjs.session-token", "__Secure-authjs.session-token"];

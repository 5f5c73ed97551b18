//! An `[[upstream]]` of the configuration: what is said there, over what its preset says.

use super::{need::Need, outcome::Outcome};
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf, time::Duration};
use watchdeck_secret::Secret;

/// Presets that are shipped, by name.
pub const PRESETS: [(&str, &str); 1] = [("inventory-erp", include_str!("../../presets/inventory-erp.toml"))];

/// Longest wait for an answer unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where decisions on some types of resources go.
#[derive(Debug, Clone)]
pub struct Upstream {
    pub(super) types: Vec<String>,
    pub(super) base_url: String,
    pub(super) method: reqwest::Method,
    pub(super) url: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<String>,
    /// Sent as `Authorization: Bearer …`.
    pub(super) token: Option<Secret>,
    /// The approver's own session with the ERP is passed on.
    pub(super) session: bool,
    pub(super) words: Vec<String>,
    pub(super) outcome: Vec<Outcome>,
    pub(super) need: Vec<Need>,
    pub(super) timeout: Duration,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) proxy: Option<Secret>,
}

/// What is wrong with an `[[upstream]]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UpstreamError(pub(crate) String);

/// As it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Said {
    preset: Option<String>,
    types: Option<Vec<String>>,
    base_url: Option<String>,
    method: Option<String>,
    url: Option<String>,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    token: Option<String>,
    session: Option<bool>,
    pub(super) words: Vec<String>,
    pub(super) outcome: Vec<Outcome>,
    need: Vec<Need>,
    timeout_ms: Option<u64>,
    ca_file: Option<PathBuf>,
    proxy: Option<String>,
}

/// A preset that is shipped.
pub(super) fn shipped(name: &str) -> Option<Said> {
    let (_, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
    Some(toml::from_str(text).expect("what is shipped is tested"))
}

impl Upstream {
    /// What of it is never shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.token.iter().chain(&self.proxy)
    }

    /// Read one table.
    ///
    /// # Errors
    /// Which key, and what to write. Never a value of it, for it may be a secret.
    pub fn read(table: toml::Value) -> Result<Self, UpstreamError> {
        let said: Said = table.try_into().map_err(|error: toml::de::Error| UpstreamError(error.message().to_owned()))?;
        let preset = match &said.preset {
            Some(name) => shipped(name).ok_or_else(|| {
                let known: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
                UpstreamError(format!("`preset`: there is no \"{name}\"; there is {}", known.join(", ")))
            })?,
            None => Said::default(),
        };
        let need = |key: &str, remedy: &str| UpstreamError(format!("`{key}` is missing: {remedy}"));
        let types = said.types.or(preset.types).filter(|types| !types.is_empty());
        let types =
            types.ok_or_else(|| need("types", "name the types of resources that go there, like [\"return\"], or [\"*\"] for all"))?;
        let base_url =
            said.base_url.or(preset.base_url).ok_or_else(|| need("base_url", "write where the ERP is, like https://erp.example"))?;
        let parsed = reqwest::Url::parse(&base_url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if parsed.is_none() {
            return Err(UpstreamError("`base_url` is no address of the web; write it like https://erp.example".into()));
        }
        let method = said.method.or(preset.method).unwrap_or_else(|| "POST".into()).to_ascii_uppercase();
        let known = ["POST", "PUT", "PATCH", "GET", "DELETE"].contains(&method.as_str());
        let method = reqwest::Method::from_bytes(method.as_bytes()).ok().filter(|_| known);
        let method = method.ok_or_else(|| UpstreamError("`method` is none of POST, PUT, PATCH, GET and DELETE".into()))?;
        let url =
            said.url.or(preset.url).ok_or_else(|| need("url", "write what is asked, like {{ base_url }}/api/returns/{{ id }}/approve"))?;
        let either = |said: Vec<_>, preset: Vec<_>| if said.is_empty() { preset } else { said };
        let mut headers = preset.headers;
        headers.extend(said.headers);
        let timeout = said.timeout_ms.or(preset.timeout_ms).map_or(TIMEOUT, Duration::from_millis);
        if timeout < Duration::from_millis(100) || timeout > Duration::from_secs(50) {
            return Err(UpstreamError("`timeout_ms` is not from 100 to 50000".into()));
        }
        Ok(Self {
            types,
            base_url,
            method,
            url,
            headers,
            body: said.body.or(preset.body),
            token: said.token.or(preset.token).map(Secret::new),
            session: said.session.or(preset.session).unwrap_or(false),
            words: either(said.words, preset.words),
            outcome: if said.outcome.is_empty() { preset.outcome } else { said.outcome },
            need: if said.need.is_empty() { preset.need } else { said.need },
            timeout,
            ca_file: said.ca_file.or(preset.ca_file),
            proxy: said.proxy.or(preset.proxy).map(Secret::new),
        })
    }

    /// Whether decisions on this type go there.
    pub(super) fn takes(&self, resource_type: &str) -> bool {
        self.types.iter().any(|one| one == "*" || one == resource_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Upstream, String> {
        Upstream::read(toml::from_str(text).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_preset_is_filled_in_and_what_is_said_wins() {
        let upstream = read("preset = \"inventory-erp\"\nbase_url = \"https://erp.example\"\ntimeout_ms = 5000").unwrap();
        assert!(upstream.session && upstream.takes("return") && !upstream.takes("order"));
        assert_eq!((upstream.timeout, upstream.need.len()), (Duration::from_secs(5), 2));
        let own =
            read("preset = \"inventory-erp\"\nbase_url = \"https://erp.example\"\ntypes = [\"*\"]\nsession = false\ntoken = \"t0k3n\"")
                .unwrap();
        assert!(!own.session && own.takes("order") && own.token.is_some());
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (text, named) in [
            ("", "`types`"),
            ("types = [\"return\"]", "`base_url`"),
            ("types = [\"return\"]\nbase_url = \"erp.example\"", "https://"),
            ("types = [\"return\"]\nbase_url = \"https://erp.example\"", "`url`"),
            ("preset = \"sap\"", "inventory-erp"),
            ("preset = \"inventory-erp\"\nbase_url = \"https://e\"\nmethod = \"BREW\"", "`method`"),
            ("preset = \"inventory-erp\"\nbase_url = \"https://e\"\ntimeout_ms = 5", "`timeout_ms`"),
            ("tokn = \"x\"", "tokn"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}

//! Reading the tables that have a shape of their own out of the file. What is wrong is told with its line, and without what stands there: it may be a secret.

use super::{
    error::ConfigError,
    sections::{ErpSessionConfig, JwtConfig, LimitsConfig, RoleConfig},
};
use crate::{
    access::{RoleRefused, Roles},
    upstream::{Upstream, UpstreamError},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use toml::Spanned;

/// Their names.
pub(super) const TABLES: [&str; 5] = ["roles", "jwt", "erp_session", "limits", "upstream"];

/// What they say.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) roles: BTreeMap<String, RoleConfig>,
    pub(super) jwt: Option<JwtConfig>,
    pub(super) erp_session: Option<ErpSessionConfig>,
    pub(super) limits: LimitsConfig,
    pub(super) upstreams: Vec<Upstream>,
}

#[derive(Deserialize)]
struct OfRoles {
    #[serde(default)]
    roles: BTreeMap<String, RoleConfig>,
}

#[derive(Deserialize)]
struct OfJwt {
    jwt: Option<JwtConfig>,
}

#[derive(Deserialize)]
struct OfErpSession {
    erp_session: Option<ErpSessionConfig>,
}

#[derive(Deserialize)]
struct OfLimits {
    #[serde(default)]
    limits: LimitsConfig,
}

#[derive(Deserialize)]
struct OfUpstreams {
    #[serde(default)]
    upstream: Vec<Spanned<toml::Value>>,
}

/// Where the filters of roles stand.
#[derive(Deserialize)]
struct Places {
    roles: BTreeMap<String, RowPlaces>,
}

#[derive(Deserialize)]
struct RowPlaces {
    #[serde(default)]
    rows: BTreeMap<String, Spanned<String>>,
}

impl Tables {
    /// Of a file that is TOML.
    pub(super) fn read(text: &str, path: &str) -> Result<Self, ConfigError> {
        let tables = Self {
            roles: table::<OfRoles>("roles", text, path)?.roles,
            jwt: table::<OfJwt>("jwt", text, path)?.jwt,
            erp_session: table::<OfErpSession>("erp_session", text, path)?.erp_session,
            limits: table::<OfLimits>("limits", text, path)?.limits,
            upstreams: upstreams(table::<OfUpstreams>("upstream", text, path)?.upstream, text, path)?,
        };
        Roles::compile(&tables.roles).map_err(|RoleRefused { key, part, reason, remedy }| {
            let name = key.split('.').nth(1).unwrap_or_default();
            let places = toml::from_str::<Places>(text).ok();
            let row = places.as_ref().and_then(|places| places.roles.get(name)?.rows.get(&part)).filter(|_| key.ends_with(".rows"));
            let origin = row.map_or_else(|| format!("in {path}"), |row| format!("in {path}, line {}", line(text, row.span().start)));
            ConfigError::Value { key, origin, reason, remedy: remedy.into() }
        })?;
        Ok(tables)
    }
}

fn upstreams(said: Vec<Spanned<toml::Value>>, text: &str, path: &str) -> Result<Vec<Upstream>, ConfigError> {
    let read = |one: Spanned<toml::Value>| {
        let origin = format!("in {path}, line {}", line(text, one.span().start));
        Upstream::read(one.into_inner()).map_err(|UpstreamError(reason)| ConfigError::Value {
            key: "upstream".into(),
            origin,
            reason,
            remedy: "See gateway.example.toml for what it may hold".into(),
        })
    };
    said.into_iter().map(read).collect()
}

fn table<T: DeserializeOwned>(name: &str, text: &str, path: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let at = error.span().map_or(String::new(), |span| format!(", line {}", line(text, span.start)));
        ConfigError::Value {
            key: name.to_owned(),
            origin: format!("in {path}{at}"),
            reason: error.message().to_owned(),
            remedy: "See gateway.example.toml for what it may hold".into(),
        }
    })
}

fn line(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}

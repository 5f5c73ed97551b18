//! A configuration: its fields, its defaults, and the rules between them.

use super::{
    error::ConfigError,
    sections::{ErpSessionConfig, JwtConfig, LimitsConfig, RoleConfig},
};
use crate::{
    access::{RoleRefused, Roles},
    redis::Address,
    upstream::Upstream,
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use watchdeck_postgres::Address as LogAddress;
use watchdeck_secret::Secret;

/// A checked configuration. Embedders fill it in and hand it to [`Gateway::start`](crate::Gateway::start), which checks it again.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The folder of the log. Created when absent.
    pub data_dir: PathBuf,
    /// The database of the log (`postgres://…`), where it is not a file. Secret because it may hold a password.
    pub log: Option<Secret>,
    /// Certificates of the authorities that vouch for that database, beside this machine's own. PEM.
    pub log_ca_file: Option<PathBuf>,
    /// The ERP's Redis (`redis://…`), when there is one to bridge. Secret because it may hold a password.
    pub redis_url: Option<Secret>,
    /// The user there, literally; counts more than one in the address.
    pub redis_username: Option<String>,
    /// The password there, literally; counts more than one in the address.
    pub redis_password: Option<Secret>,
    /// Certificates of the authorities that vouch for a Redis with TLS (`rediss://…`), beside this machine's own. PEM.
    pub redis_ca_file: Option<PathBuf>,
    /// Who shows this may publish and decide.
    pub publish_key: Option<Secret>,
    /// Who shows this may read.
    pub read_token: Option<Secret>,
    /// The users that this gateway gives tokens to; without a word `users.toml` in `data_dir`, where there is one.
    pub users_file: Option<PathBuf>,
    /// The operator's roles, beside the shipped ones.
    pub roles: BTreeMap<String, RoleConfig>,
    /// Tokens of an identity provider.
    pub jwt: Option<JwtConfig>,
    /// Sessions of the ERP.
    pub erp_session: Option<ErpSessionConfig>,
    /// How much one user may ask for.
    pub limits: LimitsConfig,
    /// The ERP's own web interface, where decisions on some types of resources go.
    pub upstreams: Vec<Upstream>,
    /// How often sessions are pinged.
    pub ping_interval: Duration,
    /// Browser origins that may connect; see [`crate::access`].
    pub allowed_origins: Vec<String>,
    /// WebSocket sessions at a time.
    pub max_connections: usize,
    /// Largest event that is kept whole, in bytes.
    pub max_event_bytes: usize,
    /// Events that were received longer ago are let go, days; 0: never.
    pub keep_days: u64,
    /// What a channel may take of the log, gigabytes; its oldest events go first. 0: without end.
    pub keep_gigabytes: u64,
}

impl Config {
    /// Defaults, with the log in `data_dir`: loopback, port 3010, no Redis, open to every program of this machine.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3010),
            data_dir: data_dir.into(),
            log: None,
            log_ca_file: None,
            redis_url: None,
            redis_username: None,
            redis_password: None,
            redis_ca_file: None,
            publish_key: None,
            read_token: None,
            users_file: None,
            roles: BTreeMap::new(),
            jwt: None,
            erp_session: None,
            limits: LimitsConfig::default(),
            upstreams: Vec::new(),
            ping_interval: Duration::from_millis(watchdeck_protocol::PING_INTERVAL_MS),
            allowed_origins: Vec::new(),
            max_connections: 10_000,
            max_event_bytes: 1 << 20,
            keep_days: 30,
            keep_gigabytes: 2,
        }
    }

    /// The rules between keys.
    ///
    /// # Errors
    /// [`ConfigError::Value`] when the gateway would listen beyond this machine without asking anybody who it is, when a role cannot be
    /// compiled, or when what is said of Redis does not go together.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.redis_address()?;
        self.log_address()?;
        self.compiled_roles()?;
        if self.listen.ip().is_loopback() || self.asks_who() {
            return Ok(());
        }
        for (key, value, what) in
            [("publish_key", &self.publish_key, "publish into the log"), ("read_token", &self.read_token, "read the ERP's events")]
        {
            if value.is_none() {
                return Err(ConfigError::Value {
                    key: key.into(),
                    origin: "not set".into(),
                    reason: format!("listening on {} lets other machines in, and without it anyone of them could {what}", self.listen),
                    remedy: format!("Set `{key}` to a long random text, add a user (watchdeck-gateway user add), or listen on 127.0.0.1"),
                });
            }
        }
        Ok(())
    }

    /// Where Redis is and as whom to go there, when there is one.
    pub(crate) fn redis_address(&self) -> Result<Option<Address>, ConfigError> {
        let refused = |(reason, remedy): (String, &str)| ConfigError::Value {
            key: "redis.url".into(),
            origin: "with redis.username, redis.password and redis.ca_file".into(),
            reason,
            remedy: remedy.into(),
        };
        let Some(url) = &self.redis_url else {
            return if self.redis_username.is_some() || self.redis_password.is_some() || self.redis_ca_file.is_some() {
                Err(refused((
                    "it is missing, and there is a user, a password or a file for it".into(),
                    "Set redis.url, like redis://127.0.0.1:6379",
                )))
            } else {
                Ok(None)
            };
        };
        let address = Address::parse(url.expose())
            .and_then(|address| address.with(self.redis_username.as_deref(), self.redis_password.as_ref(), self.redis_ca_file.as_ref()))
            .map_err(refused)?;
        Ok(Some(address))
    }

    /// Where the database of the log is, when it is in one.
    pub(crate) fn log_address(&self) -> Result<Option<LogAddress>, ConfigError> {
        let refused = |(reason, remedy): (String, &str)| ConfigError::Value {
            key: "log".into(),
            origin: "with log_ca_file".into(),
            reason,
            remedy: remedy.into(),
        };
        match &self.log {
            Some(log) => log_address(log.expose()).map(Some).map_err(refused),
            None if self.log_ca_file.is_some() => {
                Err(refused(("it is missing, and there is a file of authorities for it".into(), "Set log, or remove log_ca_file")))
            }
            None => Ok(None),
        }
    }

    /// What each role may.
    pub(crate) fn compiled_roles(&self) -> Result<Roles, ConfigError> {
        Roles::compile(&self.roles).map_err(|RoleRefused { key, reason, remedy, .. }| ConfigError::Value {
            key,
            origin: "in the configuration".into(),
            reason,
            remedy: remedy.into(),
        })
    }

    /// Whether there is a way to be somebody, so that nobody comes without a word.
    pub(crate) fn asks_who(&self) -> bool {
        self.jwt.is_some() || self.erp_session.is_some() || self.users_file.is_some() || self.users_path().exists()
    }

    /// The file of the users.
    #[must_use]
    pub fn users_path(&self) -> PathBuf {
        self.users_file.clone().unwrap_or_else(|| self.data_dir.join("users.toml"))
    }

    /// The file of the log, where it is one.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.data_dir.join("gateway.db")
    }
}

/// Where a log in a database is.
pub(super) fn log_address(text: &str) -> Result<LogAddress, (String, &'static str)> {
    const REMEDY: &str = "Write it like postgres://gateway:password@db.example:5432/watchdeck (in user and password write @ as %40, : as %3A, / as %2F, % as %25)";
    LogAddress::parse(text).map_err(|reason| (reason.into(), REMEDY))
}

//! Gathers what was said where, and lets the nearest voice win.

use super::{
    checked::Config,
    error::ConfigError,
    order::{AuditOrder, DecideOrder, UserOrder},
    tables::{TABLES, Tables},
    values,
};
use clap::Parser;
use std::{collections::BTreeMap, path::PathBuf};
use toml::Value;

/// What an environment variable of ours begins with.
const ENV_PREFIX: &str = "WATCHDECK_GATEWAY_";

/// Every key there is, as written in the file.
const KEYS: [&str; 17] = [
    "listen",
    "data_dir",
    "log",
    "log_ca_file",
    "redis.url",
    "redis.username",
    "redis.password",
    "redis.ca_file",
    "publish_key",
    "read_token",
    "users_file",
    "ping_interval_ms",
    "allowed_origins",
    "max_connections",
    "max_event_bytes",
    "keep_days",
    "keep_gigabytes",
];

/// Takes in the ERP's events, keeps them in a durable log, and serves them over WebSocket.
#[derive(Parser)]
#[command(name = "watchdeck-gateway", version)]
struct Flags {
    #[command(subcommand)]
    command: Option<Command>,
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<String>,
    /// Address and port to listen on [default: 127.0.0.1:3010]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Folder of the log
    #[arg(long, value_name = "DIR", global = true)]
    data_dir: Option<String>,
    /// The database of the log, like postgres://gateway@db.example/watchdeck, instead of the folder (other users of this machine can see flags)
    #[arg(long, value_name = "URL")]
    log: Option<String>,
    /// Certificates of the authorities that vouch for that database (PEM)
    #[arg(long, value_name = "FILE")]
    log_ca_file: Option<String>,
    /// The ERP's Redis, like redis://127.0.0.1:6379, rediss://… for TLS, or unix:///run/redis.sock
    #[arg(long, value_name = "URL")]
    redis_url: Option<String>,
    /// The user on Redis
    #[arg(long, value_name = "NAME")]
    redis_username: Option<String>,
    /// The password on Redis, as it is (other users of this machine can see flags; prefer the file or the environment)
    #[arg(long, value_name = "PASSWORD")]
    redis_password: Option<String>,
    /// Certificates of the authorities that vouch for a Redis with TLS (PEM)
    #[arg(long, value_name = "FILE")]
    redis_ca_file: Option<String>,
    /// What publishers must show (other users of this machine can see flags; prefer the file or the environment)
    #[arg(long, value_name = "KEY")]
    publish_key: Option<String>,
    /// What readers must show (other users of this machine can see flags; prefer the file or the environment)
    #[arg(long, value_name = "TOKEN")]
    read_token: Option<String>,
    /// The file of the users that this gateway gives tokens to [default: users.toml in the folder of the log]
    #[arg(long, value_name = "FILE", global = true)]
    users_file: Option<String>,
    /// How often sessions are pinged, in milliseconds [default: 25000]
    #[arg(long, value_name = "MS")]
    ping_interval_ms: Option<String>,
    /// Browser origins that may connect, separated by commas
    #[arg(long, value_name = "ORIGINS")]
    allowed_origins: Option<String>,
    /// WebSocket sessions at a time [default: 10000]
    #[arg(long, value_name = "N")]
    max_connections: Option<String>,
    /// Largest event that is kept whole, in bytes [default: 1048576]
    #[arg(long, value_name = "BYTES")]
    max_event_bytes: Option<String>,
    /// Events older than so many days are let go; 0 keeps them all [default: 30]
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<String>,
    /// A channel takes so many gigabytes of the log at most; 0 is without end [default: 2]
    #[arg(long, value_name = "GB")]
    keep_gigabytes: Option<String>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Give out tokens, list them, take them back
    #[command(subcommand)]
    User(UserOrder),
    /// What was done here, by whom
    #[command(subcommand)]
    Audit(AuditOrder),
    /// Say what an upstream would be asked for a decision, without asking it
    Decide(DecideOrder),
}

/// What the program is told to do.
#[derive(Debug, Clone)]
pub enum Order {
    /// Serve.
    Serve(Config),
    /// Change who may come.
    User(Config, UserOrder),
    /// Look at what was done.
    Audit(Config, AuditOrder),
    /// Say what would be sent.
    Decide(Config, DecideOrder),
}

impl Order {
    /// Read flags, environment and file, and what is to be done.
    ///
    /// # Errors
    /// As [`Config::load`]. The rules between keys are for whoever serves.
    pub fn load(args: impl IntoIterator<Item = String>, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut layers = Layers::gather(args, env)?;
        let command = layers.command.take();
        let config = layers.into_config()?;
        match command {
            Some(Command::User(order)) => Ok(Self::User(config, order)),
            Some(Command::Audit(order)) => Ok(Self::Audit(config, order)),
            Some(Command::Decide(order)) => Ok(Self::Decide(config, order)),
            None => {
                config.check()?;
                Ok(Self::Serve(config))
            }
        }
    }
}

impl Config {
    /// Read flags, environment and file.
    ///
    /// # Errors
    /// [`ConfigError`] with the key and what to do; also for `--help` and `--version`, which clap answers with an "error".
    pub fn load(args: impl IntoIterator<Item = String>, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let config = Layers::gather(args, env)?.into_config()?;
        config.check()?;
        Ok(config)
    }
}

/// The winning value of each key, and where it was said.
struct Layers {
    found: BTreeMap<&'static str, (Value, String)>,
    tables: Tables,
    command: Option<Command>,
    data_dir: PathBuf,
}

impl Layers {
    fn gather(args: impl IntoIterator<Item = String>, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut flags = Flags::try_parse_from(args)?;
        let env: BTreeMap<String, String> = env.into_iter().collect();
        let data_dir = default_data_dir(|name| env.get(name).filter(|v| !v.is_empty()).cloned());
        let mut layers = Self { found: BTreeMap::new(), tables: Tables::default(), command: flags.command.take(), data_dir };
        // Farthest first: a later layer overwrites.
        if let Some(path) = flags.config.as_ref().or_else(|| env.get("WATCHDECK_GATEWAY_CONFIG")) {
            layers.file(path)?;
        }
        layers.environment(&env)?;
        layers.flags(flags);
        Ok(layers)
    }

    fn file(&mut self, path: &str) -> Result<(), ConfigError> {
        let unusable = |reason: String| ConfigError::File { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
        // The parser's full message quotes the line, and the line may hold a secret.
        let table: toml::Table = toml::from_str(&text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            unusable(format!("line {line}: {}", error.message()))
        })?;
        for (name, value) in table {
            match value {
                _ if TABLES.contains(&&*name) => {}
                Value::Table(inner) => {
                    for (child, value) in inner {
                        self.put(&format!("{name}.{child}"), value, format!("in {path}"))?;
                    }
                }
                value => self.put(&name, value, format!("in {path}"))?,
            }
        }
        self.tables = Tables::read(&text, path)?;
        Ok(())
    }

    fn environment(&mut self, env: &BTreeMap<String, String>) -> Result<(), ConfigError> {
        for (name, value) in env {
            let Some(rest) = name.strip_prefix(ENV_PREFIX) else { continue };
            if rest == "CONFIG" {
                continue;
            }
            let key = KEYS.iter().find(|key| key.replace('.', "_").eq_ignore_ascii_case(rest));
            self.put(key.copied().unwrap_or(name), Value::String(value.clone()), format!("environment variable {name}"))?;
        }
        Ok(())
    }

    fn flags(&mut self, flags: Flags) {
        let said = [
            ("listen", flags.listen),
            ("data_dir", flags.data_dir),
            ("log", flags.log),
            ("log_ca_file", flags.log_ca_file),
            ("redis.url", flags.redis_url),
            ("redis.username", flags.redis_username),
            ("redis.password", flags.redis_password),
            ("redis.ca_file", flags.redis_ca_file),
            ("publish_key", flags.publish_key),
            ("read_token", flags.read_token),
            ("users_file", flags.users_file),
            ("ping_interval_ms", flags.ping_interval_ms),
            ("allowed_origins", flags.allowed_origins),
            ("max_connections", flags.max_connections),
            ("max_event_bytes", flags.max_event_bytes),
            ("keep_days", flags.keep_days),
            ("keep_gigabytes", flags.keep_gigabytes),
        ];
        for (key, value) in said {
            if let Some(value) = value {
                let flag = format!("flag --{}", key.replace(['_', '.'], "-"));
                self.found.insert(key, (Value::String(value), flag));
            }
        }
    }

    fn put(&mut self, name: &str, value: Value, origin: String) -> Result<(), ConfigError> {
        let Some(key) = KEYS.into_iter().find(|key| *key == name) else {
            return Err(ConfigError::Value {
                key: name.to_owned(),
                origin,
                reason: "there is no such key".into(),
                remedy: format!("Remove it, or use a table ({}), or use one of: {}", TABLES.join(", "), KEYS.join(", ")),
            });
        };
        self.found.insert(key, (value, origin));
        Ok(())
    }

    fn into_config(mut self) -> Result<Config, ConfigError> {
        let mut config = Config::new(std::mem::take(&mut self.data_dir));
        let Tables { roles, jwt, erp_session, limits, upstreams } = self.tables;
        (config.roles, config.jwt, config.erp_session, config.limits) = (roles, jwt, erp_session, limits);
        config.upstreams = upstreams;
        for (key, (value, origin)) in self.found {
            values::apply(&mut config, key, &value).map_err(|(reason, remedy)| ConfigError::Value {
                key: key.to_owned(),
                origin,
                reason,
                remedy: remedy.into(),
            })?;
        }
        Ok(config)
    }
}

/// Where the log lives when nobody says: the user's own data folder.
fn default_data_dir(env: impl Fn(&str) -> Option<String>) -> PathBuf {
    let base = env("XDG_DATA_HOME")
        .or_else(|| env("LOCALAPPDATA"))
        .map(PathBuf::from)
        .or_else(|| env("HOME").map(|home| PathBuf::from(home).join(".local/share")))
        .unwrap_or_default();
    base.join("watchdeck-gateway")
}

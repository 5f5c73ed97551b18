//! What each key means, and what to say when it means nothing.

use super::checked::{Config, log_address};
use crate::{
    oversize,
    redis::{Address, tls},
    wire,
};
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use toml::Value;
use watchdeck_secret::Secret;

/// What is wrong, and what to write instead.
type Refused = (String, &'static str);

/// Put `value` where `key` says.
pub(super) fn apply(config: &mut Config, key: &'static str, value: &Value) -> Result<(), Refused> {
    match key {
        "listen" => config.listen = address(&text(value)?)?,
        "data_dir" => config.data_dir = filled(text(value)?, "Name a folder, like /var/lib/watchdeck-gateway")?.into(),
        "log" => {
            let url = text(value)?;
            log_address(&url)?;
            config.log = Some(Secret::new(url));
        }
        "log_ca_file" => config.log_ca_file = Some(ca_file(text(value)?)?),
        "redis.url" => config.redis_url = Some(redis_url(&text(value)?)?),
        "redis.username" => config.redis_username = Some(filled(text(value)?, "Name a user, or leave the key out")?),
        // Literally, spaces and all; only a line's end comes from the file it was read from.
        "redis.password" => {
            let password = value.as_str().map(|password| password.trim_end_matches(['\r', '\n'])).unwrap_or_default();
            config.redis_password =
                Some(Secret::new(filled(password.to_owned(), "Put the password between quotes, or leave the key out")?));
        }
        "redis.ca_file" => config.redis_ca_file = Some(ca_file(text(value)?)?),
        "publish_key" => config.publish_key = Some(secret(&text(value)?)?),
        "read_token" => config.read_token = Some(secret(&text(value)?)?),
        "users_file" => config.users_file = Some(filled(text(value)?, "Name a file, like /etc/watchdeck/users.toml")?.into()),
        "ping_interval_ms" => {
            config.ping_interval =
                Duration::from_millis(number(value, 100, 3_600_000, "Write milliseconds from 100 to 3600000, like 25000")?)
        }
        "allowed_origins" => config.allowed_origins = origins(value)?,
        "max_connections" => {
            let count = number(value, 1, 1_000_000, "Write a number from 1 to 1000000, like 10000")?;
            config.max_connections = usize::try_from(count).expect("a million fits");
        }
        "max_event_bytes" => {
            let (least, most) = (oversize::LEAST_LIMIT, wire::MOST_EVENT_BYTES);
            let bytes = number(value, least as u64, most as u64, "Write bytes from 65536 to 8388608, like 1048576")?;
            config.max_event_bytes = usize::try_from(bytes).expect("eight million fit");
        }
        "keep_days" => config.keep_days = number(value, 0, 36_500, "Write days from 0 to 36500, like 30; 0 keeps everything")?,
        "keep_gigabytes" => {
            config.keep_gigabytes = number(value, 0, 1_000_000, "Write gigabytes from 0 to 1000000, like 2; 0 is without end")?;
        }
        other => unreachable!("`{other}` is in the list of keys but has no meaning"),
    }
    Ok(())
}

fn text(value: &Value) -> Result<String, Refused> {
    value
        .as_str()
        .map(|text| text.trim().to_owned())
        .ok_or_else(|| (format!("expected text, found a {}", value.type_str()), "Put the value between quotes"))
}

fn filled(text: String, remedy: &'static str) -> Result<String, Refused> {
    if text.is_empty() { Err(("it is empty".into(), remedy)) } else { Ok(text) }
}

fn number(value: &Value, least: u64, most: u64, remedy: &'static str) -> Result<u64, Refused> {
    let found = match value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    };
    match found {
        Some(number) if (least..=most).contains(&number) => Ok(number),
        Some(number) => Err((format!("{number} is not between {least} and {most}"), remedy)),
        None => Err((format!("{value} is not a whole number"), remedy)),
    }
}

fn address(text: &str) -> Result<SocketAddr, Refused> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    numeric.as_deref().unwrap_or(text).parse().map_err(|_| {
        (format!("\"{text}\" is not an address with a port"), "Write an IP address and a port, like 127.0.0.1:3010 or [::1]:3010")
    })
}

fn redis_url(text: &str) -> Result<Secret, Refused> {
    Address::parse(text).map(|_| Secret::new(text))
}

fn ca_file(path: String) -> Result<PathBuf, Refused> {
    const REMEDY: &str = "Name the PEM file with the certificate of the authority that signed the server's";
    let path = PathBuf::from(filled(path, REMEDY)?);
    tls::authorities(&path).map_err(|reason| (reason, REMEDY))?;
    Ok(path)
}

fn secret(text: &str) -> Result<Secret, Refused> {
    const REMEDY: &str = "Use letters, digits and any of - . _ ~, for instance the output of `openssl rand -hex 32`";
    if text.len() < 8 {
        return Err((format!("{} characters are too few, anyone could guess it", text.len()), REMEDY));
    }
    // The unreserved characters of RFC 3986: they travel in a header, a cookie and a query as they are.
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c)) {
        Ok(Secret::new(text))
    } else {
        Err(("it holds a character that a header, a cookie or a URL would change".into(), REMEDY))
    }
}

fn origins(value: &Value) -> Result<Vec<String>, Refused> {
    const REMEDY: &str = "Write scheme, host and port as browsers send them, like [\"https://erp.example.com\"]";
    let listed: Vec<String> = match value {
        Value::String(text) => text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect(),
        Value::Array(values) => values.iter().map(text).collect::<Result<_, _>>()?,
        other => return Err((format!("expected a list, found a {}", other.type_str()), REMEDY)),
    };
    for origin in &listed {
        let host = origin.split_once("://").map(|(_, host)| host);
        if host.is_none_or(|host| host.is_empty() || host.contains('/')) {
            return Err((format!("\"{origin}\" is not an origin"), REMEDY));
        }
    }
    Ok(listed)
}

//! `watchdeck-gateway user …`: tokens are given out, listed and taken back.

use super::file::{Entry, TOKEN, Users, UsersError};
use crate::config::{Config, ConfigError, UserOrder};
use argon2::{Argon2, PasswordHasher as _};
use jiff::{SignedDuration, Timestamp};
use rand::RngCore as _;
use std::io::{self, Write};

/// Bytes of chance in a token.
const TOKEN_BYTES: usize = 24;
/// Bytes of chance in what tells tokens apart.
const KEY_BYTES: usize = 5;

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The file of users.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The roles of the configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What was asked for cannot be.
    #[error("{0}")]
    Refused(String),
    /// There is nowhere to say it.
    #[error("the answer cannot be written: {0}")]
    Out(#[from] io::Error),
}

/// Carry an order out, and say on `out` what came of it. A running gateway sees the change by itself.
///
/// # Errors
/// [`OrderError`], with what to do; nothing is changed then.
pub fn carry_out(order: &UserOrder, config: &Config, out: &mut impl Write) -> Result<(), OrderError> {
    let path = config.users_path();
    match order {
        UserOrder::Add { id, name, roles, days } => {
            let known = config.compiled_roles()?;
            if let Some(unknown) = roles.iter().find(|role| known.get(role).is_none()) {
                let names: Vec<_> = known.names().collect();
                return Err(OrderError::Refused(format!(
                    "there is no role {unknown}; use one of: {}, or add [roles.{unknown}]",
                    names.join(", ")
                )));
            }
            if id.trim().is_empty() || id.chars().any(char::is_control) {
                return Err(OrderError::Refused("the id is empty or holds a control character; write it as the ERP does".into()));
            }
            let key = chance::<KEY_BYTES>();
            let token = format!("{TOKEN}{key}_{}", chance::<TOKEN_BYTES>());
            let hash = Argon2::default().hash_password(token.as_bytes());
            let hash = hash.map_err(|error| OrderError::Refused(format!("the token could not be hashed: {error}")))?.to_string();
            let added = Timestamp::now().round(jiff::Unit::Second).unwrap_or_else(|_| Timestamp::now());
            let expires = days.and_then(|days| added.checked_add(SignedDuration::from_hours(i64::from(days) * 24)).ok());
            let name = name.clone().unwrap_or_else(|| id.clone());
            let entry = Entry { key, id: id.clone(), name, roles: roles.clone(), added, expires, hash };
            Users::change(&path, |users| users.entries.push(entry))?;
            // Alone on its line, so that a script can take it.
            writeln!(out, "{token}")?;
        }
        UserOrder::List => {
            let users = Users::read(&path)?;
            writeln!(out, "{:<12} {:<16} {:<20} {:<28} {:<22} UNTIL", "KEY", "ID", "NAME", "ROLES", "ADDED")?;
            for Entry { key, id, name, roles, added, expires, .. } in &users.entries {
                let until = expires.map_or_else(|| "-".to_owned(), |at| at.to_string());
                writeln!(out, "{key:<12} {id:<16} {name:<20} {:<28} {added:<22} {until}", roles.join(","))?;
            }
        }
        UserOrder::Revoke { who } => {
            let gone = Users::change(&path, |users| {
                let before = users.entries.len();
                users.entries.retain(|entry| entry.id != *who && entry.key != *who);
                before - users.entries.len()
            })?;
            if gone == 0 {
                return Err(OrderError::Refused(format!("nobody has the id or the key {who}; see `watchdeck-gateway user list`")));
            }
            writeln!(out, "{gone} revoked; a running gateway closes their sessions within a second")?;
        }
    }
    out.flush()?;
    Ok(())
}

fn chance<const BYTES: usize>() -> String {
    let mut bytes = [0u8; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

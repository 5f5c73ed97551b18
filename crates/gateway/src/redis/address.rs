//! Where Redis is, as people write it: pasted with spaces, in capitals, with a password nobody encoded.
//!
//! What is meant beyond doubt is understood. The rest is refused in words that say what is wrong and what to write, and no refusal ever
//! repeats what may be a password.

use std::{fmt, net::Ipv6Addr, path::PathBuf};
use watchdeck_secret::Secret;

/// Redis's usual port.
const PORT: u16 = 6379;
/// What to write instead.
const REMEDY: &str = "Write it like redis://127.0.0.1:6379, rediss://redis.example:6380 (TLS) or unix:///run/redis/redis.sock, and give user and \
     password by themselves as redis.username and redis.password (in the address encode them: @ as %40, # as %23, / as %2F, : as %3A, % as %25)";

/// What is wrong, and what to write instead.
pub(crate) type Refused = (String, &'static str);

/// Where to connect to, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) place: Place,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    /// Authorities to trust instead of the system's, for TLS.
    pub(crate) ca_file: Option<PathBuf>,
}

/// Where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A host and a port.
    Tcp {
        /// A name or an IP address without brackets.
        host: String,
        port: u16,
        tls: bool,
    },
    /// A socket file.
    Unix(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port, tls } => {
                let over = if *tls { " over TLS" } else { "" };
                if host.contains(':') { write!(f, "[{host}]:{port}{over}") } else { write!(f, "{host}:{port}{over}") }
            }
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// What a scheme asks for.
enum Scheme {
    Tcp { tls: bool },
    Unix,
}

impl Address {
    /// Read an address. Nothing is looked up or connected to.
    ///
    /// # Errors
    /// What is wrong and what to write; never any part of the text that could be a password.
    pub(crate) fn parse(text: &str) -> Result<Self, Refused> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'));
        if text.is_empty() {
            return refuse("it is empty");
        }
        let (scheme, rest) = split_scheme(text);
        let (credentials, rest) = match rest.rfind('@') {
            // The last one: a password that was pasted as it is may hold others, a host cannot.
            Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
            None => (None, rest),
        };
        if credentials.is_some_and(|text| text.contains(['#', '/', '?'])) {
            // By the rules of addresses the host would have ended there, and a part of the password would be looked up as a host.
            return refuse("its user or password holds a # or / or ? as it is, which has another meaning in an address");
        }
        let (user, password) = credentials.map(credentials_of).unwrap_or_default();
        let (place, query) = match scheme_of(scheme)? {
            Scheme::Unix => socket_file(rest)?,
            Scheme::Tcp { tls } => host_and_port(rest, tls)?,
        };
        let asked = |names: [&str; 2]| query.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value.clone());
        let user = user.or_else(|| asked(["user", "username"])).filter(|user| !user.is_empty());
        let password = password.or_else(|| asked(["pass", "password"])).filter(|password| !password.is_empty());
        Ok(Self { place, user, password: password.as_deref().map(Secret::new), ca_file: None })
    }

    /// With what was said beside the address, which is taken literally and counts more.
    ///
    /// # Errors
    /// A user without a password.
    pub(crate) fn with(mut self, user: Option<&str>, password: Option<&Secret>, ca_file: Option<&PathBuf>) -> Result<Self, Refused> {
        self.user = user.map(str::to_owned).or(self.user);
        self.password = password.cloned().or(self.password);
        self.ca_file = ca_file.cloned();
        if self.user.is_some() && self.password.is_none() {
            return Err((
                "it names a user but no password".into(),
                "A password alone is written redis://:password@host:6379, with the colon; or set redis.password",
            ));
        }
        if self.ca_file.is_some() && !matches!(self.place, Place::Tcp { tls: true, .. }) {
            return Err(("redis.ca_file is set, but this address does not use TLS".into(), "Write rediss://… or remove redis.ca_file"));
        }
        Ok(self)
    }
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err((reason.into(), REMEDY))
}

/// `redis://…`, `unix:/…`, a bare path or a bare host.
fn split_scheme(text: &str) -> (&str, &str) {
    if text.starts_with('/') {
        return ("unix", text);
    }
    if let Some((scheme, rest)) = text.split_once("://")
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-. ".contains(c))
    {
        return (scheme, rest);
    }
    match text.split_once(':') {
        Some((scheme, rest)) if rest.starts_with('/') => (scheme, rest),
        _ => ("redis", text),
    }
}

fn scheme_of(scheme: &str) -> Result<Scheme, Refused> {
    Ok(match scheme.trim().to_ascii_lowercase().as_str() {
        "redis" | "valkey" | "tcp" => Scheme::Tcp { tls: false },
        "rediss" | "valkeys" | "tls" => Scheme::Tcp { tls: true },
        "unix" | "redis+unix" | "redis+socket" | "redis-socket" | "valkey+unix" => Scheme::Unix,
        other if other.contains("sentinel") || other.contains("cluster") => {
            return refuse("it is the address of a Sentinel or a cluster; name the server itself that the ERP publishes to");
        }
        other if other.len() <= 16 => return refuse(format!("`{other}://` is not how a Redis address begins")),
        _ => return refuse("it does not begin like a Redis address"),
    })
}

/// `user:password`, `:password` or `user`. A `%` that begins no escape stands for itself.
fn credentials_of(text: &str) -> (Option<String>, Option<String>) {
    match text.split_once(':') {
        Some((user, password)) => (Some(decoded(user)), Some(decoded(password))),
        None => (Some(decoded(text)), None),
    }
}

fn decoded(text: &str) -> String {
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

type Query = Vec<(String, String)>;

fn query_of(text: &str) -> Query {
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.to_ascii_lowercase(), decoded(value))).collect()
}

fn socket_file(rest: &str) -> Result<(Place, Query), Refused> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if !path.starts_with('/') {
        return refuse("the path of the socket file must be a whole one, from `/` on");
    }
    if cfg!(not(unix)) {
        return refuse("this system has no socket files; name a host and a port");
    }
    // `unix:////path` is the same file.
    let path = format!("/{}", decoded(path).trim_start_matches('/'));
    Ok((Place::Unix(path.into()), query_of(query)))
}

fn host_and_port(rest: &str, tls: bool) -> Result<(Place, Query), Refused> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (tail, fragment) = tail.split_once('#').unwrap_or((tail, ""));
    if fragment.eq_ignore_ascii_case("insecure") {
        return refuse("certificates are always checked; name the authority that signed Redis's as redis.ca_file instead of `#insecure`");
    }
    let (database, query) = tail.split_once('?').unwrap_or((tail, ""));
    // Pub/Sub knows no databases, but a number there is how addresses are copied.
    if !fragment.is_empty() || !database.trim_matches('/').bytes().all(|b| b.is_ascii_digit()) {
        return refuse("behind host and port stands something that is no database number; a password with / or # must be encoded");
    }
    let (host, port) = match authority.trim().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':').unwrap_or(port)),
        // Several colons are an IPv6 address without brackets.
        None if authority.parse::<Ipv6Addr>().is_ok() => (authority, ""),
        None => authority.trim().split_once(':').unwrap_or((authority.trim(), "")),
    };
    let port = match port {
        "" => PORT,
        digits => match digits.parse() {
            Ok(port) if port > 0 => port,
            _ => return refuse("behind the host stands no port number from 1 to 65535"),
        },
    };
    if host.is_empty() {
        return refuse("the host is missing");
    }
    if host.parse::<Ipv6Addr>().is_err() && !host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
        return refuse("the host holds a character that no host name has (a name in other letters is written in its xn-- form)");
    }
    Ok((Place::Tcp { host: host.to_ascii_lowercase(), port, tls }, query_of(query)))
}

#[cfg(test)]
mod tests;

//! Who may publish, who may read, and from which web page.
//!
//! A WebSocket refusal is given after the handshake, as a close with a reason: a browser shows nothing of a refused handshake,
//! and the ERP's own server does the same, so its clients expect it.
//!
//! Without keys the gateway is open to the programs of its own machine, but not to any web page that is open on it: a browser sends
//! `Origin`, and only listed origins, pages of this machine, or holders of a token get in.

use axum::http::{HeaderMap, header};
use watchdeck_protocol::{CloseCode, User};
use watchdeck_secret::Secret;

/// A refusal of a `watchdeck.v1` session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: CloseCode,
    pub(crate) reason: &'static str,
}

/// Why an HTTP request may not publish or decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    NoKey,
    WrongKey,
    Origin,
}

/// What must be shown for what.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) publish_key: Option<Secret>,
    pub(crate) read_token: Option<Secret>,
    pub(crate) allowed_origins: Vec<String>,
}

impl Access {
    /// May this request publish or decide?
    pub(crate) fn publisher(&self, headers: &HeaderMap) -> Result<(), Denied> {
        if !self.origin_allowed(headers, self.publish_key.is_some()) {
            return Err(Denied::Origin);
        }
        match (&self.publish_key, bearer(headers)) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Denied::NoKey),
            (Some(key), Some(shown)) if key.matches(shown) => Ok(()),
            (Some(_), Some(_)) => Err(Denied::WrongKey),
        }
    }

    /// May this request read over `watchdeck.v1`? The token comes as a bearer or, from browsers, as `?token=`.
    pub(crate) fn reader(&self, headers: &HeaderMap, query: Option<&str>) -> Result<(), Refusal> {
        if !self.origin_allowed(headers, self.read_token.is_some()) {
            return Err(Refusal {
                code: CloseCode::BadRequest,
                reason: "this web page's origin is not allowed; add it to the gateway's allowed_origins",
            });
        }
        self.token(bearer(headers).or_else(|| query.and_then(query_token)))
    }

    /// Is this the reading token, or the key, which opens more? An approver's console shows the key: it reads, and it decides.
    pub(crate) fn token(&self, shown: Option<&str>) -> Result<(), Refusal> {
        let refuse = |reason| Err(Refusal { code: CloseCode::InvalidToken, reason });
        match (&self.read_token, shown) {
            (None, _) => Ok(()),
            (Some(_), None) => refuse("this gateway needs a token; enter its read_token in the connection's settings"),
            (Some(token), Some(shown)) if token.matches(shown) || self.is_key(shown) => Ok(()),
            (Some(_), Some(_)) => refuse("the token is not valid here; enter the gateway's read_token in the connection's settings"),
        }
    }

    fn is_key(&self, shown: &str) -> bool {
        self.publish_key.as_ref().is_some_and(|key| key.matches(shown))
    }

    /// May this request read over the plain ERP protocol? The refusal is in the words of the ERP's server.
    pub(crate) fn plain_reader(&self, headers: &HeaderMap) -> Result<(), &'static str> {
        if !self.origin_allowed(headers, self.read_token.is_some()) {
            return Err("禁止的来源");
        }
        let Some(token) = &self.read_token else { return Ok(()) };
        let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).peekable();
        if cookies.peek().is_none() {
            return Err("No cookies provided");
        }
        let shown = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| matches!(name, "next-auth.session-token" | "__Secure-next-auth.session-token").then_some(value));
        match shown {
            None | Some("") => Err("No session token found"),
            Some(shown) if token.matches(shown) => Ok(()),
            Some(_) => Err("Invalid token"),
        }
    }

    /// Whom a reading session belongs to. One token, one user: roles come with per-user tokens.
    pub(crate) fn user(&self) -> User {
        match self.read_token {
            Some(_) => User { id: "token".into(), name: "Token holder".into(), roles: vec!["reader".into()] },
            None => User { id: "local".into(), name: "This machine".into(), roles: vec!["reader".into()] },
        }
    }

    /// Whether a request without an `Origin` may be told what only readers may know. Where no token is asked for, a web page could have had
    /// its own name pointed at this machine: then it is of one origin with us and sends no `Origin`, but `Host` says its name.
    pub(crate) fn host_allowed(&self, headers: &HeaderMap) -> bool {
        if self.read_token.is_some() {
            return true;
        }
        let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return true };
        let listed = || self.allowed_origins.iter().any(|origin| origin.split_once("://").is_some_and(|(_, allowed)| allowed == host));
        is_literal_or_local(host) || listed()
    }

    /// Programs send no `Origin`. A listed origin is let in; without a list, a page of this machine, or any page where a secret is asked for anyway.
    fn origin_allowed(&self, headers: &HeaderMap, secret_asked: bool) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        if !self.allowed_origins.is_empty() {
            return self.allowed_origins.iter().any(|allowed| allowed == origin);
        }
        secret_asked || is_this_machine(origin)
    }
}

fn is_this_machine(origin: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let host = without_port(authority);
    is_localhost(host) || address(host).is_some_and(|ip| ip.is_loopback())
}

/// A name can be pointed anywhere by whoever owns it; an address, and this machine's own name, cannot.
fn is_literal_or_local(authority: &str) -> bool {
    let host = without_port(authority);
    is_localhost(host) || address(host).is_some()
}

fn is_localhost(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
}

fn address(host: &str) -> Option<std::net::IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The configuration admits only characters that a query carries unescaped.
fn query_token(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("token=")).filter(|token| !token.is_empty())
}

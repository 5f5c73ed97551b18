//! Plain HTTP questions to a server or to something beside it, reached and trusted as the server itself is.
//!
//! Redirects are not followed: where one leads is told to the user instead of sending a token there.

use crate::{
    address::Address,
    dialect::{self, Handshake, Kind},
    profile::{Dialect, Profile},
    proxy::{self, is_loopback},
    tls,
};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, LOCATION},
    redirect::Policy,
};
use std::{error::Error as _, time::Duration};

/// Why a question got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// Something that the user set is wrong: the address, the proxy, the file of certificates, the token.
    #[error("{0}")]
    Setting(String),
    /// Too slow.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// Too long.
    #[error("the answer is longer than {} MiB", .0 >> 20)]
    TooLarge(usize),
    /// It leads elsewhere.
    #[error("the answer (HTTP {status}) leads to {to}; name that address instead, or sign in again")]
    Redirected {
        /// The status.
        status: u16,
        /// Where to.
        to: String,
    },
    /// No connection came about: nothing was asked.
    #[error("{0}")]
    Unconnected(String),
    /// The line.
    #[error("{0}")]
    Line(String),
}

/// An answer of at most the length that was asked for.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// The address of `place` (a path on the profile's server, or a whole URL).
///
/// # Errors
/// What to tell the user.
pub(crate) fn address(profile: &Profile, place: &str) -> Result<Url, HttpError> {
    let server = server(profile)?;
    let url = server.join(place.trim()).map_err(|error| HttpError::Setting(format!("{place:?} is not an address: {error}")))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err(HttpError::Setting(format!("{place:?} is not an address: it must begin with http:// or https://, or be a path")))
    }
}

/// The server itself, over HTTP.
fn server(profile: &Profile) -> Result<Url, HttpError> {
    Address::parse(&profile.url).map(|address| address.http()).map_err(HttpError::Setting)
}

/// One way to ask, kept for several questions.
pub(crate) struct Asker {
    client: Client,
    headers: HeaderMap,
    patience: Duration,
}

impl Asker {
    /// For questions to `url` and its origin. `signed`: with the token as the dialect sends it.
    pub(crate) async fn new(profile: &Profile, url: &Url, signed: bool, patience: Duration) -> Result<Self, HttpError> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let encrypted = url.scheme() == "https";
        let setting = |error: &dyn std::fmt::Display| HttpError::Setting(error.to_string());
        let tls = tls::config(profile.ca_file.as_deref()).await.map_err(|error| setting(&error))?;
        let mut client = Client::builder()
            .use_preconfigured_tls((*tls).clone())
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("watchdeck/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(profile.timing.connect)
            .timeout(patience);
        let port = url.port_or_known_default().unwrap_or_default();
        if let Some(hop) = proxy::between(&profile.proxy, encrypted, host, port).map_err(HttpError::Setting)? {
            let mut proxy = reqwest::Proxy::all(hop.to_string()).map_err(|error| setting(&error))?;
            if let Some(authorization) = hop.authorization {
                proxy = proxy.custom_http_auth(authorization);
            }
            client = client.proxy(proxy);
        }
        let client = client.build().map_err(|error| setting(&error))?;
        let mut headers = if signed { signature(profile, url)? } else { HeaderMap::new() };
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, */*;q=0.5"));
        Ok(Self { client, headers, patience })
    }

    /// Ask, and read at most `limit` bytes.
    pub(crate) async fn get(&self, url: Url, limit: usize) -> Result<Answer, HttpError> {
        self.send(self.client.get(url.clone()), &url, limit).await
    }

    /// Tell it `body`, with these headers beside the usual ones, and read at most `limit` bytes of the answer.
    pub(crate) async fn post(&self, url: Url, headers: &[(String, String)], body: String, limit: usize) -> Result<Answer, HttpError> {
        let mut request = self.client.post(url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        self.send(request, &url, limit).await
    }

    /// Ask it to take something away.
    pub(crate) async fn delete(&self, url: Url, limit: usize) -> Result<Answer, HttpError> {
        self.send(self.client.delete(url.clone()), &url, limit).await
    }

    async fn send(&self, request: RequestBuilder, url: &Url, limit: usize) -> Result<Answer, HttpError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let failed = |error: reqwest::Error| failed(&error, &host, self.patience);
        let mut answer = request.headers(self.headers.clone()).send().await.map_err(failed)?;
        let status = answer.status();
        if status.is_redirection() {
            let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
            // A query may hold what nobody else is to read.
            let to = to.split(['?', '#']).next().unwrap_or_default().to_owned();
            return Err(HttpError::Redirected { status: status.as_u16(), to });
        }
        let mut body = vec![];
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > limit {
                return Err(HttpError::TooLarge(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status: status.as_u16(), body })
    }
}

/// The token of `profile`, as its dialect sends it.
fn signature(profile: &Profile, url: &Url) -> Result<HeaderMap, HttpError> {
    let server = server(profile)?;
    let encrypted = url.scheme() == "https";
    if profile.token.is_some() && server.scheme() == "https" && !encrypted && !url.host_str().is_some_and(is_loopback) {
        let place = url.host_str().unwrap_or_default();
        return Err(HttpError::Setting(format!(
            "the token goes to this server encrypted only, so it is not sent to http://{place}; use https://"
        )));
    }
    let mut signed = HeaderMap::new();
    let origin = server.origin().ascii_serialization();
    let mut sign = |kind: &dyn Kind| {
        let mut headers = HeaderMap::new();
        kind.sign(profile, &mut Handshake { origin: &origin, path: "/".into(), headers: &mut headers })?;
        for name in [AUTHORIZATION, COOKIE] {
            if let Some(value) = headers.remove(&name) {
                signed.insert(name, value);
            }
        }
        Ok(())
    };
    if profile.dialect == Dialect::DETECT {
        // All go to the same server, which takes the one that it knows.
        for kind in dialect::kinds() {
            if let Err(problem) = sign(kind) {
                tracing::debug!(dialect = ?kind.dialect(), problem, "The token is none of this protocol's.");
            }
        }
    } else {
        sign(dialect::kind(profile.dialect)).map_err(HttpError::Setting)?;
    }
    Ok(signed)
}

fn failed(error: &reqwest::Error, host: &str, patience: Duration) -> HttpError {
    if let Some(problem) = error.source().and_then(tls_problem) {
        return HttpError::Unconnected(tls::explain(problem, host));
    }
    if error.is_timeout() && !error.is_connect() {
        return HttpError::TimedOut(patience);
    }
    // The error's own words repeat the address, whose query may be nobody's business.
    let (mut words, mut cause) = (vec![], error.source());
    while let Some(inner) = cause {
        words.push(inner.to_string());
        cause = inner.source();
    }
    words.dedup();
    let said = if words.is_empty() { format!("the line to {host} broke") } else { words.join(": ") };
    if error.is_connect() { HttpError::Unconnected(said) } else { HttpError::Line(said) }
}

/// What TLS objected to, wherever it is in the chain: an error of I/O does not name what it holds as its source.
fn tls_problem<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(problem) = error.downcast_ref() {
        return Some(problem);
    }
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(held) => tls_problem(held),
        None => tls_problem(error.source()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(url: &str, dialect: Dialect) -> Profile {
        Profile { token: Some("abc".into()), ..Profile::new("p", url, dialect) }
    }

    #[test]
    fn a_path_belongs_to_the_server_and_an_address_to_itself() {
        for (url, place, found) in [
            ("ws://erp:3002/ws", "/api/events?x=1", "http://erp:3002/api/events?x=1"),
            ("wss://erp/ws", "api/events", "https://erp/api/events"),
            (" https://erp ", "https://other:8/x", "https://other:8/x"),
        ] {
            assert_eq!(address(&profile(url, Dialect::ERP), place).unwrap().as_str(), found);
        }
        for (url, place) in [("ws://erp", "file:///etc/passwd"), ("ws://erp", "ftp://erp/x"), ("ftp://erp", "/x"), ("mailto:x", "/x")] {
            assert!(matches!(address(&profile(url, Dialect::ERP), place), Err(HttpError::Setting(_))), "{url} {place}");
        }
    }

    #[test]
    fn the_token_is_sent_as_the_dialect_sends_it() {
        let sign = |dialect, url: &str, to: &str| signature(&profile(url, dialect), &to.parse().unwrap());
        for dialect in [Dialect::NATIVE, Dialect::HUB, Dialect::SOCKET_IO] {
            let signed = sign(dialect, "ws://h", "http://h/x").unwrap();
            assert_eq!((signed.len(), &signed[AUTHORIZATION]), (1, &"Bearer abc".parse().unwrap()));
        }
        let cookie = sign(Dialect::ERP, "wss://h", "https://h/x").unwrap();
        assert_eq!(cookie[COOKIE], "next-auth.session-token=abc; __Secure-next-auth.session-token=abc");
        assert!(!cookie.contains_key(AUTHORIZATION) && cookie[COOKIE].is_sensitive());
        assert_eq!(sign(Dialect::DETECT, "ws://h", "http://h/x").unwrap().len(), 2);
    }

    #[test]
    fn a_token_that_travels_encrypted_is_never_sent_in_the_clear() {
        let to: Url = "http://h/x".parse().unwrap();
        assert!(matches!(signature(&profile("wss://h", Dialect::ERP), &to), Err(HttpError::Setting(_))));
        assert!(signature(&profile("wss://h", Dialect::ERP), &"http://127.0.0.1:9/x".parse().unwrap()).is_ok());
        assert!(signature(&Profile { token: None, ..profile("wss://h", Dialect::ERP) }, &to).is_ok());
    }
}

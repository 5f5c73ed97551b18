//! The way through a proxy: which one, and how it is asked for a line.

use crate::{ending::Ending, profile::Proxy, status::Cause, stream::Stream};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper_util::client::proxy::matcher::Matcher;
use std::net::IpAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, Uri};

/// The longest answer to `CONNECT` that is read.
const MAX_ANSWER: usize = 8 << 10;
/// The most headers that are looked at in it.
const MAX_HEADERS: usize = 64;

/// A proxy to go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hop {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The line to the proxy itself is encrypted.
    pub(crate) tls: bool,
    /// Its user and password as a `Basic` header, marked sensitive.
    pub(crate) authorization: Option<HeaderValue>,
}

impl std::fmt::Display for Hop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (scheme, authority) = (if self.tls { "https" } else { "http" }, authority(&self.host, self.port));
        write!(f, "{scheme}://{authority}")
    }
}

/// `host:port`, with brackets where an IPv6 address needs them.
pub(crate) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// The proxy between here and a server, if there is one.
///
/// # Errors
/// What to tell the user about a proxy that cannot be used.
pub(crate) fn between(proxy: &Proxy, tls: bool, host: &str, port: u16) -> Result<Option<Hop>, String> {
    match proxy {
        Proxy::Direct => Ok(None),
        Proxy::Environment if is_loopback(host) => Ok(None),
        Proxy::Environment => by_rules(&Matcher::from_system(), tls, host, port),
        Proxy::Through { url, credentials } => {
            // The address may hold a password, so it is not repeated.
            let uri: Uri = url.trim().parse().map_err(|error| format!("the proxy's address cannot be read: {error}"))?;
            let mut hop = hop(&uri)?;
            hop.authorization = credentials.as_ref().map(|(user, password)| basic(user, password.expose()));
            Ok(Some(hop))
        }
    }
}

fn by_rules(rules: &Matcher, tls: bool, host: &str, port: u16) -> Result<Option<Hop>, String> {
    let asked = format!("{}://{}/", if tls { "https" } else { "http" }, authority(host, port));
    let asked: Uri = asked.parse().map_err(|error| format!("{host:?} is not a host: {error}"))?;
    let Some(found) = rules.intercept(&asked) else { return Ok(None) };
    let mut hop = hop(found.uri())?;
    hop.authorization = found.basic_auth().cloned();
    Ok(Some(hop))
}

fn hop(uri: &Uri) -> Result<Hop, String> {
    let tls = match uri.scheme_str() {
        None | Some("http") => false,
        Some("https") => true,
        Some(other) => return Err(format!("a proxy of the kind {other} cannot be used; name one that begins with http:// or https://")),
    };
    let host = uri.host().filter(|host| !host.is_empty()).ok_or("the proxy's address names no host")?;
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
    Ok(Hop { host: host.trim_matches(['[', ']']).to_owned(), port, tls, authorization: None })
}

fn basic(user: &str, password: &str) -> HeaderValue {
    let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let mut value = HeaderValue::from_str(&format!("Basic {encoded}")).expect("base64 holds nothing that a header may not");
    value.set_sensitive(true);
    value
}

/// Whether `host` is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Ask the proxy at the other end of `stream` for a line to `host`.
pub(crate) async fn tunnel(mut stream: Stream, hop: &Hop, host: &str, port: u16) -> Result<Stream, Ending> {
    let broken = |error: std::io::Error| Ending::retry(Cause::Unreachable, format!("the proxy {hop} broke the line: {error}"));
    let to = authority(host, port);
    let mut request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n").into_bytes();
    if let Some(authorization) = &hop.authorization {
        request.extend([b"Proxy-Authorization: ", authorization.as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    stream.write_all(&request).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;

    let mut answer = [0; MAX_ANSWER];
    let mut length = 0;
    loop {
        let nonsense = |what: &str| Ending::retry(Cause::Unreachable, format!("the proxy {hop} {what}; is it an HTTP proxy?"));
        let read = stream.read(&mut answer[length..]).await.map_err(broken)?;
        if read == 0 {
            return Err(nonsense("hung up without an answer"));
        }
        length += read;
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Response::new(&mut headers);
        match parsed.parse(&answer[..length]) {
            Ok(httparse::Status::Partial) if length < MAX_ANSWER => {}
            // The server speaks only when it is spoken to, so nothing may follow.
            Ok(httparse::Status::Complete(end)) => return verdict(parsed.code, end == length, hop, &to).map(|()| stream),
            Ok(httparse::Status::Partial) => return Err(nonsense("gave an answer without an end")),
            Err(_) => return Err(nonsense("gave an answer that is not HTTP")),
        }
    }
}

fn verdict(code: Option<u16>, alone: bool, hop: &Hop, to: &str) -> Result<(), Ending> {
    match code {
        Some(200..=299) if alone => Ok(()),
        Some(200..=299) => Err(Ending::retry(Cause::Unreachable, format!("the proxy {hop} said more than was asked of it"))),
        Some(407) if hop.authorization.is_some() => {
            Err(Ending::Refused(format!("the proxy {hop} does not accept this user name and password; correct them for this source")))
        }
        Some(407) => Err(Ending::Refused(format!("the proxy {hop} wants a user name and a password; enter them for this source"))),
        code => {
            let status = code.and_then(|code| StatusCode::from_u16(code).ok()).map(|status| status.to_string()).unwrap_or_default();
            Err(Ending::retry(Cause::Unreachable, format!("the proxy {hop} gives no line to {to}: HTTP {status}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(rules: &Matcher, tls: bool, host: &str) -> Option<String> {
        by_rules(rules, tls, host, 3002).unwrap().map(|hop| hop.to_string())
    }

    #[test]
    fn the_environment_decides_by_scheme_and_host() {
        let rules = Matcher::builder().http("http://a:3128").https("https://b").no("internal, 10.0.0.0/8").build();
        assert_eq!(named(&rules, false, "erp.example"), Some("http://a:3128".into()));
        assert_eq!(named(&rules, true, "erp.example"), Some("https://b:443".into()));
        assert_eq!((named(&rules, true, "erp.internal"), named(&rules, false, "10.1.2.3")), (None, None));
        let all = Matcher::builder().all("proxy:8080").build();
        assert_eq!(named(&all, true, "2001:db8::1"), Some("http://proxy:8080".into()), "a proxy without a scheme is an HTTP proxy");
    }

    #[test]
    fn credentials_of_the_environment_are_used_and_never_shown() {
        let rules = Matcher::builder().all("http://ann:p%40ss@proxy:8080").build();
        let hop = by_rules(&rules, true, "erp.example", 443).unwrap().unwrap();
        assert_eq!(hop.authorization.as_ref().unwrap(), &basic("ann", "p@ss"));
        assert!(!format!("{hop} {hop:?}").contains("cEBzcw"), "{hop:?}");
    }

    #[test]
    fn loopback_needs_no_proxy_unless_one_is_named() {
        for host in ["localhost", "LOCALHOST.", "erp.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(is_loopback(host), "{host}");
            assert_eq!(between(&Proxy::Environment, true, host, 1), Ok(None), "{host}");
            let named = Proxy::Through { url: "http://p:1".into(), credentials: None };
            assert!(between(&named, true, host, 1).unwrap().is_some(), "a tunnel to another machine's loopback");
        }
        assert!(!is_loopback("128.0.0.1") && !is_loopback("localhost.example") && !is_loopback("mylocalhost"));
    }

    #[test]
    fn a_proxy_of_another_kind_is_said_so() {
        for url in ["socks5://user:secret@p:1080", "/proxy", "", "http://", "http://a b"] {
            let error = between(&Proxy::Through { url: url.into(), credentials: None }, true, "erp.example", 443).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
        let socks = Matcher::builder().all("socks5://p:1080").build();
        assert!(by_rules(&socks, true, "erp.example", 443).unwrap_err().contains("socks5"));
    }
}

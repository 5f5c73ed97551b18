//! From which web pages somebody may come. Programs send no `Origin`; a browser always does, for the page that asks.

use axum::http::{HeaderMap, header};

/// Whether the page that asks may. A listed one may; without a list, one of this machine, or any where a secret is asked for anyway.
pub(crate) fn may_ask(headers: &HeaderMap, allowed: &[String], secret_asked: bool) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if !allowed.is_empty() {
        return allowed.iter().any(|one| one == origin);
    }
    secret_asked || is_this_machine(origin)
}

/// Whether the page that asks may use a cookie of its user's, which a browser sends whoever asks: a listed page, one of this machine, or one of the
/// host that is asked.
pub(crate) fn may_use_cookies(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN).map(|origin| origin.to_str()) else { return true };
    let Ok(origin) = origin else { return false };
    let listed = allowed.iter().any(|one| one == origin);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(without_port);
    let asked = origin.split_once("://").map(|(_, authority)| without_port(authority));
    listed || is_this_machine(origin) || (host.is_some() && host == asked)
}

/// Whether a request that shows nothing may be told what only readers may know. A web page could have had its own name pointed at this machine: then
/// it is of one origin with us and sends no `Origin`, but `Host` says its name.
pub(crate) fn names_this_machine(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return true };
    let listed = || allowed.iter().any(|origin| origin.split_once("://").is_some_and(|(_, allowed)| allowed == host));
    is_literal_or_local(host) || listed()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_users_cookie_serves_the_pages_that_are_meant_only() {
        let asks = |origin, host, allowed: &[String]| may_use_cookies(&headers(&[(header::ORIGIN, origin), (header::HOST, host)]), allowed);
        assert!(asks("https://erp.example", "erp.example:3010", &[]) && asks("http://localhost:3001", "erp.example", &[]));
        assert!(!asks("https://evil.example", "erp.example:3010", &[]) && !asks("null", "erp.example", &[]));
        assert!(asks("https://shop.example", "gateway.example", &["https://shop.example".into()]));
        assert!(may_use_cookies(&headers(&[(header::HOST, "erp.example")]), &[]), "a program says no origin");
    }
}

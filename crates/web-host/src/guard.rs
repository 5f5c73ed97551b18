//! Who may ask: the holder of the token, from a page that this server itself has served.
//!
//! Three doors are closed. Another program or user has no token. A foreign web page cannot send one, and is refused by its `Origin` before that matters.
//! A foreign name that resolves to 127.0.0.1 (DNS rebinding) would make a foreign page look like ours; its `Host` gives it away.

use axum::http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use std::net::SocketAddr;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// The secret between this server and its window. Never shown by `Debug`.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A new one, with 244 random bits.
    pub(crate) fn random() -> Self {
        Self(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
    }

    /// The secret itself, for the address that is handed to the user.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Compares in a time that tells nothing about where the texts differ.
    pub(crate) fn is_shown_in(&self, headers: &HeaderMap) -> bool {
        headers
            .get(AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|shown| shown.ct_eq(self.0.as_bytes()).into())
    }
}

/// Whether the request was meant for this server, by its name, and comes from its own page where it says where it comes from.
pub(crate) fn is_ours(headers: &HeaderMap, addr: SocketAddr) -> bool {
    let names = [format!("127.0.0.1:{}", addr.port()), format!("localhost:{}", addr.port())];
    let host = headers.get(HOST).map(HeaderValue::as_bytes);
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes);
    names.iter().any(|name| host == Some(name.as_bytes()))
        && origin.is_none_or(|origin| names.iter().any(|name| origin.strip_prefix(b"http://") == Some(name.as_bytes())))
}

/// What every answer carries: the window loads nothing from elsewhere, runs nothing that is not in its own files, and is shown in no foreign frame.
pub(crate) const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
    (HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store")),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn only_the_whole_token_opens() {
        let token = Token::random();
        let shown = |text: String| token.is_shown_in(&headers(&[(AUTHORIZATION, &text)]));
        assert!(shown(format!("Bearer {}", token.reveal())));
        assert!(!shown(format!("Bearer {}", &token.reveal()[1..])));
        assert!(!shown("Bearer ".to_owned()));
        assert!(!shown(token.reveal().to_owned()));
        assert!(!token.is_shown_in(&HeaderMap::new()));
    }

    #[test]
    fn two_starts_have_different_tokens() {
        assert_ne!(Token::random().reveal(), Token::random().reveal());
    }

    #[test]
    fn a_token_is_not_in_a_log() {
        let token = Token::random();
        assert!(!format!("{token:?}").contains(token.reveal()));
    }

    #[test]
    fn a_foreign_name_for_this_machine_is_refused() {
        let addr = "127.0.0.1:4000".parse().unwrap();
        assert!(is_ours(&headers(&[(HOST, "127.0.0.1:4000")]), addr));
        assert!(is_ours(&headers(&[(HOST, "localhost:4000"), (ORIGIN, "http://localhost:4000")]), addr));
        assert!(!is_ours(&headers(&[(HOST, "rebound.example:4000")]), addr), "DNS rebinding");
        assert!(!is_ours(&headers(&[(HOST, "127.0.0.1:4000"), (ORIGIN, "http://evil.example")]), addr));
        assert!(!is_ours(&headers(&[(HOST, "127.0.0.1:4000"), (ORIGIN, "null")]), addr), "a sandboxed frame");
        assert!(!is_ours(&HeaderMap::new(), addr));
    }
}

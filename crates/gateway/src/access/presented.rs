//! What a request shows of who sends it.

use super::credentials::Presented;
use crate::config::SESSION_COOKIES;
use axum::http::{HeaderMap, header};
use watchdeck_secret::Secret;

/// What a console or a publisher shows: a bearer or, from browsers, `?token=`; and its cookies.
pub(crate) fn of(headers: &HeaderMap, query: Option<&str>) -> Presented {
    let token = bearer(headers).or_else(|| query.and_then(query_token)).map(Secret::new);
    Presented { token, cookies: cookies(headers) }
}

/// What a plain ERP client shows: the cookie of its session, and nothing else.
pub(crate) fn of_plain(headers: &HeaderMap) -> Presented {
    let cookies = cookies(headers);
    let session = cookies.iter().find(|(name, value)| SESSION_COOKIES.contains(&name.as_str()) && !value.expose().is_empty());
    Presented { token: session.map(|(_, value)| value.clone()), cookies }
}

/// The token of an `Authorization: Bearer` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The configuration, and every way that makes tokens, admits only characters that a query carries unescaped.
fn query_token(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("token=")).filter(|token| !token.is_empty())
}

fn cookies(headers: &HeaderMap) -> Vec<(String, Secret)> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), Secret::new(value))).collect()
}

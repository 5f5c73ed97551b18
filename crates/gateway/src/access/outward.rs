//! Asking other machines who somebody is: with a time, a bound on the answer, and no redirects, which would carry a session elsewhere.

use crate::redis::tls;
use reqwest::{Client, Response, StatusCode, Url, redirect::Policy};
use serde::de::DeserializeOwned;
use std::{path::Path, time::Duration};

/// Largest answer, bytes.
const MOST_BYTES: usize = 1 << 20;

/// Who asks.
pub(super) fn client(patience: Duration, ca_file: Option<&Path>) -> Result<Client, String> {
    let tls = tls::config(ca_file)?;
    let builder = Client::builder().use_preconfigured_tls(tls).timeout(patience).redirect(Policy::none());
    builder.build().map_err(|error| error.to_string())
}

/// An address that may be asked: over TLS, or on this machine, where `plainly` is not allowed.
pub(super) fn address(text: &str, plainly: bool) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("it is no address: {error}"))?;
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if plainly || is_here => Ok(url),
        "http" => Err("whoever is on the way could answer for it; it has to begin with https://".into()),
        other => Err(format!("it begins with {other}:, and has to begin with https://")),
    }
}

/// A good answer, read as JSON.
pub(super) async fn json<T: DeserializeOwned>(mut answer: Response) -> Result<T, String> {
    if answer.status() != StatusCode::OK {
        return Err(format!("the answer is {}", answer.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| error.without_url().to_string())? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BYTES {
            return Err("the answer is too large".into());
        }
    }
    serde_json::from_slice(&body).map_err(|error| format!("the answer is not what was expected: {error}"))
}

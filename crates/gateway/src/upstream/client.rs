//! The way to an ERP: its certificates and its proxy. Redirects are answers and are not followed: what they lead to was not asked for a decision.

use super::preset::{Upstream, UpstreamError};
use std::time::Duration;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

pub(super) fn client(upstream: &Upstream) -> Result<reqwest::Client, UpstreamError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT.min(upstream.timeout))
        .timeout(upstream.timeout)
        .user_agent(concat!("watchdeck-gateway/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = &upstream.ca_file {
        let unusable = |why: String| {
            UpstreamError(format!(
                "`ca_file`: {}: {why}; name the PEM file of the authority that signed the ERP's certificate",
                path.display()
            ))
        };
        let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        let authorities = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.to_string()))?;
        if authorities.is_empty() {
            return Err(unusable("there is no certificate in it".into()));
        }
        for authority in authorities {
            builder = builder.add_root_certificate(authority);
        }
    }
    builder = match &upstream.proxy {
        // What the error says may quote the address, and with it a password.
        Some(proxy) => builder.proxy(
            reqwest::Proxy::all(proxy.expose())
                .map_err(|_| UpstreamError("`proxy` is no address; write it like http://proxy.example:3128".into()))?,
        ),
        None => builder,
    };
    builder.build().map_err(|error| UpstreamError(format!("the way to the ERP cannot be set up: {error}")))
}

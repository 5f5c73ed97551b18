//! What a dialect may say while the connection is made: where it asks, and with which headers.

use crate::{
    address::{self, Address},
    profile::Profile,
};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderValue, header};

/// What a dialect may say while the connection is made.
pub(crate) struct Handshake<'a> {
    /// The server's own origin: what its own pages would send.
    pub(crate) origin: &'a str,
    /// Path and query, as the user gave them.
    pub(crate) path: String,
    /// The request's headers.
    pub(crate) headers: &'a mut HeaderMap,
}

impl Handshake<'_> {
    /// The origin that the profile names; where it names none, the server's own if it wants one `always`.
    ///
    /// # Errors
    /// What to tell the user when there is no such origin.
    pub(crate) fn origin(&mut self, profile: &Profile, always: bool) -> Result<(), String> {
        let named = profile.origin.as_deref().filter(|origin| !origin.trim().is_empty());
        let origin = match named {
            Some(named) => address::origin(named).map_err(|why| format!("the Origin: {why}"))?,
            None if always => self.origin.to_owned(),
            None => return Ok(()),
        };
        self.headers.insert(header::ORIGIN, HeaderValue::from_str(&origin).map_err(|error| error.to_string())?);
        Ok(())
    }

    /// The token of `profile` as a bearer.
    ///
    /// # Errors
    /// What to tell the user when it cannot be sent.
    pub(crate) fn bearer(&mut self, profile: &Profile) -> Result<(), String> {
        if let Some(token) = bearer(profile) {
            let mut value = HeaderValue::from_str(&token).map_err(|_| "the token holds characters that no header may hold".to_owned())?;
            value.set_sensitive(true);
            self.headers.insert(header::AUTHORIZATION, value);
        }
        Ok(())
    }
}

/// The origin that [`Handshake::origin`] says, for words about it.
pub(super) fn origin(profile: &Profile) -> String {
    let named = profile.origin.as_deref().filter(|origin| !origin.trim().is_empty());
    let read = named.map_or_else(|| Ok(Address::parse(&profile.url)?.origin()), address::origin);
    read.unwrap_or_default()
}

/// `Bearer` and the token, however much of it was pasted.
pub(super) fn bearer(profile: &Profile) -> Option<String> {
    let token = profile.token.as_ref()?.expose().trim();
    let token = match token.split_at_checked("Bearer ".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("Bearer ") => rest.trim_start(),
        _ => token,
    };
    Some(format!("Bearer {token}"))
}

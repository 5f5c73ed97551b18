//! Something told to a server over HTTP, or asked of it, on the way that its stream takes: the same certificates, the same proxy, the same token.

use crate::{
    http::{Asker, HttpError, address},
    profile::Profile,
};

/// The longest answer that is read, bytes.
const MAX_ANSWER: usize = 256 << 10;
/// How long an answer may take, as a multiple of [`crate::Timing::connect`].
const PATIENCE: u32 = 2;

/// What the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostAnswer {
    /// HTTP status.
    pub status: u16,
    /// As it came.
    pub body: Vec<u8>,
}

/// Why there is no answer: the address, the proxy, the certificates, the line. Its words are for people and hold no secret.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct PostError(#[from] HttpError);

impl PostError {
    /// Whether it certainly did not arrive: nobody was reached.
    #[must_use]
    pub fn never_left(&self) -> bool {
        matches!(self.0, HttpError::Setting(_) | HttpError::Unconnected(_))
    }
}

/// Post `body`, which is JSON, to `place` (a path on the profile's server, or a whole URL), signed in as the stream is.
///
/// # Errors
/// [`PostError`] when nothing was answered; whether it arrived is not known then, unless [it never left](PostError::never_left).
pub async fn post(profile: &Profile, place: &str, body: String) -> Result<PostAnswer, PostError> {
    post_with(profile, place, &[], body).await
}

/// As [`post`], with headers of one's own.
///
/// # Errors
/// As [`post`].
pub async fn post_with(profile: &Profile, place: &str, headers: &[(String, String)], body: String) -> Result<PostAnswer, PostError> {
    let url = address(profile, place)?;
    let asker = Asker::new(profile, &url, true, profile.timing.connect * PATIENCE).await?;
    let answer = asker.post(url, headers, body, MAX_ANSWER).await?;
    Ok(PostAnswer { status: answer.status, body: answer.body })
}

/// Ask for what is at `place`, signed in as the stream is.
///
/// # Errors
/// As [`post`].
pub async fn get(profile: &Profile, place: &str) -> Result<PostAnswer, PostError> {
    let url = address(profile, place)?;
    let asker = Asker::new(profile, &url, true, profile.timing.connect * PATIENCE).await?;
    let answer = asker.get(url, MAX_ANSWER).await?;
    Ok(PostAnswer { status: answer.status, body: answer.body })
}

/// Ask for what is at `place` to be taken away, signed in as the stream is.
///
/// # Errors
/// As [`post`].
pub async fn delete(profile: &Profile, place: &str) -> Result<PostAnswer, PostError> {
    let url = address(profile, place)?;
    let asker = Asker::new(profile, &url, true, profile.timing.connect * PATIENCE).await?;
    let answer = asker.delete(url, MAX_ANSWER).await?;
    Ok(PostAnswer { status: answer.status, body: answer.body })
}

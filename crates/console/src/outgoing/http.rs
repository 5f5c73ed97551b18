//! Something posted to an address, as data, and what the answer means by its status.

use serde_json::Value;
use watchdeck_client::{Dialect, Profile, post_with};
use watchdeck_handlers::Failure;

/// Longest piece of an answer that is repeated, bytes.
const SHOWN: usize = 200;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// What was answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Request {
    /// Post it.
    ///
    /// # Errors
    /// Nobody answered, which may be another time.
    pub(super) async fn post(&self) -> Result<Answer, Failure> {
        let profile = Profile::new("outgoing", &*self.url, Dialect::NATIVE);
        let said = post_with(&profile, &self.url, &self.headers, self.body.clone()).await;
        let answer = said.map_err(|error| Failure::passing(error.to_string()))?;
        Ok(Answer { status: answer.status, body: String::from_utf8_lossy(&answer.body).into_owned() })
    }
}

impl Answer {
    /// Its status and how it begins.
    pub(super) fn words(&self) -> String {
        let text = self.body.trim();
        format!("HTTP {} {}", self.status, &text[..text.floor_char_boundary(SHOWN)]).trim_end().to_owned()
    }

    /// As JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    /// Whoever is away, busy or slow is asked again; whoever says no has said it.
    ///
    /// # Errors
    /// What the status means, where it is no success.
    pub(super) fn judged(&self) -> Result<String, Failure> {
        match self.status {
            200..=299 => Ok(self.words()),
            408 | 425 | 429 | 500..=599 => Err(Failure::passing(self.words())),
            _ => Err(Failure::lasting(self.words())),
        }
    }
}

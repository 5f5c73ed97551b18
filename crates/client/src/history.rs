//! What happened between two times, asked for over HTTP: to fill a gap, or instead of a WebSocket where none can be had.
//!
//! Whole or not at all, like everything here: an answer that is cut short by a limit, by an error on a later page or by pages that lead
//! in a circle is an error and no events. Which of them are known already is the receiver's to find out; nothing is left out, not even
//! what an endpoint adds from before or after the time asked for.

mod page;
mod place;

use crate::{
    http::{Asker, HttpError, address},
    profile::Profile,
};
use page::{Page, Reader};
use reqwest::Url;
use std::{borrow::Cow, collections::HashSet, time::Duration};
use watchdeck_events::{Channel, Incoming, Millis, fields::Fields};

/// The longest answer,
const MAX_ANSWER: usize = 64 << 20;
/// the most bytes of all pages together,
const MAX_BYTES: usize = 256 << 20;
/// and the most pages.
const MAX_PAGES: usize = 500;
/// How long one page may take, as a multiple of [`crate::Timing::connect`].
const PATIENCE: u32 = 6;

/// Why there is no history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The profile names no place to ask.
    #[error("no history address is set for this source")]
    NoEndpoint,
    /// Something that the user set is wrong: the address, the proxy, the file of certificates, the token.
    #[error("{0}")]
    Setting(String),
    /// The endpoint wants a (new) token.
    #[error("the history address wants a sign-in (HTTP {status})")]
    Unauthorized {
        /// Its status.
        status: u16,
    },
    /// The endpoint leads elsewhere; most often to a page to sign in.
    #[error("the history address leads to {to} (HTTP {status}); sign in again, or name that address")]
    Redirected {
        /// Its status.
        status: u16,
        /// Where to, without a query.
        to: String,
    },
    /// The endpoint failed, or there is none.
    #[error("the history address answered HTTP {status}")]
    Status {
        /// Its status.
        status: u16,
    },
    /// The endpoint could not be reached, or not in time.
    #[error("the history address: {0}")]
    Line(String),
    /// The answer is not one that is understood.
    #[error("the history answer cannot be read: {0}")]
    Shape(String),
    /// The answer, or all its pages together, is too large. Ask for less time.
    #[error("the history is too large: {0}")]
    TooLarge(String),
}

impl HistoryError {
    /// Only a new token, or a person, can help.
    #[must_use]
    pub fn wants_sign_in(&self) -> bool {
        matches!(self, Self::Unauthorized { .. } | Self::Redirected { .. })
    }
}

impl From<HttpError> for HistoryError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Setting(words) => Self::Setting(words),
            HttpError::Redirected { status, to } => Self::Redirected { status, to },
            HttpError::TooLarge(_) => Self::TooLarge(error.to_string()),
            HttpError::TimedOut(_) | HttpError::Line(_) => Self::Line(error.to_string()),
        }
    }
}

/// What happened from `from` to `to` (by the server's clock), oldest first. The profile's dialect should be the one that is spoken
/// ([`crate::Status::dialect`]): it says how to sign in and what an element is. `channel`: only there, where the endpoint can tell channels apart.
/// An endpoint that wants a channel and is given none is asked for each channel of the profile.
///
/// # Errors
/// [`HistoryError`]; then nothing is known, not even a part.
pub async fn fetch(profile: &Profile, channel: Option<&Channel>, from: Millis, to: Millis) -> Result<Vec<Incoming>, HistoryError> {
    let path = &profile.history.as_ref().ok_or(HistoryError::NoEndpoint)?.path;
    let by_channel = place::names_channel(path);
    let asked: Vec<Option<Channel>> = match channel {
        None if by_channel && profile.channels.is_empty() => Channel::ERP.map(|name| Some(Channel::from(name))).to_vec(),
        None if by_channel => profile.channels.iter().cloned().map(Some).collect(),
        channel => vec![channel.cloned()],
    };
    let mut found = Found { events: vec![], room: MAX_BYTES, pages: 0 };
    for channel in asked {
        let place = place::fill(path, channel.as_ref(), from, to);
        let reader = Reader { dialect: profile.dialect, asked: channel.clone(), by_channel };
        found.pages(profile, address(profile, &place)?, &reader).await?;
    }
    let mut events = found.events;
    events.sort_by_cached_key(|event| Fields::of(event.payload.as_str()).millis("timestamp").or(event.server_at));
    Ok(events)
}

/// The events of one answer, without asking anybody: for throwing garbage at.
///
/// # Errors
/// [`HistoryError::Shape`].
#[doc(hidden)]
pub fn read_answer(dialect: crate::Dialect, body: &[u8]) -> Result<Vec<Incoming>, HistoryError> {
    let reader = Reader { dialect, asked: None, by_channel: false };
    Ok(read(&reader, body)?.0)
}

/// What all pages together gave.
struct Found {
    events: Vec<Incoming>,
    room: usize,
    pages: usize,
}

impl Found {
    async fn pages(&mut self, profile: &Profile, first: Url, reader: &Reader) -> Result<(), HistoryError> {
        let patience: Duration = profile.timing.connect * PATIENCE;
        let asker = Asker::new(profile, &first, true, patience).await?;
        let mut seen = HashSet::from([first.clone()]);
        let mut next = Some(first.clone());
        while let Some(url) = next {
            self.pages += 1;
            if self.pages > MAX_PAGES {
                return Err(HistoryError::TooLarge(format!("more than {MAX_PAGES} pages")));
            }
            let answer = asker.get(url.clone(), MAX_ANSWER.min(self.room)).await?;
            self.room -= answer.body.len();
            match answer.status {
                200..=299 => {}
                status @ (401 | 403) => return Err(HistoryError::Unauthorized { status }),
                status => return Err(HistoryError::Status { status }),
            }
            // Large answers take their time, which the links on this thread do not have.
            let reader = reader.clone();
            let read = tokio::task::spawn_blocking(move || read(&reader, &answer.body)).await;
            let (events, cursor) = read.map_err(|error| HistoryError::Shape(error.to_string()))??;
            let empty = events.is_empty();
            self.events.extend(events);
            next = cursor.map(|cursor| place::follow(&first, &url, &cursor)).transpose()?;
            if let Some(again) = &next
                && !seen.insert(again.clone())
            {
                if !empty {
                    return Err(HistoryError::Shape("its pages lead in a circle".into()));
                }
                // A cursor that stays where it is, with nothing behind it, is the end.
                next = None;
            }
        }
        Ok(())
    }
}

/// The events of one answer, and where the next one is.
fn read(reader: &Reader, body: &[u8]) -> Result<(Vec<Incoming>, Option<String>), HistoryError> {
    let page = Page::read(body)?;
    Ok((page.items.iter().map(|element| reader.event(element)).collect(), page.next.map(Cow::into_owned)))
}

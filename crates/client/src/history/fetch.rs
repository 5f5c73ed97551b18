//! Asking for a history, page by page, until all of it is here or something is wrong.

use super::{
    error::HistoryError,
    page::{Page, Reader},
    place,
};
use crate::{
    http::{Asker, address},
    profile::Profile,
};
use reqwest::Url;
use std::{borrow::Cow, collections::HashSet, time::Duration};
use watchdeck_events::{Channel, Incoming, Millis};

/// The longest answer,
const MAX_ANSWER: usize = 64 << 20;
/// the most bytes of all pages together,
const MAX_BYTES: usize = 256 << 20;
/// and the most pages.
const MAX_PAGES: usize = 500;
/// How long one page may take, as a multiple of [`crate::Timing::connect`].
const PATIENCE: u32 = 6;

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
    events.sort_by_cached_key(|event| event.payload.fields().millis("timestamp").or(event.server_at));
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

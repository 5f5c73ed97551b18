//! A value with the moment that it is of: what happened later counts, and of a tie what came later.

use super::moment::Moment;
use serde::{Deserialize, Serialize};
use watchdeck_events::line;

/// Longest text kept here, characters: names and numbers as rows show them. The event keeps the whole.
const LONGEST: usize = line::LABEL;

/// The newest value that was said.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dated(Option<(Moment, String)>);

impl Dated {
    /// Something was said at this moment, or nothing.
    pub fn keep(&mut self, at: Moment, news: Option<&str>) {
        let Some(news) = news else { return };
        match &mut self.0 {
            Some((since, _)) if at.is_long_before(*since) => {}
            Some((since, known)) => {
                // A tie takes over, and the later time stays: ties in a row never walk back.
                *since = if at.at > since.at { at } else { *since };
                // Nearly always it is said again as it is known.
                if known == news {
                    return;
                }
                let news = line::of(news, LONGEST);
                if *known != news {
                    *known = news.into_owned();
                }
            }
            None => self.0 = Some((at, line::of(news, LONGEST).into_owned())),
        }
    }

    /// What is known.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.0.as_ref().map(|(_, known)| known.as_str())
    }
}

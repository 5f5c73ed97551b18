//! A value with the instant that it is of: what happened later counts, whatever came later.

use serde::{Deserialize, Serialize};
use watchdeck_events::Millis;

/// The newest value that was said, by occurrence.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dated<T>(Option<(Millis, T)>);

impl Dated<String> {
    /// Something was said at this instant, or nothing.
    pub fn keep(&mut self, at: Millis, news: Option<&str>) {
        let Some(news) = news else { return };
        match &mut self.0 {
            Some((since, known)) if *since <= at => {
                *since = at;
                if known != news {
                    news.clone_into(known);
                }
            }
            Some(_) => {}
            None => self.0 = Some((at, news.to_owned())),
        }
    }

    /// What is known.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.0.as_ref().map(|(_, known)| known.as_str())
    }
}

//! Addresses of a history: the template that a user wrote, and where a page says that the next one is.

use super::error::HistoryError;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use watchdeck_events::{Channel, Millis};

const CHANNEL: &str = "{channel}";

/// The endpoint answers for one channel at a time.
pub(super) fn names_channel(path: &str) -> bool {
    path.contains(CHANNEL)
}

/// Put times and channel into their places.
pub(super) fn fill(path: &str, channel: Option<&Channel>, from: Millis, to: Millis) -> String {
    let channel = utf8_percent_encode(channel.map_or("", Channel::as_str), NON_ALPHANUMERIC).to_string();
    path.replace(CHANNEL, &channel)
        .replace("{from}", &from.0.to_string())
        .replace("{to}", &to.0.to_string())
        .replace("{from_iso}", &iso(from))
        .replace("{to_iso}", &iso(to))
}

fn iso(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| at.0.to_string(), |at| format!("{at:.3}"))
}

/// Where the next page is. `next` is an address or a cursor; the token goes nowhere but to where it went before.
pub(super) fn follow(first: &Url, present: &Url, next: &str) -> Result<Url, HistoryError> {
    if next.starts_with(['/', '?']) || next.contains("://") {
        let url = present.join(next).map_err(|error| HistoryError::Shape(format!("the next page's address: {error}")))?;
        if url.origin() != first.origin() {
            return Err(HistoryError::Shape(format!("the next page is on another server, {}", url.origin().ascii_serialization())));
        }
        return Ok(url);
    }
    let mut url = first.clone();
    let others: Vec<(String, String)> = first.query_pairs().into_owned().filter(|(name, _)| name != "cursor").collect();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair("cursor", next);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_channel_take_their_places() {
        let channel = Channel::from("user:7:通知");
        let place = fill("/h?c={channel}&f={from}&t={to}&fi={from_iso}&ti={to_iso}", Some(&channel), Millis(0), Millis(1_795_223_788_150));
        assert_eq!(place, "/h?c=user%3A7%3A%E9%80%9A%E7%9F%A5&f=0&t=1795223788150&fi=1970-01-01T00:00:00.000Z&ti=2026-11-21T01:16:28.150Z");
        assert!(names_channel(&place) != names_channel("/h/{channel}"));
    }

    #[test]
    fn the_next_page_is_an_address_or_a_cursor_and_never_elsewhere() {
        let first: Url = "https://erp/api/h?from=1&cursor=a".parse().unwrap();
        let follow = |next| follow(&first, &first, next).map(|url| url.to_string());
        assert_eq!(follow("b c").unwrap(), "https://erp/api/h?from=1&cursor=b+c");
        assert_eq!(follow("?page=2").unwrap(), "https://erp/api/h?page=2");
        assert_eq!(follow("/api/h/2").unwrap(), "https://erp/api/h/2");
        assert_eq!(follow("https://erp/x").unwrap(), "https://erp/x");
        for elsewhere in ["https://evil/x", "http://erp/x", "//evil/x", "https://erp:444/x"] {
            assert!(matches!(follow(elsewhere), Err(HistoryError::Shape(_))), "{elsewhere}");
        }
    }
}

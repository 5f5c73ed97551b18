//! What a source must say before it can be tried.

use crate::{erp_page, error::CommandError};
use watchdeck_client::Address;
use watchdeck_wire::settings::Source;

/// How seldom and how often a server may be polled, seconds.
const POLL: std::ops::RangeInclusive<u32> = 1..=3600;
/// Longest pause that can be set for a source, minutes.
const EXPECT: u32 = 7 * 24 * 60;

pub(crate) fn check_source(source: &Source) -> Result<(), CommandError> {
    let invalid = |message: String| Err(CommandError::invalid(message));
    let name = &source.name;
    if source.id.trim().is_empty() || name.trim().is_empty() {
        return invalid("a source needs a name".to_owned());
    }
    let begins = |text: &str, with: &[&str]| with.iter().any(|scheme| text.starts_with(scheme));
    const HTTP: [&str; 2] = ["http://", "https://"];
    if !source.demo
        && let Err(why) = Address::parse(&source.url)
    {
        return invalid(format!("the address of {name}: {why}"));
    }
    if !source.origin.trim().is_empty()
        && let Err(why) = Address::parse(&source.origin)
    {
        return invalid(format!("the Origin of {name}: {why}"));
    }
    for (what, url) in [("wake-up address", &source.wake_url), ("login page", &source.login_url)] {
        if !url.is_empty() && !begins(url, &HTTP) {
            return invalid(format!("the {what} of {name} must begin with http:// or https://"));
        }
    }
    erp_page::check(source).map_err(CommandError::invalid)?;
    let history = &source.history_path;
    if !history.is_empty() && !history.starts_with('/') && !begins(history, &HTTP) {
        return invalid(format!(
            "the history of {name} must be a path that begins with /, or an address that begins with http:// or https://"
        ));
    }
    if !POLL.contains(&source.poll_seconds) {
        return invalid(format!("{name} can be asked every {} to {} seconds", POLL.start(), POLL.end()));
    }
    if source.expect_minutes.is_some_and(|minutes| minutes > EXPECT) {
        return invalid(format!("an event of {name} can be expected every {EXPECT} minutes at the least often, which is a week"));
    }
    let proxy = source.proxy.as_str();
    if !proxy.is_empty() && proxy != "direct" && !begins(proxy, &HTTP) {
        return invalid(format!("the proxy of {name} must begin with http:// or https://"));
    }
    // Whatever stands in an address is shown and stored like any other setting.
    let authority = |url: &str| url.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned());
    let addresses = [&source.url, &source.wake_url, &source.login_url, &source.history_path, &source.proxy];
    if addresses.into_iter().filter_map(|url| authority(url)).any(|authority| authority.contains('@')) {
        return invalid(format!("an address of {name} holds a user or password; put them into the fields that are kept secret"));
    }
    Ok(())
}

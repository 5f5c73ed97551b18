//! What packets and events carry, as far as it concerns us. Unknown fields are left out, numbers may be texts and texts numbers.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The content of `0{…}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Opening {
    #[serde(default = "usual_interval")]
    pub(super) ping_interval: u64,
    #[serde(default = "usual_timeout")]
    pub(super) ping_timeout: u64,
}

fn usual_interval() -> u64 {
    25_000
}

fn usual_timeout() -> u64 {
    20_000
}

/// The content of an event or a notification.
#[derive(Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) topic: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) payload: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) timestamp: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) seq: Option<&'a RawValue>,
}

/// The content of `connected`.
#[derive(Deserialize)]
pub(super) struct Connected<'a> {
    #[serde(borrow)]
    pub(super) user: User<'a>,
}

#[derive(Deserialize)]
pub(super) struct User<'a> {
    #[serde(borrow)]
    pub(super) id: &'a RawValue,
    #[serde(borrow, default)]
    pub(super) role: Option<&'a RawValue>,
}

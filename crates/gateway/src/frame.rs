//! A frame of `watchdeck.v1` as text. Those that carry logged events are made in `wire`.

use watchdeck_protocol::ServerFrame;

/// Any frame as text.
pub(crate) fn text(frame: &ServerFrame<'_>) -> String {
    serde_json::to_string(frame).expect("frames are always JSON")
}

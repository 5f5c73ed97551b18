//! `watchdeck.v1`: what its frames ask for, and what is answered.

use super::{
    cursor::Unrecovered,
    step::{Ending, Step},
};
use crate::{
    frame::text,
    publish::{OWN_PREFIX, channel_name},
};
use std::time::Duration;
use watchdeck_events::Channel;
use watchdeck_protocol::{ClientFrame, CloseCode, ErrorCode, Position, ServerFrame};

/// Frames that are not understood before the session is ended: something else than a client of ours is talking.
const MOST_BROKEN: u32 = 20;

/// One native session's memory.
#[derive(Debug, Default)]
pub(crate) struct Native {
    broken: u32,
}

impl Native {
    /// Understand a frame.
    pub(crate) fn hear(&mut self, text: &str) -> Step {
        match serde_json::from_str(text) {
            Ok(ClientFrame::Subscribe { channel, position, rewind }) => match refused(&channel) {
                Some(refusal) => Step::Say(refusal),
                None => Step::Follow { channel: Channel::from(&*channel), position, rewind },
            },
            Ok(ClientFrame::Unsubscribe { channel }) => Step::Leave(Channel::from(&*channel)),
            Ok(ClientFrame::Refresh { token }) => Step::Refresh(token),
            // What serde says may quote the frame; a client's own frame is no secret to it.
            Err(error) => self.broken(&format!("not a frame of watchdeck.v1: {error}")),
        }
    }

    /// Count a frame that is not understood.
    pub(crate) fn broken(&mut self, message: &str) -> Step {
        self.broken += 1;
        if self.broken >= MOST_BROKEN {
            Step::End(Ending::close(CloseCode::BadRequest, "too many frames that are not watchdeck.v1; check what connects here"))
        } else {
            Step::Say(error(ErrorCode::BadRequest, message, None, None))
        }
    }
}

/// The answer to a subscription that is not granted.
fn refused(channel: &str) -> Option<String> {
    let reason = channel_name(channel).err()?;
    let code = if channel.starts_with(OWN_PREFIX) { ErrorCode::Forbidden } else { ErrorCode::BadRequest };
    Some(error(code, &format!("this channel cannot be followed: {reason}"), Some(channel), None))
}

/// An `error` frame; with when to ask again, where that is known.
pub(crate) fn error(code: ErrorCode, message: &str, channel: Option<&str>, wait: Option<Duration>) -> String {
    let retry_after_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) + 1);
    text(&ServerFrame::Error { code, message: message.into(), channel: channel.map(Into::into), retry_after_ms })
}

/// A `passed` frame.
pub(crate) fn passed(channel: &str, offset: u64) -> String {
    text(&ServerFrame::Passed { channel: channel.into(), offset })
}

/// A `subscribed` frame.
pub(crate) fn subscribed(channel: &str, position: Position, recovered: bool, reason: Option<Unrecovered>) -> String {
    text(&ServerFrame::Subscribed { channel: channel.into(), position, recovered, reason: reason.map(|reason| reason.as_str().into()) })
}

/// A hello with a list of channels that is JSON already: it is long, and the same for all.
pub(crate) fn with_channels(hello: &ServerFrame<'_>, channels: &str) -> String {
    let text = text(hello);
    let before = text.strip_suffix("[]}").expect("a hello ends with its channels, and has none yet");
    format!("{before}{channels}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_frames_are_answered_until_there_are_too_many() {
        let mut session = Native::default();
        for n in 1..MOST_BROKEN {
            assert!(
                matches!(session.hear("{"), Step::Say(frame) if frame.contains("bad_request")),
                "frame {n} is answered and the session goes on"
            );
        }
        assert!(matches!(session.hear("nonsense"), Step::End(Ending::Close { code: 4501, .. })));
    }

    #[test]
    fn the_gateways_own_names_are_forbidden_and_bad_names_are_bad() {
        let mut session = Native::default();
        let mut code = |channel: &str| match session.hear(&format!(r#"{{"type":"subscribe","channel":"{channel}"}}"#)) {
            Step::Say(frame) => match ServerFrame::parse(&frame) {
                Ok(ServerFrame::Error { code, .. }) => Some(code),
                other => panic!("{other:?}"),
            },
            _ => None,
        };
        assert_eq!(code("watchdeck:decisions"), Some(ErrorCode::Forbidden));
        assert_eq!(code("ws:inventory"), Some(ErrorCode::BadRequest));
        assert_eq!(code(""), Some(ErrorCode::BadRequest));
        assert_eq!(code("user:u7:notifications"), None);
    }
}

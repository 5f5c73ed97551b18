//! Why a Socket.IO server did not let us in.
//!
//! The protocol gives a refusal no code, only words of the application. So the words decide, and the server's own are shown.

use crate::{ending::Ending, status::Cause};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Words of a server that would let us in later.
const LATER: [&str; 10] =
    ["busy", "too many", "overload", "rate limit", "try again", "unavailable", "timeout", "timed out", "稍后", "繁忙"];
/// Words of a server that wants another token.
const TOKEN: [&str; 20] = [
    "token",
    "auth",
    "jwt",
    "expired",
    "login",
    "log in",
    "logged",
    "sign in",
    "signed",
    "session",
    "credential",
    "password",
    "401",
    "rejected by server",
    "令牌",
    "登录",
    "认证",
    "授权",
    "过期",
    "身份",
];

#[derive(Deserialize)]
struct Refusal<'a> {
    message: String,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// Read the content of `44`.
pub(super) fn read(json: &str) -> Ending {
    // Older servers send the bare text.
    let (message, data) = match serde_json::from_str::<Refusal<'_>>(json) {
        Ok(Refusal { message, data }) => (message, data.map_or("", RawValue::get)),
        Err(_) => (serde_json::from_str(json).unwrap_or_else(|_| json.to_owned()), ""),
    };
    let words = format!("{message} {data}").to_lowercase();
    let says = |words_of: &[&str]| words_of.iter().any(|word| words.contains(word));
    let detail = if message.trim().is_empty() { "the server refused us without a word".to_owned() } else { message };
    if says(&LATER) {
        Ending::retry(Cause::Closed, detail)
    } else if says(&TOKEN) {
        Ending::NeedsLogin(detail)
    } else {
        Ending::Refused(detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_the_token_need_a_login() {
        for message in [
            "Authentication failed",
            "Unauthorized",
            "invalid token",
            "jwt expired",
            "Connection rejected by server",
            "未授权",
            "令牌已过期",
            "请先登录",
        ] {
            assert_eq!(read(&format!(r#"{{"message":"{message}"}}"#)), Ending::NeedsLogin(message.into()));
            assert_eq!(read(&format!("\"{message}\"")), Ending::NeedsLogin(message.into()), "as older servers say it");
        }
        let coded = read(r#"{"message":"No","data":{"code":"TOKEN_EXPIRED"}}"#);
        assert_eq!(coded, Ending::NeedsLogin("No".into()), "the data beside the message counts too");
    }

    #[test]
    fn other_words_are_a_refusal_for_good() {
        for message in ["Invalid namespace", "禁止的来源", "forbidden origin"] {
            assert_eq!(read(&format!(r#"{{"message":"{message}"}}"#)), Ending::Refused(message.into()));
        }
        assert_eq!(read("{}"), Ending::Refused("{}".into()));
        assert_eq!(read(""), Ending::Refused("the server refused us without a word".into()));
    }

    #[test]
    fn a_busy_server_is_asked_again() {
        for message in ["Too many connections", "服务繁忙，请稍后再试"] {
            assert_eq!(read(&format!(r#"{{"message":"{message}"}}"#)), Ending::retry(Cause::Closed, message));
        }
    }
}

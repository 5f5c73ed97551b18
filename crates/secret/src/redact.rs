//! Text without secrets, for whatever leaves the machine or is shown out of its place: log lines, samples of broken frames, the support bundle.
//!
//! It would rather hide too much: a word that names a secret hides its value, and so does whatever looks like one by itself (a long mixed token, a JWT, an
//! account's number, an e-mail address). Secrets that are known are hidden wherever they stand. What it deliberately keeps are hosts, paths, ports, times
//! and counts, or a bundle would tell nobody anything.

use regex::{Captures, Regex};
use std::sync::OnceLock;

/// Stands for what was hidden.
pub const HIDDEN: &str = "•••";
/// A known secret shorter than this is not searched for: half of the text would be hidden with it.
const SHORTEST: usize = 4;

/// Words that name a secret, in a field's or a header's name.
const NAMES: &str = r"(?:token|secret|passw(?:or)?d|passwd|pwd|cookie|authorization|credential|api[_-]?key|session|jwt|bearer|signature|bank|iban|swift|card[_-]?(?:no|num)|account[_-]?(?:name|no|num|holder)|id[_-]?card|密码|令牌|银行|卡号|账号|账户)";

struct Patterns {
    name: Regex,
    header: Regex,
    pair: Regex,
    listed: Regex,
    scheme: Regex,
    user: Regex,
    query: Regex,
    jwt: Regex,
    mail: Regex,
    long: Regex,
    digits: Regex,
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let regex = |text: &str| Regex::new(text).expect("a test compiles every pattern");
        // A value may be text in quotes (that need not end: samples are cut), the same inside of a string, or a bare word.
        let value = r#"\\+"[^"\\]*|"(?:[^"\\]|\\.)*"?|[^\s"',;&)}\]\\]+"#;
        Patterns {
            name: regex(&format!("(?i){NAMES}")),
            header: regex(r#"(?i)\b((?:set-)?cookie|(?:proxy-)?authorization)(\s*:\s*)[^"\\{\r\n][^\r\n"\\]*"#),
            pair: regex(&format!(r#"(?i)([\w.-]*{NAMES}[\w.-]*(?:\\*["'])?\s*[:=]\s*)(?:Some\()?({value})"#)),
            // {{"Key":"bank_account","Value":"6222…"}}: a list of pairs.
            listed: regex(&format!(r#"(?i)(\\*"key\\*"\s*:\s*\\*"[\w.-]*{NAMES}[\w.-]*\\*"\s*,\s*\\*"value\\*"\s*:\s*)({value})"#)),
            scheme: regex(r"(?i)\b(bearer|basic|digest)(\s+)[A-Za-z0-9._~+/=-]{4,}"),
            user: regex(r#"(://)[^/\s"@]+@"#),
            query: regex(r#"(?i)((?:https?|wss?)://[^\s?"'<>\\]+)[?#][^\s"'<>\\]*"#),
            jwt: regex(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]*"),
            mail: regex(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
            long: regex(r"[A-Za-z0-9+/_-]{24,}={0,2}"),
            digits: regex(r"\b\d{15,}\b|\b\d{4}(?:[ -]\d{4}){2,}(?:[ -]\d{1,4})?\b"),
        }
    })
}

/// See the [module docs](self).
#[derive(Debug, Default, Clone)]
pub struct Redactor {
    /// Longest first, so that none is left in part.
    known: Vec<String>,
}

impl Redactor {
    /// One that knows these secrets.
    pub fn knowing(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut known: Vec<_> = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST).collect();
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        known.dedup();
        Self { known }
    }

    /// Whether a field of this name holds a secret.
    pub fn names_a_secret(name: &str) -> bool {
        patterns().name.is_match(name)
    }

    /// `text` without secrets.
    pub fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.known {
            text = text.replace(secret, HIDDEN);
        }
        let patterns = patterns();
        let keep_name = |found: &Captures<'_>| format!("{}{}", &found[1], mask(&found[2]));
        let text = patterns.header.replace_all(&text, format!("$1$2{HIDDEN}").as_str());
        let text = patterns.listed.replace_all(&text, keep_name);
        let text = patterns.scheme.replace_all(&text, format!("$1$2{HIDDEN}").as_str());
        let text = patterns.user.replace_all(&text, format!("$1{HIDDEN}@").as_str());
        let text = patterns.query.replace_all(&text, format!("$1?{HIDDEN}").as_str());
        let text = patterns.pair.replace_all(&text, keep_name);
        let text = patterns.jwt.replace_all(&text, HIDDEN);
        let text = patterns.mail.replace_all(&text, HIDDEN);
        let text = patterns
            .long
            .replace_all(&text, |found: &Captures<'_>| if looks_random(&found[0]) { HIDDEN.to_owned() } else { found[0].to_owned() });
        patterns.digits.replace_all(&text, HIDDEN).into_owned()
    }
}

/// A value hidden, in the quotes it had.
fn mask(value: &str) -> String {
    let open: String = value.chars().take_while(|c| matches!(c, '\\' | '"')).collect();
    let closed = open.ends_with('"') && value.len() > open.len() && value.ends_with('"');
    format!("{open}{HIDDEN}{}", if closed { "\"" } else { "" })
}

/// A key or a hash, and neither a path, a name with dashes nor a plain word.
fn looks_random(text: &str) -> bool {
    let text = text.trim_end_matches('=');
    let count = |test: fn(&char) -> bool| text.chars().filter(test).count();
    let digits = count(|c| c.is_ascii_digit());
    let hex = text.chars().all(|c| c.is_ascii_hexdigit() || c == '-') && count(|c| c.is_ascii_alphabetic()) > 0 && digits > 0;
    let longest = text.split(['/', '-', '_']).map(str::len).max().unwrap_or(0);
    let mixed = digits > 0 && count(char::is_ascii_uppercase) > 0 && count(char::is_ascii_lowercase) > 0;
    let no_words = digits > 0 && longest >= 24;
    hex || (mixed && longest >= 16) || no_words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> String {
        Redactor::default().clean(text)
    }

    #[test]
    fn nothing_that_looks_like_a_secret_is_left() {
        let secret = "s3cr3tVALUE";
        for text in [
            "Cookie: next-auth.session-token=s3cr3tVALUE; other=s3cr3tVALUE",
            r#"{"token":"s3cr3tVALUE"}"#,
            r#"{"access_token" : "a\"s3cr3tVALUE"}"#,
            r#"{"payload":"{\"sessionToken\":\"s3cr3tVALUE\"}"}"#,
            r#"{"token":"s3cr3tVALUE"#,
            "token=s3cr3tVALUE attempt=3",
            r#"token: Some("s3cr3tVALUE")"#,
            "Authorization: Bearer s3cr3tVALUE",
            "sent Bearer s3cr3tVALUE to the server",
            "wss://me:s3cr3tVALUE@erp.example:3002/ws",
            "wss://erp.example:3002/ws?x=s3cr3tVALUE",
            r#"{"bank_account":"s3cr3tVALUE","bank_name":"s3cr3tVALUE","account_name":"s3cr3tVALUE"}"#,
            r#"[{"Key":"bank_account","Value":"s3cr3tVALUE"}]"#,
            r#"[{\"Key\":\"bank_account\",\"Value\":\"s3cr3tVALUE\"}]"#,
            r#"{"bankaccount":"s3cr3tVALUE"}"#,
            "password=s3cr3tVALUE",
            "s3cr3tVALUE@example.com",
            "密码: s3cr3tVALUE",
        ] {
            assert!(!clean(text).contains(secret), "{text} became {}", clean(text));
        }
        for text in [
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.sig",
            "0123456789abcdef0123456789abcdef",
            "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA==",
            "6222021234567890123",
            "6222 0212 3456 7890 123",
            "li.wei@warehouse.example.com",
        ] {
            assert_eq!(clean(&format!("see {text} there")), format!("see {HIDDEN} there"));
        }
    }

    #[test]
    fn what_helps_is_kept() {
        for text in [
            "2026-11-21T10:00:00.123456Z  WARN watchdeck_client::driver: Connection lost. source=east attempt=3 error=connection refused",
            "ws://erp.example:3002/ws",
            "/srv/ops/.local/share/watchdeck/events.db",
            r#"{"type":"inventory:change","timestamp":1795223788150,"productId":"P-104"}"#,
            "The store refused a batch; trying again. events=5000",
            "/srv/ops/watchdeck/support/watchdeck-support-2026-11-21T12-08-24Z.zip",
        ] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn a_known_secret_is_hidden_wherever_it_stands() {
        let redactor = Redactor::knowing(["plainword".to_owned(), "abc".to_owned()]);
        assert_eq!(redactor.clean("the plainwords abc"), format!("the {HIDDEN}s abc"), "three letters are no secret worth half a text");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in ".*", json in r#"[{}\[\]",:=\\a-c瓷 0-9@/?-]{0,60}"#) {
            for text in [text, json] {
                clean(&format!("token{text}"));
            }
        }
    }
}

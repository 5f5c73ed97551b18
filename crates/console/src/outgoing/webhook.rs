//! A webhook: the event as JSON, with its id as idempotency key; with a secret it is signed as Standard Webhooks has it.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>: what is signed is `id.timestamp.body`, each try anew, so that
//! neither another body nor an old request passes for one of ours.

use super::{http::Request, occasion::Occasion, sign};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use watchdeck_events::Millis;
use watchdeck_secret::Secret;

/// What cannot stand in a header. An id made of plain letters stands as it is.
const UNPLAIN: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// What is posted.
///
/// # Errors
/// Why there is nothing to post; it will not go better another time.
pub(super) fn request(url: &str, occasion: &Occasion<'_>, secret: Option<&Secret>, now: Millis) -> Result<Request, String> {
    let body = occasion.json().map_err(|error| error.to_string())?;
    let mut headers = Vec::new();
    if let Some(secret) = secret {
        let id = utf8_percent_encode(occasion.key(), UNPLAIN).to_string();
        let timestamp = now.0.div_euclid(1_000);
        let signature = sign::signed(&sign::key(secret)?, format!("{id}.{timestamp}.{body}").as_bytes());
        headers.extend([
            ("webhook-id", id),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", format!("v1,{signature}")),
        ]);
    }
    if occasion.test.is_some() {
        headers.push(("watchdeck-test", "true".to_owned()));
    }
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Request { url: url.trim().to_owned(), headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use hmac::{Hmac, Mac as _};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NOW: Millis = Millis(1_795_223_788_150);

    /// A receiver, as the README tells one: the time first, then the signature over what came, compared in constant time.
    fn accepts(request: &Request, body: &str, now_s: i64) -> bool {
        let header = |name: &str| request.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        let Ok(at) = timestamp.parse::<i64>() else { return false };
        if (now_s - at).abs() > 300 {
            return false;
        }
        let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
        header("webhook-signature").split(' ').filter_map(|one| one.strip_prefix("v1,")).any(|one| {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
            mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
            STANDARD.decode(one).is_ok_and(|signature| mac.verify_slice(&signature).is_ok())
        })
    }

    #[test]
    fn a_receiver_takes_what_is_signed_and_neither_another_body_nor_an_old_one() {
        let occasion = Occasion { test: None, ..Occasion::test(None, NOW) };
        let request = request("https://h/in", &occasion, Some(&SECRET.into()), NOW).unwrap();
        let now_s = NOW.0 / 1_000;
        assert_eq!(request.headers[0], ("webhook-id".into(), "example".into()), "the idempotency key");
        assert_eq!(request.headers[1].1, "1795223788", "seconds");
        assert!(accepts(&request, &request.body, now_s + 60));
        assert!(!accepts(&request, &request.body.replace("P-104", "P-105"), now_s), "a changed body");
        assert!(!accepts(&request, &request.body, now_s + 3_600), "a request that somebody kept");
        let mut other = request.clone();
        other.headers[0].1 = "another".into();
        assert!(!accepts(&other, &request.body, now_s), "under another id");
        let mut later = request.clone();
        later.headers[1].1 = (now_s + 3_600).to_string();
        assert!(!accepts(&later, &request.body, now_s + 3_600), "with another time");
    }

    #[test]
    fn the_signature_is_the_one_of_the_specification() {
        let signature =
            sign::signed(&sign::key(&SECRET.into()).unwrap(), b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}");
        assert_eq!(signature, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "the example that every library of it is tested with");
    }

    #[test]
    fn without_a_secret_it_is_posted_as_it_always_was() {
        let occasion = Occasion { test: None, ..Occasion::test(None, NOW) };
        let request = request(" https://h/in ", &occasion, None, NOW).unwrap();
        assert_eq!((request.url.as_str(), request.headers.len()), ("https://h/in", 0));
        assert!(request.body.contains(r#""idempotencyKey":"example""#) && !request.body.contains(r#""test""#), "{}", request.body);
        let tried = super::request("https://h/in", &Occasion::test(None, NOW), Some(&SECRET.into()), NOW).unwrap();
        assert!(tried.body.contains(r#""test":true"#) && tried.headers[0].1.starts_with("test-"), "a test takes nobody's id");
    }

    #[test]
    fn a_secret_that_is_no_key_is_refused_and_not_repeated() {
        for wrong in ["hunter2hunter2", "whsec_aHVudGVyMg==", ""] {
            let why = sign::key(&wrong.into()).unwrap_err();
            assert!(wrong.is_empty() || !why.contains(wrong), "{why}");
        }
    }
}

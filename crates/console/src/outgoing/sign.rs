//! Signatures: HMAC with SHA-256, as Standard Webhooks, DingTalk and Feishu each want it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use watchdeck_secret::Secret;

/// What a signing secret of Standard Webhooks begins with. It may be left out.
const PREFIX: &str = "whsec_";
/// Bytes that such a secret may have.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The HMAC of `text` under `key`, in base64.
pub(super) fn signed(key: &[u8], text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The key that stands in a signing secret of Standard Webhooks.
///
/// # Errors
/// What is wrong with it, without repeating it.
pub(super) fn key(secret: &Secret) -> Result<Vec<u8>, String> {
    let text = secret.expose().trim();
    let key = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).ok().filter(|key| BYTES.contains(&key.len()));
    key.ok_or_else(|| {
        format!("the signing secret of a webhook must be {} to {} bytes in base64, with or without {PREFIX}", BYTES.start(), BYTES.end())
    })
}

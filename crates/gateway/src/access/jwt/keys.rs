//! The keys of an identity provider, and which signatures each may check.

use super::super::outward;
use crate::config::JwtConfig;
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::Instant;

/// How long the provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Keys that are not known are asked for at most so often.
const AGAIN: Duration = Duration::from_secs(30);
/// Keys are asked for again when they are this old, so that one which is withdrawn does not count for ever.
const OLD: Duration = Duration::from_secs(600);
/// Most keys that are tried for a token that names none.
const MOST_TRIED: usize = 16;
/// Shortest shared secret, by RFC 7518.
const SECRET_BYTES: usize = 32;

/// A key, by the name that tokens call it by.
#[derive(Clone)]
pub(super) struct Key {
    name: Option<String>,
    algorithm: Option<Algorithm>,
    pub(super) key: DecodingKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("family", &self.key.family()).finish_non_exhaustive()
    }
}

impl Key {
    fn of(jwk: &Jwk) -> Option<Self> {
        if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
            return None;
        }
        let key = DecodingKey::from_jwk(jwk).ok()?;
        // What anybody can read is no secret.
        if key.family() == AlgorithmFamily::Hmac {
            return None;
        }
        let algorithm = match jwk.common.key_algorithm {
            None => None,
            Some(named) => Some(named.to_string().parse().ok()?),
        };
        Some(Self { name: jwk.common.key_id.clone(), algorithm, key })
    }

    fn checks(&self, algorithm: Algorithm) -> bool {
        self.key.family() == algorithm.family() && self.algorithm.is_none_or(|own| own == algorithm)
    }
}

/// Where keys come from.
#[derive(Debug)]
pub(super) enum Keys {
    /// One, from the configuration.
    Fixed(Key),
    /// The provider's, which change.
    Published(Published),
}

#[derive(Debug)]
pub(super) struct Published {
    url: reqwest::Url,
    client: reqwest::Client,
    known: Mutex<Known>,
    /// One asks at a time.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Arc<[Key]>,
    asked: Option<Instant>,
}

/// What is wrong with the configuration: the key, why, what to do.
pub(super) type Refused = (&'static str, String, &'static str);

impl Keys {
    pub(super) fn open(config: &JwtConfig) -> Result<Self, Refused> {
        let said = [config.secret.is_some(), config.key_file.is_some(), config.jwks_url.is_some()];
        if said.into_iter().filter(|said| *said).count() != 1 {
            let reason = "there has to be one of secret, key_file and jwks_url".into();
            return Err(("jwt", reason, "Keep the one that your identity provider goes by"));
        }
        if let Some(secret) = &config.secret {
            if secret.expose().len() < SECRET_BYTES {
                let reason = format!("it has fewer than {SECRET_BYTES} characters, and could be found by trying");
                return Err(("jwt.secret", reason, "Use a longer one, for instance the output of `openssl rand -hex 32`"));
            }
            return Ok(Self::Fixed(Key { name: None, algorithm: None, key: DecodingKey::from_secret(secret.expose().as_bytes()) }));
        }
        if let Some(path) = &config.key_file {
            const REMEDY: &str = "Name the PEM file with the provider's public key (BEGIN PUBLIC KEY)";
            let pem =
                std::fs::read(path).map_err(|error| ("jwt.key_file", format!("{} cannot be read: {error}", path.display()), REMEDY))?;
            let key =
                DecodingKey::from_rsa_pem(&pem).or_else(|_| DecodingKey::from_ec_pem(&pem)).or_else(|_| DecodingKey::from_ed_pem(&pem));
            let key = key.map_err(|_| ("jwt.key_file", format!("{} holds no public key of RSA, EC or Ed25519", path.display()), REMEDY))?;
            return Ok(Self::Fixed(Key { name: None, algorithm: None, key }));
        }
        let url = outward::address(config.jwks_url.as_deref().unwrap_or_default(), false);
        let url = url.map_err(|reason| ("jwt.jwks_url", reason, "Write it like https://id.example/.well-known/jwks.json"))?;
        let client = outward::client(PATIENCE, config.ca_file.as_deref());
        let client = client.map_err(|reason| ("jwt.ca_file", reason, "Name the PEM file with the authority's certificate"))?;
        Ok(Self::Published(Published { url, client, known: Mutex::default(), asking: tokio::sync::Mutex::default() }))
    }

    /// The family of the only key there is.
    pub(super) fn family(&self) -> Option<AlgorithmFamily> {
        match self {
            Self::Fixed(key) => Some(key.key.family()),
            Self::Published(_) => None,
        }
    }

    /// The keys that may have signed a token; never one of another family than `algorithm`.
    pub(super) async fn of(&self, name: Option<&str>, algorithm: Algorithm) -> Vec<Key> {
        match self {
            Self::Fixed(key) => vec![key.clone()].into_iter().filter(|key| key.checks(algorithm)).collect(),
            Self::Published(published) => published.of(name, algorithm).await,
        }
    }
}

impl Published {
    async fn of(&self, name: Option<&str>, algorithm: Algorithm) -> Vec<Key> {
        let (found, age) = self.find(name, algorithm);
        if !found.is_empty() && age.is_some_and(|age| age < OLD) {
            return found;
        }
        self.ask(if found.is_empty() { AGAIN } else { OLD }).await;
        self.find(name, algorithm).0
    }

    fn find(&self, name: Option<&str>, algorithm: Algorithm) -> (Vec<Key>, Option<Duration>) {
        let known = self.known();
        let is_meant = |key: &&Key| key.checks(algorithm) && name.is_none_or(|name| key.name.as_deref() == Some(name));
        let found = known.keys.iter().filter(is_meant).take(MOST_TRIED).cloned().collect();
        (found, known.asked.map(|asked| asked.elapsed()))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().expect("no code panics while holding the keys")
    }

    /// Ask for the keys, unless that was done less than `least` ago. What is known stays where nothing better comes.
    async fn ask(&self, least: Duration) {
        let _alone = self.asking.lock().await;
        if self.known().asked.is_some_and(|asked| asked.elapsed() < least) {
            return;
        }
        let answer = async {
            let answer = self.client.get(self.url.clone()).send().await.map_err(|error| error.without_url().to_string())?;
            outward::json::<JwkSet>(answer).await
        };
        let outcome = answer.await;
        let mut known = self.known();
        known.asked = Some(Instant::now());
        match outcome {
            Ok(set) => {
                known.keys = set.keys.iter().filter_map(Key::of).collect();
                tracing::info!(keys = known.keys.len(), "The identity provider's keys were read.");
            }
            Err(error) => {
                tracing::warn!(%error, url = %self.url, "The identity provider's keys cannot be read; those that are known go on to count.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use tokio::net::TcpListener;
    use watchdeck_testkit::http;

    /// A provider that publishes the next of these at each question, and the last one ever after.
    async fn provider(sets: Vec<Value>) -> Keys {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async move {
            for n in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                http::head(&mut stream).await;
                match sets[n.min(sets.len() - 1)].clone() {
                    Value::Null => http::answer(stream, "500 x", "").await,
                    set => http::answer(stream, "200 OK", &set.to_string()).await,
                }
            }
        });
        let config = format!("jwks_url = \"{url}\"\naudience = \"a\"\nissuer = \"b\"");
        Keys::open(&toml::from_str(&config).unwrap()).unwrap()
    }

    fn set(names: &[&str]) -> Value {
        let key = |name: &&str| json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": name });
        json!({ "keys": names.iter().map(key).collect::<Vec<_>>() })
    }

    async fn later(seconds: u64) {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
    }

    #[tokio::test]
    async fn keys_that_change_are_followed_and_those_that_cannot_be_read_stay() {
        let keys = provider(vec![set(&["one"]), set(&["one", "two"]), Value::Null, set(&["two"])]).await;
        let known = async |name| !keys.of(Some(name), Algorithm::EdDSA).await.is_empty();
        assert!(known("one").await && !known("two").await, "a name that is not known is not asked for at once again");
        later(31).await;
        assert!(known("two").await && known("one").await, "and then it is");
        later(601).await;
        assert!(known("one").await, "a provider that does not answer takes nobody's key away");
        later(601).await;
        assert!(!known("one").await && known("two").await, "one that withdraws a key does");
        assert!(keys.of(Some("two"), Algorithm::RS256).await.is_empty(), "a key checks signatures of its own family only");
    }
}

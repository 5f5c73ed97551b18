//! Tokens of an identity provider.
//!
//! Which signatures are taken is what the configuration says, never what a token says of itself alone; a key checks those of its own family only. A
//! token has to say until when it counts, for whom it is, and whose it is.

mod keys;

use super::{
    claims::Places,
    credentials::{Credentials, Known, Presented, Unrecognised, Way},
};
use crate::config::{ConfigError, JwtConfig};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header, errors::ErrorKind};
use keys::{Keys, Refused};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use watchdeck_events::Millis;

/// What is taken where keys are published and nothing is said.
const USUAL: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
/// The most that clocks may differ, seconds.
const MOST_LEEWAY: u64 = 600;

/// See the [module docs](self).
#[derive(Debug)]
pub(super) struct Jwt {
    keys: Keys,
    algorithms: Vec<Algorithm>,
    validation: Validation,
    places: Places,
}

impl Jwt {
    /// By the section `[jwt]`.
    ///
    /// # Errors
    /// [`ConfigError::Value`], with the key and what to do.
    pub(super) fn open(config: &JwtConfig) -> Result<Self, ConfigError> {
        Self::checked(config).map_err(|(key, reason, remedy)| ConfigError::Value {
            key: key.into(),
            origin: "in the configuration".into(),
            reason,
            remedy: remedy.into(),
        })
    }

    fn checked(config: &JwtConfig) -> Result<Self, Refused> {
        let keys = Keys::open(config)?;
        let algorithms = algorithms(config, &keys)?;
        if config.leeway_seconds > MOST_LEEWAY {
            return Err(("jwt.leeway_seconds", format!("{} is more than {MOST_LEEWAY}", config.leeway_seconds), "Set the clocks instead"));
        }
        let mut validation = Validation::new(algorithms[0]);
        validation.leeway = config.leeway_seconds;
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        validation.set_audience(&config.audience);
        validation.set_issuer(&config.issuer);
        let places = Places {
            id: config.id_claim.clone(),
            name: config.name_claim.clone(),
            roles: config.roles_claim.clone(),
            map: config.roles_map.clone(),
        };
        Ok(Self { keys, algorithms, validation, places })
    }

    fn known(&self, claims: &Value) -> Result<Known, Unrecognised> {
        let person = self.places.person(claims);
        let person = person.ok_or_else(|| wrong(&format!("it has no claim {} with an id", self.places.id)))?;
        // As long as it is let in, it is.
        let until = claims.get("exp").and_then(Value::as_f64).map(|seconds| (seconds + self.validation.leeway as f64) * 1_000.0);
        let expires = until.map(|until| Millis(until as i64)).ok_or_else(|| wrong("its exp is no time"))?;
        Ok(Known { person, way: Way::Jwt, expires: Some(expires), session: None, standing: None })
    }
}

/// What is taken: what is listed, where it goes with the key.
fn algorithms(config: &JwtConfig, keys: &Keys) -> Result<Vec<Algorithm>, Refused> {
    const REMEDY: &str = "Name some of HS256, RS256, ES256 and EdDSA, as they go with the key";
    let named: Result<Vec<Algorithm>, String> =
        config.algorithms.iter().map(|name| name.parse().map_err(|_| format!("{name} is not known"))).collect();
    let named = named.map_err(|reason| ("jwt.algorithms", reason, REMEDY))?;
    let algorithms = match (named.is_empty(), keys.family()) {
        (false, _) => named,
        (true, Some(family)) => family.algorithms()[..1].to_vec(),
        (true, None) => USUAL.to_vec(),
    };
    let fits = |algorithm: &&Algorithm| match keys.family() {
        Some(family) => algorithm.family() == family,
        None => algorithm.family() != jsonwebtoken::AlgorithmFamily::Hmac,
    };
    match algorithms.iter().find(|algorithm| !fits(algorithm)) {
        Some(foreign) => Err(("jwt.algorithms", format!("{foreign:?} does not go with the key that is configured"), REMEDY)),
        None => Ok(algorithms),
    }
}

fn wrong(why: &str) -> Unrecognised {
    Unrecognised::Wrong(format!("this token is not valid here: {why}; sign in again"))
}

#[async_trait::async_trait]
impl Credentials for Jwt {
    fn is_open(&self) -> bool {
        true
    }

    async fn recognise(&self, presented: &Presented) -> Result<Option<Known>, Unrecognised> {
        let Some(token) = presented.token.as_ref().map(|token| token.expose()) else { return Ok(None) };
        if token.split('.').count() != 3 {
            return Ok(None);
        }
        // Three parts and no header: another text with dots in it.
        let Ok(header) = decode_header(token) else { return Ok(None) };
        if !self.algorithms.contains(&header.alg) {
            return Err(wrong(&format!("{:?} is not among jwt.algorithms", header.alg)));
        }
        let mut validation = self.validation.clone();
        validation.algorithms = vec![header.alg];
        let mut error = wrong("no key of its issuer is known that it could be signed with");
        for key in self.keys.of(header.kid.as_deref(), header.alg).await {
            match decode::<Value>(token, &key.key, &validation) {
                Ok(token) => return self.known(&token.claims).map(Some),
                Err(failed) => error = explain(failed.kind()),
            }
        }
        Err(error)
    }

    async fn keep(&self, _: CancellationToken) {}
}

/// Nothing of the token is in it.
fn explain(kind: &ErrorKind) -> Unrecognised {
    match kind {
        ErrorKind::ExpiredSignature => Unrecognised::Expired("this token has expired; sign in again".into()),
        ErrorKind::ImmatureSignature => wrong("it does not count yet"),
        ErrorKind::InvalidAudience => wrong("it is for somebody else (aud)"),
        ErrorKind::InvalidIssuer => wrong("it is somebody else's (iss)"),
        ErrorKind::MissingRequiredClaim(claim) => wrong(&format!("it does not say {claim}")),
        ErrorKind::InvalidSignature => wrong("its signature is not good"),
        _ => wrong("it cannot be read"),
    }
}

//! Tokens of an identity provider.

use super::{Answers, dial, enter, names, turned_away};
use crate::support::Running;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};
use watchdeck_gateway::{
    Secret,
    access::ways,
    config::{Config, JwtConfig},
};

const SECRET: &str = "a-secret-of-more-than-thirty-two-bytes";
const RSA: &[u8] = include_bytes!("../keys/rsa.pem");
const EC: &[u8] = include_bytes!("../keys/ec.pem");
const ED: &[u8] = include_bytes!("../keys/ed.pem");

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn claims(changes: Value) -> Value {
    let mut claims =
        json!({ "sub": "u7", "name": "张敏", "roles": ["finance"], "aud": "watchdeck", "iss": "https://id.example", "exp": now() + 600 });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

fn signed(algorithm: Algorithm, key: &EncodingKey, kid: Option<&str>, claims: &Value) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    encode(&header, claims, key).unwrap()
}

fn by_secret(changes: Value) -> String {
    signed(Algorithm::HS256, &EncodingKey::from_secret(SECRET.as_bytes()), None, &claims(changes))
}

fn section(toml: &str) -> JwtConfig {
    toml::from_str(&format!("audience = \"watchdeck\"\nissuer = \"https://id.example\"\nleeway_seconds = 0\n{toml}")).unwrap()
}

fn secret() -> JwtConfig {
    section(&format!("secret = \"{SECRET}\""))
}

async fn running(jwt: JwtConfig) -> Running {
    Running::with_ways(tempfile::tempdir().unwrap(), |config| config.jwt = Some(jwt)).await
}

fn key_file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/keys").join(name);
    format!("key_file = {:?}", path.display().to_string())
}

#[tokio::test]
async fn a_token_says_who_somebody_is() {
    let running = running(secret()).await;
    let (_, hello) = enter(&running, &by_secret(json!({}))).await;
    assert_eq!(
        (&hello["user"]["id"], &hello["user"]["name"], &hello["user"]["roles"]),
        (&json!("u7"), &json!("张敏"), &json!(["finance"]))
    );
    assert!(names(&hello["channels"]).contains(&"user:u7:notifications"), "{hello}");
    let several = by_secret(json!({ "roles": "finance warehouse nonsense", "aud": ["other", "watchdeck"] }));
    assert!(names(&enter(&running, &several).await.1["channels"]).contains(&"inventory"));
}

#[tokio::test]
async fn what_is_not_said_or_not_so_is_refused_with_the_reason() {
    let running = running(secret()).await;
    let good = by_secret(json!({}));
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    let cases = [
        (by_secret(json!({ "exp": null })), "exp"),
        (by_secret(json!({ "exp": now() - 5 })), "expired"),
        (by_secret(json!({ "exp": "soon" })), "exp"),
        (by_secret(json!({ "nbf": now() + 600 })), "not count yet"),
        (by_secret(json!({ "aud": null })), "aud"),
        (by_secret(json!({ "aud": "somebody" })), "aud"),
        (by_secret(json!({ "iss": null })), "iss"),
        (by_secret(json!({ "iss": "https://evil.example" })), "iss"),
        (by_secret(json!({ "sub": null })), "sub"),
        (by_secret(json!({ "sub": " " })), "sub"),
        (signed(Algorithm::HS256, &EncodingKey::from_secret(&[7; 40]), None, &claims(json!({}))), "signature"),
        (signed(Algorithm::HS512, &EncodingKey::from_secret(SECRET.as_bytes()), None, &claims(json!({}))), "HS512"),
        (unsigned, "signature"),
    ];
    for (token, word) in cases {
        let (code, reason) = turned_away(&running, &token).await;
        assert_eq!(code, 4500, "{word}");
        assert!(reason.contains(word), "{word}: {reason}");
    }
    let none = good.replacen(good.split('.').next().unwrap(), "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", 1);
    for token in [none.clone(), format!("{}.", none.rsplit_once('.').unwrap().0), "a.b.c".into()] {
        assert_eq!(turned_away(&running, &token).await.0, 4500, "{token}");
    }
}

#[tokio::test]
async fn each_kind_of_key_checks_its_own_signatures_only() {
    let keys = [
        ("rsa.pub.pem", Algorithm::RS256, EncodingKey::from_rsa_pem(RSA).unwrap()),
        ("ec.pub.pem", Algorithm::ES256, EncodingKey::from_ec_pem(EC).unwrap()),
        ("ed.pub.pem", Algorithm::EdDSA, EncodingKey::from_ed_pem(ED).unwrap()),
    ];
    for (file, _, _) in &keys {
        let running = running(section(&key_file(file))).await;
        for (other, algorithm, key) in &keys {
            let token = signed(*algorithm, key, None, &claims(json!({})));
            let first = dial(&running, &token).await.ending_or_hello().await;
            assert_eq!(first.is_ok(), file == other, "{file} and {algorithm:?}: {first:?}");
        }
        // The public key as a shared secret: whoever has it, has everybody's.
        let public = std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/keys").join(file)).unwrap();
        let confused = signed(Algorithm::HS256, &EncodingKey::from_secret(&public), None, &claims(json!({})));
        assert_eq!(turned_away(&running, &confused).await.0, 4500, "{file}");
    }
}

#[test]
fn what_does_not_go_together_is_refused_at_the_start() {
    let rsa = key_file("rsa.pub.pem");
    let cases = [
        (String::new(), "one of secret, key_file and jwks_url"),
        (format!("{rsa}\nsecret = \"{SECRET}\""), "one of secret"),
        ("secret = \"short\"".into(), "jwt.secret"),
        (format!("{rsa}\nalgorithms = [\"HS256\"]"), "jwt.algorithms"),
        (format!("{rsa}\nalgorithms = [\"RS256\", \"ES256\"]"), "ES256"),
        (format!("{rsa}\nalgorithms = [\"none\"]"), "none is not known"),
        ("jwks_url = \"https://id.example/keys\"\nalgorithms = [\"HS256\"]".into(), "jwt.algorithms"),
        ("jwks_url = \"http://id.example/keys\"".into(), "https://"),
        ("key_file = \"/nowhere.pem\"".into(), "/nowhere.pem"),
    ];
    for (toml, word) in cases {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(dir.path());
        config.jwt = Some(section(&toml));
        let error = ways(&config).unwrap_err().to_string();
        assert!(error.contains(word) && !error.contains(SECRET), "{word}: {error}");
    }
}

#[tokio::test]
async fn published_keys_are_asked_for_when_a_token_names_a_new_one() {
    let (rsa, ec) = (EncodingKey::from_rsa_pem(RSA).unwrap(), EncodingKey::from_ec_pem(EC).unwrap());
    let jwk = |key: &EncodingKey, algorithm, kid: &str| {
        let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(kid);
        jwk
    };
    let (first, second) = (jwk(&rsa, Algorithm::RS256, "one"), jwk(&ec, Algorithm::ES256, "two"));
    let shared = json!({ "kty": "oct", "k": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY", "kid": "three" });
    let provider = Answers::start(&json!({ "keys": [first, second, shared] })).await;
    let jwt = section(&format!("jwks_url = \"http://{}/keys\"", provider.addr));
    let running = running(jwt).await;
    let read = EncodingKey::from_secret(b"abcdefghijklmnopqrstuvwxyzabcdef");
    let by = |key, algorithm, kid| signed(algorithm, key, kid, &claims(json!({})));
    enter(&running, &by(&rsa, Algorithm::RS256, Some("one"))).await;
    enter(&running, &by(&ec, Algorithm::ES256, Some("two"))).await;
    enter(&running, &by(&ec, Algorithm::ES256, None)).await;
    for (token, why) in [
        (by(&ec, Algorithm::ES256, Some("one")), "the name of another's key"),
        (by(&rsa, Algorithm::RS256, Some("four")), "a name that nobody knows"),
        (by(&read, Algorithm::HS256, Some("three")), "a secret that all can read"),
    ] {
        assert_eq!(turned_away(&running, &token).await.0, 4500, "{why}");
    }
    assert_eq!(provider.heads().len(), 1, "unknown names are asked for every thirty seconds at most");
    provider.say("500 x", &Value::Null);
    enter(&running, &by(&rsa, Algorithm::RS256, Some("one"))).await;
}

#[tokio::test]
async fn a_provider_that_is_not_there_yet_lets_nobody_in_and_keeps_nothing_from_starting() {
    let running = running(section("jwks_url = \"http://127.0.0.1:9/keys\"")).await;
    let token = signed(Algorithm::RS256, &EncodingKey::from_rsa_pem(RSA).unwrap(), Some("one"), &claims(json!({})));
    let (code, reason) = turned_away(&running, &token).await;
    assert!(code == 4500 && reason.contains("no key"), "{code} {reason}");
}

#[tokio::test]
async fn a_session_ends_when_its_token_does_and_goes_on_with_a_new_one() {
    let running = running(secret()).await;
    let soon = json!({ "exp": now() + 3 });
    let (mut short, _) = enter(&running, &by_secret(soon.clone())).await;
    let (mut longer, _) = enter(&running, &by_secret(soon)).await;
    longer.subscribe("finance", json!({})).await;
    longer.send(json!({ "type": "refresh", "token": by_secret(json!({})) })).await;
    assert_eq!(short.ending().await.map(|(code, _)| code), Some(4005));
    running.publish("finance", 1).await;
    assert_eq!(longer.take(1).await[0].n(), 1, "no gap, no second subscribe");
    longer.send(json!({ "type": "refresh", "token": by_secret(json!({ "roles": ["warehouse"] })) })).await;
    let ended = longer.frame().await;
    assert_eq!((&ended["code"], &ended["channel"]), (&json!("forbidden"), &json!("finance")), "a new token's roles count at once: {ended}");
    assert!(names(&longer.frame().await["channels"]).contains(&"inventory"));
    longer.send(json!({ "type": "refresh", "token": by_secret(json!({ "exp": now() - 60 })) })).await;
    assert_eq!(longer.ending().await.map(|(code, _)| code), Some(4500));
}

#[tokio::test]
async fn a_secret_is_not_quoted_where_it_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gateway.toml");
    std::fs::write(&path, "\n[jwt]\nsecret = 5551234\naudience = \"a\"\nissuer = \"b\"\n").unwrap();
    let args = ["watchdeck-gateway", "--config", path.to_str().unwrap()].map(str::to_owned);
    let error = Config::load(args, []).unwrap_err().to_string();
    assert!(error.contains("`jwt`") && error.contains("line 3") && !error.contains("5551234"), "{error}");
    let config = Config { jwt: Some(JwtConfig { secret: Some(Secret::new(SECRET)), ..secret() }), ..Config::new(dir.path()) };
    assert!(!format!("{config:?}").contains(SECRET));
}

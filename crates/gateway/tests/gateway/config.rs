//! What an operator can say, and what is answered to what cannot be.

use std::{net::SocketAddr, path::PathBuf, time::Duration};
use watchdeck_gateway::{Config, ConfigError, Gateway, Order, UserOrder};

fn load(args: &[&str], env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let args = std::iter::once("watchdeck-gateway").chain(args.iter().copied()).map(str::to_owned);
    Config::load(args, env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn refusal(args: &[&str], env: &[(&str, &str)]) -> String {
    load(args, env).expect_err("this must be refused").to_string()
}

fn file(text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gateway.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

#[test]
fn without_a_word_it_listens_on_loopback() {
    let config = load(&[], &[("HOME", "/srv/u")]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:3010".parse::<SocketAddr>().unwrap());
    assert_eq!(config.ping_interval, Duration::from_secs(25));
    assert_eq!(config.data_dir, PathBuf::from("/srv/u/.local/share/watchdeck-gateway"));
    assert!(config.redis_url.is_none());
}

#[test]
fn flags_beat_environment_beats_file() {
    let (_dir, path) =
        file("listen = \"127.0.0.1:1\"\nping_interval_ms = 1000\nmax_connections = 7\n[redis]\nurl = \"redis://127.0.0.1:1\"\n");
    let config = load(
        &["--config", &path, "--listen", "localhost:3"],
        &[
            ("WATCHDECK_GATEWAY_LISTEN", "127.0.0.1:2"),
            ("WATCHDECK_GATEWAY_PING_INTERVAL_MS", "2000"),
            ("WATCHDECK_GATEWAY_ALLOWED_ORIGINS", "https://a.example, https://b.example"),
        ],
    )
    .unwrap();
    assert_eq!(config.listen.port(), 3, "the flag");
    assert_eq!(config.ping_interval, Duration::from_secs(2), "the environment");
    assert_eq!(config.max_connections, 7, "the file");
    assert_eq!(config.redis_url.unwrap().expose(), "redis://127.0.0.1:1");
    assert_eq!(config.allowed_origins, ["https://a.example", "https://b.example"]);
}

#[test]
fn the_example_file_is_a_configuration_and_names_every_key() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/gateway.example.toml");
    let config = load(&["--config", path], &[]).unwrap();
    assert_eq!(config.log_path(), PathBuf::from("/var/lib/watchdeck-gateway/gateway.db"));
    assert!(config.publish_key.is_some() && config.read_token.is_some() && config.redis_url.is_some());
    let (_dir, unknown) = file("x = 1");
    let known = refusal(&["--config", &unknown], &[]);
    let text = std::fs::read_to_string(path).unwrap();
    for key in known.rsplit("use one of: ").next().unwrap().split(", ") {
        assert!(text.contains(key.rsplit('.').next().unwrap()), "{key} is not explained");
    }
}

#[test]
fn a_bad_value_is_named_with_its_place_its_reason_and_a_remedy() {
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a [&'a str]);
    let cases: [Case<'_>; 8] = [
        (&["--listen", "3010"], &[], &["`listen`", "flag --listen", "3010", "127.0.0.1:3010"]),
        (
            &[],
            &[("WATCHDECK_GATEWAY_PING_INTERVAL_MS", "soon")],
            &["`ping_interval_ms`", "WATCHDECK_GATEWAY_PING_INTERVAL_MS", "not a whole number", "25000"],
        ),
        (&["--ping-interval-ms", "5"], &[], &["`ping_interval_ms`", "5 is not between 100 and 3600000"]),
        (&["--max-connections", "0"], &[], &["`max_connections`", "not between 1"]),
        (&["--redis-url", "http://x"], &[], &["`redis.url`", "flag --redis-url", "redis://127.0.0.1:6379"]),
        (&["--read-token", "short"], &[], &["`read_token`", "too few", "openssl rand"]),
        (&["--publish-key", "with a space"], &[], &["`publish_key`", "a character"]),
        (&["--allowed-origins", "erp.example.com"], &[], &["`allowed_origins`", "not an origin", "https://"]),
    ];
    for (args, env, parts) in cases {
        let message = refusal(args, env);
        for part in parts {
            assert!(message.contains(part), "{part:?} is missing in: {message}");
        }
    }
}

#[test]
fn an_unknown_key_is_refused_wherever_it_stands() {
    let (_dir, path) = file("read_tokne = \"a-long-enough-token\"\n");
    let message = refusal(&["--config", &path], &[]);
    assert!(message.contains("`read_tokne`") && message.contains(&path) && message.contains("read_token"), "{message}");
    let (_dir, path) = file("[redis]\nadress = \"x\"\n");
    assert!(refusal(&["--config", &path], &[]).contains("`redis.adress`"));
    assert!(refusal(&[], &[("WATCHDECK_GATEWAY_READ_TOKNE", "x")]).contains("WATCHDECK_GATEWAY_READ_TOKNE"));
    assert!(matches!(load(&["--read-tokne", "x"], &[]), Err(ConfigError::Flags(_))));
}

#[test]
fn a_file_that_is_none_is_said_to_be_none() {
    assert!(refusal(&["--config", "/nowhere/gateway.toml"], &[]).contains("/nowhere/gateway.toml"));
    let (_dir, path) = file("listen = \"127.0.0.1:1\"\nread_token = \"s3cret-s3cret\n");
    let message = refusal(&["--config", &path], &[]);
    assert!(message.contains("line 2"), "{message}");
    assert!(!message.contains("s3cret"), "a refusal must not carry the secret into a log: {message}");
}

#[test]
fn secrets_are_not_printed() {
    let config = load(&["--read-token", "a-long-enough-token", "--redis-url", "redis://u:hidden@127.0.0.1"], &[]).unwrap();
    let printed = format!("{config:?}");
    assert!(!printed.contains("enough") && !printed.contains("hidden"), "{printed}");
    assert!(!refusal(&["--redis-url", "http://u:hidden@x"], &[]).contains("hidden"));
}

#[test]
fn other_machines_are_let_in_only_with_a_key_and_a_token() {
    let message = refusal(&["--listen", "0.0.0.0:3010"], &[]);
    assert!(message.contains("`publish_key`") && message.contains("127.0.0.1"), "{message}");
    let message = refusal(&["--listen", "0.0.0.0:3010", "--publish-key", "a-long-enough-key"], &[]);
    assert!(message.contains("`read_token`"), "{message}");
    assert!(refusal(&["--listen", "[::]:3010"], &[]).contains("publish_key"));
    load(&["--listen", "0.0.0.0:3010", "--publish-key", "a-long-enough-key", "--read-token", "a-long-enough-token"], &[]).unwrap();
}

#[tokio::test]
async fn an_embedded_gateway_is_held_to_the_same_rule() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::new(dir.path());
    config.listen = "0.0.0.0:0".parse().unwrap();
    let error = Gateway::start(config, None).await.expect_err("open to the world without a key");
    assert!(error.to_string().contains("publish_key"), "{error}");
}

#[test]
fn what_is_wrong_in_a_table_is_named_with_its_line() {
    let cases = [
        ("[roles.east]\nreed = [\"x\"]\n", &["`roles`", "line 2", "reed"][..]),
        ("\n[roles.east]\nread = [\"x\"]\nrows = { x = \"(a\" }\n", &["`roles.east.rows`", "line 4", "of x"]),
        ("[roles.east]\nrows = { x = \"after:2h\" }\n", &["`roles.east.rows`", "line 2", "counts from now"]),
        ("[roles.east]\nmask = { x = [\"\"] }\n", &["`roles.east.mask`", "details.cost"]),
        ("[jwt]\nsecret = \"s\"\n", &["`jwt`", "audience"]),
        ("[erp_session]\nadress = \"x\"\n", &["`erp_session`", "line 2", "adress"]),
        ("[limits]\nbytes_per_second = -1\n", &["`limits`", "line 2"]),
        ("jwt = 7\n", &["`jwt`", "line 1"]),
    ];
    for (text, parts) in cases {
        let (_dir, path) = file(text);
        let message = refusal(&["--config", &path], &[]);
        for part in parts {
            assert!(message.contains(part), "{part:?} is missing in: {message}");
        }
    }
}

#[test]
fn whoever_is_asked_who_it_is_may_come_from_another_machine() {
    let (dir, path) =
        file("listen = \"0.0.0.0:3010\"\n[jwt]\nsecret = \"a-secret-of-more-than-thirty-two-bytes\"\naudience = \"a\"\nissuer = \"b\"\n");
    assert_eq!(load(&["--config", &path], &[]).unwrap().jwt.unwrap().leeway_seconds, 5);
    let (_dir, open) = file("listen = \"0.0.0.0:3010\"\n");
    let data_dir = dir.path().to_str().unwrap();
    assert!(refusal(&["--config", &open, "--data-dir", data_dir], &[]).contains("user add"));
    std::fs::write(dir.path().join("users.toml"), "").unwrap();
    load(&["--config", &open, "--data-dir", data_dir], &[]).unwrap();
}

#[test]
fn an_order_about_users_is_read_wherever_its_flags_stand() {
    let order = |args: &[&str]| Order::load(std::iter::once("watchdeck-gateway").chain(args.iter().copied()).map(str::to_owned), []);
    let add =
        order(&["user", "add", "u7", "--name", "Zhang Min", "--role", "approver,finance", "--days", "30", "--data-dir", "/d"]).unwrap();
    let Order::User(config, UserOrder::Add { id, name, roles, days }) = add else { panic!("{add:?}") };
    assert_eq!((id.as_str(), name.as_deref(), days), ("u7", Some("Zhang Min"), Some(30)));
    assert_eq!((roles, config.users_path()), (vec!["approver".into(), "finance".into()], PathBuf::from("/d/users.toml")));
    assert!(matches!(order(&["--listen", "0.0.0.0:1", "user", "list"]), Ok(Order::User(..))), "who serves is held to more");
    assert!(matches!(order(&["user", "add", "u7"]), Err(ConfigError::Flags(_))), "somebody without a role could do nothing");
}

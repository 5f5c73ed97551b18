use super::*;

fn read(text: &str) -> String {
    let address = Address::parse(text).unwrap_or_else(|(reason, _)| panic!("{text}: {reason}"));
    let address = address.with(None, None, None).unwrap_or_else(|(reason, _)| panic!("{text}: {reason}"));
    let password = address.password.as_ref().map_or("-", |password| password.expose());
    format!("{} {} {password}", address.place, address.user.as_deref().unwrap_or("-"))
}

#[test]
fn an_address_is_read_however_it_was_pasted() {
    for (text, meant) in [
        ("redis://127.0.0.1:6379", "127.0.0.1:6379 - -"),
        ("  REDIS://Shop.Example:6380/0 \u{200b}", "shop.example:6380 - -"),
        ("localhost", "localhost:6379 - -"),
        ("10.0.0.7:7000", "10.0.0.7:7000 - -"),
        ("redis://[::1]:7000/3", "[::1]:7000 - -"),
        ("redis://::1", "[::1]:6379 - -"),
        ("rediss://redis.example", "redis.example:6379 over TLS - -"),
        ("valkey://h", "h:6379 - -"),
        ("redis://:p%40ss%23w%2Frd@h:1", "h:1 - p@ss#w/rd"),
        ("redis://:p@ss:w%rd@h:1", "h:1 - p@ss:w%rd"),
        ("redis://erp:a:b@h:1/0", "h:1 erp a:b"),
        ("redis://:100%@h", "h:6379 - 100%"),
        ("redis+unix:///run/redis.sock", "/run/redis.sock - -"),
        ("unix:/run/redis.sock?user=erp&pass=p%26q&db=2", "/run/redis.sock erp p&q"),
        ("unix://:p@ss@/run/redis.sock", "/run/redis.sock - p@ss"),
        ("/run/redis.sock", "/run/redis.sock - -"),
    ] {
        assert_eq!(read(text), meant, "{text}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_in_words_that_hide_the_password() {
    for (text, word) in [
        ("", "empty"),
        ("http://h:6379", "`http://`"),
        ("redis+sentinel://h:26379", "Sentinel"),
        ("redis://:s3cr3t@h:port", "port number"),
        ("redis://:s3cr3t@h:70000", "port number"),
        ("redis://:s3cr3t@h:0", "port number"),
        ("redis://:s3cr3t@", "host is missing"),
        ("redis://:s3cr3t@h/x", "database"),
        ("redis://h:1/s3cr3t#s3cr3t", "encoded"),
        ("redis://:s3cr3t#s3cr3t@h:1", "another meaning"),
        ("redis://:s3@cr3t/w@h:1", "another meaning"),
        ("redis://:s3cr3t?w@h:1", "another meaning"),
        ("redis://:s3cr3t@my host", "character"),
        ("redis://库存.example", "xn--"),
        ("rediss://h#insecure", "ca_file"),
        ("unix://run/redis.sock", "`/`"),
    ] {
        let (reason, remedy) = Address::parse(text).expect_err(text);
        assert!(reason.contains(word), "{text}: {reason}");
        assert!(!reason.contains("s3cr3t") && remedy.contains("%40"), "{text}: {reason}. {remedy}");
    }
}

#[test]
fn what_is_said_beside_the_address_is_taken_literally() {
    let address = Address::parse("redis://:old@h").unwrap();
    let address = address.with(Some("erp"), Some(&Secret::new("p%40@#/:")), None).unwrap();
    assert_eq!((address.user.as_deref(), address.password.unwrap().expose()), (Some("erp"), "p%40@#/:"));
}

#[test]
fn a_password_in_the_users_place_is_pointed_out() {
    let (reason, remedy) = Address::parse("redis://s3cr3t@h").unwrap().with(None, None, None).expect_err("no password");
    assert!(reason.contains("no password") && remedy.contains("redis://:password@") && !reason.contains("s3cr3t"), "{reason}");
    let (reason, _) = Address::parse("redis://h").unwrap().with(None, None, Some(&"/ca.pem".into())).expect_err("no TLS");
    assert!(reason.contains("TLS"), "{reason}");
}

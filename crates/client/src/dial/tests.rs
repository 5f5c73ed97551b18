use super::*;
use crate::{dialect, profile::Dialect};

fn profile(url: &str, dialect: Dialect) -> Profile {
    Profile { token: Some("abc".into()), ..Profile::new("p", url, dialect) }
}

fn target(profile: &Profile) -> Result<Target, String> {
    Target::of(profile, dialect::wire(profile.dialect, profile).as_ref())
}

#[test]
fn each_dialect_signs_in_its_own_way() {
    let native = target(&profile("wss://h/ws", Dialect::NATIVE)).unwrap();
    assert_eq!(native.headers["authorization"], "Bearer abc");
    assert_eq!(native.headers["sec-websocket-protocol"], "watchdeck.v1");
    let erp = target(&profile("wss://h:3002/", Dialect::ERP)).unwrap();
    assert_eq!(erp.headers["cookie"], "next-auth.session-token=abc; __Secure-next-auth.session-token=abc");
    assert_eq!(erp.headers["origin"], "https://h:3002");
    assert!(!erp.headers.contains_key("sec-websocket-protocol"));
    let plain = target(&profile("ws://h:3002/", Dialect::ERP)).unwrap();
    assert_eq!(plain.headers["cookie"], erp.headers["cookie"], "the server knows one of them, whatever the line is");
    let named =
        Profile { token: Some("next-auth.session-token.0=a; x=y; next-auth.session-token.1=b".into()), ..profile("ws://h/", Dialect::ERP) };
    assert_eq!(target(&named).unwrap().headers["cookie"], "next-auth.session-token.0=a; next-auth.session-token.1=b");
    let page = Profile { origin: Some(" https://shop.example/stock ".into()), ..profile("ws://h:3002/", Dialect::ERP) };
    assert_eq!(target(&page).unwrap().headers["origin"], "https://shop.example");
}

#[test]
fn a_page_to_sign_in_on_is_known_by_its_path() {
    for path in ["/login", "/auth/sign-in", "/users/sign_in", "/api/auth/signin", "/cas/login", "/login.html", "/Account/LogOn"] {
        assert!(is_sign_in(path), "{path}");
    }
    for path in ["/", "/ws", "/v2/ws", "/authors", "/catalogue"] {
        assert!(!is_sign_in(path), "{path}");
    }
}

#[test]
fn a_redirect_is_followed_on_the_same_host_and_named_elsewhere() {
    let led =
        |url: &str, status: u16, to: &str| target(&profile(url, Dialect::HUB)).unwrap().led(StatusCode::from_u16(status).unwrap(), to);
    let to = |turned| match turned {
        Turned::Elsewhere(address) => address.as_str().to_owned(),
        Turned::Ending(ending) => panic!("{ending:?}"),
    };
    assert_eq!(to(led("ws://erp:3002/ws", 302, "/v2/ws?a=b")), "ws://erp:3002/v2/ws?a=b");
    assert_eq!(to(led("ws://erp/ws", 308, "https://erp/ws")), "wss://erp/ws", "to TLS is no step down");
    assert_eq!(to(led("ws://erp:3002/ws", 307, "ws://ERP:3003/ws")), "ws://erp:3003/ws");
    let moved = led("ws://erp/ws", 301, "wss://erp.example.test/ws?token=abc");
    assert!(
        matches!(&moved, Turned::Ending(Ending::Refused(words)) if words.contains("wss://erp.example.test/ws") && !words.contains("abc")),
        "{moved:?}"
    );
    assert!(matches!(led("ws://erp/ws", 302, "https://status.example/"), Turned::Ending(Ending::Retry { .. })), "it may come back");
    assert!(matches!(led("wss://erp/ws", 301, "http://erp/ws"), Turned::Ending(Ending::Refused(_))), "never out of TLS");
    assert!(matches!(led("ws://erp/ws", 302, "https://sso.example/login?next=x"), Turned::Ending(Ending::NeedsLogin(_))));
}

#[test]
fn a_token_that_breaks_a_header_is_refused() {
    for token in ["a\nb", "a; admin=1", "库存"] {
        let profile = Profile { token: Some(token.into()), ..profile("ws://h/", Dialect::ERP) };
        assert!(target(&profile).is_err(), "{token:?}");
    }
}

//! Links through a scripted proxy on a real socket.

use serde_json::json;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, copy_bidirectional},
    net::TcpStream,
};
use watchdeck_client::{Cause, Dialect, History, Profile, Proxy, State, Timing, history::fetch, probe};
use watchdeck_events::Millis;
use watchdeck_testkit::{
    certificate::{Authority, Valid},
    http::{answer, head, header},
    patience::soon,
    rig::{Rig, profile, timing},
    server::Server,
};

/// `ann` with `p:ss`.
const BASIC: &str = "Basic YW5uOnA6c3M=";

fn through(server: &Server, proxy: &Server, credentials: bool) -> Profile {
    let credentials = credentials.then(|| ("ann".to_owned(), "p:ss".into()));
    let proxy = Proxy::Through { url: format!("http://{}", proxy.addr), credentials };
    Profile { proxy, ..profile(server.url(), Dialect::NATIVE) }
}

/// Take a `CONNECT`, check where it goes and who asks, and carry what follows.
async fn carry(mut client: impl AsyncRead + AsyncWrite + Unpin, to: SocketAddr, authorization: Option<&str>) {
    let asked = head(&mut client).await;
    assert!(asked.starts_with(&format!("CONNECT {to} HTTP/1.1\r\n")), "{asked}");
    assert_eq!(header(&asked, "proxy-authorization"), authorization);
    assert!(!asked.contains("secret-token"), "the token is for the server, not for the proxy: {asked}");
    client.write_all(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n").await.unwrap();
    let mut server = TcpStream::connect(to).await.unwrap();
    // However it ends, both sides see it.
    drop(copy_bidirectional(&mut client, &mut server).await);
}

fn detail(state: &State) -> &str {
    match state {
        State::Offline { detail, .. } | State::Refused { detail } | State::NeedsLogin { detail } => detail,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_link_goes_through_the_proxy_that_is_named_even_on_loopback() {
    let (server, proxy) = (Server::start().await, Server::start().await);
    for credentials in [false, true] {
        let mut rig = Rig::start(through(&server, &proxy, credentials));
        let tcp = proxy.tcp().await;
        let carrier = tokio::spawn({
            let addr = server.addr;
            async move { carry(tcp, addr, credentials.then_some(BASIC)).await }
        });
        let mut peer = server.greeted(&["inventory"]).await;
        assert_eq!(peer.headers["authorization"], "Bearer secret-token");
        peer.hear().await;
        peer.subscribed("inventory", "e", 1, true, None).await;
        peer.events("inventory", [1]).await;
        rig.until(1, true).await;
        rig.live().await;
        rig.link.stop().await;
        drop(peer);
        soon("the carrier", carrier).await.unwrap();
    }
}

#[tokio::test]
async fn tls_runs_inside_the_tunnel_and_around_it() {
    let (server, proxy, authority) = (Server::start().await, Server::start().await, Authority::unknown());
    let inside = authority.server("127.0.0.1", Valid::Now);
    let around = authority.server("127.0.0.1", Valid::Now);
    let named = Proxy::Through { url: format!("https://{}/", proxy.addr), credentials: None };
    let url = format!("wss://{}/", server.addr);
    let ca_file = Some(authority.file.clone());
    let _rig = Rig::start(Profile { proxy: named, ca_file, ..profile(url, Dialect::ERP) });
    let addr = server.addr;
    let tcp = proxy.tcp().await;
    let carrier = tokio::spawn(async move { carry(around.accept(tcp).await.unwrap(), addr, None).await });
    let mut tls = soon("TLS inside", inside.accept(server.tcp().await)).await.unwrap();
    let asked = head(&mut tls).await;
    assert!(asked.starts_with("GET / HTTP/1.1") && asked.contains("__Secure-next-auth"), "{asked}");
    drop(tls);
    soon("the carrier", carrier).await.unwrap();
}

/// The environment belongs to the process, so the link runs in one of its own: this very test, started again.
#[tokio::test]
async fn the_environment_names_the_proxy_in_either_case() {
    const NAME: &str = "the_environment_names_the_proxy_in_either_case";
    const CHILD: &str = "WATCHDECK_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let mut rig = Rig::start(profile("ws://erp.invalid:3002/ws".into(), Dialect::NATIVE));
        rig.until(1, true).await;
        return;
    }
    let (server, proxy) = (Server::start().await, Server::start().await);
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
        for other in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
            child.env_remove(other);
        }
        child
            .args([NAME, "--exact"])
            .env(CHILD, "1")
            .env("NO_PROXY", "other.invalid")
            .env(variable, format!("http://ann:p%3Ass@{}", proxy.addr));
        let mut child = child.kill_on_drop(true).stdout(std::process::Stdio::null()).spawn().unwrap();
        let mut tcp = proxy.tcp().await;
        let asked = head(&mut tcp).await;
        assert!(asked.starts_with("CONNECT erp.invalid:3002 "), "the proxy looks the name up: {asked}");
        assert_eq!(header(&asked, "proxy-authorization"), Some(BASIC), "{variable}");
        tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let addr = server.addr;
        let carrier = tokio::spawn(async move {
            let mut server = TcpStream::connect(addr).await.unwrap();
            drop(copy_bidirectional(&mut tcp, &mut server).await);
        });
        let mut peer = server.greeted(&["inventory"]).await;
        peer.hear().await;
        peer.subscribed("inventory", "e", 1, true, None).await;
        peer.events("inventory", [1]).await;
        assert!(soon("the child", child.wait()).await.unwrap().success(), "{variable}");
        carrier.abort();
    }
}

#[tokio::test]
async fn a_proxy_that_wants_credentials_is_named_and_not_asked_again() {
    let (server, proxy) = (Server::start().await, Server::start().await);
    for (credentials, words) in [(false, "wants a user name and a password"), (true, "does not accept this user name and password")] {
        let rig = Rig::start(through(&server, &proxy, credentials));
        let mut tcp = proxy.tcp().await;
        head(&mut tcp).await;
        answer(tcp, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", "no").await;
        let status = rig.status("refused", |status| matches!(status.state, State::Refused { .. })).await;
        let detail = detail(&status.state);
        assert!(detail.contains(&format!("http://{}", proxy.addr)) && detail.contains(words), "{detail}");
        assert!(!detail.contains("p:ss"));
        let again = tokio::time::timeout(timing().backoff_cap * 3, proxy.tcp()).await;
        assert!(again.is_err(), "a password that is wrong stays wrong");
    }
}

#[tokio::test]
async fn a_proxys_failures_are_told_apart_from_the_servers() {
    let (server, proxy) = (Server::start().await, Server::start().await);
    let long = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(20_000));
    let chatty = "HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x";
    for (says, words) in [
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "gives no line"),
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "HTTP 403 Forbidden"),
        ("SSH-2.0-OpenSSH_9\r\n", "is not HTTP"),
        ("\0\u{1}\u{2}garbage", "is not HTTP"),
        (&long, "without an end"),
        (chatty, "more than was asked"),
        ("", "hung up without an answer"),
        ("HTTP/1.1 200", "hung up without an answer"),
    ] {
        let rig = Rig::start(through(&server, &proxy, false));
        let mut tcp = proxy.tcp().await;
        head(&mut tcp).await;
        // The client may leave in the middle of it.
        drop(tcp.write_all(says.as_bytes()).await);
        drop(tcp.shutdown().await);
        let status = rig.offline(Cause::Unreachable).await;
        let detail = detail(&status.state);
        assert!(detail.contains(&format!("the proxy http://{}", proxy.addr)) && detail.contains(words), "{says:.30}: {detail}");
    }
}

#[tokio::test]
async fn a_proxy_that_hangs_times_out_and_one_that_is_gone_is_said_so() {
    let (server, proxy) = (Server::start().await, Server::start().await);
    let timing = Timing { connect: Duration::from_millis(300), ..timing() };
    let rig = Rig::start(Profile { timing, ..through(&server, &proxy, false) });
    let mut mute = proxy.tcp().await;
    head(&mut mute).await;
    let status = rig.offline(Cause::TimedOut).await;
    assert!(detail(&status.state).contains("the proxy http://"), "{status:?}");

    let profile = through(&server, &proxy, false);
    drop((rig, mute, proxy));
    let rig = Rig::start(profile);
    let status = rig.offline(Cause::Unreachable).await;
    assert!(detail(&status.state).contains("cannot be reached"), "nobody listens at the proxy, not at the server: {status:?}");
}

#[tokio::test]
async fn a_proxy_of_an_unknown_kind_is_refused_at_once() {
    let server = Server::start().await;
    let proxy = Proxy::Through { url: "socks5://127.0.0.1:1080".into(), credentials: None };
    let rig = Rig::start(Profile { proxy, ..profile(server.url(), Dialect::NATIVE) });
    let status = rig.status("refused", |status| matches!(status.state, State::Refused { .. })).await;
    assert!(detail(&status.state).contains("socks5"), "{status:?}");
}

#[tokio::test]
async fn a_probe_names_the_proxy_as_its_first_step() {
    let (server, proxy) = (Server::start().await, Server::start().await);
    let refuse = async {
        let mut tcp = proxy.tcp().await;
        head(&mut tcp).await;
        answer(tcp, "407 Proxy Authentication Required", "").await;
    };
    let (steps, ()) = tokio::join!(probe(through(&server, &proxy, false)), refuse);
    assert_eq!(steps.iter().map(|step| (step.step, step.ok)).collect::<Vec<_>>(), [("proxy", false)], "{steps:?}");

    let speak = async {
        let addr = server.addr;
        let tcp = proxy.tcp().await;
        let carrier = tokio::spawn(async move { carry(tcp, addr, None).await });
        let mut peer = server.greeted(&["inventory"]).await;
        peer.hear().await;
        peer.subscribed("inventory", "e", 0, true, None).await;
        peer.gone().await;
        carrier.await.unwrap();
    };
    let (steps, ()) = tokio::join!(probe(through(&server, &proxy, false)), speak);
    let summary: Vec<_> = steps.iter().map(|step| (step.step, step.ok)).collect();
    assert_eq!(summary, ["proxy", "sign_in", "subscribe"].map(|step| (step, true)), "{steps:?}");
}

#[tokio::test]
async fn history_goes_through_the_same_proxy() {
    let (server, proxy) = (Server::start().await, Server::start().await);
    let history = Some(History { path: "/api/events".into(), every: Duration::from_secs(15) });
    let profile = Profile { history, ..through(&server, &proxy, true) };
    let speak = async {
        let mut tcp = proxy.tcp().await;
        let asked = head(&mut tcp).await;
        // What is not encrypted is asked of the proxy itself, not tunnelled.
        assert!(asked.starts_with(&format!("GET http://{}/api/events HTTP/1.1", server.addr)), "{asked}");
        assert_eq!((header(&asked, "proxy-authorization"), header(&asked, "authorization")), (Some(BASIC), Some("Bearer secret-token")));
        answer(tcp, "200 OK", &json!([{"channel": "inventory", "data": {"n": 1}}]).to_string()).await;
    };
    let (found, ()) = tokio::join!(fetch(&profile, None, Millis(0), Millis(1)), speak);
    assert_eq!(found.unwrap().len(), 1);
}

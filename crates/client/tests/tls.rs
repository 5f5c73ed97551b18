//! Links and questions over TLS, against servers whose certificates are made here.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::{
    accept_async, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
    },
};
use watchdeck_client::{Cause, Delivery, Dialect, History, Profile, State, Timing, history::fetch, probe};
use watchdeck_events::Millis;
use watchdeck_testkit::{
    certificate::{Authority, Own, Valid},
    http::head,
    patience::soon,
    rig::{Rig, profile, timing},
    server::Server,
};

fn wss(server: &Server) -> Profile {
    profile(format!("wss://{}/", server.addr), Dialect::ERP)
}

async fn refused(server: &Server, authority: &Authority, name: &str, valid: Valid, profile: Profile) -> String {
    let acceptor = authority.server(name, valid);
    let rig = Rig::start(profile);
    let (shaken, status) = tokio::join!(async { acceptor.accept(server.tcp().await).await.map(drop) }, rig.offline(Cause::Tls));
    assert!(shaken.is_err(), "the client must not go on");
    match status.state {
        State::Offline { detail, .. } => detail,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_of_an_own_authority_is_trusted_by_its_file() {
    let (server, authority) = (Server::start().await, Authority::unknown());
    let acceptor = authority.server("127.0.0.1", Valid::Now);
    let mut rig = Rig::start(Profile { ca_file: Some(authority.file.clone()), ..wss(&server) });
    let tls = acceptor.accept(server.tcp().await).await.unwrap();
    let mut cookie = None;
    #[allow(clippy::result_large_err, reason = "the library's signature")]
    let shake = |request: &Request, response: Response| {
        cookie = request.headers().get("cookie").cloned();
        Ok(response)
    };
    let mut ws = accept_hdr_async(tls, shake).await.unwrap();
    assert_eq!(cookie.unwrap(), "next-auth.session-token=secret-token; __Secure-next-auth.session-token=secret-token");
    soon("a subscribe", ws.next()).await.unwrap().unwrap();
    let message = json!({"channel": "inventory", "data": {"n": 1}, "ts": 1_795_223_788_150u64});
    ws.send(Message::text(message.to_string())).await.unwrap();
    assert!(matches!(rig.delivery().await, Delivery::Events { .. }));
    rig.live().await;
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_is_not_trusted_and_says_what_to_do() {
    let (server, authority) = (Server::start().await, Authority::unknown());
    let detail = refused(&server, &authority, "127.0.0.1", Valid::Now, wss(&server)).await;
    assert!(detail.contains("nobody that this machine trusts") && detail.contains("name its certificate file"), "{detail}");
    let other = Authority::unknown();
    let trusting = Profile { ca_file: Some(other.file.clone()), ..wss(&server) };
    let detail = refused(&server, &authority, "127.0.0.1", Valid::Now, trusting).await;
    assert!(detail.contains("nobody that this machine trusts"), "another authority's file proves nothing: {detail}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_named() {
    let (server, authority) = (Server::start().await, Authority::unknown());
    let trusting = Profile { ca_file: Some(authority.file.clone()), ..wss(&server) };
    let detail = refused(&server, &authority, "erp.example", Valid::Now, trusting).await;
    assert!(detail.contains("not for the name 127.0.0.1") && detail.contains("erp.example"), "{detail}");
}

#[tokio::test]
async fn a_certificate_of_another_time_is_dated() {
    let (server, authority) = (Server::start().await, Authority::unknown());
    let trusting = Profile { ca_file: Some(authority.file.clone()), ..wss(&server) };
    let detail = refused(&server, &authority, "127.0.0.1", Valid::Once, trusting.clone()).await;
    assert!(detail.contains("expired on Mon, 17 May 2021"), "{detail}");
    let detail = refused(&server, &authority, "127.0.0.1", Valid::Someday, trusting).await;
    assert!(detail.contains("valid only from Mon, 01 Jan 2998"), "{detail}");
}

#[tokio::test]
async fn a_file_of_certificates_that_is_missing_waits_for_a_person() {
    let (server, authority) = (Server::start().await, Authority::unknown());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("later.pem");
    let rig = Rig::start(Profile { ca_file: Some(file.clone()), ..wss(&server) });
    let status = rig.status("refused", |status| matches!(status.state, State::Refused { .. })).await;
    let State::Refused { detail } = status.state else { unreachable!() };
    assert!(detail.contains("later.pem") && detail.contains("cannot be read"), "{detail}");

    std::fs::copy(&authority.file, &file).unwrap();
    rig.link.wake();
    let acceptor = authority.server("127.0.0.1", Valid::Now);
    // The first connection was dropped when the file was found missing.
    drop(server.tcp().await);
    acceptor.accept(server.tcp().await).await.expect("now it is trusted");
}

/// A DER element.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

/// What a link that trusts `file` makes of a server.
async fn outcome(file: &[u8], own: &Own, url: impl Fn(&Server) -> String) -> State {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("named");
    std::fs::write(&path, file).unwrap();
    let server = Server::start().await;
    // Whatever comes of it stands: it is not tried again soon.
    let hour = Duration::from_secs(3600);
    let timing = Timing { backoff_first: hour, backoff_cap: hour, ..Timing::default() };
    let rig = Rig::start(Profile { ca_file: Some(path), timing, ..profile(url(&server), Dialect::ERP) });
    let serve = async {
        if let Ok(tls) = own.acceptor.accept(server.tcp().await).await {
            let mut ws = accept_async(tls).await.unwrap();
            while let Some(Ok(_)) = ws.next().await {}
        }
    };
    let settled = rig.status("an outcome", |status| !matches!(status.state, State::Connecting { .. }));
    tokio::select! {
        status = settled => status.state,
        () = async { serve.await; std::future::pending().await } => unreachable!(),
    }
}

#[tokio::test]
async fn a_servers_own_certificate_is_trusted_in_every_form_that_people_save() {
    let own = Own::new("127.0.0.1", Valid::Now);
    let url = |server: &Server| format!("wss://{}/", server.addr);
    let text = format!("\u{feff}Bag Attributes\n  friendlyName: erp\nsubject=CN = erp\n{}\nthat was it", own.pem).replace('\n', "\r\n");
    let beside = Own::new("other.example", Valid::Now);
    let oid = |last: u8| der(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last]);
    let data = [der(2, &[1]), der(0x31, &[]), der(0x30, &oid(1)), der(0xa0, &own.der), der(0x31, &[])].concat();
    let pkcs7 = der(0x30, &[oid(2), der(0xa0, &der(0x30, &data))].concat());
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(own.pem.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let bare: String = own.pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n");
    for (form, file) in [
        ("PEM", own.pem.clone().into_bytes()),
        ("PEM with text, CRLF and a BOM", text.into_bytes()),
        ("DER", own.der.clone()),
        ("a chain", (beside.pem.clone() + &own.pem).into_bytes()),
        ("PKCS #7", pkcs7),
        ("UTF-16", wide),
        ("base64 alone", bare.into_bytes()),
        ("with its key", (own.pem.clone() + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").into_bytes()),
    ] {
        assert_eq!(outcome(&file, &own, url).await, State::Unconfirmed, "{form}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_servers_own_certificate_is_said_in_words() {
    let by_address = |server: &Server| format!("wss://{}/", server.addr);
    let words = |state: State| match state {
        State::Offline { cause: Cause::Tls, detail, .. } => detail,
        other => panic!("{other:?}"),
    };
    let once = Own::new("127.0.0.1", Valid::Once);
    let said = words(outcome(once.pem.as_bytes(), &once, by_address).await);
    assert!(said.contains("expired on Mon, 17 May 2021"), "{said}");
    let named = Own::new("erp.example", Valid::Now);
    let said = words(outcome(named.pem.as_bytes(), &named, by_address).await);
    assert!(said.contains("not for the name 127.0.0.1 but for erp.example"), "{said}");
    let other = Own::new("127.0.0.1", Valid::Now);
    let said = words(outcome(named.pem.as_bytes(), &other, by_address).await);
    assert!(said.contains("vouches for itself") && said.contains("not the one in the file"), "{said}");
}

#[tokio::test]
async fn a_server_without_tls_is_told_apart_from_a_bad_certificate() {
    let server = Server::start().await;
    let rig = Rig::start(wss(&server));
    let mut tcp = server.tcp().await;
    tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    let status = rig.offline(Cause::Tls).await;
    assert!(format!("{:?}", status.state).contains("does not speak TLS"), "{status:?}");
}

#[tokio::test]
async fn a_tls_handshake_that_hangs_times_out_and_says_so() {
    let server = Server::start().await;
    let timing = Timing { connect: Duration::from_millis(300), ..timing() };
    let rig = Rig::start(Profile { timing, ..wss(&server) });
    let mute = server.tcp().await;
    let status = rig.offline(Cause::TimedOut).await;
    assert!(format!("{:?}", status.state).contains("the TLS handshake"), "{status:?}");
    drop(mute);
}

#[tokio::test]
async fn a_probe_names_the_step_that_tls_is() {
    let (server, authority) = (Server::start().await, Authority::unknown());
    let acceptor = authority.server("127.0.0.1", Valid::Now);
    let (steps, _) = tokio::join!(probe(wss(&server)), async { acceptor.accept(server.tcp().await).await.map(drop) });
    let summary: Vec<_> = steps.iter().map(|step| (step.step, step.ok)).collect();
    assert_eq!(summary, [("address", true), ("connect", true), ("tls", false)]);

    let trusting = Profile { ca_file: Some(authority.file.clone()), ..wss(&server) };
    let speak = async {
        let tls = acceptor.accept(server.tcp().await).await.unwrap();
        let mut ws = accept_async(tls).await.unwrap();
        while let Some(Ok(_)) = ws.next().await {}
    };
    let (steps, ()) = tokio::join!(probe(trusting), speak);
    let summary: Vec<_> = steps.iter().map(|step| (step.step, step.ok)).collect();
    assert_eq!(summary, ["address", "connect", "tls", "sign_in", "subscribe"].map(|step| (step, true)));
}

#[tokio::test]
async fn history_is_asked_for_over_tls_with_the_same_trust() {
    let (server, authority) = (Server::start().await, Authority::unknown());
    let acceptor = authority.server("127.0.0.1", Valid::Now);
    let history = Some(History { path: "/api/events".into(), every: Duration::from_secs(15) });
    let trusting = Profile { ca_file: Some(authority.file.clone()), history, ..wss(&server) };
    let speak = async {
        let mut tls = acceptor.accept(server.tcp().await).await.unwrap();
        let asked = head(&mut tls).await;
        assert!(asked.contains("__Secure-next-auth.session-token=secret-token"), "{asked}");
        let body = r#"[{"channel":"inventory","data":{"n":1}}]"#;
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        tls.write_all(text.as_bytes()).await.unwrap();
        tls.shutdown().await.unwrap();
    };
    let (found, ()) = tokio::join!(fetch(&trusting, None, Millis(0), Millis(1)), speak);
    assert_eq!(found.unwrap().len(), 1);

    let doubting = Profile { ca_file: None, ..trusting };
    let (found, _) =
        tokio::join!(fetch(&doubting, None, Millis(0), Millis(1)), async { acceptor.accept(server.tcp().await).await.map(drop) });
    let error = found.unwrap_err().to_string();
    assert!(error.contains("nobody that this machine trusts"), "{error}");
}

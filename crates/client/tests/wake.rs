//! A server that starts only when somebody asks for a page of its application.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use watchdeck_client::{Cause, Dialect, Profile, State, probe};
use watchdeck_testkit::{
    http::{answer, head, header},
    patience::soon,
    rig::{Rig, profile},
    server::Server,
};

/// Where nobody listens yet, and the application beside it.
async fn lazy() -> (std::net::SocketAddr, Server, Profile) {
    let (server, application) = (Server::start().await, Server::start().await);
    let wake_url = Some(format!("http://{}/api/ws", application.addr));
    let profile = Profile { wake_url, ..profile(server.url(), Dialect::ERP) };
    (server.addr, application, profile)
}

#[tokio::test]
async fn a_lazy_server_is_woken_and_then_dialled() {
    let (addr, application, profile) = lazy().await;
    let rig = Rig::start(profile);
    let mut tcp = application.tcp().await;
    let asked = head(&mut tcp).await;
    assert!(asked.starts_with("GET /api/ws HTTP/1.1\r\n"), "{asked}");
    assert_eq!(
        header(&asked, "cookie"),
        Some("next-auth.session-token=secret-token; __Secure-next-auth.session-token=secret-token"),
        "it starts for its users only"
    );
    let server = Server::on(addr).await;
    answer(tcp, "200 OK", "started").await;
    let _peer = server.erp().await;
    let status = rig.status("connected", |status| status.connected_since.is_some()).await;
    assert_eq!(status.reconnects, 0, "the same attempt");
}

#[tokio::test]
async fn a_server_is_not_woken_more_often_than_each_five_seconds() {
    let (_, application, profile) = lazy().await;
    let woken = Arc::new(AtomicU32::new(0));
    tokio::spawn({
        let woken = woken.clone();
        async move {
            loop {
                let mut tcp = application.tcp().await;
                head(&mut tcp).await;
                woken.fetch_add(1, Ordering::Relaxed);
                answer(tcp, "503 Service Unavailable", "").await;
            }
        }
    });
    let rig = Rig::start(profile);
    let status = rig.offline(Cause::ConnectionRefused).await;
    assert!(format!("{:?}", status.state).contains("answered HTTP 503"), "what came of it is said: {status:?}");
    rig.status("more tries", |status| matches!(status.state, State::Offline { attempt: 5.., .. })).await;
    assert_eq!(woken.load(Ordering::Relaxed), 1);
    rig.clock.sleep(Duration::from_secs(6));
    soon("a second time", async {
        while woken.load(Ordering::Relaxed) < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_wake_up_that_fails_is_told_and_tried_again() {
    let (_, application, profile) = lazy().await;
    let rig = Rig::start(Profile { wake_url: Some("ftp://127.0.0.1/x".into()), ..profile.clone() });
    let status = rig.offline(Cause::ConnectionRefused).await;
    assert!(format!("{:?}", status.state).contains("the wake-up address"), "{status:?}");

    let rig = Rig::start(profile);
    let mut tcp = application.tcp().await;
    head(&mut tcp).await;
    answer(tcp, "302 Found\r\nLocation: http://127.0.0.1/login?token=x", "").await;
    let status = rig.offline(Cause::ConnectionRefused).await;
    let words = format!("{:?}", status.state);
    assert!(words.contains("leads to http://127.0.0.1/login;"), "a redirect is told, not followed: {words}");
}

#[tokio::test]
async fn a_probe_wakes_the_server_too() {
    let (addr, application, profile) = lazy().await;
    let speak = async {
        let mut tcp = application.tcp().await;
        head(&mut tcp).await;
        let server = Server::on(addr).await;
        answer(tcp, "200 OK", "").await;
        // The line that the probe opened, and nothing after it.
        server.erp().await.gone().await;
    };
    let (steps, ()) = tokio::join!(probe(profile), speak);
    assert!(steps.iter().all(|step| step.ok), "{steps:?}");
}

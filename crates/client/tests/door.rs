//! What may happen at the door: refusals, silence, nobody there; and an end in every state.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::{sync::Arc, time::Duration};
use watchdeck_client::{Cause, Dialect, Profile, State, Timing, probe};
use watchdeck_testkit::{
    http::{self, head},
    patience::soon,
    rig::{Rig, profile, timing},
    server::Server,
};

fn native(server: &Server) -> Profile {
    profile(server.url(), Dialect::NATIVE)
}

#[tokio::test]
async fn http_refusals_need_a_login_and_other_answers_are_retried() {
    let server = Server::start().await;
    let rig = Rig::start(native(&server));
    answer(&server, "502 Bad Gateway").await;
    rig.offline(Cause::NotWebSocket).await;
    answer(&server, "401 Unauthorized").await;
    let needs_login = State::NeedsLogin { detail: "HTTP 401 Unauthorized".into() };
    rig.status("needs login", |status| status.state == needs_login).await;
}

async fn answer(server: &Server, status: &str) {
    let mut tcp = server.tcp().await;
    head(&mut tcp).await;
    http::answer(tcp, status, "").await;
}

#[tokio::test]
async fn a_closed_port_is_normal_and_retried() {
    let server = Server::start().await;
    let (profile, addr) = (native(&server), server.addr);
    drop(server);
    let rig = Rig::start(profile);
    rig.status("a third try", |status| matches!(status.state, State::Offline { attempt: 3.., cause: Cause::ConnectionRefused, .. })).await;
    let server = Server::on(addr).await;
    server.greeted(&["inventory"]).await.hear().await;
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_times_out() {
    let server = Server::start().await;
    let timing = Timing { connect: Duration::from_millis(200), hello: Duration::from_millis(200), ..timing() };
    let rig = Rig::start(Profile { timing, ..native(&server) });
    let mute = server.tcp().await;
    rig.offline(Cause::TimedOut).await;
    let hello_less = server.native().await;
    rig.status("shaken hands", |status| status.connected_since.is_some()).await;
    rig.offline(Cause::TimedOut).await;
    drop((mute, hello_less));
}

#[tokio::test]
async fn stop_ends_promptly_in_every_state() {
    let server = Server::start().await;
    let timing = Timing { backoff_first: Duration::from_secs(3600), backoff_cap: Duration::from_secs(3600), ..timing() };
    let profile = Profile { timing, ..native(&server) };
    let prompt = Duration::from_secs(2);

    let rig = Rig::start(profile.clone());
    let tcp = server.tcp().await;
    tokio::time::timeout(prompt, rig.link.stop()).await.expect("while shaking hands");
    drop(tcp);

    let rig = Rig::start(profile.clone());
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    tokio::time::timeout(prompt, rig.link.stop()).await.expect("while connected");
    peer.gone().await;

    let rig = Rig::start(profile.clone());
    drop(server.greeted(&["inventory"]).await);
    rig.status("over", |status| !matches!(status.state, State::Connecting { .. })).await;
    tokio::time::timeout(prompt, rig.link.stop()).await.expect("while waiting");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_named() {
    struct Mute;
    #[async_trait::async_trait]
    impl watchdeck_client::Positions for Mute {
        async fn committed(&self, _: &watchdeck_events::Channel) -> Option<watchdeck_protocol::Position> {
            std::future::pending().await
        }
    }
    let server = Server::start().await;
    let (deliveries, _receiver) = tokio::sync::mpsc::channel(8);
    let timing = Timing { subscribe: Duration::from_millis(200), ..timing() };
    let io = watchdeck_client::LinkIo { deliveries, positions: Arc::new(Mute) };
    let link = watchdeck_client::Link::start(Profile { timing, ..native(&server) }, io);
    let peer = server.greeted(&["inventory"]).await;
    let unavailable =
        |status: &watchdeck_client::Status| matches!(status.lost, Some(State::Offline { cause: Cause::StoreUnavailable, .. }));
    soon("offline", link.status().wait_for(unavailable)).await.unwrap();
    drop(peer);
}

#[tokio::test]
async fn a_probe_says_how_far_it_got() {
    let server = Server::start().await;
    let speak = async {
        let mut peer = server.greeted(&["inventory"]).await;
        assert_eq!(peer.hear().await["channel"], "inventory");
        peer.subscribed("inventory", "e", 0, true, None).await;
        peer.gone().await;
    };
    let (steps, ()) = tokio::join!(probe(native(&server)), speak);
    let summary: Vec<_> = steps.iter().map(|step| (step.step, step.ok)).collect();
    assert_eq!(summary, [("address", true), ("connect", true), ("sign_in", true), ("subscribe", true)]);

    let (steps, ()) = tokio::join!(probe(native(&server)), async { server.native().await.close(4500, "bad token").await });
    let last = steps.last().unwrap();
    assert_eq!((steps.len(), last.step, last.ok, last.detail.as_str()), (3, "sign_in", false, "4500 bad token"));

    let (steps, ()) = tokio::join!(probe(native(&server)), answer(&server, "403 Forbidden"));
    assert_eq!(
        steps.iter().map(|step| (step.step, step.ok)).collect::<Vec<_>>(),
        [("address", true), ("connect", true), ("sign_in", false)]
    );

    let profile = native(&server);
    drop(server);
    let steps = probe(profile).await;
    assert_eq!(steps.iter().map(|step| (step.step, step.ok)).collect::<Vec<_>>(), [("address", true), ("connect", false)]);
}

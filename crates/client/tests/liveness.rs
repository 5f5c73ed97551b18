//! Is the line alive, how long is it, and what does the server's clock say: over real sockets, on clocks that can be made to jump.

use futures_util::StreamExt as _;
use std::time::{Duration, Instant, SystemTime};
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
    },
};
use watchdeck_client::{Cause, Dialect, Profile, State, Timing, network};
use watchdeck_testkit::{
    patience::soon,
    rig::{Rig, profile, timing},
    server::{Peer, Server},
};

const HOUR: Duration = Duration::from_secs(3600);
const NIGHT: Duration = Duration::from_secs(8 * 3600);

fn native(server: &Server) -> Profile {
    profile(server.url(), Dialect::NATIVE)
}

async fn live(server: &Server, rig: &Rig) -> Peer {
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    rig.live().await;
    peer
}

#[tokio::test]
async fn the_way_there_and_back_is_measured() {
    let server = Server::start().await;
    let rig = Rig::start(native(&server));
    let mut peer = live(&server, &rig).await;
    let reading = tokio::spawn(async move { while let Some(Ok(_)) = peer.ws.next().await {} });
    let status = rig.status("a round trip", |status| status.round_trip.is_some()).await;
    assert!(status.round_trip.unwrap() < Duration::from_secs(10), "{status:?}");
    reading.abort();
    let status = rig.status("down", |status| status.connected_since.is_none()).await;
    assert_eq!(status.round_trip, None, "it was the way of a connection that is gone");
}

#[tokio::test]
async fn the_servers_clock_is_read_from_its_answer() {
    let server = Server::start().await;
    let rig = Rig::start(native(&server));
    #[allow(clippy::result_large_err, reason = "the library's signature")]
    let shake = |_: &Request, mut response: Response| {
        let behind = httpdate::fmt_http_date(SystemTime::now() - HOUR);
        response.headers_mut().insert("date", behind.parse().unwrap());
        response.headers_mut().insert("sec-websocket-protocol", "watchdeck.v1".parse().unwrap());
        Ok(response)
    };
    let _ws = accept_hdr_async(server.tcp().await, shake).await.unwrap();
    let clock = rig.status("a reading", |status| status.clock.is_some()).await.clock.unwrap();
    assert!((clock.ahead_ms + 3_600_000).abs() <= clock.error_ms, "{clock:?}");
    assert!(clock.error_ms >= 500, "the header has whole seconds: {clock:?}");
}

#[tokio::test]
async fn a_night_of_sleep_is_noticed_at_once_and_on_record() {
    let server = Server::start().await;
    let rig = Rig::start(native(&server));
    let slept = live(&server, &rig).await;
    rig.clock.sleep(NIGHT);
    let status = rig.offline(Cause::Woke).await;
    let State::Offline { attempt: 0, next_try_at, .. } = status.state else { panic!("no failure of anybody's: {status:?}") };
    let wait = next_try_at.since(watchdeck_client::Clock::wall(&*rig.clock));
    assert!(wait <= 300, "{wait} ms");
    live(&server, &rig).await;
    drop(slept);
}

#[tokio::test]
async fn many_links_that_wake_together_are_live_within_seconds() {
    let server = Server::start().await;
    let rigs: Vec<_> = (0..8).map(|_| Rig::start(native(&server))).collect();
    let mut peers = vec![];
    for _ in &rigs {
        let mut peer = server.greeted(&["inventory"]).await;
        peer.hear().await;
        peer.subscribed("inventory", "e", 0, true, None).await;
        peers.push(peer);
    }
    for rig in &rigs {
        rig.live().await;
    }
    let woke = Instant::now();
    rigs.iter().for_each(|rig| rig.clock.sleep(NIGHT));
    for _ in &rigs {
        let mut peer = server.greeted(&["inventory"]).await;
        peer.hear().await;
        peer.subscribed("inventory", "e", 0, true, None).await;
        peers.push(peer);
    }
    for rig in &rigs {
        let status = rig.status("live again", |status| status.state == State::Live && status.reconnects == 1).await;
        assert_eq!(status.reconnects, 1, "one attempt each");
    }
    // What we wait for ourselves is a look at the clock each second and a pause of 0.3 s; the rest is this machine's.
    assert!(Timing::default().tick <= Duration::from_secs(1));
    assert!(woke.elapsed() < Duration::from_secs(6), "{:?}", woke.elapsed());
}

#[tokio::test]
async fn a_changed_network_ends_a_long_wait() {
    let server = Server::start().await;
    let timing = Timing { backoff_first: HOUR, backoff_cap: HOUR, ..timing() };
    let rig = Rig::start(Profile { timing, ..native(&server) });
    drop(server.tcp().await);
    rig.status("waiting", |status| matches!(status.state, State::Offline { .. })).await;
    rig.link.network_changed();
    live(&server, &rig).await;
}

#[tokio::test]
async fn a_connection_that_did_not_survive_a_changed_network_is_noticed_in_seconds() {
    let server = Server::start().await;
    let timing = Timing { ping: HOUR, grace: HOUR, ..timing() };
    let rig = Rig::start(Profile { timing, ..native(&server) });
    let mut peer = server.native().await;
    peer.hello(&["inventory"], 600_000).await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    rig.live().await;
    // The connection stays open, and nobody reads it.
    rig.link.network_changed();
    rig.offline(Cause::Silent).await;
    let again = live(&server, &rig).await;
    drop((peer, again));
}

#[tokio::test]
async fn a_connection_that_survived_a_changed_network_is_left_alone() {
    let server = Server::start().await;
    let mut rig = Rig::start(Profile { timing: Timing { ping: HOUR, ..timing() }, ..native(&server) });
    let mut peer = live(&server, &rig).await;
    rig.link.network_changed();
    loop {
        // The ping that every connection begins with was read before.
        if let Message::Ping(_) = soon("a ping", peer.ws.next()).await.unwrap().unwrap() {
            break;
        }
    }
    // The pong leaves with the next thing that is said.
    peer.events("inventory", [1]).await;
    rig.until(1, true).await;
    rig.clock.sleep(Duration::from_secs(5));
    peer.events("inventory", [2]).await;
    rig.until(2, true).await;
    assert_eq!(rig.live().await.reconnects, 0);
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_connection_and_is_not_asked_for_at_full_speed() {
    let server = Server::start().await;
    let rig = Rig::start(native(&server));
    // Fragments that each keep the limit, and break it together.
    for attempt in 1..=3 {
        let mut tcp = shake_by_hand(&server).await;
        let piece = vec![b'x'; 6 << 20];
        let mut said = Ok(());
        for fragment in 0..4u8 {
            let mut head = vec![u8::from(fragment == 0), 127];
            head.extend((piece.len() as u64).to_be_bytes());
            said = async { tcp.write_all(&head).await.and(tcp.write_all(&piece).await) }.await;
        }
        drop(said);
        assert_eq!(rig.failed(attempt).await, Cause::Protocol);
    }
}

/// A WebSocket that is written by hand from here on.
async fn shake_by_hand(server: &Server) -> tokio::net::TcpStream {
    let peer = server.native().await;
    peer.ws.into_inner()
}

#[tokio::test]
async fn changes_of_the_network_can_be_watched_or_never_come() {
    let mut changes = Box::pin(network::changes());
    // What is there already is no change, and a machine that cannot tell ends the stream or stays silent; neither is an error.
    let first = tokio::time::timeout(Duration::from_millis(800), changes.next()).await;
    assert!(matches!(first, Err(_) | Ok(None)), "nothing changed here: {first:?}");
}

#[tokio::test]
async fn what_waits_for_the_receiver_is_counted() {
    let server = Server::start().await;
    let mut rig = Rig::with(native(&server), Default::default(), 1);
    let mut peer = server.greeted(&["inventory", "orders"]).await;
    peer.hear().await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    peer.subscribed("orders", "e", 0, true, None).await;
    for offset in 1..=20 {
        peer.events("inventory", [offset]).await;
        peer.events("orders", [offset]).await;
    }
    rig.status("something waits", |status| status.waiting_bytes > 1000).await;
    let mut seen = 0;
    while seen < 40 {
        if let watchdeck_client::Delivery::Events { events, .. } = rig.delivery().await {
            seen += events.len();
        }
    }
    rig.status("nothing waits", |status| status.waiting_bytes == 0).await;
}

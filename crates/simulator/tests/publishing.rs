//! The pace of publishing, in paused time, and the two wires, spelled out.

use async_trait::async_trait;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;
use watchdeck_events::Millis;
use watchdeck_simulator::{Config, HttpSink, Pace, Published, Simulator, Sink, envelope, run};

fn world() -> Arc<Mutex<Simulator>> {
    Arc::new(Mutex::new(Simulator::new(Config::default(), Millis(1_795_233_600_000))))
}

fn clock() -> Millis {
    Millis(1_795_233_600_000)
}

/// Remembers when which events came; fails as often as asked.
#[derive(Default)]
struct Memory {
    events: Mutex<Vec<(Instant, Published)>>,
    failures: AtomicU32,
}

#[async_trait]
impl Sink for Memory {
    async fn publish(&self, events: Vec<Published>) -> anyhow::Result<()> {
        if self.failures.load(Ordering::SeqCst) > 0 {
            self.failures.fetch_sub(1, Ordering::SeqCst);
            anyhow::bail!("down");
        }
        let now = Instant::now();
        self.events.lock().unwrap().extend(events.into_iter().map(|event| (now, event)));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn any_rate_is_held_without_drift() {
    for (rate, seconds) in [(0.1, 100), (3.0, 60), (7.7, 100), (50.0, 20), (1_000.0, 5), (50_000.0, 1)] {
        let (memory, stop) = (Memory::default(), CancellationToken::new());
        let world = world();
        let running = run(&world, Pace { rate, limit: None }, &memory, clock, &stop);
        tokio::select! {
            _ = running => unreachable!("nobody stopped it"),
            () = tokio::time::sleep(Duration::from_secs(seconds) + Duration::from_millis(1)) => {}
        }
        let count = memory.events.lock().unwrap().len() as f64;
        let expected = rate * seconds as f64;
        // At most one batch is still on its way.
        assert!(
            count <= expected + 1.0 && count >= expected - (rate * 0.021).max(1.0),
            "{rate}/s for {seconds} s: {count}, expected {expected}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_exact_and_events_come_one_by_one_at_low_rates() {
    let (memory, stop) = (Memory::default(), CancellationToken::new());
    let published = run(&world(), Pace { rate: 5.0, limit: Some(12) }, &memory, clock, &stop).await;
    let events = memory.events.lock().unwrap();
    assert_eq!((published, events.len()), (12, 12));
    for pair in events.windows(2) {
        assert_eq!(pair[1].0 - pair[0].0, Duration::from_millis(200), "five a second are not a heap each second");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_was_down_gets_the_same_events_and_no_heap() {
    let (memory, stop) = (Memory { failures: AtomicU32::new(20), ..Memory::default() }, CancellationToken::new());
    run(&world(), Pace { rate: 100.0, limit: Some(200) }, &memory, clock, &stop).await;
    let events = memory.events.lock().unwrap();
    let expected = world().lock().unwrap().take(clock(), 200);
    assert!(events.iter().map(|(_, event)| event).eq(&expected), "nothing is skipped and nothing sent twice");
    assert!(events[199].0 - events[0].0 >= Duration::from_millis(1_900), "ten seconds of silence are not made up for at once");
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_at_once_even_while_the_sink_is_down() {
    let (memory, stop) = (Memory { failures: AtomicU32::new(u32::MAX), ..Memory::default() }, CancellationToken::new());
    let world = world();
    let stopper = stop.clone();
    let (published, ()) = tokio::join!(run(&world, Pace { rate: 10.0, limit: None }, &memory, clock, &stop), async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        stopper.cancel();
    });
    assert_eq!(published, 0);
}

#[test]
fn the_http_body_is_spelled_out() {
    let event = Published { channel: "inventory".into(), json: r#"{"type":"x","amount":1.10}"#.into() };
    let body = envelope(&[event.clone(), event.clone()]).unwrap();
    let ids: Vec<_> = body.split(r#""id":""#).skip(1).map(|rest| &rest[..rest.find('"').unwrap()]).collect();
    let item = |id: &str| format!(r#"{{"channel":"inventory","id":"{id}","data":{{"type":"x","amount":1.10}}}}"#);
    assert_eq!(body, format!(r#"{{"events":[{},{}]}}"#, item(ids[0]), item(ids[1])), "digits stay as published");
    assert_ne!(ids[0], ids[1], "equal events of one batch are two events");
    assert_eq!(body, envelope(&[event.clone(), event]).unwrap(), "a batch sent again carries the same ids");
    assert!(envelope(&[Published { channel: "x".into(), json: "{".into() }]).is_err());
}

#[tokio::test]
async fn a_gateway_gets_one_post_a_batch_with_the_key() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let gateway = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}]}") {
            let mut chunk = [0; 1024];
            let count = socket.read(&mut chunk).await.unwrap();
            assert!(count > 0, "the request ended early");
            request.extend_from_slice(&chunk[..count]);
        }
        socket.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let sink = HttpSink::new(&base, Some("key".into())).unwrap();
    let event = Published { channel: "orders".into(), json: r#"{"type":"x"}"#.into() };
    let refused = sink.publish(vec![event]).await.unwrap_err();
    assert!(refused.to_string().contains("401"), "a refusal is an error: {refused}");
    let request = gateway.await.unwrap();
    assert!(request.starts_with("POST /api/publish HTTP/1.1\r\n"), "{request}");
    assert!(request.to_ascii_lowercase().contains("authorization: bearer key\r\n"), "{request}");
}

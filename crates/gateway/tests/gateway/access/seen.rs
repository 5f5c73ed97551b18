//! What the bytes hold that leave the gateway: masks and row filters, live, from memory and from disk, in both protocols.

use super::{add, enter};
use crate::support::{Running, config};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use watchdeck_client::{Delivery, Dialect, Profile, Secret};
use watchdeck_gateway::{Config, config::RoleConfig};
use watchdeck_testkit::{
    caller::{Client, Seen},
    patience::until,
    rig::{Rig, profile},
};

fn roles() -> BTreeMap<String, RoleConfig> {
    toml::from_str(
        r#"
        [masked]
        read = ["inventory"]
        mask = { inventory = ["cost", "details.price"] }
        [east]
        read = ["inventory"]
        rows = { inventory = "warehouse:east" }
        mask = { inventory = ["warehouse"] }
        "#,
    )
    .unwrap()
}

async fn start(role: &str) -> (Running, String) {
    let dir = tempfile::tempdir().unwrap();
    let own = Config { roles: roles(), ..config(dir.path()) };
    let token = add(dir.path(), "u7", &[role], &own);
    (Running::with_ways(dir, |config| config.roles = roles()).await, token)
}

fn costs(n: u64) -> Value {
    json!({ "type": "test:event", "n": n, "cost": 4711, "details": [{ "price": "4711.00", "sku": "A" }], "price": 5 })
}

/// What the next frame is, byte for byte.
async fn text(client: &mut Client) -> String {
    use futures_util::StreamExt as _;
    loop {
        match client.socket.next().await.unwrap().unwrap() {
            frame if frame.is_text() => return frame.into_text().unwrap().to_string(),
            _ => {}
        }
    }
}

#[tokio::test]
async fn hidden_fields_do_not_leave_the_gateway() {
    let (running, token) = start("masked").await;
    running.publish_json("inventory", (1..=3).map(costs)).await;
    let (mut client, _) = enter(&running, &token).await;
    client.subscribe("inventory", json!({ "rewind": { "count": 3 } })).await;
    let memory = text(&mut client).await;
    assert!(memory.contains(r#""n":3"#) && memory.contains(r#""cost":"••••""#) && !memory.contains("4711"), "{memory}");
    assert!(memory.contains(r#"{"price":"••••","sku":"A"}"#) && memory.contains(r#""price":5"#), "a path counts where it leads: {memory}");
    running.publish_json("inventory", [costs(4)]).await;
    let live = text(&mut client).await;
    assert!(live.contains(r#""n":4"#) && !live.contains("4711"), "{live}");
    let cookie = format!("next-auth.session-token={token}");
    let mut plain = Client::open(running.gateway.addr(), "/", &[("cookie", &cookie)]).await;
    plain.send(json!({ "type": "subscribe", "channel": "inventory" })).await;
    let said = until("a plain event", async || {
        running.publish_json("inventory", [costs(5)]).await;
        tokio::time::timeout(std::time::Duration::from_millis(100), text(&mut plain)).await.ok()
    })
    .await;
    assert!(said.contains(r#""cost":"••••""#) && !said.contains("4711"), "{said}");
    // Begun again, memory is empty.
    let dir = running.stop().await;
    let running = Running::with_ways(dir, |config| config.roles = roles()).await;
    let (mut client, _) = enter(&running, &token).await;
    client.subscribe("inventory", json!({ "rewind": { "count": 1000 } })).await;
    let disk = text(&mut client).await;
    assert!(disk.contains(r#""n":1,"#) && disk.contains("••••") && !disk.contains("4711"), "{disk}");
}

#[tokio::test]
async fn where_nothing_can_be_found_that_something_is_there_is_all_that_is_told() {
    let (running, token) = start("masked").await;
    running.publish_json("inventory", [json!("cost: 4711"), json!([{ "cost": 4711 }]), json!({ "meta": "{\"cost\":4711}" })]).await;
    let (mut client, _) = enter(&running, &token).await;
    client.subscribe("inventory", json!({ "rewind": { "count": 3 } })).await;
    let said = text(&mut client).await;
    assert!(said.contains("withheld") && said.contains(r#"[{"cost":"••••"}]"#) && said.contains(r#"{"meta":"••••"}"#), "{said}");
    assert!(!said.contains("4711"), "{said}");
}

async fn next(client: &mut Client) -> (Vec<Seen>, Option<u64>) {
    let frame = client.frame().await;
    let seen = |item: &Value| Seen { offset: item["offset"].as_u64().unwrap(), id: String::new(), data: item["data"].clone(), gap: None };
    match frame["type"].as_str().unwrap() {
        "event" => (vec![seen(&frame)], None),
        "events" => (frame["items"].as_array().unwrap().iter().map(seen).collect(), None),
        "passed" => (Vec::new(), frame["offset"].as_u64()),
        other => panic!("{other}: {frame}"),
    }
}

fn at(warehouse: &str, n: u64) -> Value {
    json!({ "type": "test:event", "n": n, "warehouse": warehouse })
}

#[tokio::test]
async fn what_a_filter_does_not_let_through_leaves_no_trace_and_the_position_goes_on() {
    let (running, token) = start("east").await;
    running.publish_json("inventory", (1..=2_500).map(|n| at(if n % 1_000 == 0 { "east" } else { "west" }, n))).await;
    let (mut client, _) = enter(&running, &token).await;
    let answer = client.subscribe("inventory", json!({ "rewind": { "count": 2500 } })).await;
    assert_eq!(answer["position"]["offset"], 2_500);
    let (mut offsets, mut passed) = (Vec::new(), Vec::new());
    while passed.last() != Some(&2_500) {
        let (seen, over) = next(&mut client).await;
        for one in seen {
            assert_eq!(
                one.data,
                json!({ "n": one.offset, "type": "test:event", "warehouse": "••••" }),
                "hidden, and filtered by all the same"
            );
            offsets.push(one.offset);
        }
        passed.extend(over);
    }
    assert_eq!(offsets, [1_000, 2_000]);
    assert_eq!(passed, [999, 1_999, 2_500], "a run of hidden events is told of once");
    running.publish_json("inventory", [at("west", 2_501), at("east", 2_502), at("west", 2_503)]).await;
    assert_eq!(next(&mut client).await.1, Some(2_501));
    assert_eq!(next(&mut client).await.0[0].offset, 2_502);
    assert_eq!(next(&mut client).await.1, Some(2_503));
    let resumed = json!({ "position": { "epoch": answer["position"]["epoch"], "offset": 2_503 } });
    let (mut again, _) = enter(&running, &token).await;
    assert_eq!(again.subscribe("inventory", resumed).await["recovered"], true);
    running.publish_json("inventory", [at("east", 2_504)]).await;
    assert_eq!(next(&mut again).await.0[0].offset, 2_504);
}

/// What a console's link makes of it: offsets of events, whether it saw a gap, and the position that is committed at the end.
async fn followed(rig: &mut Rig, last: u64) -> (Vec<u64>, Vec<Delivery>) {
    let (mut offsets, mut others) = (Vec::new(), Vec::new());
    loop {
        match rig.delivery().await {
            Delivery::Events { channel, events, position, .. } => {
                offsets.extend(events.iter().filter_map(|event| event.offset));
                if let Some(position) = position {
                    rig.positions.set(channel.as_str(), &position.epoch, position.offset);
                    if channel.as_str() == "inventory" && position.offset == last {
                        return (offsets, others);
                    }
                }
            }
            other => others.push(other),
        }
    }
}

#[tokio::test]
async fn a_console_sees_no_gap_where_events_are_hidden_and_goes_on_behind_them() {
    let (running, token) = start("east").await;
    running.publish_json("inventory", (1..=1_500).map(|n| at(if n % 100 == 0 { "east" } else { "west" }, n))).await;
    let link = || Profile {
        token: Some(Secret::new(token.as_str())),
        channels: vec!["inventory".into()],
        ..profile(format!("ws://{}/ws", running.gateway.addr()), Dialect::NATIVE)
    };
    let mut rig = Rig::start(link());
    let (offsets, others) = followed(&mut rig, 1_500).await;
    assert_eq!(offsets, (1..=15).map(|n| n * 100).collect::<Vec<_>>());
    assert!(others.is_empty(), "what is hidden is not lost: {others:?}");
    rig.live().await;
    running.publish_json("inventory", (1_501..=1_777).map(|n| at("west", n))).await;
    let (offsets, others) = followed(&mut rig, 1_777).await;
    assert!(offsets.is_empty() && others.is_empty(), "{offsets:?} {others:?}");
    let positions = std::sync::Arc::clone(&rig.positions);
    drop(rig);
    running.publish_json("inventory", (1_778..=3_000).map(|n| at(if n == 2_222 { "east" } else { "west" }, n))).await;
    let mut again = Rig::with(link(), positions, 256);
    let (offsets, others) = followed(&mut again, 3_000).await;
    assert_eq!(offsets, [2_222], "it resumes where it was, over what it may not see");
    assert!(others.is_empty(), "{others:?}");
}

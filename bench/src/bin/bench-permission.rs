//! What a gateway's permission costs: whether somebody may see an event, and what of it.

use anyhow::Result;
use serde_json::json;
use std::{hint::black_box, io::Write as _, time::Instant};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_gateway::{
    Config,
    access::{self, Person, Reading},
    config::RoleConfig,
};

/// Events are made by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let measured = json!({ "permission_check_ns": permission()? });
    writeln!(std::io::stdout(), "{measured}")?;
    Ok(())
}

/// Nanoseconds of one check with a mask and a row filter, the median of several runs. Half of the events are let through. As in a session: how the user
/// sees a channel is found once when it follows that, and an event's fields are read once for all who may see it.
fn permission() -> Result<f64> {
    let mut config = Config::new(std::env::temp_dir());
    let role: RoleConfig = serde_json::from_value(
        json!({ "read": ["inventory"], "mask": { "inventory": ["cost"] }, "rows": { "inventory": "warehouse:east" } }),
    )?;
    config.roles.insert("keeper".into(), role);
    let person = Person { id: "u1".into(), name: "王库管".into(), roles: vec!["keeper".into()] };
    let principal = access::principal(&config, person)?;
    let event = |n: u32| {
        let warehouse = if n.is_multiple_of(2) { "east" } else { "west" };
        let json = format!(
            r#"{{"type":"inventory:change","productId":"p{n}","productName":"螺丝","warehouse":"{warehouse}","oldQuantity":{n},"newQuantity":{},"cost":12.5,"timestamp":1795223788150}}"#,
            n + 1
        );
        let incoming = Incoming {
            channel: Channel::from("inventory"),
            offset: None,
            id: None,
            server_at: None,
            kind: None,
            payload: Payload::from_json(json),
        };
        Catalogue::builtin().normalise(incoming, &"s".into(), Millis(0))
    };
    let events: Vec<_> = (0..1_000).map(event).collect();
    events.iter().for_each(|event| drop(black_box(event.payload.fields())));
    let Some(Reading::Through(view)) = principal.view(&Channel::from("inventory")) else { anyhow::bail!("this role is restricted") };
    let mut runs = Vec::new();
    for _ in 0..51 {
        let began = Instant::now();
        for event in &events {
            drop(black_box(view.of(black_box(event))));
        }
        runs.push(began.elapsed().as_nanos() as f64 / events.len() as f64);
    }
    runs.sort_by(f64::total_cmp);
    Ok(runs[runs.len() / 2])
}

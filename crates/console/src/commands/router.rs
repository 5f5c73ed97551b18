//! The one list of commands: name, arguments, what answers it.

use super::{actions, queries, setup};
use crate::{core::Core, error::CommandError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;
use watchdeck_contain as contain;
use watchdeck_events::Severity;
use watchdeck_wire::settings::{Settings, Source};

fn args<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, CommandError> {
    serde_json::from_value(value).map_err(|error| CommandError::invalid(format!("{name}: {error}")))
}

fn json<T: Serialize>(answer: T) -> Result<Vec<u8>, CommandError> {
    serde_json::to_vec(&answer).map_err(|error| anyhow::Error::from(error).into())
}

#[derive(Deserialize)]
struct Rows {
    rows: u32,
}

#[derive(Deserialize)]
struct After {
    after: u64,
    rows: u32,
}

#[derive(Deserialize)]
struct History {
    before: Option<u64>,
    #[serde(default)]
    after: u64,
    limit: u32,
    #[serde(default)]
    filter: String,
}

#[derive(Deserialize)]
struct OneEvent {
    seq: u64,
    #[serde(default)]
    reveal: bool,
}

#[derive(Deserialize)]
struct Decide {
    keys: Vec<String>,
    approve: bool,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Ids {
    ids: Vec<String>,
}

#[derive(Deserialize)]
struct Snooze {
    id: String,
    minutes: u32,
}

#[derive(Deserialize)]
struct Save {
    settings: Settings,
}

#[derive(Deserialize)]
struct NoticeAnswered {
    id: String,
    action: String,
}

#[derive(Deserialize)]
struct TestDelivery {
    severity: Severity,
}

#[derive(Deserialize)]
struct TestSource {
    source: Source,
}

#[derive(Deserialize)]
struct Named {
    source: String,
}

#[derive(Deserialize)]
struct SetToken {
    source: String,
    token: String,
}

#[derive(Deserialize)]
struct Incident {
    name: String,
}

#[derive(Deserialize)]
struct Painted {
    samples: Vec<f64>,
}

/// Answer a command. One that fails is an error of that command, and everything else goes on.
pub(crate) async fn call(core: &Arc<Core>, name: &str, given: Value) -> Result<Vec<u8>, CommandError> {
    contain::outcome(answer(core, name, given)).await.unwrap_or_else(|why| {
        core.part_failed(&format!("command:{name}"), &why);
        Err(anyhow::anyhow!("Watchdeck could not answer this ({why}); everything else goes on").into())
    })
}

/// The large ones are boxed: together with whoever waits for them they would not fit on a thread's stack.
async fn answer(core: &Arc<Core>, name: &str, given: Value) -> Result<Vec<u8>, CommandError> {
    let given = if given.is_null() { Value::Object(serde_json::Map::new()) } else { given };
    match name {
        "hello" => json(queries::hello(core)),
        "recent" => json(queries::recent(core, args::<Rows>(name, given)?.rows).await?),
        "next_batch" => {
            let After { after, rows } = args(name, given)?;
            json(queries::next_batch(core, after, rows).await?)
        }
        "overview" => json(queries::overview(core)),
        "inventory" => json(queries::inventory(core).await?),
        "orders" => json(queries::orders(core)),
        "approvals" => json(queries::approvals(core)),
        "finance" => json(queries::finance(core)),
        "alerts" => json(queries::alerts(core)),
        "health" => json(queries::health(core).await?),
        "support_bundle" => json(Box::pin(crate::support::bundle(core)).await?),
        "catalogue" => json(queries::catalogue()),
        "events" => {
            let History { before, after, limit, filter } = args(name, given)?;
            json(queries::events(core, before, after, limit, &filter).await?)
        }
        "event" => {
            let OneEvent { seq, reveal } = args(name, given)?;
            json(queries::event(core, seq, reveal).await?)
        }
        "decide" => {
            let Decide { keys, approve, reason } = args(name, given)?;
            json(Box::pin(actions::decide(core, &keys, approve, reason)).await?)
        }
        "acknowledge" => json(Box::pin(actions::acknowledge(core, &args::<Ids>(name, given)?.ids)).await?),
        "snooze" => {
            let Snooze { id, minutes } = args(name, given)?;
            json(Box::pin(actions::snooze(core, &id, minutes)).await?)
        }
        "save_settings" => json(Box::pin(setup::save_settings(core, args::<Save>(name, given)?.settings)).await?),
        "notice_answered" => {
            let NoticeAnswered { id, action } = args(name, given)?;
            json(Box::pin(actions::notice_answered(core, &id, &action)).await?)
        }
        "test_delivery" => {
            actions::test_delivery(core, args::<TestDelivery>(name, given)?.severity);
            json(())
        }
        "test_source" => json(Box::pin(setup::test_source(core, args::<TestSource>(name, given)?.source)).await?),
        "reconnect" => json(Box::pin(setup::reconnect(core, &args::<Named>(name, given)?.source)).await?),
        "source_secrets" => json(setup::source_secrets(core)),
        "set_token" => {
            let SetToken { source, token } = args(name, given)?;
            json(Box::pin(setup::set_token(core, &source, &token)).await?)
        }
        "login" => json(setup::login(core, &args::<Named>(name, given)?.source)?),
        "start_demo" => json(Box::pin(setup::start_demo(core)).await?),
        "incident" => json(Box::pin(actions::incident(core, &args::<Incident>(name, given)?.name)).await?),
        "painted" => {
            actions::painted(core, &args::<Painted>(name, given)?.samples);
            json(())
        }
        _ => Err(CommandError::not_found(format!("there is no command named {name}"))),
    }
}

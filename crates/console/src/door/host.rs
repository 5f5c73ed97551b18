//! Who opens: a listener on loopback that answers one ask per connection, and whoever has not the word is not answered at all.

use super::{
    ask::{Ask, Knock, Reply, Said},
    plate::Plate,
};
use crate::{
    commands::{
        actions::{self, Beside},
        queries,
    },
    core::Core,
    decisions::{HOLD, is_large, needed},
    error::CommandError,
};
use anyhow::ensure;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::task::TaskTracker;
use watchdeck_alerts::{rules, words::Words};
use watchdeck_secret::Secret;
use watchdeck_wire::views::{ApprovalStatus, ApprovalView, DecisionFieldKind};

/// Asks at once; who comes when there are as many waits at the door.
const GUESTS: usize = 8;
/// How long somebody may take to say what they want.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest ask, bytes.
const ASK: u64 = 1024 * 1024;
/// Between two tries to take in who knocks, where the machine has no room for a connection.
const BREATH: Duration = Duration::from_millis(200);

/// Stands open for as long as the core runs. Where it cannot be opened, the console runs all the same.
pub(crate) async fn open(core: Arc<Core>) {
    let data_dir = core.config.data_dir.clone();
    let opened = async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let plate = Plate::new(listener.local_addr()?);
        plate.put(&data_dir)?;
        anyhow::Ok((listener, plate))
    };
    let (listener, plate) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return tracing::warn!(error = format!("{error:#}"), "The command line cannot reach this console."),
    };
    let (room, guests) = (Arc::new(Semaphore::new(GUESTS)), TaskTracker::new());
    loop {
        let comes = async {
            let seat = Arc::clone(&room).acquire_owned().await.expect("it is never closed");
            (seat, listener.accept().await)
        };
        let (seat, came) = tokio::select! {
            biased;
            () = core.stopped() => break,
            came = comes => came,
        };
        let Ok((stream, _)) = came else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let (core, plate) = (Arc::clone(&core), plate.clone());
        guests.spawn(async move {
            if let Err(error) = serve(&core, &plate, stream).await {
                tracing::debug!(error = format!("{error:#}"), "Somebody at the door was not answered.");
            }
            drop(seat);
        });
    }
    plate.take_down(&data_dir);
    guests.close();
    guests.wait().await;
}

async fn serve(core: &Core, plate: &Plate, stream: TcpStream) -> anyhow::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut line = String::new();
    timeout(PATIENCE, BufReader::new(from.take(ASK)).read_line(&mut line)).await??;
    let knock: Knock = serde_json::from_str(&line)?;
    ensure!(Secret::new(&*plate.token).matches(&knock.token), "the word is not the one of this start");
    let said = said(core, knock.ask).await;
    let chinese = core.words(&core.state().settings) == Words::CHINESE;
    let mut answer = serde_json::to_vec(&Reply { proof: plate.proof.clone(), chinese, now: core.now(), said })?;
    answer.push(b'\n');
    timeout(PATIENCE, to.write_all(&answer)).await??;
    Ok(())
}

async fn said(core: &Core, ask: Ask) -> Said {
    match ask {
        Ask::Approvals => {
            let view = queries::approvals(core);
            Said::Waiting { pending: view.pending, count: view.pending_count }
        }
        Ask::Alerts => {
            let words = core.words(&core.state().settings);
            let mut alerts = queries::alerts(core).active;
            // What waits for a decision is among the requests.
            alerts.retain(|alert| !rules::is_of_a_request(&alert.rule));
            let said = alerts.iter().map(|alert| [rules::title(words, alert), rules::body(words, alert)]).collect();
            Said::Alerts { alerts, words: said }
        }
        Ask::Acknowledge { ids, note } => done(actions::acknowledge(core, &ids, note.as_deref()).await),
        Ask::Shelve { id, minutes } => done(actions::snooze(core, &id, minutes, false).await),
        Ask::Try { rules, days } => {
            let mut tried = BTreeMap::new();
            for (id, rule) in rules {
                let outcome = core.backtest(&id, &rule.document, days).await;
                tried.insert(id, outcome.map_err(|error| error.message));
            }
            Said::Tried(tried)
        }
        Ask::Approve { key, fields, sure, on_behalf_of } => decided(core, &key, None, &fields, on_behalf_of, sure).await,
        Ask::Reject { key, fields, reason, on_behalf_of } => decided(core, &key, Some(reason), &fields, on_behalf_of, true).await,
    }
}

fn done(outcome: Result<(), CommandError>) -> Said {
    outcome.map_or_else(|error| Said::Refused(error.message), |()| Said::Done)
}

/// Without a reason it is a yes.
async fn decided(
    core: &Core,
    key: &str,
    reason: Option<String>,
    written: &BTreeMap<String, String>,
    on_behalf_of: Option<String>,
    sure: bool,
) -> Said {
    let (number, fields) = {
        let state = core.state();
        let request = state.request_named(key);
        let whom = request.as_ref().map(|entity| state.whom(entity, core.now())).unwrap_or_default();
        let request = request.as_ref().and_then(|entity| state.world.approvals.get(entity)).map(|request| &request.view);
        if let Some(view) = request.filter(|_| whom.len() > 1 && on_behalf_of.is_none()) {
            return Said::Refused(core.words(&state.settings).for_whom(&whom, Some(view.number.as_str())));
        }
        let asked_back = |view: &&ApprovalView| view.status == ApprovalStatus::Pending && is_large(&state.settings, view);
        if let Some(view) = request.filter(|_| !sure).filter(asked_back) {
            return Said::Refused(core.words(&state.settings).asked_back(&view.number));
        }
        let needs = request.map(needed).unwrap_or_default();
        let is_number = |name: &str| needs.iter().any(|need| need.name == *name && need.kind == DecisionFieldKind::Number);
        let value = |name: &str, text: &str| {
            let number = serde_json::from_str(text.trim()).ok().filter(|value: &Value| is_number(name) && value.is_number());
            number.unwrap_or_else(|| text.into())
        };
        let fields: Map<_, _> = written.iter().map(|(name, text)| (name.clone(), value(name, text))).collect();
        (request.map_or_else(|| key.to_owned(), |view| view.number.clone()), fields)
    };
    let beside = Beside { fields, on_behalf_of, ..Beside::default() };
    match actions::decide(core, &[key.to_owned()], reason.is_none(), reason, &beside).await {
        Ok(results) => match results.into_iter().find_map(|result| result.error) {
            Some(why) => Said::Refused(why),
            None => Said::Decided { number, hold: HOLD },
        },
        Err(error) => Said::Refused(error.message),
    }
}

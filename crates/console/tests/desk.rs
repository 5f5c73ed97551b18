//! An approver's desk: what is asked from a terminal, reasons that lie ready, deadlines of one's own, and what one decided. The requests are in the store
//! before the console starts, and their gateway is never reached.

use anyhow::Result;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use watchdeck_console::{Ask, Told, Tongue, ask};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Options, Store};
use watchdeck_testkit::{clock::now, console::Bench};

const MINUTE: i64 = 60_000;

/// Somebody asked so many minutes ago.
fn request(number: &str, resource_type: &str, minutes: i64, more: Value) -> NewEvent {
    let at = Millis(now() - minutes * MINUTE);
    let mut payload = json!({ "type": "approval:request", "resourceType": resource_type, "resourceId": number, "resourceNumber": number,
        "requesterId": "u1", "requesterName": "陈晨", "timestamp": at });
    payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let incoming = Incoming {
        channel: Channel::from("approvals"),
        offset: None,
        id: Some(format!("{number}-{minutes}").into()),
        server_at: Some(at),
        kind: None,
        payload: Payload::from_json(payload.to_string()),
    };
    NewEvent { event: Catalogue::builtin().normalise(incoming, &Arc::from("s"), at), offset: None }
}

async fn stored(folder: &Path, events: Vec<NewEvent>) {
    let store = Store::open(&folder.join("events.db"), Options::CONSOLE).unwrap();
    store.append(Batch { events, ..Batch::default() }).await.unwrap();
    store.close().await;
}

/// A console that knows these, of a gateway that takes decisions and is not there.
async fn open(folder: &Path, events: Vec<NewEvent>) -> Result<Bench> {
    let waiting = events.len();
    stored(folder, events).await;
    let bench = Bench::start(folder).await?;
    bench.connect("ws://127.0.0.1:9/ws").await?;
    let known = async || (bench.ask("approvals", json!({})).await["pending_count"] == waiting).then_some(());
    bench.eventually("the requests to be known", known).await;
    Ok(bench)
}

async fn asked(folder: &Path, what: Ask) -> Told {
    ask(folder, what, false, Tongue::English).await
}

fn approve(key: &str, fields: &[(&str, &str)], sure: bool) -> Ask {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ask::Approve { key: key.to_owned(), fields, sure }
}

fn reject(key: &str, reason: &str) -> Ask {
    Ask::Reject { key: key.to_owned(), fields: BTreeMap::new(), reason: reason.to_owned() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_lists_approves_and_rejects_at_the_console_that_runs_and_is_refused_in_its_words() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let events = vec![
        request("SO-1", "order", 3, json!({ "amount": 10 })),
        request("SO-2", "order", 2, json!({ "amount": 2_000_000 })),
        request("RT-1", "return", 1, json!({ "amount": 120.5 })),
    ];
    let bench = open(folder.path(), events).await?;
    let Told::Done(table) = asked(folder.path(), Ask::Approvals).await else { panic!("it is running") };
    assert!(table.starts_with("KEY ") && table.contains("s/order:SO-1") && table.contains("陈晨") && table.lines().count() == 4, "{table}");
    let Told::Done(json) = ask(folder.path(), Ask::Approvals, true, Tongue::English).await else { panic!("it is running") };
    assert_eq!(serde_json::from_str::<Value>(&json)?[0]["key"], "s/order:SO-1");

    let refused = |why: &str| Told::Refused(why.to_owned());
    assert_eq!(asked(folder.path(), reject("s/order:SO-1", " ")).await, refused("a rejection needs a reason"));
    assert_eq!(asked(folder.path(), approve("order:none", &[], false)).await, refused("there is no request order:none"));
    let back = asked(folder.path(), approve("order:SO-2", &[], false)).await;
    assert!(matches!(&back, Told::Refused(why) if why.contains("--yes")), "so much is asked back: {back:?}");
    assert_eq!(asked(folder.path(), approve("return:RT-1", &[], false)).await, refused("the decision on RT-1 needs refundAmount"));
    let wrong = asked(folder.path(), approve("return:RT-1", &[("refundAmount", "a lot")], false)).await;
    assert_eq!(wrong, refused("refundAmount of RT-1 must be a number"));

    for done in
        [approve("order:SO-2", &[], true), approve("return:RT-1", &[("refundAmount", "12.5")], false), reject("order:SO-1", "价格不对")]
    {
        let told = asked(folder.path(), done).await;
        assert!(matches!(&told, Told::Done(text) if text.contains("until then it can be taken back")), "{told:?}");
    }
    assert_eq!(
        asked(folder.path(), approve("order:SO-1", &[], false)).await,
        refused("the opposite decision on SO-1 is already on its way")
    );
    let waiting = bench.ask("decisions", json!({})).await["waiting"].clone();
    assert!(waiting.as_array().unwrap().iter().any(|one| one["number"] == "SO-1" && one["reason"] == "价格不对"), "{waiting}");

    bench.ask("change_settings", json!({ "patch": { "language": "zh-CN" } })).await;
    let Told::Done(table) = asked(folder.path(), Ask::Approvals).await else { panic!("it is running") };
    assert!(table.contains("由谁处理") && table.contains("您：已驳回，提交中"), "in the console's language: {table}");
    bench.console.shutdown().await;
    let nobody = asked(folder.path(), Ask::Approvals).await;
    assert!(matches!(&nobody, Told::NobodyThere(why) if why.contains("--data-dir")), "{nobody:?}");
    assert!(!folder.path().join("door.json").exists(), "no word of it stays");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_not_the_word_is_not_answered_and_whoever_cannot_say_the_consoles_is_not_believed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = open(folder.path(), vec![request("SO-1", "order", 1, json!({}))]).await?;
    let path = folder.path().join("door.json");
    let plate: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path)?.permissions()) & 0o777, 0o600);
    let address = plate["address"].as_str().unwrap();
    for line in ["GET / HTTP/1.1\r\n\r\n".to_owned(), json!({ "token": plate["proof"], "ask": "approvals" }).to_string() + "\n"] {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(line.as_bytes()).await?;
        let mut answer = Vec::new();
        // Closed with words unread is an end like any other.
        drop(stream.read_to_end(&mut answer).await);
        assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    }
    let mut posed = plate.clone();
    posed["proof"] = json!("of another start");
    std::fs::write(&path, posed.to_string())?;
    let told = asked(folder.path(), Ask::Approvals).await;
    assert!(matches!(&told, Told::NobodyThere(why) if why.contains("somebody else answers there")), "{told:?}");
    bench.console.shutdown().await;
    Ok(())
}

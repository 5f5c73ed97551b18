//! An approver's desk: what is asked from a terminal, reasons that lie ready, deadlines of one's own, and what one decided. The requests are in the store
//! before the console starts, and their gateway is never reached.

use anyhow::Result;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use watchdeck_console::{Ask, Told, Tongue, ask, seams::Seams};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_store::{Batch, NewEvent, Options, Store};
use watchdeck_testkit::{
    clock::{TestClock, now},
    console::Bench,
};

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
    open_with(folder, events, Seams::default()).await
}

async fn open_with(folder: &Path, events: Vec<NewEvent>, seams: Seams) -> Result<Bench> {
    let waiting = events.len();
    stored(folder, events).await;
    let bench = Bench::start_with(folder, seams).await?;
    bench.connect("ws://127.0.0.1:9/ws").await?;
    let known = async || (bench.ask("approvals", json!({})).await["pending_count"] == waiting).then_some(());
    bench.eventually("the requests to be known", known).await;
    bench.eventually("the door to be open", async || folder.join("door.json").exists().then_some(())).await;
    Ok(bench)
}

async fn asked(folder: &Path, what: Ask) -> Told {
    ask(folder, what, false, Tongue::English).await
}

fn approve(key: &str, fields: &[(&str, &str)], sure: bool) -> Ask {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ask::Approve { key: key.to_owned(), fields, sure, on_behalf_of: None }
}

fn reject(key: &str, reason: &str) -> Ask {
    Ask::Reject { key: key.to_owned(), fields: BTreeMap::new(), reason: reason.to_owned(), on_behalf_of: None }
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
    assert_eq!(
        asked(folder.path(), approve("return:RT-1", &[], false)).await,
        refused("the decision on RT-1 needs refundAmount; add --field refundAmount=VALUE")
    );
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

/// The buttons of the newest notification of this name.
async fn buttons(bench: &Bench, id: &str) -> Vec<String> {
    let of_it = async || {
        let toasts = bench.shell.toasts.lock().unwrap();
        let toast = toasts.iter().rev().find(|toast| toast.id == id)?;
        Some(toast.actions.iter().map(|action| action.label.clone()).collect())
    };
    bench.eventually(id, of_it).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notification_rejects_with_a_reason_that_lies_ready() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = open(folder.path(), vec![request("SO-1", "order", 30, json!({}))]).await?;
    let long = "超出本季度的预算，请在下个季度重新提交并附上报价";
    let ready = json!({ "patch": { "reject_reasons": ["Quote is missing ", "", long, "third", "Quote is missing"] } });
    let kept = bench.ask("change_settings", ready).await;
    assert_eq!(kept["reject_reasons"], json!(["Quote is missing", long, "third"]), "each once, none blank");
    for refused in [vec!["x".repeat(201)], (0..13).map(|n| n.to_string()).collect()] {
        assert!(bench.call("change_settings", json!({ "patch": { "reject_reasons": refused } })).await.is_err());
    }

    // Off and on again: it is told anew, with what lies ready now.
    for off in [true, false] {
        bench.ask("change_settings", json!({ "patch": { "rules_off": { "approval_requested": off } } })).await;
    }
    let id = "approval_requested:s/order:SO-1";
    let offered =
        bench.eventually("buttons with reasons", async || Some(buttons(&bench, id).await).filter(|offered| offered.len() == 3)).await;
    assert_eq!(offered, ["Approve", "Reject: Quote is missing", "Reject: 超出本季度的预算，请在下个季度重新提交…"]);
    bench.console.toast_answered(id, &format!("reject:{long}")).await;
    let waiting = bench.ask("decisions", json!({})).await["waiting"].clone();
    assert_eq!((&waiting[0]["reason"], &waiting[0]["decision"]["approve"]), (&json!(long), &json!(false)), "{waiting}");
    bench.console.shutdown().await;
    Ok(())
}

/// How often people were told of this.
fn told(bench: &Bench, id: &str) -> usize {
    bench.shell.toasts.lock().unwrap().iter().filter(|toast| toast.id == id).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_decides_is_reminded_once_before_a_deadline_of_their_own_and_of_nothing_that_is_being_decided() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(TestClock::default());
    let seams = || Seams { clock: Arc::clone(&clock) as _, ..Seams::default() };
    let events = vec![
        request("SO-3", "order", 5, json!({})),
        request("SO-2", "order", 9, json!({})),
        request("SO-1", "order", 10, json!({})),
        request("PAY-1", "payment", 10, json!({ "deadline": now() + 20 * MINUTE })),
    ];
    let bench = open_with(folder.path(), events, seams()).await?;
    let times = json!({ "order": { "deadline_minutes": 60, "remind_minutes": 15 }, "*": { "remind_minutes": 5 } });
    bench.ask("change_settings", json!({ "patch": { "approval_times": times } })).await;
    let pending = bench.ask("approvals", json!({})).await["pending"].clone();
    let order: Vec<_> = pending.as_array().unwrap().iter().map(|row| (row["number"].clone(), row["deadline_is_own"].clone())).collect();
    let expected = [("PAY-1", false), ("SO-1", true), ("SO-2", true), ("SO-3", true)].map(|(number, own)| (json!(number), json!(own)));
    assert_eq!(order, expected, "what runs out first comes first, whoever set it: {pending}");
    assert_eq!(pending[1]["deadline"].as_i64().unwrap() - pending[1]["requested_at"].as_i64().unwrap(), 60 * MINUTE);

    // SO-2 is being decided; SO-1 has 14 minutes left, PAY-1 none.
    bench.ask("decide", json!({ "keys": ["s/order:SO-2"], "approve": true, "reason": null })).await;
    clock.jump(36 * MINUTE);
    let of = |number: &str| format!("approval_due:s/{number}");
    let reminded = async || (told(&bench, &of("order:SO-1")) > 0).then_some(());
    bench.eventually("a reminder", reminded).await;
    let toast = bench.shell.toasts.lock().unwrap().iter().find(|toast| toast.id == of("order:SO-1")).unwrap().clone();
    assert_eq!((&*toast.title, toast.body.contains("due in 14 min")), ("Approval running out: Order SO-1", true), "{toast:?}");
    assert_eq!(buttons(&bench, &of("order:SO-1")).await, ["Approve", "Reject"]);
    assert_eq!(told(&bench, &of("order:SO-2")), 0, "somebody decides it already");
    bench.console.shutdown().await;

    let bench = Bench::start_with(folder.path(), seams()).await?;
    clock.jump(5 * MINUTE);
    bench.eventually("the next reminder", async || (told(&bench, &of("order:SO-3")) > 0).then_some(())).await;
    assert_eq!(told(&bench, &of("order:SO-1")), 0, "it was said before the restart");
    bench.console.toast_answered(&of("order:SO-3"), "approve").await;
    let taken_back = async || bench.shell.retracted.lock().unwrap().contains(&of("order:SO-3")).then_some(());
    bench.eventually("the reminder to go once it is decided", taken_back).await;
    bench.console.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_i_decided_is_found_by_outcome_and_type_and_exported_as_it_is_found() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let decision = |number: &str, resource_type: &str, minutes: i64, kind: &str, by: &str| {
        request(number, resource_type, minutes, json!({ "type": kind, "approverName": by, "comment": "=看过" }))
    };
    let events = vec![
        decision("SO-1", "order", 5, "approval:approved", "张敏"),
        decision("SO-2", "order", 4, "approval:rejected", "李强"),
        decision("RT-1", "return", 3, "approval:rejected", "张敏"),
    ];
    stored(folder.path(), events).await;
    let bench = Bench::start(folder.path()).await?;
    bench.ask("change_settings", json!({ "patch": { "user_name": "张敏" } })).await;
    let found = async |more: Value| -> Vec<String> {
        let mut args = json!({ "before": null, "limit": 50, "query": "" });
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let page = bench.ask("approval_history", args).await;
        page["decided"].as_array().unwrap().iter().map(|row| row["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(json!({})).await, ["RT-1", "SO-2", "SO-1"]);
    assert_eq!(found(json!({ "mine": true })).await, ["RT-1", "SO-1"]);
    assert_eq!(found(json!({ "mine": true, "outcome": "rejected" })).await, ["RT-1"]);
    assert_eq!(found(json!({ "resource_type": "order", "query": "李强" })).await, ["SO-2"]);

    let wanted = json!({ "query": "", "mine": true, "outcome": null, "resource_type": null, "format": "csv" });
    bench.ask("export_decisions", wanted).await;
    let job = bench
        .eventually("the export", async || {
            let jobs = bench.ask("jobs", json!({})).await;
            jobs.as_array().unwrap().iter().find(|job| !job["ended_at"].is_null()).cloned()
        })
        .await;
    assert_eq!((&job["done"], &job["error"]), (&json!(2), &Value::Null), "{job}");
    let text = std::fs::read_to_string(job["path"].as_str().unwrap())?;
    assert!(
        text.starts_with('\u{feff}') && text.lines().count() == 3 && text.contains(",RT-1,return,") && text.contains("'=看过"),
        "{text}"
    );
    bench.console.shutdown().await;
    Ok(())
}

//! Outgoing actions as a window sees them: of every kind one whose other side is away, takes it, says no, and takes it when it is tried again; what is shown
//! and tried before anything is saved; and that nothing secret is seen anywhere. Against real servers on real sockets, and a real program.

use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};
use watchdeck_console::seams::Seams;
use watchdeck_testkit::{
    certificate::{Authority, Valid},
    clock::now,
    console::{Bench, keychain::Memory, shell::Shell},
    erp::Erp,
    post_office::{Encryption, PostOffice},
    receiver::Receiver,
};

/// What the other side does.
const AWAY: u16 = 0;
const TAKES: u16 = 1;
const REFUSES: u16 = 2;

type Mood = Arc<AtomicU16>;

struct Desk {
    bench: Bench,
    erp: Erp,
    mood: Mood,
}

impl Desk {
    async fn start(folder: &Path, mood: Mood) -> Self {
        Self::start_on(folder, Shell::default(), mood).await
    }

    async fn start_on(folder: &Path, shell: Shell, mood: Mood) -> Self {
        let (erp, bench) = (Erp::start().await, Bench::start_on(folder, shell, Seams::default()).await.unwrap());
        bench
            .watch(json!([{ "id": "east", "name": "East", "url": erp.url(), "dialect": "erp", "channels": ["orders"], "token": "t" }]))
            .await;
        let desk = Self { bench, erp, mood };
        desk.bench
            .eventually("a connection", async || {
                let kind = desk.bench.status("east").await["state"]["kind"].clone();
                (kind == "unconfirmed" || kind == "live").then_some(())
            })
            .await;
        desk
    }

    async fn set(&self, patch: Value) {
        self.bench.ask("change_settings", json!({ "patch": patch })).await;
    }

    fn happens(&self, n: u32) {
        let at = now();
        self.erp.tell(
            json!({ "channel": "orders", "ts": at, "data": { "type": "order:status", "orderType": "sales", "orderId": format!("o{n}"),
            "orderNumber": format!("SO-{n}"), "oldStatus": "pending", "newStatus": "shipped", "timestamp": at } }),
        );
    }

    async fn handler(&self) -> Value {
        let health = self.bench.ask("health", json!({})).await;
        health["handlers"].as_array().unwrap().iter().find(|handler| handler["name"] == "hook:out").cloned().unwrap_or_default()
    }

    async fn letters(&self) -> Value {
        self.bench.ask("letters", json!({ "handler": "hook:out", "filter": "", "before": null, "limit": 10 })).await
    }

    /// Away and tried again, taken once, refused and parked with words, taken when a person tries it again, and again when the past is wanted once more.
    /// `taken`: what the other side took so far, as ids.
    async fn lives(&self, hook: Value, reason: &str, taken: impl Fn() -> Vec<String>) {
        self.mood.store(AWAY, Ordering::Relaxed);
        self.set(json!({ "hooks": { "out": hook }, "allow_commands": true })).await;
        self.happens(1);
        self.bench.eventually("a try that failed", async || (self.handler().await["retrying"] == 1).then_some(())).await;
        assert_eq!(self.handler().await["state"], "failing");
        assert_eq!(taken(), Vec::<String>::new());
        self.mood.store(TAKES, Ordering::Relaxed);
        self.bench.eventually("it to be taken", async || (self.handler().await["handled"] == 1).then_some(())).await;
        let first = taken();
        assert_eq!(first.len(), 1, "once");

        self.mood.store(REFUSES, Ordering::Relaxed);
        self.happens(2);
        self.bench.eventually("a dead letter", async || (self.letters().await["total"] == 1).then_some(())).await;
        let letter = self.letters().await["letters"][0].clone();
        assert!(letter["reason"].as_str().unwrap().contains(reason), "{letter}");
        self.mood.store(TAKES, Ordering::Relaxed);
        let all = json!({ "handler": "hook:out", "filter": "", "keys": null, "counted": 1 });
        assert_eq!(self.bench.ask("retry_letters", all).await, 1);
        self.bench.eventually("the letter to be gone", async || (self.letters().await["total"] == 0).then_some(())).await;
        assert_eq!(taken().len(), 2);

        let replay = json!({ "act": "replay", "from": { "place": "start" }, "pace": 0.0 });
        self.bench.ask("steer_handler", json!({ "name": "hook:out", "act": replay })).await;
        self.bench.eventually("the replay to end", async || (self.handler().await["errand"]["ended"] == true).then_some(())).await;
        let mut all = taken();
        assert_eq!(all.len(), 4, "somebody wanted them once more");
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 2, "and it can be told that they are the same");
        assert!(all.contains(&first[0]));
    }
}

fn hook(action: Value) -> Value {
    json!({ "name": "Out", "filter": "kind:order:*", "action": action })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_signed_tried_again_parked_and_replayed() {
    let (folder, mood) = (tempfile::tempdir().unwrap(), Mood::default());
    let (says, taken) = (Arc::clone(&mood), Arc::<std::sync::Mutex<Vec<String>>>::default());
    let takes = Arc::clone(&taken);
    let server = Receiver::start(move |posted| match says.load(Ordering::Relaxed) {
        TAKES => {
            takes.lock().unwrap().push(posted.header("webhook-id").to_owned());
            (200, "{}".into())
        }
        REFUSES => (422, "no such product".into()),
        _ => (503, "being updated".into()),
    })
    .await;
    let desk = Desk::start(folder.path(), mood).await;
    let mut signed = hook(json!({ "kind": "webhook", "url": server.url("/in") }));
    signed["secret"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into();
    desk.lives(signed, "HTTP 422 no such product", || taken.lock().unwrap().clone()).await;
    let posts = server.posts();
    let (first, again) = (&posts[0], &posts[1]);
    assert_eq!(first.header("webhook-id"), again.header("webhook-id"), "each try bears the same id");
    let body: Value = serde_json::from_str(&again.body).unwrap();
    assert_eq!((&body["idempotencyKey"], &body["attempt"]), (&again.header("webhook-id").into(), &json!(2)));
    for posted in &posts {
        assert!(posted.header("webhook-signature").starts_with("v1,") && posted.header("content-type") == "application/json");
        let at: i64 = posted.header("webhook-timestamp").parse().unwrap();
        assert!((now() / 1_000 - at).abs() < 300, "in seconds, of this try");
    }
    desk.bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_robots_answer_is_read_so_what_it_puts_off_is_tried_again_and_what_it_refuses_is_parked() {
    for (maker, ok, later, never, reason) in [
        (
            "wecom",
            r#"{"errcode":0}"#,
            r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#,
            r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
            "WeCom 93000: invalid webhook url",
        ),
        (
            "dingtalk",
            r#"{"errcode":0}"#,
            r#"{"errcode":130101,"errmsg":"send too fast"}"#,
            r#"{"errcode":310000,"errmsg":"sign not match"}"#,
            "DingTalk 310000: sign not match",
        ),
        (
            "feishu",
            r#"{"code":0}"#,
            r#"{"code":11232,"msg":"frequency limited"}"#,
            r#"{"code":19021,"msg":"sign match fail"}"#,
            "Feishu 19021: sign match fail",
        ),
    ] {
        let (folder, mood) = (tempfile::tempdir().unwrap(), Mood::default());
        let says = Arc::clone(&mood);
        let taken = Arc::<std::sync::Mutex<Vec<String>>>::default();
        let takes = Arc::clone(&taken);
        let server = Receiver::start(move |posted| {
            let answer = match says.load(Ordering::Relaxed) {
                TAKES => {
                    let number = posted.body.split("SO-").nth(1).unwrap_or_default().chars().next();
                    takes.lock().unwrap().push(number.unwrap_or('?').to_string());
                    ok
                }
                REFUSES => never,
                _ => later,
            };
            (200, answer.to_owned())
        })
        .await;
        let desk = Desk::start(folder.path(), mood).await;
        let robot = hook(json!({ "kind": "robot", "maker": maker, "url": server.url("/send?key=k3yk3yk3y") }));
        desk.lives(robot, reason, || taken.lock().unwrap().clone()).await;
        desk.bench.console.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_is_put_off_by_4xx_and_refused_by_5xx() {
    let (folder, mood) = (tempfile::tempdir().unwrap(), Mood::default());
    let says = Arc::clone(&mood);
    let office = PostOffice::start(Encryption::None, move |line| match says.load(Ordering::Relaxed) {
        AWAY if line.starts_with("MAIL") => Some("451 4.3.0 come back later".into()),
        REFUSES if line.starts_with("RCPT") => Some("550 5.1.1 no such user".into()),
        _ => None,
    })
    .await;
    let desk = Desk::start(folder.path(), mood).await;
    let mail = hook(json!({ "kind": "email", "server": "127.0.0.1", "port": office.addr.port(), "tls": "none",
        "from": "Watchdeck <ops@example.com>", "to": ["night@example.com", "day@example.com"] }));
    let ids = || {
        let mails = office.remembered().mails;
        let id = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned();
        mails.iter().map(id).collect()
    };
    desk.lives(mail, "SMTP 550 5.1.1 no such user", ids).await;
    let remembered = office.remembered();
    let mail = &remembered.mails[0];
    for line in ["From: Watchdeck <ops@example.com>", "To: night@example.com, day@example.com", "Auto-Submitted: auto-generated"] {
        assert!(mail.lines().any(|seen| seen == line), "{line} is not in\n{mail}");
    }
    assert!(mail.contains("Subject: ") && mail.contains("SO-1"), "{mail}");
    assert!(remembered.lines.iter().any(|line| line == "RCPT TO:<day@example.com>"));
    desk.bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_is_run_again_until_it_ends_with_0_and_only_while_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let (mood, seen) = (folder.path().join("mood"), folder.path().join("seen"));
    let script = format!(
        r#"[ "$(cat {0})" = takes ] && {{ echo "$WATCHDECK_ID" >> {1}; exit 0; }}; echo "no paper" >&2; exit 3"#,
        mood.display(),
        seen.display()
    );
    let store = folder.path().join("store");
    std::fs::create_dir(&store).unwrap();
    let desk = Desk::start(&store, Mood::default()).await;
    let run = hook(json!({ "kind": "command", "program": "/bin/sh", "args": ["-c", script] }));
    std::fs::write(&mood, "away").unwrap();
    desk.set(json!({ "hooks": { "out": run } })).await;
    desk.happens(1);
    desk.bench.eventually("a dead letter", async || (desk.letters().await["total"] == 1).then_some(())).await;
    let reason = desk.letters().await["letters"][0]["reason"].clone();
    assert!(reason.as_str().unwrap().starts_with("commands are not allowed"), "{reason}");

    desk.set(json!({ "allow_commands": true })).await;
    desk.happens(2);
    let failed = async || Some(desk.handler().await).filter(|seen| seen["retrying"] == 1);
    let failing = desk.bench.eventually("a try that failed", failed).await;
    assert_eq!(failing["last_error"]["words"], "exit code 3: no paper");
    std::fs::write(&mood, "takes").unwrap();
    desk.bench.eventually("it to be done", async || (desk.handler().await["handled"] == 1).then_some(())).await;
    let all = json!({ "handler": "hook:out", "filter": "", "keys": null, "counted": 1 });
    assert_eq!(desk.bench.ask("retry_letters", all).await, 1);
    desk.bench.eventually("the letter to be gone", async || (desk.letters().await["total"] == 0).then_some(())).await;
    let replay = json!({ "act": "replay", "from": { "place": "start" }, "pace": 0.0 });
    desk.bench.ask("steer_handler", json!({ "name": "hook:out", "act": replay })).await;
    desk.bench.eventually("the replay to end", async || (desk.handler().await["errand"]["ended"] == true).then_some(())).await;
    let seen = std::fs::read_to_string(&seen).unwrap();
    let mut ids: Vec<_> = seen.lines().collect();
    assert_eq!(ids.len(), 4, "each once, and once more");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2, "and it can be told that they are the same");
    desk.bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_goes_over_tls_that_is_trusted_and_over_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::start(folder.path()).await.unwrap();
    let authority = Authority::unknown();
    for (tls, encryption) in [
        ("implicit", Encryption::Implicit(authority.server("localhost", Valid::Now))),
        ("starttls", Encryption::Starttls(authority.server("localhost", Valid::Now))),
    ] {
        let office = PostOffice::start(encryption, |_| None).await;
        let mail = |ca: &str, tls: &str| {
            json!({ "action": { "id": "m", "name": "Mail", "secret": "hunter2", "action": { "kind": "email", "server": "localhost",
                "port": office.addr.port(), "tls": tls, "user": "ops", "from": "a@example.com", "to": ["b@example.com"], "ca_file": ca } } })
        };
        let strange = bench.ask("test_action", mail("", tls)).await;
        assert_eq!((&strange["ok"], &strange["again"]), (&json!(false), &json!(true)), "{strange}");
        assert!(office.remembered().lines.iter().all(|line| !line.starts_with("AUTH")), "no password for a stranger");
        let trusted = bench.ask("test_action", mail(authority.file.to_str().unwrap(), tls)).await;
        assert_eq!(trusted["ok"], true, "{trusted}");
        assert_eq!(trusted["words"], "SMTP 250 2.0.0 taken as 42");
        let remembered = office.remembered();
        assert!(remembered.lines.iter().any(|line| line.starts_with("AUTH PLAIN ")));
        assert!(remembered.mails[0].contains("Subject: [Test] "), "{}", remembered.mails[0]);
    }
    let plain = PostOffice::start(Encryption::None, |_| None).await;
    let bare = json!({ "action": { "id": "m", "name": "Mail", "secret": "hunter2", "action": { "kind": "email", "server": "localhost",
        "port": plain.addr.port(), "tls": "starttls", "user": "ops", "from": "a@example.com", "to": ["b@example.com"] } } });
    assert_eq!(bench.ask("test_action", bare).await["ok"], false);
    assert!(plain.remembered().lines.iter().all(|line| !line.starts_with("AUTH")), "a server that offers no TLS gets no password");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_action_is_shown_and_tried_before_it_is_saved_and_nothing_secret_is_seen() {
    let (folder, mood) = (tempfile::tempdir().unwrap(), Mood::default());
    let server = Receiver::start(|posted| {
        // One that repeats what it was sent.
        if posted.head.contains("/refuse") {
            (403, format!("no: {}", posted.head.lines().next().unwrap_or_default()))
        } else {
            (200, "{\"errcode\":0}".into())
        }
    })
    .await;
    let desk = Desk::start(folder.path(), mood).await;
    let robot = |url: String| {
        json!({ "action": { "id": "ding", "name": "Ding", "filter": "kind:order:*", "secret": "SEC5up3rs3cr3t", "subject": "{label}: {newStatus}",
            "action": { "kind": "robot", "maker": "dingtalk", "url": url } } })
    };
    let early = desk.bench.ask("preview_action", robot(server.url("/send?access_token=t0k3nt0k3n"))).await;
    assert_eq!((&early["seq"], &early["kind"]), (&Value::Null, &json!("watchdeck:alert")), "there is an example where there is no event");
    desk.happens(7);
    desk.bench.eventually("the event", async || (!desk.bench.of_kind("order:status").await.is_empty()).then_some(())).await;
    let preview = desk.bench.ask("preview_action", robot(server.url("/send?access_token=t0k3nt0k3n"))).await;
    assert!(preview["body"].as_str().unwrap().contains("SO-7: shipped"), "{preview}");
    assert!(preview["to"].as_str().unwrap().starts_with("POST http://127.0.0.1"), "{preview}");
    assert!(preview["seq"].is_u64());
    assert_eq!(server.posts(), [], "a preview sends nothing");

    let test = desk.bench.ask("test_action", robot(server.url("/send?access_token=t0k3nt0k3n"))).await;
    assert_eq!((&test["ok"], &test["words"]), (&json!(true), &json!("DingTalk 0")), "{test}");
    assert!(server.posts()[0].body.contains("[Test] SO-7"), "{}", server.posts()[0].body);
    let refused = desk.bench.ask("test_action", robot(server.url("/refuse?access_token=t0k3nt0k3n"))).await;
    assert_eq!((&refused["ok"], &refused["again"]), (&json!(false), &json!(false)), "{refused}");

    let bad = json!({ "action": { "id": "x", "name": "X", "filter": "severity>=", "action": { "kind": "webhook", "url": "https://h/" } } });
    assert!(desk.bench.call("preview_action", bad).await.unwrap_err().at.is_some(), "the place in the filter is told");

    let mut saved = robot(server.url("/refuse?access_token=t0k3nt0k3n"))["action"].take();
    let answer = desk.bench.ask("change_settings", json!({ "patch": { "hooks": { "ding": saved.clone() } } })).await;
    assert!(answer["hooks"][0].get("secret").is_none(), "{answer}");
    assert_eq!(desk.bench.ask("action_secrets", json!({})).await["ding"], "file");
    saved["secret"] = Value::Null;
    let again = desk.bench.ask("preview_action", json!({ "action": saved })).await;
    assert!(again["to"].as_str().unwrap().contains("sign="), "the secret that is kept is used: {again}");
    desk.happens(8);
    desk.bench
        .eventually("a dead letter", async || {
            let page = desk.bench.ask("letters", json!({ "handler": "hook:ding", "filter": "", "before": null, "limit": 10 })).await;
            (page["total"] == 1).then_some(page)
        })
        .await;
    let page = desk.bench.ask("letters", json!({ "handler": "hook:ding", "filter": "", "before": null, "limit": 10 })).await;
    let bundle = desk.bench.ask("support_bundle", json!({})).await;
    let file = std::fs::read(bundle["path"].as_str().unwrap()).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
    let mut all = [early, preview, test, refused, again, page, desk.handler().await, desk.bench.ask("health", json!({})).await]
        .map(|seen| seen.to_string())
        .join("\n");
    for n in 0..archive.len() {
        std::io::Read::read_to_string(&mut archive.by_index(n).unwrap(), &mut all).unwrap();
    }
    for secret in ["SEC5up3rs3cr3t", "t0k3nt0k3n"] {
        assert!(!all.contains(secret), "{secret} is seen in {}", &all[all.find(secret).unwrap().saturating_sub(200)..][..300]);
    }
    desk.set(json!({ "hooks": { "ding": null } })).await;
    assert_eq!(desk.bench.ask("action_secrets", json!({})).await, json!({}));
    desk.bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_a_secret_that_is_locked_away_waits_and_goes_when_it_is_unlocked() {
    let (folder, keychain) = (tempfile::tempdir().unwrap(), Arc::<Memory>::default());
    let shell = || Shell { keychain: Some(Arc::clone(&keychain)), ..Shell::default() };
    let server = Receiver::start(|_| (200, "{}".into())).await;
    let desk = Desk::start_on(folder.path(), shell(), Mood::default()).await;
    let mut signed = hook(json!({ "kind": "webhook", "url": server.url("/in") }));
    signed["secret"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into();
    desk.set(json!({ "hooks": { "out": signed } })).await;
    desk.happens(1);
    desk.bench.eventually("it to be taken", async || (desk.handler().await["handled"] == 1).then_some(())).await;
    desk.bench.console.shutdown().await;

    keychain.lock(true);
    let desk = Desk { bench: Bench::start_on(folder.path(), shell(), Seams::default()).await.unwrap(), ..desk };
    let replay = json!({ "act": "replay", "from": { "place": "start" }, "pace": 0.0 });
    desk.bench.ask("steer_handler", json!({ "name": "hook:out", "act": replay })).await;
    let failed = async || {
        let words = desk.handler().await["last_error"]["words"].clone();
        words.as_str().is_some_and(|words| words.starts_with("the secret of this action is kept, but cannot be read now")).then_some(())
    };
    desk.bench.eventually("a try without the secret", failed).await;
    assert_eq!(server.posts().len(), 1, "nothing leaves unsigned");
    keychain.lock(false);
    desk.bench.eventually("the replay to end", async || (desk.handler().await["errand"]["ended"] == true).then_some(())).await;
    let posts = server.posts();
    assert!(posts.len() == 2 && posts.iter().all(|posted| posted.header("webhook-signature").starts_with("v1,")), "{posts:?}");
    desk.bench.console.shutdown().await;
}

use super::*;
use crate::secrets::KeychainError;
use watchdeck_store::{Batch, Document, Options};

struct Locked;

impl Keychain for Locked {
    fn get(&self, _account: &str) -> Result<Option<String>, KeychainError> {
        Err(KeychainError("the collection is locked".into()))
    }

    fn set(&self, _account: &str, _secret: &str) -> Result<(), KeychainError> {
        Err(KeychainError("the collection is locked".into()))
    }

    fn delete(&self, _account: &str) -> Result<(), KeychainError> {
        Err(KeychainError("the collection is locked".into()))
    }
}

fn named<'a>(found: &'a Examination, name: &str) -> &'a Check {
    found.checks.iter().find(|check| check.name.contains(name)).unwrap_or_else(|| panic!("no {name} in {:?}", found.checks))
}

/// A data directory with one source that nobody answers for.
async fn data_dir(url: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("events.db"), Options::CONSOLE).unwrap();
    let settings = json!({ "sources": [{ "id": "east", "name": "East", "url": url, "dialect": "erp", "channels": ["inventory"], "token": null, "paused": false, "demo": false }] });
    let mut whole = serde_json::to_value(crate::Settings::default()).unwrap();
    whole["sources"] = settings["sources"].clone();
    let document = |collection, key: &str, body: &Value| Document { collection, key: key.into(), body: Some(body.to_string()) };
    let documents = vec![
        document("settings", "settings", &whole),
        document(watchdeck_feed::records::CLOCKS, "east", &json!([{ "from": 1, "to": 2, "skew": 7_200_000.0 }])),
    ];
    store.append(Batch { documents, ..Batch::default() }).await.unwrap();
    store.close().await;
    dir
}

#[tokio::test]
async fn a_source_that_nobody_answers_for_fails_at_its_step_and_says_what_to_do() {
    let dir = data_dir(&format!("ws://{}/", watchdeck_testkit::port::nobody().unwrap())).await;
    let found = examine(dir.path(), None, Tongue::English).await;
    assert_eq!(found.verdict(), Verdict::Failed, "{}", found.text());
    let failed: Vec<_> = found.checks.iter().filter(|check| check.verdict == Verdict::Failed).collect();
    assert!(failed.iter().all(|check| check.name.starts_with("East") && check.advice.is_some()), "{}", found.text());
    assert_eq!(named(&found, "Event store").verdict, Verdict::Ok);
    assert_eq!(named(&found, "clock").detail, "the server's is 7200.0 s ahead of ours");
    assert!(found.text().contains("failed   East"), "{}", found.text());
    let chinese = examine(dir.path(), None, Tongue::of(Some("zh_CN.UTF-8"))).await;
    assert!(chinese.text().contains("失败"), "{}", chinese.text());
}

#[tokio::test]
async fn a_damaged_store_and_an_absent_one_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let absent = examine(dir.path(), None, Tongue::English).await;
    assert_eq!(named(&absent, "Event store").verdict, Verdict::Warning);
    assert!(!dir.path().join("events.db").exists(), "an examination makes nothing");
    std::fs::write(dir.path().join("events.db"), vec![7; 20_000]).unwrap();
    let damaged = examine(dir.path(), None, Tongue::English).await;
    assert_eq!(named(&damaged, "Event store").verdict, Verdict::Failed, "{}", damaged.text());
}

#[tokio::test]
async fn a_locked_keychain_is_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let found = examine(dir.path(), Some(Arc::new(Locked)), Tongue::English).await;
    let keychain = named(&found, "Keychain");
    assert_eq!((keychain.verdict, keychain.detail.as_str()), (Verdict::Warning, "the collection is locked"));
}

#[tokio::test]
async fn it_works_while_the_store_is_in_use_and_writes_a_bundle() {
    let dir = data_dir("ws://127.0.0.1:1/").await;
    let in_use = Store::open(&dir.path().join("events.db"), Options::CONSOLE).unwrap();
    let found = examine(dir.path(), None, Tongue::English).await;
    assert_eq!(named(&found, "Event store").verdict, Verdict::Ok, "{}", found.text());
    let running = named(&found, "Watchdeck");
    assert!(running.verdict == Verdict::Ok && running.detail.contains(&format!("process {}", std::process::id())), "{running:?}");
    let bundle = found.write_bundle().unwrap();
    assert!(bundle.bytes > 0 && Path::new(&bundle.path).starts_with(dir.path()));
    in_use.append(Batch { checkpoints: vec![("x".into(), 1)], ..Batch::default() }).await.unwrap();
    in_use.close().await;
    let alone = examine(dir.path(), None, Tongue::Chinese).await;
    assert!(alone.checks.iter().all(|check| check.name != "Watchdeck"), "{}", alone.text());
    let said: Value = serde_json::from_str(&found.json()).unwrap();
    assert_eq!(said["verdict"], "failed");
}

#[tokio::test]
async fn what_could_not_be_read_is_said_by_kind_and_field_and_never_as_it_stood_there() {
    let dir = data_dir("ws://127.0.0.1:1/").await;
    let unknown = examine(dir.path(), None, Tongue::English).await;
    assert!(unknown.checks.iter().all(|check| !check.name.ends_with("values")), "where nothing was counted yet, nothing is claimed");
    let store = Store::open(&dir.path().join("events.db"), Options::CONSOLE).unwrap();
    let incoming = watchdeck_events::Incoming {
        channel: "finance".into(),
        offset: None,
        id: None,
        server_at: None,
        kind: None,
        payload: watchdeck_events::Payload::from_json(r#"{"type":"finance:payment","recordId":"r","amount":"as Zhang San said"}"#),
    };
    let at = watchdeck_events::Millis(1_795_223_788_150);
    let event = watchdeck_events::Catalogue::builtin().normalise(incoming, &"east".into(), at);
    let mut world = watchdeck_world::World::default();
    world.cursor = 1;
    let stored = watchdeck_store::Stored { seq: 1, offset: 0, event: event.clone() };
    world.unread.count(&stored, watchdeck_events::unread::of(&event, watchdeck_events::Conventions::plain()));
    let events = vec![watchdeck_store::NewEvent { event, offset: None }];
    store.append(Batch { events, documents: snapshot::document(&world).into_iter().collect(), ..Batch::default() }).await.unwrap();
    store.close().await;
    let found = examine(dir.path(), None, Tongue::English).await;
    let values = named(&found, "East · values");
    assert_eq!(values.verdict, Verdict::Warning);
    assert_eq!(values.detail, "1 could not be read: finance:payment amount × 1");
    assert!(!found.text().contains("Zhang San") && found.files.iter().all(|(_, text)| !text.contains("Zhang San")));
    assert!(found.files.iter().any(|(name, text)| *name == "unread.json" && text.contains("finance:payment")));
}

#[tokio::test]
async fn a_pack_that_is_wrong_is_named_with_its_line() {
    let dir = data_dir(&format!("ws://{}/", watchdeck_testkit::port::nobody().unwrap())).await;
    let folder = dir.path().join("packs");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("good.toml"), crate::packs::EXAMPLE).unwrap();
    std::fs::write(folder.join("wrong.toml"), "[[kind]]\nkind = \"oven:hot\"\nchanels = [\"kiln\"]\n").unwrap();
    let found = examine(dir.path(), None, Tongue::Chinese).await;
    assert_eq!((named(&found, "good.toml").verdict, &*named(&found, "good.toml").detail), (Verdict::Ok, "已生效，事件类型 2 种"));
    let wrong = named(&found, "wrong.toml");
    assert_eq!((wrong.verdict, wrong.advice.is_some()), (Verdict::Failed, true));
    assert!(wrong.detail.starts_with("第 3 行第 1 列：unknown field `chanels`, expected one of"), "{}", wrong.detail);
}

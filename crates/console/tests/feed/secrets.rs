//! What is secret: where it goes, where it never shows, and what happens when it cannot be had.

use crate::bench::{erp, start, start_on, with};
use serde_json::json;
use std::{path::Path, sync::Arc};
use watchdeck_console::seams::Seams;
use watchdeck_store::{Batch, Document, Options, Store};
use watchdeck_testkit::{
    console::{keychain::Memory, shell::Shell},
    erp::Erp,
};

/// Whether a text is anywhere in a folder's files.
fn found(folder: &Path, text: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let holds = |path: &std::path::PathBuf| std::fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes());
    files.filter(holds).map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

fn shell(keychain: &Arc<Memory>) -> Shell {
    Shell { keychain: Some(Arc::clone(keychain)), ..Shell::default() }
}

#[tokio::test]
async fn tokens_in_settings_of_old_move_to_the_keychain_and_leave_no_trace() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    server.manners().session = Some("S3CRET-OF-OLD".into());
    {
        let store = Store::open(&folder.path().join("events.db"), Options::CONSOLE).unwrap();
        let old = json!({ "language": "en", "sources": [{ "id": "east", "name": "East", "url": server.url(), "dialect": "erp",
            "channels": ["orders"], "token": "S3CRET-OF-OLD", "paused": false, "demo": false }] });
        let document = Document { collection: "settings", key: "settings".into(), body: Some(old.to_string()) };
        store.append(Batch { documents: vec![document], ..Batch::default() }).await.unwrap();
        store.close().await;
    }
    assert_eq!(found(folder.path(), "S3CRET-OF-OLD"), ["events.db"], "as it was until now");

    let keychain = Arc::<Memory>::default();
    let bench = start_on(folder.path(), shell(&keychain), Seams::default()).await;
    server.until("the source to sign in with it", |seen| seen.open == 1).await;
    assert_eq!(bench.ask("source_secrets", json!({})).await, json!({ "east": { "token": "keychain", "proxy_password": "none" } }));
    assert_eq!(keychain.kept(), ["S3CRET-OF-OLD"]);
    bench.console.shutdown().await;
    assert_eq!(found(folder.path(), "S3CRET-OF-OLD"), Vec::<String>::new(), "not even in what the database left behind");

    let again = start_on(folder.path(), shell(&keychain), Seams::default()).await;
    server.until("the next start to sign in with it too", |seen| seen.handshakes.len() == 2 && seen.open == 1).await;
    again.console.shutdown().await;
}

#[tokio::test]
async fn no_answer_and_no_file_but_the_one_shows_a_secret() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let bench = start(folder.path()).await;
    let token = json!({ "token": "T0KEN-GIVEN" });
    let proxy = json!({ "paused": true, "proxy": "http://127.0.0.1:9", "proxy_user": "me", "proxy_password": "PR0XY-GIVEN" });
    let far = with(erp("far", "ws://far.invalid/"), proxy);
    let mut answers = vec![bench.watch(json!([with(erp("east", &server.url()), token.clone()), far])).await];
    let places = bench.ask("source_secrets", json!({})).await;
    assert_eq!((&places["east"]["token"], &places["far"]["proxy_password"]), (&json!("file"), &json!("file")));
    answers.push(bench.ask("test_source", json!({ "source": with(erp("east", &server.url()), token) })).await);
    answers.push(bench.ask("test_source", json!({ "source": far })).await);
    bench.ask("set_token", json!({ "source": "east", "token": " T0KEN-RENEWED\n" })).await;
    server
        .until("the renewed one to be used as it was meant", |seen| seen.handshakes.iter().any(|cookie| cookie.ends_with("=T0KEN-RENEWED")))
        .await;
    for name in ["hello", "health", "source_secrets", "alerts", "overview"] {
        answers.push(bench.ask(name, json!({})).await);
    }
    answers.push(bench.ask("recent", json!({ "rows": 100 })).await);
    for answer in answers {
        let answer = answer.to_string();
        assert!(["T0KEN", "PR0XY-GIVEN"].iter().all(|secret| !answer.contains(secret)), "{answer}");
    }
    bench.console.shutdown().await;
    for secret in ["T0KEN-RENEWED", "PR0XY-GIVEN"] {
        assert_eq!(found(folder.path(), secret), ["secrets.json"], "{secret}");
    }
    assert_eq!(found(folder.path(), "T0KEN-GIVEN"), Vec::<String>::new(), "a token that was replaced is gone");
}

#[tokio::test]
async fn a_saved_form_without_a_token_keeps_it_and_another_address_never_gets_it() {
    let (folder, server, stranger) = (tempfile::tempdir().unwrap(), Erp::start().await, Erp::start().await);
    server.manners().session = Some("mine".into());
    let bench = start(folder.path()).await;
    bench.watch(json!([with(erp("east", &server.url()), json!({ "token": "mine" }))])).await;
    server.until("a first connection", |seen| seen.open == 1).await;
    bench.watch(json!([with(erp("east", &server.url()), json!({ "channels": ["orders", "system"] }))])).await;
    server.until("the token to be kept", |seen| seen.handshakes.len() == 2 && seen.open == 1).await;
    bench.watch(json!([erp("east", &stranger.url())])).await;
    let seen = stranger.until("a connection", |seen| seen.open == 1).await;
    assert_eq!(seen.handshakes, [""], "a stranger is shown nothing");
    assert_eq!(bench.ask("source_secrets", json!({})).await["east"]["token"], "none", "and it is not kept for nobody");
    bench.console.shutdown().await;
}

#[tokio::test]
async fn a_locked_keychain_asks_for_a_login_in_plain_words_and_goes_on_by_itself_when_it_is_unlocked() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let keychain = Arc::<Memory>::default();
    let bench = start_on(folder.path(), shell(&keychain), Seams::default()).await;
    bench.watch(json!([with(erp("east", &server.url()), json!({ "token": "kept" })), erp("open", &server.url())])).await;
    server.until("both", |seen| seen.open == 2).await;
    bench.console.shutdown().await;

    keychain.lock(true);
    let locked = start_on(folder.path(), shell(&keychain), Seams::default()).await;
    let state = locked.is("east", "needs_login").await;
    assert!(state["state"]["detail"].as_str().unwrap().contains("keychain"), "{state}");
    server.until("the source that needs none to connect", |seen| seen.handshakes.len() == 3 && seen.open == 1).await;
    keychain.lock(false);
    let seen = server.until("the other to follow by itself", |seen| seen.open == 2).await;
    assert_eq!(seen.handshakes[3], "next-auth.session-token=kept; __Secure-next-auth.session-token=kept", "nothing was lost");
    locked.console.shutdown().await;
}

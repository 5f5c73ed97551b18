//! The built-in ERP as the console meets it: over its address, with a past, and with a line that can be cut.

use reqwest::Client;
use serde_json::{Value, json};
use watchdeck_console::DemoErp;
use watchdeck_demo::Demo;
use watchdeck_testkit::patience::until;

fn http(url: &str, path: &str) -> String {
    format!("{}{path}", url.replacen("ws://", "http://", 1).trim_end_matches("/ws"))
}

async fn logged(url: &str) -> u64 {
    let health: Value = reqwest::get(http(url, "/healthz")).await.unwrap().json().await.unwrap();
    health["log"]["events"].as_u64().expect("the gateway tells its readers how many events it has")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_opens_with_an_hour_of_the_past_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::default();
    let endpoint = demo.start(folder.path()).await.unwrap();
    let past = logged(&endpoint.url).await;
    assert!(past >= 3600, "an hour of a busy morning, not {past} events");
    until("something new happens", async || (logged(&endpoint.url).await > past).then_some(())).await;
    assert_eq!(demo.start(folder.path()).await.unwrap(), endpoint, "starting it twice answers the same endpoint");
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_life_goes_on_with_the_same_log_and_invents_no_second_past() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::with_rate(1.0);
    let first = logged(&demo.start(folder.path()).await.unwrap().url).await;
    demo.stop().await;
    let second = logged(&demo.start(folder.path()).await.unwrap().url).await;
    assert!((first..first + 100).contains(&second), "{first} events became {second}");
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_published_and_an_unknown_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::with_rate(0.1);
    let url = demo.start(folder.path()).await.unwrap().url;
    let before = logged(&url).await;
    demo.incident("approval_burst").await.unwrap();
    assert!(logged(&url).await >= before + 5, "five requests at once");
    assert!(demo.incident("earthquake").await.is_err());
    demo.stop().await;
    assert!(demo.incident("printer_down").await.is_err(), "a closed company has no incidents");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::with_rate(0.1);
    let url = demo.start(folder.path()).await.unwrap().url;
    let before = logged(&url).await;
    let decision = json!({
        "idempotencyKey": "k1", "resourceType": "order", "resourceId": "no-such-order",
        "approve": true, "approverId": "u1", "approverName": "Zhang San",
    });
    let answer = Client::new().post(http(&url, "/api/decisions")).header("prefer", "wait=30").json(&decision).send().await.unwrap();
    assert!(answer.status().is_client_error(), "{}", answer.status());
    let closed = logged(&url).await;
    assert!(closed > before, "a request that outlived its company is closed in an event, or it would wait for ever");
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_feed_is_really_gone_and_comes_back_at_the_same_address_with_what_happened_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::default();
    let url = demo.start(folder.path()).await.unwrap().url;
    let before = logged(&url).await;
    demo.incident("feed_cut").await.unwrap();
    let health = http(&url, "/healthz");
    until("nobody listens", async || reqwest::get(&health).await.err()).await;
    demo.incident("approval_burst").await.unwrap();
    until("the feed is back", async || reqwest::get(&health).await.ok()).await;
    // Fifteen seconds at five events a second, and the five requests; half of it leaves room for a slow machine, which may also take its time.
    until("what happened meanwhile", async || (logged(&url).await >= before + 40).then_some(())).await;
    demo.stop().await;
}

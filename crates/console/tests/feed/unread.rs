//! What could not be read in events that were is counted, per source, kind and field, and outlives a restart.

use crate::bench::{erp, start, start_on, with};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use watchdeck_console::seams::{Fault, Point, Seams};
use watchdeck_testkit::{
    clock::now,
    console::{Bench, shell::Shell},
    erp::Erp,
};

/// Two sources that are live, each of a server of its own.
async fn two(bench: &Bench) -> (Erp, Erp) {
    let (east, west) = (Erp::start().await, Erp::start().await);
    let channels = json!({ "channels": ["orders", "finance", "inventory"] });
    bench.watch(json!([with(erp("east", &east.url()), channels.clone()), with(erp("west", &west.url()), channels)])).await;
    for (id, server, number) in [("east", &east, 1), ("west", &west, 2)] {
        server.until("a subscribe", |seen| !seen.subscribed.is_empty()).await;
        server.happens(number);
        bench.is(id, "live").await;
    }
    (east, west)
}

fn pays(server: &Erp, id: &str, amount: &str) {
    let at = now();
    let data = json!({ "type": "finance:payment", "action": "created", "recordType": "payment", "recordId": id, "recordNumber": id,
        "amount": amount, "timestamp": at });
    server.tell(json!({ "channel": "finance", "data": data, "ts": at }));
}

async fn unread(bench: &Bench) -> Vec<Value> {
    bench.ask("health", json!({})).await["unread"].as_array().unwrap().clone()
}

/// Wait until so many values are counted.
async fn counted(bench: &Bench, times: u64) -> Vec<Value> {
    bench
        .eventually(&format!("{times} values that were not read"), async || {
            Some(unread(bench).await).filter(|all| all.iter().filter_map(|of| of["times"].as_u64()).sum::<u64>() == times)
        })
        .await
}

fn fields(of: &Value) -> Vec<(&str, &str, &str, &str, u64)> {
    let text = |field: &Value, name: &str| field[name].as_str().unwrap().to_owned().leak() as &str;
    let one = |field: &Value| {
        (text(field, "kind"), text(field, "channel"), text(field, "field"), text(field, "sample"), field["times"].as_u64().unwrap())
    };
    of["fields"].as_array().unwrap().iter().map(one).collect()
}

/// What lies in the folder's store, as bytes.
fn on_disk(folder: &Path, what: &str) -> bool {
    let files = ["events.db", "events.db-wal"].map(|name| std::fs::read(folder.join(name)).unwrap_or_default());
    files.iter().any(|bytes| bytes.windows(what.len()).any(|window| window == what.as_bytes()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_values_of_two_sources_are_counted_apart_with_the_newest_sample_and_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start(folder.path()).await;
    let (east, west) = two(&bench).await;
    assert_eq!(unread(&bench).await, Vec::<Value>::new(), "nothing is said of sources whose every value was read");
    let before = now();
    pays(&east, "f-1", "1,234");
    pays(&west, "f-2", "quite a bit");
    counted(&bench, 2).await;
    // Line breaks and what turns the direction of text stay out of a list.
    pays(&east, "f-3", "a\nlot \u{202e}indeed");
    pays(&east, "f-4", "12.50");
    let at = now();
    let stock = json!({ "type": "inventory:change", "action": "teleported", "productId": "p", "oldQuantity": 1, "newQuantity": "some", "timestamp": at });
    east.tell(json!({ "channel": "inventory", "data": stock, "ts": at }));
    let all = counted(&bench, 5).await;
    assert_eq!((all[0]["source"].as_str(), all[1]["source"].as_str()), (Some("east"), Some("west")));
    let mut of_east = fields(&all[0]);
    of_east.sort_unstable();
    assert_eq!(
        of_east,
        [
            ("finance:payment", "finance", "amount", "a lot indeed", 2),
            ("inventory:change", "inventory", "action", "teleported", 1),
            ("inventory:change", "inventory", "newQuantity", "some", 1),
        ]
    );
    assert_eq!(fields(&all[1]), [("finance:payment", "finance", "amount", "quite a bit", 1)], "each source for itself");
    let amount = all[0]["fields"].as_array().unwrap().iter().find(|field| field["field"] == "amount").unwrap();
    let (first, last) = (amount["first_at"].as_i64().unwrap(), amount["last_at"].as_i64().unwrap());
    assert!(all[0]["since"].as_i64().unwrap() <= before && before <= first && first <= last, "it says what the count is of: {amount}");
    let newest = bench.ask("event", json!({ "seq": amount["seq"] })).await;
    assert_eq!(newest["row"]["label"], "f-3", "the sample's event can be opened");
    bench.console.shutdown().await;

    let bench = start(folder.path()).await;
    assert_eq!(counted(&bench, 5).await, all, "a restart forgets none of it and counts none of it twice");
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_in_no_sample() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start(folder.path()).await;
    let (east, _west) = two(&bench).await;
    pays(&east, "f-1", "li.wei@example.com");
    let shown = counted(&bench, 1).await;
    assert_eq!(fields(&shown[0]), [("finance:payment", "finance", "amount", "•••", 1)], "an address is no amount for everybody's eyes");
    let bundle = bench.ask("support_bundle", json!({})).await;
    let mut archive = zip::ZipArchive::new(std::fs::File::open(bundle["path"].as_str().unwrap()).unwrap()).unwrap();
    let mut read = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
    let (unread, health) = (read("unread.json"), read("health.json"));
    assert!(unread.contains("\"amount\"") && unread.contains("\"times\": 1"), "{unread}");
    assert!(!unread.contains("li.wei") && !health.contains("li.wei"));
    bench.console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_says_how_often_and_never_what_stood_there() {
    let folder = tempfile::tempdir().unwrap();
    let bench = start(folder.path()).await;
    let (east, _west) = two(&bench).await;
    pays(&east, "f-1", "as agreed with Zhang San");
    counted(&bench, 1).await;
    let bundle = bench.ask("support_bundle", json!({})).await;
    let mut archive = zip::ZipArchive::new(std::fs::File::open(bundle["path"].as_str().unwrap()).unwrap()).unwrap();
    for n in 0..archive.len() {
        let text = std::io::read_to_string(archive.by_index(n).unwrap()).unwrap();
        assert!(!text.contains("Zhang San"), "{text}");
    }
    bench.console.shutdown().await;
    assert!(on_disk(folder.path(), "as agreed with"), "the event itself is kept as it came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_nobody_can_say_what_was_unread_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let fault: Fault = Arc::new(|point| {
        if let Point::Unread(event) = point
            && event.payload.as_str().contains("f-1")
        {
            panic!("no words for that");
        }
    });
    let bench = start_on(folder.path(), Shell::default(), Seams { fault: Some(fault), ..Seams::default() }).await;
    let (east, _west) = two(&bench).await;
    pays(&east, "f-1", "1,234");
    pays(&east, "f-2", "a lot");
    let all = counted(&bench, 1).await;
    assert_eq!(fields(&all[0]), [("finance:payment", "finance", "amount", "a lot", 1)]);
    let health = bench.ask("health", json!({})).await;
    assert_eq!(health["set_aside"], json!([]), "the event is left out of nothing");
    assert_eq!((health["faults"][0]["part"].as_str(), health["faults"][0]["times"].as_u64()), (Some("unread"), Some(1)), "and it is said");
    let recorded = bench.ask("finance", json!({})).await["records"].as_array().unwrap().len();
    assert_eq!(recorded, 2, "both are on their page");
    bench.console.shutdown().await;
}

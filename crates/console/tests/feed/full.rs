//! A disk without room: nothing is lost, nobody is left untold, and nothing is said to be done that was not.

use crate::bench::{erp, start, start_on, with};
use serde_json::{Value, json};
use watchdeck_console::seams::{Options, Seams};
use watchdeck_testkit::{
    clock::now,
    console::{Bench, shell::Shell},
    erp::Erp,
};

fn alert(message: &str) -> Value {
    let data = json!({ "type": "system:alert", "level": "critical", "message": message, "timestamp": now() });
    json!({ "channel": "system", "data": data, "ts": now() })
}

async fn told(bench: &Bench, message: &str) {
    let has = |bench: &Bench| {
        bench.shell.toasts.lock().unwrap().iter().any(|toast| toast.body.contains(message) || toast.title.contains(message))
    };
    bench.eventually(&format!("a notification of {message}"), async || has(bench).then_some(())).await;
}

#[tokio::test]
async fn a_critical_alert_reaches_people_behind_what_cannot_be_stored() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let seams = Seams { store: Options { max_bytes: Some(1 << 20), ..Options::CONSOLE }, ..Seams::default() };
    let bench = start_on(folder.path(), Shell::default(), seams).await;
    bench.watch(json!([with(erp("east", &server.url()), json!({ "channels": ["orders", "system"] }))])).await;
    server.until("both subscribes", |seen| seen.subscribed.len() == 2).await;
    server.tell(alert("Pump 1 stands"));
    told(&bench, "Pump 1 stands").await;

    // More than there is room for, and behind it somebody has to come.
    for number in 0..12 {
        server.tell(json!({ "channel": "orders", "data": { "type": "order:status", "orderNumber": format!("SO-{number}"),
            "note": format!("{number}").repeat(200_000), "timestamp": now() }, "ts": now() }));
    }
    server.tell(alert("Pump 2 stands"));
    told(&bench, "Pump 2 stands").await;

    bench
        .eventually("a word that nothing is stored", async || {
            let frame = bench.ask("recent", json!({ "rows": 0 })).await["frame"].clone();
            frame["hints"].to_string().contains("store_read_only").then_some(())
        })
        .await;
    let of_the_erp = |row: &&Value| row["kind"] == "system:alert";
    assert!(
        bench.rows().await.iter().filter(of_the_erp).all(|row| !row["label"].as_str().unwrap().contains("Pump 2")),
        "it was told, not stored"
    );
    bench.console.shutdown().await;

    // With room again, what the server had said before there was none is there.
    let again = start(folder.path()).await;
    again
        .eventually("the alert of before", async || {
            let alerts = again.ask("alerts", json!({})).await["active"].to_string();
            alerts.contains("Pump 1 stands").then_some(())
        })
        .await;
    again.console.shutdown().await;
}

#[tokio::test]
async fn an_acknowledgement_that_could_not_be_stored_is_undone() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Erp::start().await);
    let bench = start(folder.path()).await;
    bench.watch(json!([with(erp("east", &server.url()), json!({ "channels": ["system"] }))])).await;
    server.until("a subscribe", |seen| !seen.subscribed.is_empty()).await;
    server.tell(alert("Pump 1 stands"));
    told(&bench, "Pump 1 stands").await;
    let active = async || bench.ask("alerts", json!({})).await["active"][0].clone();
    let before = active().await;
    // From here on the store takes nothing.
    bench.console.shutdown().await;
    for (command, args) in [("acknowledge", json!({ "ids": [before["id"]] })), ("snooze", json!({ "id": before["id"], "minutes": 5 }))] {
        let refused = bench.call(command, args).await.unwrap_err();
        assert!(refused.message.contains("closed"), "{}", refused.message);
        assert_eq!(active().await, before, "what was not kept was not done");
    }
}

//! What stands in the audit of what people and the operator do.

use crate::{
    access::{add, enter, ordered},
    support::{Running, config},
};
use serde_json::json;
use std::path::Path;
use watchdeck_gateway::{
    Config, UserOrder,
    audit::{self, Act, Entry},
    config::LimitsConfig,
};
use watchdeck_store::{Profile, Store};
use watchdeck_testkit::patience::until;

/// Everything that was written by now.
async fn entries(dir: &Path) -> Vec<Entry> {
    let log = Store::look(&config(dir).log_path(), Profile::Log).unwrap();
    let kept = audit::read(&log).await.unwrap();
    assert_eq!(audit::verify(&kept).faults, []);
    let entries = kept.by_time();
    log.close().await;
    entries
}

fn of<'e>(entries: &'e [Entry], who: &str, act: Act) -> Vec<(&'e str, &'e str)> {
    let words = |entry: &'e Entry| (entry.what.as_deref().unwrap_or_default(), entry.detail.as_deref().unwrap_or_default());
    entries.iter().filter(|entry| entry.who == who && entry.act == act).map(words).collect()
}

#[tokio::test]
async fn what_is_followed_refused_and_looked_at_is_noted() {
    let dir = tempfile::tempdir().unwrap();
    let token = add(dir.path(), "u7", &["finance"], &config(dir.path()));
    let running = Running::with_ways(dir, |_| ()).await;
    let (mut client, _) = enter(&running, &token).await;
    for channel in ["finance", "system", "finance"] {
        client.subscribe(channel, json!({})).await;
    }
    for _ in 0..30 {
        client.send(json!({ "type": "subscribe", "channel": "inventory" })).await;
        // Channels that are heard of meanwhile are told as well.
        while client.frame().await["code"] != "forbidden" {}
    }
    let look = |channel: &str| json!({ "channel": channel, "event": "e1", "by": { "id": "somebody else" } });
    assert_eq!(running.post("/api/reveals", Some(&token), &look("finance")).await.0, 200);
    assert_eq!(running.post("/api/reveals", Some(&token), &look("inventory")).await.0, 403, "nobody sees what it may not read");
    assert_eq!(running.post("/api/reveals", Some("nonsense"), &look("finance")).await.0, 401);
    assert_eq!(running.post("/api/reveals", Some(&token), &json!({ "channel": "finance" })).await.0, 400);
    let dir = running.stop().await;
    let entries = entries(dir.path()).await;
    let followed = of(&entries, "u7", Act::Subscribed);
    let mut names: Vec<_> = followed.iter().flat_map(|(what, _)| what.split(' ')).collect();
    names.sort_unstable();
    assert_eq!(names, ["finance", "system"], "once each: {followed:?}");
    let refused = of(&entries, "u7", Act::Refused);
    assert_eq!(
        refused,
        [("inventory", "may not read this channel"), ("", "29 more times: may not read this channel")],
        "whoever knocks on and on does not fill the disk"
    );
    assert_eq!(of(&entries, "u7", Act::Revealed), [("finance e1", "")], "who it was is known, whatever else is said");
    assert!(!format!("{entries:?}").contains(&token), "never a token");
}

#[tokio::test]
async fn who_was_let_in_and_which_settings_changed_is_noted_also_where_no_gateway_ran() {
    let dir = tempfile::tempdir().unwrap();
    let own = config(dir.path());
    add(dir.path(), "u7", &["finance"], &own);
    // The first run has nothing to compare with.
    let dir = Running::with_ways(dir, |_| ()).await.stop().await;
    let running = Running::with_ways(dir, |_| ()).await;
    add(running.dir.path(), "u8", &["warehouse"], &own);
    let added = until("the new user to be noted", async || {
        let entries = entries(running.dir.path()).await;
        let changed = of(&entries, "operator", Act::Changed);
        (!changed.is_empty()).then(|| changed.iter().map(|(_, detail)| (*detail).to_owned()).collect::<Vec<_>>())
    });
    assert_eq!(added.await, ["added: Name of u8 (u8): warehouse"]);
    let dir = running.stop().await;
    ordered(dir.path(), &UserOrder::Revoke { who: "u7".into() }, &own);
    let limits = LimitsConfig { decisions_per_minute: 7, ..LimitsConfig::default() };
    let adjust = |config: &mut Config| (config.publish_key, config.limits) = (Some("s3cret-of-the-operator".into()), limits);
    let running = Running::with_ways(dir, adjust).await;
    let changed = until("the changes to be noted", async || {
        let entries = entries(running.dir.path()).await;
        let changed: Vec<_> =
            of(&entries, "operator", Act::Changed).into_iter().map(|(what, detail)| format!("{what}: {detail}")).collect();
        (changed.len() == 4).then_some(changed)
    });
    let changed = changed.await;
    assert!(changed[1].starts_with("user token ") && changed[1].ends_with(": removed: Name of u7 (u7): finance"), "{changed:?}");
    assert_eq!(changed[2..], ["limits: changed", "publish_key: added"]);
    let dir = running.stop().await;
    let running = Running::with_ways(dir, adjust).await;
    let dir = running.stop().await;
    assert_eq!(of(&entries(dir.path()).await, "operator", Act::Changed).len(), 4, "what did not change is not noted again");
    assert!(!format!("{:?}", entries(dir.path()).await).contains("s3cret"), "never a key");
}

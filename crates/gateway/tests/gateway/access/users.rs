//! Users with a token of the gateway's.

use super::{add, dial, enter, names, ordered, turned_away};
use crate::support::{Running, config};
use serde_json::json;
use watchdeck_gateway::{Config, Secret, UserOrder};
use watchdeck_testkit::{caller::Client, patience::until};

fn revoke(who: &str) -> UserOrder {
    UserOrder::Revoke { who: who.into() }
}

#[tokio::test]
async fn a_user_is_known_by_its_token_and_told_what_it_may() {
    let dir = tempfile::tempdir().unwrap();
    let token = add(dir.path(), "u7", &["finance"], &config(dir.path()));
    assert!(token.starts_with("wdu_") && token.len() > 50, "{token}");
    let file = std::fs::read_to_string(dir.path().join("users.toml")).unwrap();
    assert!(!file.contains(&token) && file.contains("$argon2id$"), "{file}");
    let running = Running::with_ways(dir, |_| ()).await;
    let (_, hello) = enter(&running, &token).await;
    let user = &hello["user"];
    assert_eq!((&user["id"], &user["name"], &user["roles"]), (&json!("u7"), &json!("Name of u7"), &json!(["finance"])));
    assert!(names(&user["decides"]).contains(&"refund"), "{hello}");
    let channels = names(&hello["channels"]);
    assert!(channels.contains(&"finance") && channels.contains(&"user:u7:notifications") && !channels.contains(&"inventory"), "{hello}");
    for wrong in ["", "nonsense", "wdu_", &token[..token.len() - 1], &format!("{token}0"), &token.replace("wdu_", "wdu_0")] {
        assert_eq!(turned_away(&running, wrong).await.0, 4500, "{wrong}");
    }
    let native = [("sec-websocket-protocol", "watchdeck.v1")];
    let nobody = Client::open(running.gateway.addr(), "/ws", &native).await.ending().await;
    assert_eq!(nobody.map(|(code, _)| code), Some(4500), "where somebody may be asked who it is, nobody comes without a word");
    let cookie = format!("next-auth.session-token={token}");
    let mut plain = Client::open(running.gateway.addr(), "/", &[("cookie", &cookie)]).await;
    for channel in ["inventory", "finance"] {
        plain.send(json!({ "type": "subscribe", "channel": channel })).await;
    }
    let told = until("an event", async || {
        running.publish("inventory", 1).await;
        running.publish("finance", 2).await;
        tokio::time::timeout(std::time::Duration::from_millis(100), plain.any_frame()).await.ok()
    });
    assert_eq!(told.await["channel"], "finance", "a plain client is refused in silence");
}

#[tokio::test]
async fn a_revoked_user_is_out_at_once_and_stays_out() {
    let dir = tempfile::tempdir().unwrap();
    let own = config(dir.path());
    let (mine, other) = (add(dir.path(), "u7", &["finance"], &own), add(dir.path(), "u8", &["finance"], &own));
    let running = Running::with_ways(dir, |_| ()).await;
    let (mut client, _) = enter(&running, &mine).await;
    let cookie = format!("next-auth.session-token={mine}");
    let mut plain = Client::open(running.gateway.addr(), "/", &[("cookie", &cookie)]).await;
    let (mut stays, _) = enter(&running, &other).await;
    assert!(ordered(running.dir.path(), &UserOrder::List, &own).contains("u8"));
    let began = std::time::Instant::now();
    ordered(running.dir.path(), &revoke("u7"), &own);
    let (code, reason) = client.ending().await.unwrap();
    assert_eq!(code, 4503, "{reason}");
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(plain.ending().await, Some((1008, "Authentication failed".into())));
    assert_eq!(turned_away(&running, &mine).await.0, 4500);
    stays.subscribe("finance", json!({})).await;
}

#[tokio::test]
async fn a_user_that_is_added_while_it_runs_is_let_in_and_the_door_is_shut_for_nobody() {
    let ping = std::time::Duration::from_millis(500);
    let running = Running::with_ways(tempfile::tempdir().unwrap(), |config| config.ping_interval = ping).await;
    let mut nobody = running.native().await;
    let token = add(running.dir.path(), "u7", &["finance"], &config(running.dir.path()));
    until("the user to be known", async || {
        let hello = dial(&running, &token).await.any_frame().await;
        (hello["user"]["id"] == "u7").then_some(())
    })
    .await;
    assert_eq!(turned_away(&running, "").await.0, 4500);
    assert_eq!(nobody.ending().await.map(|(code, _)| code), Some(4500), "who came without a word does not stay either");
    let event = json!({ "channel": "finance", "data": {} });
    assert_eq!(running.post("/api/publish", None, &event).await.0, 401);
    let (status, answer) = running.post("/api/publish", Some(&token), &event).await;
    assert_eq!((status, &answer["code"]), (403, &json!("forbidden")), "{answer}");
}

#[tokio::test]
async fn other_roles_count_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let token = add(dir.path(), "u7", &["warehouse"], &config(dir.path()));
    let running = Running::with_ways(dir, |_| ()).await;
    let (mut client, _) = enter(&running, &token).await;
    client.subscribe("inventory", json!({})).await;
    client.subscribe("system", json!({})).await;
    let path = running.dir.path().join("users.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("warehouse", "finance")).unwrap();
    let ended = client.frame().await;
    assert_eq!((&ended["type"], &ended["code"], &ended["channel"]), (&json!("error"), &json!("forbidden"), &json!("inventory")), "{ended}");
    let told = client.frame().await;
    assert!(names(&told["channels"]).contains(&"finance"), "{told}");
    running.publish("inventory", 1).await;
    running.publish("system", 2).await;
    assert_eq!(client.take(1).await[0].n(), 2, "of what was taken away nothing comes any more");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let own = config(dir.path());
    let token = add(dir.path(), "u7", &["finance"], &own);
    let path = dir.path().join("users.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    let running = Running::with_ways(dir, |_| ()).await;
    std::fs::write(&path, "[[user]]\nid = \"half").unwrap();
    let (mut client, _) = enter(&running, &token).await;
    // A file that is read again shows that the broken one was looked at before, or passed over as quickly.
    std::fs::write(&path, good.replace("Name of u7", "Another name")).unwrap();
    until("the file to be read again", async || {
        let (_, hello) = enter(&running, &token).await;
        (hello["user"]["name"] == "Another name").then_some(())
    })
    .await;
    client.subscribe("finance", json!({})).await;
    std::fs::write(&path, "nonsense").unwrap();
    let refused = watchdeck_gateway::access::ways(&Config { data_dir: running.dir.path().to_owned(), ..own }).unwrap_err();
    assert!(refused.to_string().contains("line 1"), "a gateway does not start on it: {refused}");
}

#[tokio::test]
async fn an_unknown_role_and_an_unknown_user_are_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let refusal = |order: &UserOrder| {
        let error = watchdeck_gateway::access::users::carry_out(order, &config(dir.path()), &mut Vec::new()).unwrap_err();
        error.to_string()
    };
    let add = UserOrder::Add { id: "u7".into(), name: None, roles: vec!["wharehouse".into()], days: None };
    assert!(refusal(&add).contains("admin, approver, finance, wall, warehouse"), "{}", refusal(&add));
    assert!(refusal(&revoke("u7")).contains("user list"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    add(dir.path(), "u7", &["wall"], &config(dir.path()));
    let mode = dir.path().join("users.toml").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn the_old_keys_go_on_working_beside_users() {
    let dir = tempfile::tempdir().unwrap();
    let token = add(dir.path(), "u7", &["admin"], &config(dir.path()));
    let running = Running::with_ways(dir, |config| {
        config.read_token = Some(Secret::new("a-long-enough-token"));
        config.publish_key = Some(Secret::new("a-long-enough-key"));
    })
    .await;
    running.publish("user:u9:notifications", 1).await;
    for (shown, id, decides) in
        [("a-long-enough-token", "token", json!([])), ("a-long-enough-key", "key", json!(["*"])), (&token, "u7", json!(["*"]))]
    {
        let (mut client, hello) = enter(&running, shown).await;
        assert_eq!((&hello["user"]["id"], &hello["user"]["decides"]), (&json!(id), &decides), "{hello}");
        client.subscribe("user:u9:notifications", json!({ "rewind": { "count": 1 } })).await;
        assert_eq!(client.take(1).await[0].n(), 1, "{shown}");
    }
    let event = json!({ "channel": "orders", "data": {} });
    for (shown, status) in [("a-long-enough-token", 403), ("a-long-enough-key", 200), (&token, 200)] {
        assert_eq!(running.post("/api/publish", Some(shown), &event).await.0, status, "{shown}");
    }
}

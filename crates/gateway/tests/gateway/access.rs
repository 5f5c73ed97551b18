//! Who somebody is and what it may: each way in, each refusal, and what the bytes hold that leave the gateway.

mod erp;
mod jwt;
mod limits;
mod second;
mod seen;
mod users;

use crate::support::Running;
use serde_json::Value;
use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;
use watchdeck_gateway::{Config, UserOrder, access::users::carry_out};
use watchdeck_testkit::{caller::Client, http};

/// Give a user a token, as the program does.
pub(crate) fn add(dir: &Path, id: &str, roles: &[&str], config: &Config) -> String {
    let roles = roles.iter().map(|&role| role.to_owned()).collect();
    let order = UserOrder::Add { id: id.into(), name: Some(format!("Name of {id}")), roles, days: None };
    ordered(dir, &order, config)
}

/// What the program answers to an order.
pub(crate) fn ordered(dir: &Path, order: &UserOrder, config: &Config) -> String {
    let mut out = Vec::new();
    carry_out(order, &Config { data_dir: dir.to_owned(), ..config.clone() }, &mut out).unwrap();
    String::from_utf8(out).unwrap().trim().to_owned()
}

/// A native connection that shows this token; nothing of it is read yet.
pub(crate) async fn dial(running: &Running, token: &str) -> Client {
    let bearer = format!("Bearer {token}");
    Client::open(running.gateway.addr(), "/ws", &[("sec-websocket-protocol", "watchdeck.v1"), ("authorization", &bearer)]).await
}

/// A native session, and its hello.
pub(crate) async fn enter(running: &Running, token: &str) -> (Client, Value) {
    let mut client = dial(running, token).await;
    let hello = client.frame().await;
    assert_eq!(hello["type"], "hello", "{hello}");
    (client, hello)
}

/// The close frame of a session that is not let in.
pub(crate) async fn turned_away(running: &Running, token: &str) -> (u16, String) {
    dial(running, token).await.ending().await.expect("a close frame")
}

/// The names in a list.
pub(crate) fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// A server that answers every request the same, until it is told something else.
pub(crate) struct Answers {
    pub(crate) addr: SocketAddr,
    answer: Arc<Mutex<(String, String)>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Answers {
    pub(crate) async fn start(body: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let answer = Arc::new(Mutex::new(("200 OK".to_owned(), body.to_string())));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (said, heard) = (Arc::clone(&answer), Arc::clone(&heads));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Ok(head) = http::read_head(&mut stream).await else { continue };
                heard.lock().unwrap().push(head);
                let (status, body) = said.lock().unwrap().clone();
                http::answer(stream, &status, &body).await;
            }
        });
        Self { addr, answer, heads }
    }

    pub(crate) fn say(&self, status: &str, body: &Value) {
        *self.answer.lock().unwrap() = (status.to_owned(), body.to_string());
    }

    /// The heads of all requests up to now.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

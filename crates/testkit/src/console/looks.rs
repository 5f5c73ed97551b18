//! What a test sees of a core through its commands, and waits for. Each of these ends the test when it fails.

use super::Bench;
use crate::patience::pause;
use serde_json::{Value, json};
use std::time::Instant;

impl Bench {
    /// What a command answers, where an error is the end of the test.
    pub async fn ask(&self, name: &str, args: Value) -> Value {
        self.call(name, args).await.unwrap()
    }

    /// Makes these the sources; answers what saving did.
    pub async fn watch(&self, sources: Value) -> Value {
        self.sources(sources).await.unwrap()
    }

    /// The settings.
    pub async fn settings(&self) -> Value {
        self.ask("hello", json!({})).await["settings"].take()
    }

    /// What the window is told of this source; null where there is none.
    pub async fn status(&self, id: &str) -> Value {
        let frame = self.ask("recent", json!({ "rows": 0 })).await["frame"].clone();
        let found = frame["sources"].as_array().unwrap().iter().find(|source| source["id"] == id);
        found.cloned().unwrap_or_default()
    }

    /// Waits until a source is in a state of this kind.
    pub async fn is(&self, id: &str, kind: &str) -> Value {
        self.eventually(&format!("{id} to be {kind}"), async || Some(self.status(id).await).filter(|seen| seen["state"]["kind"] == kind))
            .await
    }

    /// Every stored row, newest first.
    pub async fn rows(&self) -> Vec<Value> {
        let page = self.ask("events", json!({ "before": null, "limit": 2000, "filter": "" })).await;
        page["events"].as_array().unwrap().clone()
    }

    /// The stored rows of one kind, newest first.
    pub async fn of_kind(&self, kind: &str) -> Vec<Value> {
        self.rows().await.into_iter().filter(|row| row["kind"] == kind).collect()
    }

    /// The numbers of the orders that are stored, ascending.
    pub async fn orders(&self) -> Vec<String> {
        let rows = self.of_kind("order:status").await;
        let mut orders: Vec<_> = rows.iter().map(|row| row["label"].as_str().unwrap().to_owned()).collect();
        orders.sort();
        orders
    }

    /// Waits until exactly these orders are stored, each once.
    pub async fn has_orders(&self, numbers: impl IntoIterator<Item = u32>) {
        let wanted: Vec<_> = numbers.into_iter().map(|number| format!("SO-{number}")).collect();
        self.eventually(&format!("the orders {wanted:?} to be stored"), async || (self.orders().await == wanted).then_some(())).await;
    }

    /// Looks again and again until `look` finds something; on failure it is said how the sources are.
    pub async fn eventually<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if !pause(started).await {
                let frame = self.ask("recent", json!({ "rows": 0 })).await["frame"]["sources"].clone();
                let toasts = self.shell.toasts.lock().unwrap().clone();
                panic!("in vain awaited: {what}; orders: {:?}; toasts: {toasts:?}; sources: {frame:#}", self.orders().await);
            }
        }
    }
}

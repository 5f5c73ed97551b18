//! The SQLite store as an engine.

use crate::{
    Batch, Bounds, Chunk, Damage, Engine, Histogram, Inspection, Limit, Page, Pending, Query, Stats, Store, StoreError, Stored, Tally,
};
use async_trait::async_trait;
use std::collections::HashMap;
use tokio::sync::watch;
use watchdeck_events::{Channel, Millis};
use watchdeck_filter::Plan;
use watchdeck_protocol::Position;

#[async_trait]
impl Engine for Store {
    fn epoch(&self) -> &str {
        Self::epoch(self)
    }

    fn head(&self) -> u64 {
        Self::head(self)
    }

    fn watch_head(&self) -> watch::Receiver<u64> {
        Self::watch_head(self)
    }

    fn watch_failure(&self) -> watch::Receiver<Option<String>> {
        Self::watch_failure(self)
    }

    fn watch_damage(&self) -> watch::Receiver<Damage> {
        Self::watch_damage(self)
    }

    async fn enqueue(&self, batch: Batch) -> Result<Pending, StoreError> {
        Self::enqueue(self, batch).await
    }

    async fn read_after(&self, seq: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        Self::read_after(self, seq, limit).await
    }

    fn at_hand(&self, seq: u64) -> Option<Chunk> {
        self.shared.recent.lock().expect("no code panics while holding the recent commits").after(seq)
    }

    async fn page(&self, query: Query) -> Result<Page, StoreError> {
        Self::page(self, query).await
    }

    async fn count(&self, plan: Plan, after: u64) -> Result<u64, StoreError> {
        Self::count(self, plan, after).await
    }

    async fn tally(&self) -> Result<Vec<Tally>, StoreError> {
        Self::tally(self).await
    }

    async fn histogram(&self, minutes: u32) -> Result<Histogram, StoreError> {
        Self::histogram(self, minutes).await
    }

    async fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        Self::get(self, seq).await
    }

    async fn by_id(&self, id: &str) -> Result<Option<Stored>, StoreError> {
        Self::by_id(self, id).await
    }

    async fn by_subject(&self, subject: &str, limit: usize) -> Result<Vec<Stored>, StoreError> {
        Self::by_subject(self, subject, limit).await
    }

    async fn channel_after(&self, channel: &Channel, offset: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        Self::channel_after(self, channel, offset, limit).await
    }

    async fn channel_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
        Self::channel_offset_at(self, channel, since).await
    }

    fn channel_bounds(&self, channel: &Channel) -> Bounds {
        Self::channel_bounds(self, channel)
    }

    fn channels(&self) -> Vec<Channel> {
        Self::channels(self)
    }

    fn channel_count(&self) -> usize {
        Self::channel_count(self)
    }

    async fn positions(&self, source: &str) -> Result<HashMap<Channel, Position>, StoreError> {
        Self::positions(self, source).await
    }

    async fn checkpoints(&self) -> Result<Vec<(String, u64)>, StoreError> {
        Self::checkpoints(self).await
    }

    async fn checkpoint(&self, name: &str) -> Result<u64, StoreError> {
        Self::checkpoint(self, name).await
    }

    async fn documents(&self, collection: &str) -> Result<Vec<(String, String)>, StoreError> {
        Self::documents(self, collection).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        Self::stats(self).await
    }

    async fn inspect(&self) -> Result<Inspection, StoreError> {
        Self::inspect(self).await
    }

    async fn close(&self) {
        Self::close(self).await;
    }
}

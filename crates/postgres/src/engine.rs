//! The contract.

use crate::{
    command::{Command, Job},
    open::{Postgres, ROOM_KIB},
    reader, search,
};
use async_trait::async_trait;
use std::{collections::HashMap, sync::Arc};
use tokio::sync::{oneshot, watch};
use watchdeck_events::{Channel, Millis};
use watchdeck_filter::Plan;
use watchdeck_protocol::Position;
use watchdeck_store::{
    Batch, Bounds, Chunk, Damage, Engine, Histogram, Inspection, Limit, Page, Pending, Query, Stats, StoreError, Stored, Tally,
};

#[async_trait]
impl Engine for Postgres {
    fn epoch(&self) -> &str {
        &self.shared.epoch
    }

    fn head(&self) -> u64 {
        self.shared.horizon.head()
    }

    fn watch_head(&self) -> watch::Receiver<u64> {
        self.shared.horizon.watch()
    }

    fn watch_failure(&self) -> watch::Receiver<Option<String>> {
        self.shared.failures.watch()
    }

    fn watch_damage(&self) -> watch::Receiver<Damage> {
        self.shared.damage.subscribe()
    }

    async fn enqueue(&self, batch: Batch) -> Result<Pending, StoreError> {
        let (reply, answer) = oneshot::channel();
        let kib = u32::try_from(batch.bytes() >> 10).unwrap_or(u32::MAX).clamp(1, ROOM_KIB);
        let room = Arc::clone(&self.room).acquire_many_owned(kib).await.map_err(|_| StoreError::Closed)?;
        let job = Job { batch, reply, term: self.term.clone(), room };
        self.commands.send(Command::Append(Box::new(job))).await.map_err(|_| StoreError::Closed)?;
        Ok(Pending::new(answer))
    }

    /// Beyond what is known here, others may have written: then it is looked at.
    async fn read_after(&self, seq: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        if seq >= self.head() {
            self.shared.catch_up().await?;
        }
        reader::after(&self.shared.server.reader().await?, seq, self.head(), limit).await
    }

    fn at_hand(&self, seq: u64) -> Option<Chunk> {
        self.shared.horizon.at_hand(seq)
    }

    async fn page(&self, query: Query) -> Result<Page, StoreError> {
        let head = self.head();
        search::page(&**self.shared.server.reader().await?, &query, head).await
    }

    async fn count(&self, plan: Plan, after: u64) -> Result<u64, StoreError> {
        let head = self.head();
        search::count(&**self.shared.server.reader().await?, &plan, after.saturating_add(1)..head + 1).await
    }

    async fn tally(&self) -> Result<Vec<Tally>, StoreError> {
        reader::tally(&self.shared.server.reader().await?).await
    }

    async fn histogram(&self, minutes: u32) -> Result<Histogram, StoreError> {
        reader::histogram(&self.shared.server.reader().await?, minutes).await
    }

    async fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        reader::get(&self.shared.server.reader().await?, seq).await
    }

    async fn by_id(&self, id: &str) -> Result<Option<Stored>, StoreError> {
        reader::by_id(&self.shared.server.reader().await?, id).await
    }

    async fn by_subject(&self, subject: &str, limit: usize) -> Result<Vec<Stored>, StoreError> {
        reader::by_subject(&self.shared.server.reader().await?, subject, limit).await
    }

    async fn channel_after(&self, channel: &Channel, offset: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        let head = self.head();
        reader::channel(&self.shared.server.reader().await?, channel, offset, head, limit).await
    }

    async fn channel_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
        reader::offset_at(&self.shared.server.reader().await?, channel, since).await
    }

    fn channel_bounds(&self, channel: &Channel) -> Bounds {
        self.shared.horizon.bounds(channel)
    }

    fn channels(&self) -> Vec<Channel> {
        self.shared.horizon.channels()
    }

    fn channel_count(&self) -> usize {
        self.shared.horizon.channel_count()
    }

    async fn positions(&self, source: &str) -> Result<HashMap<Channel, Position>, StoreError> {
        reader::positions(&self.shared.server.reader().await?, source).await
    }

    async fn checkpoints(&self) -> Result<Vec<(String, u64)>, StoreError> {
        reader::checkpoints(&self.shared.server.reader().await?).await
    }

    async fn documents(&self, collection: &str) -> Result<Vec<(String, String)>, StoreError> {
        reader::documents(&self.shared.server.reader().await?, collection).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        reader::stats(&self.shared.server.reader().await?).await
    }

    async fn inspect(&self) -> Result<Inspection, StoreError> {
        reader::inspect(&self.shared.server.reader().await?).await
    }

    async fn close(&self) {
        self.end().await;
    }
}

//! Stores that are wrong by one, each in its own way: what the machine is worth is shown by its finding them.

use async_trait::async_trait;
use std::{collections::HashMap, fmt::Debug, marker::PhantomData};
use tokio::sync::watch;
use watchdeck_events::{Channel, Millis};
use watchdeck_filter::Plan;
use watchdeck_protocol::Position;
use watchdeck_store::{
    Batch, Bounds, Condition, Damage, Engine, Histogram, Inspection, Limit, Order, Page, Pending, Query, Stats, Store, StoreError, Stored,
    Tally,
};

/// What is wrong with a store: by itself, nothing.
pub(crate) trait Fault: Debug + Send + Sync + 'static {
    fn reading_after(seq: u64) -> u64 {
        seq
    }

    fn counting_after(after: u64) -> u64 {
        after
    }

    fn about(limit: usize) -> usize {
        limit
    }

    fn next(_: Order, next: u64) -> u64 {
        next
    }

    fn condition(condition: Condition) -> Condition {
        condition
    }
}

/// Nothing.
#[derive(Debug)]
pub(crate) struct Sound;

impl Fault for Sound {}

/// `read_after` answers the event that it is to go on after.
#[derive(Debug)]
pub(crate) struct ReadsItsBound;

impl Fault for ReadsItsBound {
    fn reading_after(seq: u64) -> u64 {
        seq.saturating_sub(1)
    }
}

/// A count has the event in it after which it is to begin.
#[derive(Debug)]
pub(crate) struct CountsItsBound;

impl Fault for CountsItsBound {
    fn counting_after(after: u64) -> u64 {
        after.saturating_sub(1)
    }
}

/// The next page down begins one too far down.
#[derive(Debug)]
pub(crate) struct SkipsOneDown;

impl Fault for SkipsOneDown {
    fn next(order: Order, next: u64) -> u64 {
        if order == Order::NewestFirst { next.saturating_sub(1) } else { next }
    }
}

/// The next page up begins one too far up.
#[derive(Debug)]
pub(crate) struct SkipsOneUp;

impl Fault for SkipsOneUp {
    fn next(order: Order, next: u64) -> u64 {
        if order == Order::OldestFirst { next + 1 } else { next }
    }
}

/// A condition does not see the very next event.
#[derive(Debug)]
pub(crate) struct OverlooksTheNext;

impl Fault for OverlooksTheNext {
    fn condition(condition: Condition) -> Condition {
        match condition {
            Condition::Unchanged { plan, after } => Condition::Unchanged { plan, after: after + 1 },
            version @ Condition::Version { .. } => version,
        }
    }
}

/// One event less about a subject than was asked for.
#[derive(Debug)]
pub(crate) struct TellsOneLess;

impl Fault for TellsOneLess {
    fn about(limit: usize) -> usize {
        limit - 1
    }
}

/// A store with a fault.
#[derive(Debug)]
pub(crate) struct Over<F>(pub(crate) Store, pub(crate) PhantomData<F>);

#[async_trait]
impl<F: Fault> Engine for Over<F> {
    fn epoch(&self) -> &str {
        self.0.epoch()
    }

    fn head(&self) -> u64 {
        self.0.head()
    }

    fn watch_head(&self) -> watch::Receiver<u64> {
        self.0.watch_head()
    }

    fn watch_failure(&self) -> watch::Receiver<Option<String>> {
        self.0.watch_failure()
    }

    fn watch_damage(&self) -> watch::Receiver<Damage> {
        self.0.watch_damage()
    }

    async fn enqueue(&self, batch: Batch) -> Result<Pending, StoreError> {
        self.0.enqueue(Batch { condition: batch.condition.map(F::condition), ..batch }).await
    }

    async fn read_after(&self, seq: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        self.0.read_after(F::reading_after(seq), limit).await
    }

    async fn page(&self, query: Query) -> Result<Page, StoreError> {
        let order = query.order;
        let page = self.0.page(query).await?;
        Ok(Page { next: page.next.map(|next| F::next(order, next)), ..page })
    }

    async fn count(&self, plan: Plan, after: u64) -> Result<u64, StoreError> {
        self.0.count(plan, F::counting_after(after)).await
    }

    async fn tally(&self) -> Result<Vec<Tally>, StoreError> {
        self.0.tally().await
    }

    async fn histogram(&self, minutes: u32) -> Result<Histogram, StoreError> {
        self.0.histogram(minutes).await
    }

    async fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        self.0.get(seq).await
    }

    async fn by_id(&self, id: &str) -> Result<Option<Stored>, StoreError> {
        self.0.by_id(id).await
    }

    async fn by_subject(&self, subject: &str, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.0.by_subject(subject, F::about(limit)).await
    }

    async fn channel_after(&self, channel: &Channel, offset: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        self.0.channel_after(channel, offset, limit).await
    }

    async fn channel_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
        self.0.channel_offset_at(channel, since).await
    }

    fn channel_bounds(&self, channel: &Channel) -> Bounds {
        self.0.channel_bounds(channel)
    }

    fn channels(&self) -> Vec<Channel> {
        self.0.channels()
    }

    async fn positions(&self, source: &str) -> Result<HashMap<Channel, Position>, StoreError> {
        self.0.positions(source).await
    }

    async fn checkpoints(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.0.checkpoints().await
    }

    async fn documents(&self, collection: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.0.documents(collection).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.0.stats().await
    }

    async fn inspect(&self) -> Result<Inspection, StoreError> {
        self.0.inspect().await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

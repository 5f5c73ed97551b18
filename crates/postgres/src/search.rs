//! Pages, counts, and what stands against a condition.

use crate::{
    compile::Compiled,
    failure::Io,
    names::Names,
    row::{big, bounded, number, stored},
};
use std::ops::Range;
use tokio_postgres::{
    GenericClient,
    types::{ToSql, Type},
};
use watchdeck_filter::Plan;
use watchdeck_store::{Limit, Order, Page, Query, StoreError, Stored};

/// Events that are asked for at once, at most.
const STEP: u64 = 1_024;

/// A search through some numbers.
struct Search<'a, C> {
    client: &'a C,
    plan: &'a Plan,
    compiled: Compiled,
}

impl<'a, C: GenericClient> Search<'a, C> {
    /// The names are read after the head was: what comes later may have others, and is not looked at.
    async fn of(client: &'a C, plan: &'a Plan) -> Result<Self, StoreError> {
        let compiled = Compiled::of(plan, &Names::read(client).await?);
        Ok(Self { client, plan, compiled })
    }

    /// The next rows that fulfil `condition`, in order: at most `step`, and fewer where they are large.
    async fn rows(&self, condition: &str, order: Order, seqs: &Range<u64>, step: u64) -> Result<Vec<Stored>, StoreError> {
        let which = format!("seq >= {} AND seq < {} AND {condition}", big(seqs.start), big(seqs.end));
        let order = if order == Order::NewestFirst { "seq DESC" } else { "seq" };
        let question = bounded(&which, order, usize::try_from(step).unwrap_or(usize::MAX), Limit::BYTES);
        let values: Vec<(&(dyn ToSql + Sync), Type)> = self.compiled.values();
        self.client.query_typed(&question, &values).await.io()?.iter().map(stored).collect()
    }

    fn means(&self, stored: &Stored) -> bool {
        self.compiled.is_exact() || self.plan.holds(&stored.event)
    }
}

/// A page of what is meant, of the events up to `head`.
pub(crate) async fn page(client: &impl GenericClient, query: &Query, head: u64) -> Result<Page, StoreError> {
    let Query { order, limit, .. } = *query;
    let seqs = query.after.saturating_add(1)..query.before.unwrap_or(u64::MAX).min(head.saturating_add(1));
    let search = Search::of(client, &query.plan).await?;
    let (mut page, mut left, mut bytes) = (Page::default(), seqs.clone(), 0);
    let stopped = loop {
        // Where every row is meant, no more of them are asked for than there is room for.
        let room = limit.saturating_sub(page.events.len()).max(1);
        let wanted = if search.compiled.is_exact() { STEP.min(room as u64) } else { STEP };
        let step = wanted.min(query.max_read.saturating_sub(page.read));
        if left.is_empty() {
            break None;
        }
        let rows = if step == 0 { Vec::new() } else { search.rows(&search.compiled.may, order, &left, step).await? };
        let Some(last) = rows.last().map(|last| last.seq) else {
            let edge = if order == Order::NewestFirst { left.end } else { left.start.saturating_sub(1) };
            break (step == 0).then_some(edge);
        };
        match order {
            Order::NewestFirst => left.end = last,
            Order::OldestFirst => left.start = last + 1,
        }
        let mut full = None;
        for row in rows {
            page.read += 1;
            if search.means(&row) {
                bytes += row.bytes();
                let seq = row.seq;
                page.events.push(row);
                if page.events.len() >= limit || bytes >= Limit::BYTES {
                    full = Some(seq);
                    break;
                }
            }
        }
        if full.is_some() {
            break full;
        }
    };
    // At the edge there is nothing to go on to.
    page.next = stopped.filter(|at| if order == Order::NewestFirst { *at > seqs.start } else { at + 1 < seqs.end });
    page.scanned = match (order, stopped) {
        (_, None) => seqs.end.saturating_sub(seqs.start),
        (Order::NewestFirst, Some(at)) => seqs.end - at,
        (Order::OldestFirst, Some(at)) => at + 1 - seqs.start,
    };
    Ok(page)
}

/// How many of the events in `seqs` are meant: what is certain is counted where it lies, the rest is read.
pub(crate) async fn count(client: &impl GenericClient, plan: &Plan, seqs: Range<u64>) -> Result<u64, StoreError> {
    let search = Search::of(client, plan).await?;
    let Compiled { may, sure, .. } = &search.compiled;
    let question = format!("SELECT count(*) FROM events WHERE seq >= {} AND seq < {} AND {sure}", big(seqs.start), big(seqs.end));
    let mut count = number(client.query_typed_one(&question, &search.compiled.values()).await.io()?.get(0));
    if search.compiled.is_exact() {
        return Ok(count);
    }
    let (open, mut left) = (format!("({may}) AND NOT ({sure})"), seqs);
    loop {
        let rows = search.rows(&open, Order::OldestFirst, &left, STEP).await?;
        let Some(last) = rows.last() else { return Ok(count) };
        left.start = last.seq + 1;
        count += rows.iter().filter(|row| plan.holds(&row.event)).count() as u64;
    }
}

/// The newest event in `seqs` that is meant.
pub(crate) async fn newest(client: &impl GenericClient, plan: &Plan, mut seqs: Range<u64>) -> Result<Option<u64>, StoreError> {
    let search = Search::of(client, plan).await?;
    let step = if search.compiled.is_exact() { 1 } else { STEP };
    loop {
        let rows = search.rows(&search.compiled.may, Order::NewestFirst, &seqs, step).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        seqs.end = last.seq;
        if let Some(found) = rows.iter().find(|row| search.means(row)) {
            return Ok(Some(found.seq));
        }
    }
}

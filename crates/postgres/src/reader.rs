//! Questions that are no search.

use crate::{
    failure::Io,
    row::{big, bounded, number, stored},
    schema,
    weeks::ATTACHED,
};
use deadpool_postgres::Object;
use std::collections::{BTreeMap, HashMap};
use tokio_postgres::types::ToSql;
use watchdeck_events::{Channel, Kind, Millis, Severity};
use watchdeck_protocol::Position;
use watchdeck_store::{Histogram, Inspection, Limit, Stats, StoreError, Stored, Tally};

const MINUTE: i64 = 60_000;

async fn all(client: &Object, question: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Stored>, StoreError> {
    let statement = client.prepare_cached(question).await.io()?;
    client.query(&statement, values).await.io()?.iter().map(stored).collect()
}

/// Events after `seq`, up to `upto`.
pub(crate) async fn after(client: &Object, seq: u64, upto: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
    all(client, &bounded("seq > $1 AND seq <= $2", "seq", limit.events, limit.bytes), &[&big(seq), &big(upto)]).await
}

/// Events of `channel` after `offset`, of those up to the number `upto`.
pub(crate) async fn channel(client: &Object, channel: &Channel, offset: u64, upto: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
    let which = "channel = $1 AND \"offset\" > $2 AND seq <= $3";
    let question = bounded(which, "\"offset\"", limit.events, limit.bytes);
    all(client, &question, &[&channel.as_str(), &big(offset), &big(upto)]).await
}

/// The offset of the last event of `channel` that was received before `since`. Later weeks are not looked at.
pub(crate) async fn offset_at(client: &Object, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
    let question = "SELECT \"offset\" FROM events WHERE channel = $1 AND received_at < $2 ORDER BY \"offset\" DESC LIMIT 1";
    let statement = client.prepare_cached(question).await.io()?;
    let row = client.query_opt(&statement, &[&channel.as_str(), &since.0]).await.io()?;
    Ok(row.map_or(0, |row| number(row.get(0))))
}

pub(crate) async fn get(client: &Object, seq: u64) -> Result<Option<Stored>, StoreError> {
    Ok(all(client, &bounded("seq = $1", "seq", 1, 1), &[&big(seq)]).await?.pop())
}

pub(crate) async fn by_id(client: &Object, id: &str) -> Result<Option<Stored>, StoreError> {
    // No id has a NUL, and PostgreSQL takes none even in a question.
    if id.contains('\0') {
        return Ok(None);
    }
    Ok(all(client, &bounded("seq = (SELECT seq FROM ids WHERE id = $1)", "seq", 1, 1), &[&id]).await?.pop())
}

/// Which events are about `$1`, as the index has it.
pub(crate) const ABOUT: &str = "left(subject, 200) = left($1, 200) AND subject = $1";

pub(crate) async fn by_subject(client: &Object, subject: &str, limit: usize) -> Result<Vec<Stored>, StoreError> {
    if subject.contains('\0') {
        return Ok(Vec::new());
    }
    all(client, &bounded(ABOUT, "seq DESC", limit, Limit::BYTES), &[&subject]).await
}

pub(crate) async fn tally(client: &Object) -> Result<Vec<Tally>, StoreError> {
    let question = "SELECT source, channel, kind, severity, count(*), min(occurred_at), max(occurred_at) FROM events GROUP BY 1, 2, 3, 4";
    let tally = |row: &tokio_postgres::Row| Tally {
        source: row.get::<_, &str>(0).into(),
        channel: Channel::from(row.get::<_, &str>(1)),
        kind: Kind::from(row.get::<_, &str>(2)),
        severity: Severity::from_code(u8::try_from(row.get::<_, i16>(3)).unwrap_or(0)),
        events: number(row.get(4)),
        first: Millis(row.get(5)),
        last: Millis(row.get(6)),
    };
    Ok(client.query(question, &[]).await.io()?.iter().map(tally).collect())
}

pub(crate) async fn histogram(client: &Object, minutes: u32) -> Result<Histogram, StoreError> {
    let minutes = minutes.max(1);
    let width = i64::from(minutes) * MINUTE;
    // As numerics, because a division of integers cuts towards zero.
    let question = format!(
        "SELECT floor(occurred_at::numeric / {width})::bigint, split_part(translate(kind, '.', ':'), ':', 1), count(*) FROM events GROUP BY 1, 2"
    );
    let cell = |row: &tokio_postgres::Row| {
        let at = Millis(row.get::<_, i64>(0).saturating_mul(width));
        ((at, row.get::<_, &str>(1).into()), number(row.get(2)))
    };
    let cells: BTreeMap<_, _> = client.query(&question, &[]).await.io()?.iter().map(cell).collect();
    Ok(Histogram { minutes, cells })
}

pub(crate) async fn positions(client: &Object, source: &str) -> Result<HashMap<Channel, Position>, StoreError> {
    let rows = client.query("SELECT channel, epoch, \"offset\" FROM positions WHERE source = $1", &[&source]).await.io()?;
    let position =
        |row: &tokio_postgres::Row| (Channel::from(row.get::<_, &str>(0)), Position::new(row.get::<_, &str>(1), number(row.get(2))));
    Ok(rows.iter().map(position).collect())
}

pub(crate) async fn checkpoints(client: &Object) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = client.query("SELECT name, seq FROM checkpoints ORDER BY name COLLATE \"C\"", &[]).await.io()?;
    Ok(rows.iter().map(|row| (row.get(0), number(row.get(1)))).collect())
}

pub(crate) async fn documents(client: &Object, collection: &str) -> Result<Vec<(String, String)>, StoreError> {
    let question = "SELECT key, body FROM documents WHERE collection = $1 ORDER BY key COLLATE \"C\"";
    let rows = client.query(question, &[&collection]).await.io()?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub(crate) async fn stats(client: &Object) -> Result<Stats, StoreError> {
    let question = "SELECT (SELECT events FROM head),
        (SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relnamespace = 'watchdeck'::regnamespace AND relkind = 'r'),
        (SELECT received_at FROM events ORDER BY seq LIMIT 1)";
    let row = client.query_one(question, &[]).await.io()?;
    Ok(Stats { events: number(row.get(0)), bytes: number(row.get(1)), oldest_at: row.get::<_, Option<i64>>(2).map(Millis) })
}

pub(crate) async fn inspect(client: &Object) -> Result<Inspection, StoreError> {
    let version = client.query_one(schema::VERSION, &[]).await.io()?.get(0);
    let row = client.query_one("SELECT version(), current_setting('fsync'), current_setting('full_page_writes')", &[]).await.io()?;
    let tables =
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'watchdeck'::regnamespace AND relkind IN ('r', 'p', 'i', 'I') ORDER BY 1";
    let tables = client.query(tables, &[]).await.io()?.iter().map(|row| row.get(0)).collect();
    let off = |index: usize, name: &str| {
        (row.get::<_, &str>(index) == "off").then(|| format!("{name} is off: what was answered may be gone after a power cut"))
    };
    let mut problems: Vec<String> = off(1, "fsync").into_iter().chain(off(2, "full_page_writes")).collect();
    if client.query(ATTACHED, &[]).await.io()?.is_empty() {
        problems.push("there is no partition for events".into());
    }
    Ok(Inspection { version, sqlite: row.get(0), tables, problems })
}

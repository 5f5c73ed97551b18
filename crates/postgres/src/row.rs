//! An event as a row, in both directions.

use crate::failure::Io;
use deadpool_postgres::Transaction;
use std::pin::pin;
use tokio_postgres::{
    Error, Row,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};
use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_store::{StoreError, Stored};

/// What is read of an event, in this order.
pub(crate) const COLUMNS: &str = "seq, \"offset\", id, source, channel, kind, occurred_at, received_at, severity, subject, actor, payload";
/// What an event costs in memory beside its payload, about, as the store counts it.
const OVERHEAD: usize = 200;
/// Longest id and name, in bytes: an index entry has an end.
const LONGEST: usize = 2_000;

/// A number of ours as PostgreSQL has it. None of them comes near the end.
pub(crate) fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The inverse of [`big`].
pub(crate) fn number(big: i64) -> u64 {
    u64::try_from(big).unwrap_or(0)
}

/// The rows of `which` (a condition and what follows it) in its `order`, cut where their payloads have so many `bytes`: the first is always read. The server
/// measures, so that what is cut off is not sent.
pub(crate) fn bounded(which: &str, order: &str, limit: usize, bytes: usize) -> String {
    let (limit, bytes) = (limit.min(1 << 30), bytes.max(1));
    format!(
        "SELECT {COLUMNS} FROM (
            SELECT {COLUMNS}, sum(octet_length(payload) + {OVERHEAD}) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) - octet_length(payload) - {OVERHEAD} AS before
            FROM events WHERE {which} ORDER BY {order} LIMIT {limit}
        ) AS measured WHERE before < {bytes} ORDER BY {order}"
    )
}

/// The event of a row of [`COLUMNS`].
pub(crate) fn stored(row: &Row) -> Result<Stored, StoreError> {
    let text = |index: usize| row.try_get::<_, &str>(index).io();
    let some = |index: usize| row.try_get::<_, Option<&str>>(index).io().map(|text| text.map(Box::from));
    let big = |index: usize| row.try_get::<_, i64>(index).io();
    Ok(Stored {
        seq: number(big(0)?),
        offset: number(big(1)?),
        event: Event {
            id: text(2)?.into(),
            source: text(3)?.into(),
            channel: Channel::from(text(4)?),
            kind: Kind::from(text(5)?),
            occurred_at: Millis(big(6)?),
            received_at: Millis(big(7)?),
            severity: Severity::from_code(u8::try_from(row.try_get::<_, i16>(8).io()?).unwrap_or(0)),
            subject: some(9)?,
            actor: some(10)?,
            payload: Payload::from_json(text(11)?),
        },
    })
}

/// Why an event cannot be a row. JSON holds no NUL, but what a field of it says may.
pub(crate) fn refusal(event: &Event) -> Option<&'static str> {
    let texts = [&*event.id, &event.source, event.channel.as_str(), event.kind.as_str(), event.payload.as_str()];
    let about = [event.subject.as_deref(), event.actor.as_deref()];
    if texts.into_iter().chain(about.into_iter().flatten()).any(|text| text.contains('\0')) {
        return Some("one of its texts holds a NUL character, which PostgreSQL cannot keep");
    }
    if texts[..4].iter().any(|text| text.len() > LONGEST) {
        return Some("its id, source, channel or kind has more than 2,000 bytes");
    }
    crate::weeks::Week::of(event.received_at).is_none().then_some("its time of receipt cannot be true")
}

/// Events with their places, and their ids.
pub(crate) async fn copy(transaction: &Transaction<'_>, events: &[(u64, u64, &Event)]) -> Result<(), Error> {
    let into = format!("COPY events({COLUMNS}) FROM STDIN BINARY");
    let types = [
        Type::INT8,
        Type::INT8,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::INT8,
        Type::INT8,
        Type::INT2,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
    ];
    let sink = transaction.copy_in(&transaction.prepare_cached(&into).await?).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
    for (seq, offset, event) in events {
        let severity = i16::from(event.severity.code());
        let (subject, actor) = (event.subject.as_deref(), event.actor.as_deref());
        let row: [&(dyn ToSql + Sync); 12] = [
            &big(*seq),
            &big(*offset),
            &&*event.id,
            &&*event.source,
            &event.channel.as_str(),
            &event.kind.as_str(),
            &event.occurred_at.0,
            &event.received_at.0,
            &severity,
            &subject,
            &actor,
            &event.payload.as_str(),
        ];
        writer.as_mut().write(&row).await?;
    }
    writer.finish().await?;
    let sink = transaction.copy_in(&transaction.prepare_cached("COPY ids(id, seq, \"offset\") FROM STDIN BINARY").await?).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &[Type::TEXT, Type::INT8, Type::INT8]));
    for (seq, offset, event) in events {
        writer.as_mut().write(&[&&*event.id, &big(*seq), &big(*offset)]).await?;
    }
    writer.finish().await.map(drop)
}

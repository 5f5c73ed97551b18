//! A plain table of PostgreSQL: the columns and indexes of our bare rows, a `COPY` and thereby a transaction a batch, as durable as it comes.

use crate::beside::Round;
use anyhow::Result;
use std::{path::Path, pin::pin, time::Instant};
use tokio_postgres::{
    Client, NoTls,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};
use watchdeck_store::NewEvent;
use watchdeck_testkit::postgres::Postgres as Cluster;

const TABLE: &str = "
CREATE TABLE events(
    seq bigint PRIMARY KEY,
    id text NOT NULL UNIQUE,
    source integer NOT NULL,
    channel integer NOT NULL,
    kind integer NOT NULL,
    \"offset\" bigint NOT NULL,
    occurred_at bigint NOT NULL,
    received_at bigint NOT NULL,
    severity smallint NOT NULL,
    subject text,
    actor text,
    payload text NOT NULL
);";
/// So that it has nothing left to do while others take their turn.
const END: &str = "DROP TABLE events; CHECKPOINT;";
const TYPES: [Type; 12] = [
    Type::INT8,
    Type::TEXT,
    Type::INT4,
    Type::INT4,
    Type::INT4,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT2,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
];

/// A cluster of its own, and the one connection that writes.
pub(crate) struct Postgres {
    client: Client,
    _cluster: Cluster,
}

impl Postgres {
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        let cluster = Cluster::durable(folder).await?;
        let (client, connection) = tokio_postgres::connect(&cluster.database("bench").await?, NoTls).await?;
        tokio::spawn(connection);
        Ok(Self { client, _cluster: cluster })
    }

    /// All batches into an empty table.
    pub(crate) async fn round(&self, batches: &[Vec<NewEvent>]) -> Result<Round> {
        self.client.batch_execute(TABLE).await?;
        let began = Instant::now();
        let mut seq = 0_i64;
        for batch in batches {
            let copy = self.client.copy_in("COPY events FROM STDIN (FORMAT binary)").await?;
            let mut writer = pin!(BinaryCopyInWriter::new(copy, &TYPES));
            for NewEvent { event, offset } in batch {
                seq += 1;
                let offset = offset.map_or(Ok(0), i64::try_from)?;
                let severity = i16::from(event.severity.code());
                let row: [&(dyn ToSql + Sync); 12] = [
                    &seq,
                    &&*event.id,
                    &1_i32,
                    &2_i32,
                    &3_i32,
                    &offset,
                    &event.occurred_at.0,
                    &event.received_at.0,
                    &severity,
                    &event.subject.as_deref(),
                    &event.actor.as_deref(),
                    &event.payload.as_str(),
                ];
                writer.as_mut().write(&row).await?;
            }
            writer.finish().await?;
        }
        let took = began.elapsed();
        let bytes: i64 = self.client.query_one("SELECT pg_total_relation_size('events')", &[]).await?.get(0);
        self.client.batch_execute(END).await?;
        Ok(Round { took, bytes: u64::try_from(bytes)? })
    }
}

//! The tables, and the steps in which each of them came to be.

use crate::failure::Io;
use tokio_postgres::Client;
use watchdeck_store::StoreError;

/// Who makes or changes tables holds this, one at a time.
pub(crate) const SETUP: &str = "SELECT pg_advisory_xact_lock(hashtextextended('watchdeck:setup', 0))";

/// Each part with its steps. What a released version has made is never changed, only added to.
///
/// * `head`: the one row that writers take turns at: the newest number, how many events there are, and how often some were let go of.
/// * `events`: by week of receipt. Its `seq` and `offset` need no unique index: whoever holds `head` gives them. A subject of any length is found by its
///   beginning, because an index entry has an end.
/// * `ids`: what makes a repeat recognisable across partitions, with its place.
/// * `names`: kinds (0) and sources (1) that ever came, so that a filter's stars become lists.
/// * `leases`: the term of each.
const PARTS: [(&str, &[&str]); 6] = [
    ("meta", &["CREATE TABLE meta(key text PRIMARY KEY, value text NOT NULL);
        INSERT INTO meta VALUES ('epoch', left(replace(gen_random_uuid()::text, '-', ''), 12))"]),
    ("head", &["CREATE TABLE head(
            only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
            seq bigint NOT NULL,
            events bigint NOT NULL,
            let_go bigint NOT NULL
        );
        INSERT INTO head(seq, events, let_go) VALUES (0, 0, 0);
        CREATE TABLE channels(channel text PRIMARY KEY, first bigint NOT NULL, last bigint NOT NULL)"]),
    ("events", &["CREATE TABLE events(
            seq bigint NOT NULL,
            id text NOT NULL,
            source text NOT NULL,
            channel text NOT NULL,
            kind text NOT NULL,
            \"offset\" bigint NOT NULL,
            occurred_at bigint NOT NULL,
            received_at bigint NOT NULL,
            severity smallint NOT NULL,
            subject text,
            actor text,
            payload text NOT NULL
        ) PARTITION BY RANGE (received_at);
        CREATE INDEX events_by_seq ON events(seq);
        CREATE INDEX events_by_offset ON events(channel, \"offset\");
        CREATE INDEX events_by_subject ON events(left(subject, 200), seq) WHERE subject IS NOT NULL"]),
    ("ids", &["CREATE TABLE ids(id text PRIMARY KEY, seq bigint NOT NULL, \"offset\" bigint NOT NULL);
        CREATE TABLE names(part smallint, name text, PRIMARY KEY (part, name))"]),
    ("books", &["CREATE TABLE positions(source text, channel text, epoch text NOT NULL, \"offset\" bigint NOT NULL, PRIMARY KEY (source, channel));
        CREATE TABLE checkpoints(name text PRIMARY KEY, seq bigint NOT NULL);
        CREATE TABLE documents(collection text, key text, body text NOT NULL, PRIMARY KEY (collection, key))"]),
    ("leases", &["CREATE TABLE leases(name text PRIMARY KEY, term bigint NOT NULL)"]),
];

/// The oldest version that has all that is used.
const OLDEST_SERVER: i32 = 140_000;

/// Make the tables what this version needs, or leave them as they are: several may try at once, and what a newer version made is not touched.
pub(crate) async fn prepare(client: &mut Client) -> Result<(), StoreError> {
    let about = "SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding')";
    let about = client.query_one(about, &[]).await.io()?;
    if about.get::<_, i32>(0) < OLDEST_SERVER {
        return Err(StoreError::Unavailable(format!("it is PostgreSQL {}, and 14 is the oldest that will do", about.get::<_, &str>(1))));
    }
    if about.get::<_, &str>(2) != "UTF8" {
        let words = format!("the database is encoded in {}; make one with ENCODING 'UTF8'", about.get::<_, &str>(2));
        return Err(StoreError::Unavailable(words));
    }
    let transaction = client.transaction().await.io()?;
    transaction.batch_execute(SETUP).await.io()?;
    // Asked for first: whoever finds the schema needs no right to make one.
    if transaction.query_opt("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[&crate::server::SCHEMA]).await.io()?.is_none() {
        transaction.batch_execute("CREATE SCHEMA watchdeck").await.io()?;
    }
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_version(part text PRIMARY KEY, version int NOT NULL)").await.io()?;
    let rows = transaction.query("SELECT part, version FROM schema_version", &[]).await.io()?;
    let known: Vec<(String, i32)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let steps = |part: &str| PARTS.iter().find(|(name, _)| *name == part).map_or(0, |(_, steps)| steps.len());
    if known.iter().any(|(part, version)| usize::try_from(*version).is_ok_and(|version| version > steps(part))) {
        return Err(StoreError::Newer);
    }
    for (part, steps) in PARTS {
        let done = known.iter().find(|(known, _)| known == part).map_or(0, |(_, version)| usize::try_from(*version).unwrap_or(0));
        for (index, step) in steps.iter().enumerate().skip(done) {
            transaction.batch_execute(step).await.io()?;
            let version = i32::try_from(index + 1).expect("a few steps");
            let noted = "INSERT INTO schema_version VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET version = excluded.version";
            transaction.execute(noted, &[&part, &version]).await.io()?;
        }
    }
    transaction.commit().await.io()
}

/// Steps that were taken, over all parts.
pub(crate) const VERSION: &str = "SELECT coalesce(sum(version), 0)::bigint FROM schema_version";

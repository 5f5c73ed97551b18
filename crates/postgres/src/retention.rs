//! Letting go of the oldest events: whole weeks, whose tables are dropped.
//!
//! A week goes in three steps, and each can be the last of a process: it leaves the log (`gone_…`), it is no longer counted (`spent_…`), and when its ids
//! are deleted, a few at a time, its table is dropped. What an earlier run has left is finished first.

use crate::{
    failure::Io,
    follower::WAKE,
    open::Postgres,
    weeks::{ATTACHED, Week},
};
use tokio_postgres::Client;
use watchdeck_events::Millis;
use watchdeck_store::StoreError;

/// Ids that are deleted at once.
const STEP: i64 = 5_000;

impl Postgres {
    /// Let go of the weeks in which everything was received before `before`. Their ids are forgotten with them, and channels begin later: whoever asks for an
    /// older position is told that it expired. Answers how many events went.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; what was not finished is, the next time.
    pub async fn let_go_before(&self, before: Millis) -> Result<u64, StoreError> {
        let mut session = self.shared.server.session(None).await?;
        // One at a time, among all gateways.
        session.client.batch_execute("SELECT pg_advisory_lock(hashtextextended('watchdeck:let_go', 0))").await.io()?;
        let client = &mut session.client;
        let old: Vec<Week> = client.query(ATTACHED, &[]).await.io()?.iter().filter_map(|row| Week::named(row.get(0))).collect();
        for week in old.into_iter().filter(|week| week.end() <= before) {
            detach(client, week).await?;
        }
        self.shared.weeks.forget();
        let mut count = 0;
        for table in tables(client, "gone").await? {
            count += discount(client, &table).await?;
        }
        for table in tables(client, "spent").await? {
            forget_ids(client, &table).await?;
        }
        self.shared.catch_up().await?;
        Ok(count)
    }
}

/// Leftovers of this state.
async fn tables(client: &Client, state: &str) -> Result<Vec<String>, StoreError> {
    let question =
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'watchdeck'::regnamespace AND relkind = 'r' AND relname ~ $1 ORDER BY 1";
    Ok(client.query(question, &[&format!("^{state}_w-?[0-9]+_[0-9]+$")]).await.io()?.iter().map(|row| row.get(0)).collect())
}

/// Take a week out of the log. Writers wait for it; it looks at each channel's oldest offset and at nothing else.
async fn detach(client: &mut Client, week: Week) -> Result<(), StoreError> {
    let transaction = client.transaction().await.io()?;
    let turn = "UPDATE head SET let_go = let_go + 1 RETURNING let_go";
    let count: i64 = transaction.query_one(turn, &[]).await.io()?.get(0);
    let table = week.table();
    let gone = table.replacen("events", "gone", 1);
    // Numbered: events of that week may still come, and go again.
    transaction
        .batch_execute(&format!("ALTER TABLE events DETACH PARTITION {table}; ALTER TABLE {table} RENAME TO {gone}_{count}"))
        .await
        .io()?;
    let begin = "UPDATE channels SET first = oldest.first FROM (
            SELECT channel AS name, coalesce((SELECT min(\"offset\") FROM events WHERE events.channel = channels.channel), last + 1) AS first FROM channels
        ) AS oldest WHERE channel = oldest.name AND channels.first <> oldest.first";
    transaction.execute(begin, &[]).await.io()?;
    transaction.query("SELECT pg_notify($1, '')", &[&WAKE]).await.io()?;
    transaction.commit().await.io()
}

/// Nobody writes there any more, so it is counted without holding up anybody.
async fn discount(client: &mut Client, table: &str) -> Result<u64, StoreError> {
    let count: i64 = client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.io()?.get(0);
    let transaction = client.transaction().await.io()?;
    transaction.execute("UPDATE head SET events = events - $1", &[&count]).await.io()?;
    transaction.batch_execute(&format!("ALTER TABLE {table} RENAME TO {}", table.replacen("gone", "spent", 1))).await.io()?;
    transaction.commit().await.io()?;
    Ok(crate::row::number(count))
}

async fn forget_ids(client: &Client, table: &str) -> Result<(), StoreError> {
    let mut after = 0i64;
    loop {
        let step = format!(
            "WITH step AS (SELECT id, seq FROM {table} WHERE seq > $1 ORDER BY seq LIMIT {STEP}),
                  gone AS (DELETE FROM ids USING step WHERE ids.id = step.id AND ids.seq = step.seq)
             SELECT max(seq) FROM step"
        );
        match client.query_one(&step, &[&after]).await.io()?.get(0) {
            Some(last) => after = last,
            None => return client.batch_execute(&format!("DROP TABLE {table}")).await.io(),
        }
    }
}

//! The terms of a lease: whoever lost it may not know yet, and what he writes is refused.

use deadpool_postgres::Transaction;
use tokio_postgres::Error;

/// Under which lease something is written.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) name: &'static str,
    pub(crate) term: i64,
}

impl Term {
    /// Whether no later one has begun. Asked by whoever has the turn to write, and begun by whoever has it, so that nothing comes between.
    pub(crate) async fn holds(&self, transaction: &Transaction<'_>) -> Result<bool, Error> {
        let question = transaction.prepare_cached("SELECT term FROM leases WHERE name = $1").await?;
        Ok(transaction.query_opt(&question, &[&self.name]).await?.is_some_and(|row| row.get::<_, i64>(0) == self.term))
    }
}

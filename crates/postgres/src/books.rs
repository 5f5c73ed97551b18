//! What is kept beside the events: positions, checkpoints and documents.

use crate::row::big;
use deadpool_postgres::Transaction;
use tokio_postgres::Error;
use watchdeck_store::Batch;

/// Keep what of it a batch brings.
pub(crate) async fn keep(transaction: &Transaction<'_>, batch: &Batch) -> Result<(), Error> {
    for update in &batch.positions {
        let put = "INSERT INTO positions VALUES ($1, $2, $3, $4)
            ON CONFLICT (source, channel) DO UPDATE SET epoch = excluded.epoch, \"offset\" = excluded.\"offset\"";
        let (epoch, offset) = (&*update.position.epoch, big(update.position.offset));
        transaction
            .execute(&transaction.prepare_cached(put).await?, &[&&*update.source, &update.channel.as_str(), &epoch, &offset])
            .await?;
    }
    for (name, seq) in &batch.checkpoints {
        let put = "INSERT INTO checkpoints VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq";
        transaction.execute(&transaction.prepare_cached(put).await?, &[name, &big(*seq)]).await?;
    }
    for document in &batch.documents {
        let (collection, key) = (document.collection, &document.key);
        match &document.body {
            Some(body) => {
                let put = "INSERT INTO documents VALUES ($1, $2, $3) ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body";
                transaction.execute(&transaction.prepare_cached(put).await?, &[&collection, key, body]).await?
            }
            None => {
                let remove = "DELETE FROM documents WHERE collection = $1 AND key = $2";
                transaction.execute(&transaction.prepare_cached(remove).await?, &[&collection, key]).await?
            }
        };
    }
    Ok(())
}

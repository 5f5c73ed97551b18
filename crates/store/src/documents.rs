//! Documents: all of a collection, or of a large one a page at a time.

use crate::{Store, StoreError};
use rusqlite::params;

impl Store {
    /// Every document of a collection, by key.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn documents(&self, collection: &str) -> Result<Vec<(String, String)>, StoreError> {
        let collection = collection.to_owned();
        self.read(move |reader| reader.documents(&collection)).await
    }

    /// Documents of a collection whose key is below `before` and not below `from`, last key first, at most `limit`.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn documents_before(
        &self,
        collection: &str,
        before: &str,
        from: &str,
        limit: usize,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let (collection, before, from) = (collection.to_owned(), before.to_owned(), from.to_owned());
        self.read(move |reader| {
            let mut query = reader.connection.prepare_cached(
                "SELECT key, body FROM documents WHERE collection = ?1 AND key < ?2 AND key >= ?3 ORDER BY key DESC LIMIT ?4",
            )?;
            let rows = query.query_map(params![collection, before, from, limit as u64], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// How many documents of a collection have a key below `before` and not below `from`.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn count_documents(&self, collection: &str, before: &str, from: &str) -> Result<u64, StoreError> {
        let (collection, before, from) = (collection.to_owned(), before.to_owned(), from.to_owned());
        self.read(move |reader| {
            let mut query =
                reader.connection.prepare_cached("SELECT count(*) FROM documents WHERE collection = ?1 AND key < ?2 AND key >= ?3")?;
            Ok(query.query_row(params![collection, before, from], |row| row.get(0))?)
        })
        .await
    }
}

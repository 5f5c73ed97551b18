//! Which tables there are: a file that is only looked at may be older than they are.

use rusqlite::Connection;

pub(crate) fn has(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    Ok(connection.query_row("SELECT count(*) FROM sqlite_schema WHERE name = ?1", [table], |row| row.get::<_, u64>(0))? == 1)
}

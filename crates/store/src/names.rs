//! Names kept once: sources, channels and kinds are numbers in the rows.

use crate::StoreError;
use rusqlite::Connection;
use std::{collections::HashMap, sync::Arc};

/// Both directions. Grows only: a name is never forgotten while the file lives.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<Arc<str>, i64>,
    names: HashMap<i64, Arc<str>>,
}

impl Names {
    pub(crate) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut all = Self::default();
        let mut rows = connection.prepare("SELECT id, name FROM names")?;
        for row in rows.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))? {
            let (number, name) = row?;
            all.insert(number, name.into());
        }
        Ok(all)
    }

    pub(crate) fn insert(&mut self, number: i64, name: Arc<str>) {
        self.numbers.insert(Arc::clone(&name), number);
        self.names.insert(number, name);
    }

    pub(crate) fn forget(&mut self, number: i64, name: &str) {
        self.numbers.remove(name);
        self.names.remove(&number);
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.numbers.get(name).copied()
    }

    /// The name behind a number; unknown numbers cannot come from this file and read as an empty name.
    pub(crate) fn name(&self, number: i64) -> Arc<str> {
        self.names.get(&number).cloned().unwrap_or_else(|| "".into())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, Arc<str>)> {
        self.names.iter().map(|(number, name)| (*number, Arc::clone(name)))
    }
}

//! Names kept once: sources, channels and kinds are numbers in the rows.

use crate::StoreError;
use rusqlite::Connection;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, RwLock},
};

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

    /// The numbers of the names for which `test` holds.
    pub(crate) fn matching(&self, test: &dyn Fn(&str) -> bool) -> HashSet<i64> {
        self.names.iter().filter(|(_, name)| test(name)).map(|(number, _)| *number).collect()
    }

    /// The name behind a number; unknown numbers cannot come from this file and read as an empty name.
    pub(crate) fn name(&self, number: i64) -> Arc<str> {
        self.names.get(&number).cloned().unwrap_or_else(|| "".into())
    }
}

/// The names behind numbers, for one reader. The shared table is locked for a look-up of a number that this reader meets first, and never while
/// it waits for the disk: the writer, who adds names, waits for nobody. A table that is swapped whole would be copied for each of ten thousand new names.
pub(crate) struct Lookup<'a> {
    shared: &'a RwLock<Names>,
    met: HashMap<i64, Arc<str>>,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(shared: &'a RwLock<Names>) -> Self {
        Self { shared, met: HashMap::new() }
    }

    pub(crate) fn name(&mut self, number: i64) -> Arc<str> {
        let shared = self.shared;
        let look = || shared.read().expect("no code panics while holding the names").name(number);
        Arc::clone(self.met.entry(number).or_insert_with(look))
    }
}

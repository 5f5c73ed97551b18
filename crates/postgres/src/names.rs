//! The kinds, sources and channels there are, so that a filter's patterns become lists of names. Names are folded here: PostgreSQL does not fold as we do.

use crate::failure::Io;
use tokio_postgres::GenericClient;
use watchdeck_filter::{Name, Pattern};
use watchdeck_store::StoreError;

/// In the table `names`.
pub(crate) const KIND: i16 = 0;
/// The same.
pub(crate) const SOURCE: i16 = 1;
/// Not in it: a channel has a row of its own.
const CHANNEL: i16 = 2;

/// All names of the events that were committed before it was read.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<(i16, String)>);

impl Names {
    pub(crate) async fn read(client: &impl GenericClient) -> Result<Self, StoreError> {
        let question = "SELECT part, name FROM names UNION ALL SELECT 2::smallint, channel FROM channels";
        let rows = client.query_typed(question, &[]).await.io()?;
        Ok(Self(rows.iter().map(|row| (row.get(0), row.get(1))).collect()))
    }

    /// Those that match; `None` for what has no list.
    pub(crate) fn matching(&self, name: &Name, pattern: &Pattern) -> Option<Vec<String>> {
        let wanted = match name {
            Name::Kind => KIND,
            Name::Source => SOURCE,
            Name::Channel => CHANNEL,
            _ => return None,
        };
        let names = self.0.iter().filter(|(part, name)| *part == wanted && pattern.matches(name));
        Some(names.map(|(_, name)| name.clone()).collect())
    }

    #[cfg(test)]
    pub(crate) fn of(names: &[(i16, &str)]) -> Self {
        Self(names.iter().map(|(part, name)| (*part, (*name).to_owned())).collect())
    }
}

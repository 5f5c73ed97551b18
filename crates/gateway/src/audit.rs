//! Who did what: a chain of entries in the log's database, in which a changed or missing row is found.
//!
//! Each run of a gateway writes a chain of its own; each entry holds the hash of the one before, and the first one the ends of the chains that nobody has
//! continued yet. So gateways on one log do not wait for each other, and a chain that is gone is missed by the one after it. No entry holds a token.
//! What it cannot show: that somebody who may write the database made all of it anew. Whoever has to rule that out notes the ends somewhere else
//! (`audit verify` prints them).

mod chain;
mod entry;
mod show;
mod tally;
mod unusual;
mod verify;
mod writer;

pub use entry::{Act, Entry};
pub use show::show;
pub use verify::{Fault, Verified, verify};
pub(crate) use writer::Audit;

/// Collections in the log's database: the entries, and how far each chain goes.
const ENTRIES: &str = "audit";
const ENDS: &str = "audit_ends";

use watchdeck_store::{Engine, StoreError};

/// Everything that is kept, for whoever reads it: entries by `chain:number`, ends by chain.
///
/// # Errors
/// As the log says.
pub async fn read(store: &dyn Engine) -> Result<Kept, StoreError> {
    // The ends first: an entry that is written meanwhile is no fault. A chain that begins meanwhile is left out.
    let ends = store.documents(ENDS).await?;
    let mut entries = store.documents(ENTRIES).await?;
    let known = |chain: &str| ends.iter().any(|(known, _)| known == chain);
    let began: Vec<String> = store.documents(ENDS).await?.into_iter().map(|(chain, _)| chain).filter(|chain| !known(chain)).collect();
    entries.retain(|(key, _)| !chain::place(key).is_some_and(|(chain, _)| began.iter().any(|begun| begun == chain)));
    Ok(Kept { entries, ends })
}

/// See [`read`].
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Key and body of each entry, in the order of the keys.
    pub entries: Vec<(String, String)>,
    /// Name of each chain, and its end.
    pub ends: Vec<(String, String)>,
}

impl Kept {
    /// The entries by time, as far as they can be read.
    #[must_use]
    pub fn by_time(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.entries.iter().filter_map(|(_, body)| chain::Link::read(body)).map(|link| link.entry).collect();
        entries.sort_by_key(|entry| entry.at);
        entries
    }
}

//! All events that a filter means, or what was decided, in a file for other programs: newest first, as the list shows them.
//!
//! Written a page at a time, so that a million events take no more memory than a thousand; beside its name, which it gets when it is whole. What is masked on
//! screen is masked in the file.

mod csv;
mod decided;
mod half;
mod jsonl;
mod manner;

pub(crate) use csv::Heads;
pub(crate) use decided::Sheet;
pub(crate) use half::{Half, free_name};
pub(crate) use manner::Manner;

use std::io::Write as _;
use watchdeck_filter::Filter;
use watchdeck_store::{Query, Store, Stored};
use watchdeck_wire::views::ExportFormat;

/// Events of one page.
const PAGE: usize = 1_000;
/// Events that are looked at for one page.
const SCAN: u64 = 200_000;

impl Manner {
    fn begin(&self) -> Vec<u8> {
        match self.format {
            ExportFormat::Csv => csv::head(self.heads),
            ExportFormat::Jsonl => Vec::new(),
        }
    }

    fn write(&self, out: &mut Vec<u8>, stored: &Stored) {
        match self.format {
            ExportFormat::Csv => {
                let source = self.sources.get(&*stored.event.source).map_or(&*stored.event.source, |name| name);
                csv::line(out, stored, source, self.heads);
            }
            ExportFormat::Jsonl => jsonl::line(out, stored),
        }
    }
}

/// Write all events that the filter means, and that there are at this moment. `told` hears how many are written, and about how many there will be. Answers how
/// many, and the size of the file. Dropping the future leaves nothing behind.
pub(crate) async fn run(
    store: &Store,
    filter: &Filter,
    manner: Manner,
    mut half: Half,
    told: impl Fn(u64, u64),
) -> anyhow::Result<(u64, u64)> {
    let total = store.count(filter.plan().clone(), 0).await?;
    let mut query = Some(Query { before: Some(store.head() + 1), limit: PAGE, max_read: SCAN, ..Query::of(filter.plan().clone()) });
    let (mut events, mut bytes) = (0_u64, manner.begin());
    while let Some(next) = query {
        let page = store.page(next.clone()).await?;
        page.events.iter().for_each(|stored| manner.write(&mut bytes, stored));
        events += page.events.len() as u64;
        half = tokio::task::spawn_blocking(move || half.file.write_all(&bytes).map(|()| half)).await??;
        bytes = Vec::new();
        told(events, total.max(events));
        query = next.behind(&page);
    }
    let size = tokio::task::spawn_blocking(move || half.finish()).await??;
    Ok((events, size))
}

//! A log by the offsets of one of its channels: block by block, and what rows there are between and behind them.

use crate::{
    Limit, StoreError, Stored,
    reader::Reader,
    rows::{END, Gathered, Page},
    stretches,
};
use rusqlite::{OptionalExtension as _, params};
use std::ops::Range;
use watchdeck_events::{Channel, Millis};

/// Offsets between two looks at a channel's times.
const STRIDE: u64 = 1_024;

impl Reader<'_> {
    /// As [`Reader::after`], by the channel's offsets.
    pub(crate) fn channel_after(&self, channel: &Channel, offset: u64, limit: Limit) -> Result<Vec<Stored>, StoreError> {
        // What was committed and is not told yet is not read either: who is told of it would know more than the bounds say. So they come before the snapshot.
        let last = self.bounds(channel).last;
        let end = if self.shared.look { END } else { last + 1 };
        let _snapshot = self.snapshot()?;
        let readable = |offset: u64| {
            let one = self.channel_page(channel, offset..end, Limit::from(1));
            one.map(|(found, _)| found.first().is_some_and(|stored| stored.offset == offset))
        };
        self.around(offset, limit, last, |offset, limit| self.channel_page(channel, offset..end, limit), readable, |_| 0..0)
    }

    /// A page of these offsets of a channel, block by block and what rows there are between them.
    fn channel_page(&self, channel: &Channel, offsets: Range<u64>, limit: Limit) -> Result<Page, StoreError> {
        let (mut found, number, mut from) = (Gathered::new(limit), self.number(channel.as_str()), offsets.start);
        loop {
            let stretch = if self.shared.packs { stretches::from(self.connection, channel, from)? } else { None };
            let stretch = stretch.filter(|stretch| stretch.first < offsets.end);
            let upto = stretch.as_ref().map_or(offsets.end, |stretch| stretch.first);
            let mut taken = match number.filter(|_| from < upto) {
                Some(number) => {
                    let rows = "WHERE channel = ?1 AND offset >= ?2 AND offset < ?3 ORDER BY offset";
                    self.rows.gather(&mut found, rows, params![number, from, upto])?
                }
                None => Ok(true),
            };
            let stretch = match (stretch, &taken) {
                (Some(stretch), Ok(true)) => stretch,
                _ => return Ok((found.events, taken.err())),
            };
            taken = self.packed.gather_channel(&mut found, stretch.block, channel, from..offsets.end)?;
            match taken {
                Ok(true) => from = stretch.last + 1,
                taken => return Ok((found.events, taken.err())),
            }
        }
    }

    /// The offset of the last event of a channel that was received before a time; 0 where there is none.
    pub(crate) fn channel_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
        let _snapshot = self.snapshot()?;
        let bounds = self.bounds(channel);
        let Some(number) = self.number(channel.as_str()) else { return Ok(0) };
        // Times of receipt ascend with offsets as far as the machine's clock does, so go back from the end: in strides, then row by row. Where the
        // clock was set back this may go back further than it had to, which costs a longer history and loses nothing.
        let mut newest: u64 = bounds.last;
        let mut one = self.connection.prepare_cached("SELECT received_at FROM events WHERE channel = ?1 AND offset = ?2")?;
        while let Some(probe) = newest.checked_sub(STRIDE).filter(|probe| *probe >= bounds.first)
            && one.query_row(params![number, probe], |row| row.get::<_, i64>(0)).optional()?.is_some_and(|at| at >= since.0)
        {
            newest = probe;
        }
        let rows = "SELECT offset, received_at FROM events WHERE channel = ?1 AND offset <= ?2 ORDER BY offset DESC";
        let mut query = self.connection.prepare_cached(rows)?;
        let mut rows = query.query(params![number, newest])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(1)? < since.0 {
                // What was too large for a block is a row, however old it is.
                return Ok(self.packed_offset_at(channel, since)?.max(row.get(0)?));
            }
        }
        self.packed_offset_at(channel, since)
    }

    /// The same in the blocks.
    fn packed_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
        if !self.shared.packs {
            return Ok(0);
        }
        let mut began = self.connection.prepare_cached("SELECT received_at FROM blocks WHERE number = ?1")?;
        let mut before = END;
        while let Some(stretch) = stretches::before(self.connection, channel, before)? {
            let began: Option<i64> = began.query_row([stretch.block], |row| row.get(0)).optional()?;
            if began.is_none_or(|began| began < since.0)
                && let Some(offset) = self.packed.offset_before(stretch.block, channel, since)?
            {
                return Ok(offset);
            }
            before = stretch.first;
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Batch, Bounds, Limit, NewEvent, Options, Store, contract::suite};
    use watchdeck_events::Channel;

    #[tokio::test]
    async fn what_is_committed_and_not_told_yet_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("gateway.db"), Options::LOG).unwrap();
        let channel = Channel::from("orders");
        let event = |n| NewEvent { event: watchdeck_events::Event { channel: channel.clone(), ..suite::event(n) }, offset: None };
        store.append(Batch { events: (0..5).map(event).collect(), ..Batch::default() }).await.unwrap();
        let read = async || {
            let found = store.channel_after(&channel, 0, Limit::from(10)).await.unwrap();
            found.iter().map(|stored| stored.offset).collect::<Vec<_>>()
        };
        assert_eq!(read().await, [1, 2, 3, 4, 5]);
        // As between a commit and the moment in which it is told.
        store.shared.bounds.write().unwrap().insert(channel.clone(), Bounds { first: 1, last: 3 });
        assert_eq!(read().await, [1, 2, 3], "whoever resumes from what it read would be beyond the end of the log");
        store.close().await;
    }
}

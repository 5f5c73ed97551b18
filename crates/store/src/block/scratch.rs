//! What blocks are unpacked with.

use super::{packer::Unpacker, table::Table};

/// What reading works with, kept from block to block.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(super) unpacker: Unpacker,
    pub(super) plain: Vec<u8>,
    pub(super) wide: Vec<u8>,
    /// Of the block that is read, by number.
    pub(super) frames: Vec<Vec<u8>>,
}

impl Scratch {
    pub(super) fn unpack(&mut self, table: &Table, block: &[u8], entry: usize) -> Result<&[u8], &'static str> {
        self.unpacker.unpack(table.packed(block, entry)?, &mut self.plain)?;
        Ok(&self.plain)
    }
}

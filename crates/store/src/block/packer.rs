//! Bytes made fewer, by zstd. What does not get fewer stays as it is: a section whose two lengths are equal is not packed.

use zstd::bulk::{Compressor, Decompressor};

/// Packs. Keeps what zstd works with.
pub(super) struct Packer(Compressor<'static>);

/// A section.
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    /// How many they were before.
    pub(super) plain: usize,
}

impl Packer {
    pub(super) fn new(level: i32) -> Self {
        Self(Compressor::new(level).expect("a compressor without a dictionary takes any level"))
    }

    pub(super) fn pack(&mut self, plain: &[u8]) -> Packed {
        // Room for less than it was: what does not fit is not worth unpacking.
        let mut bytes = Vec::with_capacity(plain.len().saturating_sub(1));
        match self.0.compress_to_buffer(plain, &mut bytes) {
            Ok(length) if length < plain.len() => {}
            _ => {
                bytes.clear();
                bytes.extend_from_slice(plain);
            }
        }
        bytes.shrink_to_fit();
        Packed { bytes, plain: plain.len() }
    }
}

/// Unpacks. Keeps what zstd works with.
pub(super) struct Unpacker(Decompressor<'static>);

impl Default for Unpacker {
    fn default() -> Self {
        Self(Decompressor::new().expect("a decompressor without a dictionary has nothing to refuse"))
    }
}

impl Unpacker {
    /// Unpack into `out` what is `plain` bytes long, or say why not.
    pub(super) fn unpack(&mut self, (packed, plain): (&[u8], usize), out: &mut Vec<u8>) -> Result<(), &'static str> {
        out.clear();
        if packed.len() == plain {
            out.extend_from_slice(packed);
            return Ok(());
        }
        // Believed only as far as zstd's own frame says the same.
        if !matches!(zstd::zstd_safe::get_frame_content_size(packed), Ok(Some(length)) if length == plain as u64) {
            return Err("its lengths contradict each other");
        }
        out.reserve_exact(plain);
        match self.0.decompress_to_buffer(packed, out) {
            Ok(length) if length == plain => Ok(()),
            _ => Err("it cannot be unpacked"),
        }
    }
}

impl std::fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unpacker")
    }
}

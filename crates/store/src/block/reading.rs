//! Reading events out of a block. What is packed is unpacked when it is first asked for, and once: the ids all at once, the payloads frame by frame.
//! Whoever looks at columns only unpacks nothing.
//!
//! A section that is broken is so for each event that needs it; the others can be read.

use super::{
    broken::{Broken, Section},
    bytes::Input,
    opened::Block,
    scratch::Scratch,
    table,
    texts::Texts,
};
use crate::Stored;
use watchdeck_events::{Event, Payload};

/// A block being read.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    block: &'a Block,
    scratch: &'a mut Scratch,
    /// Per frame, whether the scratch holds it, or why it cannot.
    frames: Vec<Option<Result<(), Broken>>>,
    ids: Option<Result<Texts, Broken>>,
    id: Vec<u8>,
}

/// The payloads of some events, one after the other. They were written as text, and are looked at as bytes.
pub(crate) struct Frame<'a> {
    /// Which events.
    pub(crate) events: &'a [u16],
    /// Where the payload of each ends.
    pub(crate) ends: &'a [u32],
    pub(crate) bytes: &'a [u8],
}

impl Frame<'_> {
    /// The payload of the `nth` of its events.
    pub(crate) fn payload(&self, nth: usize) -> &[u8] {
        let start = nth.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start as usize..self.ends[nth] as usize]
    }
}

impl Block {
    /// Read events out of it.
    pub(crate) fn read<'a>(&'a self, scratch: &'a mut Scratch) -> Reading<'a> {
        Reading::new(self, scratch)
    }
}

impl<'a> Reading<'a> {
    fn new(block: &'a Block, scratch: &'a mut Scratch) -> Self {
        let frames = block.frames();
        if scratch.frames.len() < frames {
            scratch.frames.resize_with(frames, Vec::new);
        }
        Self { block, scratch, frames: vec![None; frames], ids: None, id: Vec::new() }
    }

    /// An event.
    ///
    /// # Errors
    /// [`Broken`] when the ids or the frame of its payload are.
    pub(crate) fn event(&mut self, at: usize) -> Result<Stored, Broken> {
        let id = self.id(at)?;
        let payload = Payload::from_json(self.payload(at)?);
        let (block, label) = (self.block, self.block.label(at));
        let event = Event {
            id,
            kind: label.kind.clone(),
            channel: label.channel.clone(),
            occurred_at: block.occurred_at(at),
            received_at: block.received_at(at),
            source: label.source.clone(),
            subject: block.subject(at).map(Box::from),
            actor: block.actor(at).map(Box::from),
            severity: label.severity,
            payload,
        };
        Ok(Stored { seq: block.seq(at), offset: block.offset(at), event })
    }

    /// The payload of an event.
    ///
    /// # Errors
    /// [`Broken`] when its frame is.
    pub(crate) fn payload(&mut self, at: usize) -> Result<&str, Broken> {
        let (frame, range) = self.block.payloads().place(at);
        self.hold(frame)?;
        let broken = |why| Broken::at(Section::Frame(frame), why);
        // Looked at one by one: whoever wants one event does not wait until all of a frame are known to be text.
        str::from_utf8(&self.scratch.frames[frame][range]).map_err(|_| broken("it is no text"))
    }

    /// All payloads of a frame.
    ///
    /// # Errors
    /// [`Broken`] when the frame is.
    pub(crate) fn frame(&mut self, frame: usize) -> Result<Frame<'_>, Broken> {
        self.hold(frame)?;
        let (events, ends) = self.block.payloads().frame(frame);
        Ok(Frame { events, ends, bytes: &self.scratch.frames[frame] })
    }

    /// Have a frame in the scratch.
    fn hold(&mut self, frame: usize) -> Result<(), Broken> {
        if let Some(held) = self.frames[frame] {
            return held;
        }
        let held = self.unpack_frame(frame).map_err(|why| Broken::at(Section::Frame(frame), why));
        self.frames[frame] = Some(held);
        held
    }

    /// The id of an event.
    ///
    /// # Errors
    /// [`Broken`] when the ids are.
    pub(crate) fn id(&mut self, at: usize) -> Result<Box<str>, Broken> {
        let mut id = std::mem::take(&mut self.id);
        id.clear();
        self.ids()?.write(at, &mut id);
        self.id = id;
        str::from_utf8(&self.id).map(Box::from).map_err(|_| Broken::at(Section::Ids, "it is no text"))
    }

    /// Where the event with an id is.
    ///
    /// # Errors
    /// [`Broken`] when the ids are.
    pub(crate) fn find_id(&mut self, id: &str) -> Result<Option<usize>, Broken> {
        Ok(self.ids()?.find(id))
    }

    fn unpack_frame(&mut self, frame: usize) -> Result<(), &'static str> {
        let packed = self.block.table().packed(self.block.bytes(), table::FRAMES + frame)?;
        self.scratch.unpacker.unpack(packed, &mut self.scratch.frames[frame])
    }

    fn ids(&mut self) -> Result<&Texts, Broken> {
        let (block, scratch) = (self.block, &mut *self.scratch);
        let ids = self.ids.get_or_insert_with(|| unpack_ids(block, scratch).map_err(|why| Broken::at(Section::Ids, why)));
        ids.as_ref().map_err(|broken| *broken)
    }
}

fn unpack_ids(block: &Block, scratch: &mut Scratch) -> Result<Texts, &'static str> {
    scratch.unpacker.unpack(block.table().packed(block.bytes(), table::IDS)?, &mut scratch.plain)?;
    scratch.unpacker.unpack(block.table().packed(block.bytes(), table::WIDE_IDS)?, &mut scratch.wide)?;
    let (mut narrow, mut wide) = (Input(&scratch.plain), Input(&scratch.wide));
    let ids = Texts::take(block.len(), &block.clocks(), &mut narrow, &mut wide);
    ids.filter(|_| narrow.0.is_empty() && wide.0.is_empty()).ok_or("it contradicts itself")
}

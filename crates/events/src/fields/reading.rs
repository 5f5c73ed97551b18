//! A payload as it is read once packs have put its fields in order, beside the text itself, which stays as it was published.
//!
//! Whoever knows how names that way by a number. What was made of the text is kept with it, so that whoever asks next finds it; a pack that is changed
//! later is another way, and what was borrowed from the first stays good.

use super::Layout;
use std::sync::OnceLock;

/// The ways in which a payload was read so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readings(OnceLock<Box<Reading>>);

#[derive(Debug, Clone)]
struct Reading {
    way: u64,
    /// `None`: the text is good as it stands.
    made: Option<(Box<str>, Layout)>,
    next: Readings,
}

impl Readings {
    /// What `make` makes of the text, asked once for each way. `None`: the text is good as it stands.
    pub(crate) fn by(&self, way: u64, make: impl FnOnce() -> Option<String>) -> Option<(&str, &Layout)> {
        let mut place = self;
        while let Some(known) = place.0.get() {
            if known.way == way {
                return known.read();
            }
            place = &known.next;
        }
        let made = make().map(|text| (Layout::of(&text), text.into_boxed_str())).map(|(layout, text)| (text, layout));
        let mut new = Box::new(Reading { way, made, next: Self::default() });
        loop {
            match place.0.set(new) {
                Ok(()) => return place.0.get().and_then(|known| known.read()),
                Err(back) => new = back,
            }
            // Somebody else was here first.
            let known = place.0.get()?;
            if known.way == way {
                return known.read();
            }
            place = &known.next;
        }
    }

    /// How much memory they take, about.
    pub(crate) fn bytes(&self) -> usize {
        let (mut bytes, mut place) = (0, self);
        while let Some(known) = place.0.get() {
            let made = known.made.as_ref().map_or(0, |(text, layout)| text.len() + layout.bytes());
            bytes += size_of::<Reading>() + made;
            place = &known.next;
        }
        bytes
    }
}

impl Reading {
    fn read(&self) -> Option<(&str, &Layout)> {
        self.made.as_ref().map(|(text, layout)| (&**text, layout))
    }
}

//! The fields of an event as its kind's newest version has them: the one place in which a payload becomes what a pack makes of it. The payload itself
//! stays byte for byte as it was published.

use super::{
    known::Catalogue,
    mask::Masks,
    pack::KindInfo,
    recipe::{Edition, Recipe},
};
use crate::{
    channel::Channel,
    event::{Event, Kind, Payload},
    fields::Fields,
};
use std::borrow::Cow;
impl Event {
    /// Its fields as its kind's newest version has them, by the catalogue in force; of nearly every kind they are those of its payload.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Catalogue::current().fields(self)
    }
}

impl Catalogue {
    /// As [`Event::fields`], by this catalogue.
    #[must_use]
    pub fn fields<'a>(&self, event: &'a Event) -> Fields<'a> {
        self.fields_of(&event.payload, self.peculiar(&event.kind, &event.channel))
    }

    /// Of a payload whose kind is known.
    pub(super) fn fields_of<'a>(&self, payload: &'a Payload, info: Option<&KindInfo>) -> Fields<'a> {
        match info.and_then(|info| info.recipe.as_deref()) {
            Some(recipe) => payload.fields_by(recipe.way, |json| recipe.read(json)),
            None => payload.fields(),
        }
    }

    /// The payload as it is read, as JSON, and as everybody may see it; `None` where it is read as it stands.
    #[must_use]
    pub fn shown_as_read(&self, event: &Event) -> Option<String> {
        let recipe = self.recipe(event)?;
        let text = recipe.read(event.payload.as_str())?;
        let shown = self.masks(event).payload(&text).into_owned();
        Some(shown)
    }

    /// The payload as it is read, and as everybody may see it.
    #[must_use]
    pub fn shown<'a>(&self, event: &'a Event) -> Cow<'a, str> {
        self.shown_as_read(event).map_or_else(|| self.masked(event), Cow::Owned)
    }

    /// The version of its kind that the event says it is, and the newest one that is known; `None` for a kind without versions.
    #[must_use]
    pub fn edition(&self, event: &Event) -> Option<(Edition, u32)> {
        let recipe = self.recipe(event)?;
        recipe.version_field.as_ref()?;
        Some((recipe.edition(event.payload.as_str()), recipe.version))
    }

    /// The kind that an event is counted as: its own, or the one that a pack has it read as.
    #[must_use]
    pub fn counted_as<'k>(&'k self, kind: &'k Kind, channel: &Channel) -> &'k Kind {
        let family = self.peculiar(kind, channel).and_then(|info| info.recipe.as_ref()?.family.as_ref());
        family.unwrap_or(kind)
    }

    /// Every kind that may be counted as one of these: themselves, and those that a pack has read as them.
    pub fn all_counted_as<'c>(&'c self, families: &'c [&'c str]) -> impl Iterator<Item = &'c str> {
        let read = self.kinds.iter().filter(|info| {
            let family = info.recipe.as_ref().and_then(|recipe| recipe.family.as_ref());
            family.is_some_and(|family| families.contains(&family.as_str()))
        });
        families.iter().copied().chain(read.map(|info| info.kind.as_str()))
    }

    /// Whether what a field says may be another text than the one that was published.
    #[must_use]
    pub fn makes(&self, field: &str) -> bool {
        !self.peculiar.is_empty() && {
            let recipes = self.kinds.iter().filter_map(|info| info.recipe.as_deref());
            recipes.flat_map(Recipe::steps).any(|step| step.makes() == Some(field))
        }
    }

    /// What is masked of a kind that is counted; `None` for nearly every event.
    pub(crate) fn counted_masks(&self, event: &Event) -> Option<Masks<'_>> {
        self.peculiar(&event.kind, &event.channel).map(|_| self.masks(event)).filter(Masks::any)
    }

    /// What its pack masks of a kind; `None` for nearly every event.
    pub(crate) fn declared_masks(&self, event: &Event) -> Option<Masks<'_>> {
        Some(self.masks(event)).filter(Masks::any)
    }

    fn recipe(&self, event: &Event) -> Option<&Recipe> {
        self.peculiar(&event.kind, &event.channel)?.recipe.as_deref()
    }

    /// What is known of a kind whose payloads are not read as they stand, or of which something is masked that is counted.
    fn peculiar(&self, kind: &Kind, channel: &Channel) -> Option<&KindInfo> {
        if self.peculiar.is_empty() || !self.peculiar.contains(kind) {
            return None;
        }
        self.get(kind, channel).filter(|info| info.is_peculiar())
    }

    /// What decides how events that are stored already are read: of two catalogues with the same number the numbers of one are the numbers of the other.
    #[must_use]
    pub const fn way(&self) -> u64 {
        self.way
    }
}

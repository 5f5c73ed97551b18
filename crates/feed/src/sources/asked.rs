//! What others ask of the sources: where they go, how they are, what they take.

use super::{
    known::{Known, View},
    links::Sources,
    profile::{self, first_since, profile, same_server, without_secrets},
};
use crate::inbox::Reader;
use std::collections::BTreeMap;
use watchdeck_client::{Address, Beside, Dialect, Profile};
use watchdeck_contain::Hold as _;
use watchdeck_events::Millis;
use watchdeck_filter::Pattern;
use watchdeck_store::Document;
use watchdeck_wire::{
    link::{LinkState, SourceStatus},
    settings::Source,
};

/// Which sources take decisions, and on what, as far as known at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deciders(BTreeMap<String, Taking>);

/// What one source takes, and from whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Taking {
    types: Option<Vec<String>>,
    user: Option<String>,
}

impl Deciders {
    /// Whether this one takes decisions on things of this type.
    #[must_use]
    pub fn take(&self, source: &str, resource_type: &str) -> bool {
        self.0.get(source).is_some_and(|taking| taking.types.as_ref().is_none_or(|types| is_one_of(types, resource_type)))
    }

    /// As whom this one knows our user, where that is somebody in particular.
    #[must_use]
    pub fn user(&self, source: &str) -> Option<&str> {
        self.0.get(source)?.user.as_deref()
    }
}

/// In a server's list `*` stands for any text.
fn is_one_of(types: &[String], resource_type: &str) -> bool {
    types.iter().any(|one| Pattern::typed(one).matches(resource_type))
}

impl Sources {
    /// A source with the address it really has (the built-in ERP's is not in the settings) and the protocol it really speaks.
    pub fn address(&self, id: &str) -> Option<Source> {
        let known = self.known.hold();
        let source = known.iter().map(|known| &known.source).find(|source| source.id == id)?.clone();
        let spoken = self.spoken(id).map(|dialect| dialect.name().into());
        Some(Source { dialect: spoken.unwrap_or(source.dialect), ..source })
    }

    /// The time of day, by the clock that the links live on.
    pub fn now(&self) -> Millis {
        self.seams.now()
    }

    /// How a source is reached, in the protocol it really speaks; `Err` while there is nothing to sign in with.
    pub fn profile(&self, id: &str) -> Option<Result<Profile, String>> {
        let source = self.address(id)?;
        let keys = self.secrets.of(id);
        Some(keys.map(|keys| Profile { timing: self.seams.timing, ..profile(&source, &keys, Some(first_since(&self.seams))) }))
    }

    /// Whether a source takes decisions on things of this type, as far as known: its protocol can carry them, it has not said that it takes none, nor that
    /// our user may not decide on them.
    pub fn can_decide(&self, id: &str, resource_type: &str) -> bool {
        self.decides(id).is_some_and(|types| types.is_none_or(|types| is_one_of(&types, resource_type)))
    }

    /// As whom a source knows our user, where that is somebody in particular.
    pub fn user_id(&self, id: &str) -> Option<String> {
        self.views.hold().get(id).and_then(|view| view.status.borrow().user_id.clone())
    }

    /// The sources that take decisions, and on what.
    pub fn deciders(&self) -> Deciders {
        let all = self.each(|known, _| known.source.id.clone());
        let taking = |id: String| self.decides(&id).map(|types| (id.clone(), Taking { types, user: self.user_id(&id) }));
        Deciders(all.into_iter().filter_map(taking).collect())
    }

    /// What our user may decide at a source, where that says it; `None` where it takes no decisions.
    fn decides(&self, id: &str) -> Option<Option<Vec<String>>> {
        let types = self.views.hold().get(id).and_then(|view| view.status.borrow().decides.clone());
        let takes =
            self.address(id).is_some_and(|source| profile::spoken(&source).decides()) && !self.without_decisions.hold().contains(id);
        takes.then_some(types)
    }

    /// A source said that it takes none. It is asked again when it is set up anew.
    pub fn takes_no_decisions(&self, id: &str) {
        self.without_decisions.hold().insert(id.to_owned());
    }

    /// The running source at the same server, where that server keeps one link per user: another one would deafen it, so it is asked instead.
    pub fn alone_at(&self, url: &str) -> Option<(String, LinkState)> {
        let same = |known: &Known, view: Option<&View>| {
            let spoken = view?.status.borrow().dialect;
            let alone = [spoken, Some(profile::spoken(&known.source))].into_iter().flatten().any(Dialect::is_alone);
            (alone && same_server(&known.source.url, url)).then(|| (known.source.name.clone(), self.state(known, view)))
        };
        self.each(same).into_iter().flatten().next()
    }

    /// Whose link a second one to the same server would meet.
    pub fn beside(&self, source: &Source) -> Beside {
        let here = Address::parse(&source.url).ok();
        let links = self.each(|known, view| {
            let same = known.source.id == source.id || here.is_some() && Address::parse(&known.source.url).ok() == here;
            view.filter(|_| same).map(|view| view.status.borrow().clone())
        });
        links
            .into_iter()
            .flatten()
            .find(|status| status.connected_since.is_some())
            .map_or(Beside::Nobody, |status| Beside::Link(Box::new(status)))
    }

    /// The profiles of sources whose servers tell what was missed.
    pub fn historians(&self) -> Vec<Profile> {
        let known = self.known.hold();
        let told = known.iter().filter(|known| !known.source.paused && !known.source.history_path.is_empty());
        told.filter_map(|known| {
            Some(Profile { timing: self.seams.timing, ..profile(&known.source, known.keys.as_ref().ok()?, Some(first_since(&self.seams))) })
        })
        .collect()
    }

    /// Whoever reads what the server of a source sends; `None` when there is no such source any more.
    pub fn reader(&self, id: &str) -> Option<Reader> {
        let known = self.known.hold();
        let known = known.iter().find(|known| known.source.id == id)?;
        Some(Reader::new(&known.source, self.records.of(id), self.seams.clone()))
    }

    /// What has to be stored of how far every source listened, where it moved.
    pub fn listened(&self) -> Vec<Document> {
        for (id, view) in &*self.views.hold() {
            // Of one that is down the link still says that it listens; nobody keeps what it hears.
            if self.down(id).is_none() && self.records.of(id).store_error().is_none() {
                self.listened.look(id, &view.status.borrow());
            }
        }
        let mut documents = self.listened.take_dirty();
        documents.extend(self.covers.take_dirty());
        documents
    }

    /// Every source and its honest state.
    pub fn statuses(&self, last_event_at: impl Fn(&str) -> Option<Millis>, latency_ms: impl Fn(&str) -> Option<f64>) -> Vec<SourceStatus> {
        self.each(|source, view| SourceStatus {
            id: source.id.clone(),
            realm: source.id.clone(),
            name: source.name.clone(),
            url: without_secrets(&source.url),
            demo: source.demo,
            state: self.state(source, view),
            latency_ms: latency_ms(&source.id),
            last_event_at: last_event_at(&source.id),
            last_sign_at: view.and_then(|view| view.status.borrow().last_frame_at),
            colour: source.colour,
            dialect: view.and_then(|view| view.status.borrow().dialect).map(Dialect::name).unwrap_or_default().to_owned(),
            skew_ms: self.records.of(&source.id).clock().estimate().map(|known| known.skew),
            polling: view.is_some_and(View::polls),
            covers_since: self.covers.since(&source.id),
            resembles: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_that_we_may_decide_is_all_that_is_offered() {
        let types = |types: &[&str]| Some(types.iter().map(|&one| one.to_owned()).collect::<Vec<_>>());
        let known = [("old", None), ("none", types(&[])), ("some", types(&["return", "re*d"])), ("all", types(&["*"]))];
        let deciders = Deciders(known.into_iter().map(|(id, types)| (id.to_owned(), Taking { types, user: None })).collect());
        let offered = |id: &str| ["return", "refund", "order"].map(|one| deciders.take(id, one));
        assert_eq!(offered("old"), [true; 3], "a server that does not say is asked");
        assert_eq!((offered("none"), offered("some"), offered("all")), ([false; 3], [true, true, false], [true; 3]));
        assert_eq!(offered("unknown"), [false; 3]);
    }
}

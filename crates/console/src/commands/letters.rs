//! Dead letters, wherever they are kept: those of the handlers in the store, and what the numbers and the rules set aside in its own notes.

use super::handlers::{NUMBERS, RULES};
use crate::{core::Core, error::CommandError};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use watchdeck_contain::attempt;
use watchdeck_events::{Catalogue, Event};
use watchdeck_filter::Filter;
use watchdeck_handlers::{Letter, Refusal, Which};
use watchdeck_wire::views::{LetterView, LettersView, SetAside, SetAsideBy};

/// Most letters of one page.
const PAGE: u32 = 200;
/// Longest beginning of a payload, bytes.
const SAMPLE: usize = 400;
/// Whose letters are notes of our own.
const OURS: [(&str, SetAsideBy); 2] = [(NUMBERS, SetAsideBy::Numbers), (RULES, SetAsideBy::Alerts)];

/// Whom somebody means.
struct Meant {
    handler: Option<String>,
    filter: Filter,
    keys: Option<Vec<String>>,
}

impl Meant {
    fn new(core: &Core, handler: Option<String>, filter: &str, keys: Option<Vec<String>>) -> Result<Self, CommandError> {
        Ok(Self { handler, filter: Filter::parse(filter, core.now())?, keys })
    }

    /// Of the handlers in the registry.
    fn which(&self) -> Option<Which> {
        let ours = self.handler.as_ref().is_some_and(|handler| OURS.iter().any(|(name, _)| name == handler));
        (!ours).then(|| Which { handler: self.handler.clone(), filter: self.filter.clone(), keys: self.keys.clone() })
    }

    /// What was set aside, newest first.
    async fn ours(&self, core: &Core) -> Result<Vec<(SetAsideBy, LetterView)>, CommandError> {
        let mut notes: Vec<(SetAsideBy, LetterView)> = {
            let state = core.state();
            let of = |(name, by)| state.asides.by(by).filter_map(move |note| Some((by, letter_of(name, note)?))).collect::<Vec<_>>();
            OURS.into_iter().filter(|(name, _)| self.handler.as_ref().is_none_or(|handler| handler == name)).flat_map(of).collect()
        };
        notes.retain(|(_, view)| self.keys.as_ref().is_none_or(|keys| keys.contains(&view.key)));
        if self.filter != Filter::default() {
            let events = events_of(core, notes.iter().map(|(_, view)| view)).await?;
            // Of an event that the store let go of nobody can tell whether the filter keeps it.
            notes.retain(|(_, view)| events.get(&view.seq).is_some_and(|event| self.filter.keeps(event)));
        }
        Ok(notes)
    }

    /// What was set aside and how many letters there are beside it, if they are not more than somebody was told of.
    async fn counted(&self, core: &Core, counted: u64) -> Result<(Vec<(SetAsideBy, LetterView)>, u64), CommandError> {
        let ours = self.ours(core).await?;
        let theirs = match self.which() {
            Some(which) => core.handlers.count(&which).await?,
            None => 0,
        };
        let now = ours.len() as u64 + theirs;
        if now > counted { Err(Refusal::More { counted, now }.into()) } else { Ok((ours, theirs)) }
    }
}

/// The events of these letters, by number, as far as they are in the store.
async fn events_of(core: &Core, letters: impl Iterator<Item = &LetterView>) -> Result<HashMap<u64, Event>, CommandError> {
    let events = core.store.get_many(letters.map(|view| view.seq).collect()).await?;
    Ok(events.into_iter().map(|stored| (stored.seq, stored.event)).collect())
}

fn letter_of(handler: &str, note: &SetAside) -> Option<LetterView> {
    let seq = note.seq?;
    Some(LetterView {
        key: format!("{handler}/{seq:020}"),
        handler: handler.to_owned(),
        seq,
        received_at: note.at,
        source: note.source.clone(),
        kind: note.kind.clone(),
        channel: note.channel.clone(),
        subject: None,
        reason: note.reason.clone(),
        attempts: 1,
        first_at: note.at,
        last_at: note.at,
        sample: note.sample.clone(),
        can_discard: false,
    })
}

fn view(letter: Letter) -> LetterView {
    let key = letter.key();
    let Letter { handler, stored, reason, attempts, first_at, last_at } = letter;
    let event = &stored.event;
    let masked = attempt(|| Catalogue::current().masked(event).into_owned()).unwrap_or_default();
    LetterView {
        key,
        handler,
        seq: stored.seq,
        received_at: event.received_at,
        source: event.source.to_string(),
        kind: event.kind.to_string(),
        channel: event.channel.to_string(),
        subject: event.subject.as_deref().map(str::to_owned),
        reason,
        attempts,
        first_at,
        last_at,
        sample: masked[..masked.floor_char_boundary(SAMPLE)].to_owned(),
        can_discard: true,
    }
}

/// A page, from before a key on: ours first.
pub(crate) async fn page(
    core: &Core,
    handler: Option<String>,
    filter: &str,
    before: Option<String>,
    limit: u32,
) -> Result<LettersView, CommandError> {
    let meant = Meant::new(core, handler, filter, None)?;
    let limit = limit.clamp(1, PAGE) as usize;
    let ours = meant.ours(core).await?;
    let which = meant.which();
    let theirs = match &which {
        Some(which) => core.handlers.count(which).await?,
        None => 0,
    };
    let total = ours.len() as u64 + theirs;
    let of_ours = |key: &String| OURS.iter().any(|(name, _)| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')));
    let from = match &before {
        None => 0,
        Some(key) if of_ours(key) => ours.iter().position(|(_, view)| view.key == *key).map_or(ours.len(), |place| place + 1),
        Some(_) => ours.len(),
    };
    let before = before.filter(|key| !of_ours(key));
    let mut letters: Vec<_> = ours.into_iter().skip(from).map(|(_, view)| view).take(limit + 1).collect();
    let events = events_of(core, letters.iter()).await?;
    for view in &mut letters {
        let Some(event) = events.get(&view.seq) else { continue };
        view.received_at = event.received_at;
        view.subject = event.subject.as_deref().map(str::to_owned);
    }
    if letters.len() > limit {
        letters.truncate(limit);
        let next = letters.last().map(|last| last.key.clone());
        return Ok(LettersView { letters, total, discardable: theirs, next });
    }
    let Some(which) = which else { return Ok(LettersView { letters, total, discardable: theirs, next: None }) };
    let room = limit - letters.len();
    if room == 0 {
        let next = letters.last().map(|last| last.key.clone()).filter(|_| theirs > 0);
        return Ok(LettersView { letters, total, discardable: theirs, next });
    }
    let page = core.handlers.letters(&which, before.as_deref(), room).await?;
    letters.extend(page.letters.into_iter().map(view));
    Ok(LettersView { letters, total, discardable: theirs, next: page.next })
}

/// Try them once more.
pub(crate) async fn retry(
    core: &Arc<Core>,
    handler: Option<String>,
    filter: &str,
    keys: Option<Vec<String>>,
    counted: u64,
) -> Result<u64, CommandError> {
    let meant = Meant::new(core, handler, filter, keys)?;
    let (ours, theirs) = meant.counted(core, counted).await?;
    let of = |by: SetAsideBy| ours.iter().filter(|(whose, _)| *whose == by).map(|(_, view)| view.seq).collect::<BTreeSet<u64>>();
    let (numbers, rules) = (of(SetAsideBy::Numbers), of(SetAsideBy::Alerts));
    let mut going = numbers.len() as u64;
    // First what may be refused: then nothing else was begun.
    if !numbers.is_empty() && !core.rebuild_all(numbers) {
        return Err(CommandError::invalid("the figures are being computed anew already; try again when that is done"));
    }
    if let Some(which) = meant.which().filter(|_| theirs > 0) {
        going += core.handlers.redeliver(&which, theirs).await?;
    }
    if !rules.is_empty() {
        going += core.judge_again(rules).await?;
    }
    core.pulse();
    Ok(going)
}

/// Throw them away. What the numbers and the rules set aside stays: it is what they are computed without.
pub(crate) async fn discard(
    core: &Core,
    handler: Option<String>,
    filter: &str,
    keys: Option<Vec<String>>,
    counted: u64,
) -> Result<u64, CommandError> {
    let meant = Meant::new(core, handler, filter, keys)?;
    let thrown = match meant.which() {
        Some(which) => core.handlers.discard(&which, counted).await?,
        None => 0,
    };
    core.pulse();
    Ok(thrown)
}

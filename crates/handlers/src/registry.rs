//! Every handler by name: what is asked of them, and what somebody makes them do.

use crate::{
    Handler, LetterPage, Pace, Place, Refusal, Report, Which,
    errand::Task,
    kept::{self, Begin},
    letter,
    member::{Ground, Member, told},
    report::Wish,
    runner::{End, Order},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use watchdeck_contain::Hold as _;
use watchdeck_events::Millis;
use watchdeck_store::{Batch, Store, StoreError};

/// See the [module docs](self). End it with [`Registry::close`].
pub struct Registry {
    ground: Ground,
    members: Mutex<BTreeMap<String, Member>>,
}

impl Registry {
    /// Without handlers. `now` is the time of day.
    #[must_use]
    pub fn new(store: Store, now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        let end = End { stop: CancellationToken::new(), off: CancellationToken::new() };
        let ground = Ground { store, now: Arc::new(now), end, tasks: TaskTracker::new() };
        Self { ground, members: Mutex::default() }
    }

    fn members(&self) -> MutexGuard<'_, BTreeMap<String, Member>> {
        self.members.hold()
    }

    fn of<T>(&self, name: &str, look: impl FnOnce(&mut Member) -> T) -> Result<T, Refusal> {
        self.members().get_mut(name).map(look).ok_or_else(|| Refusal::Unknown(name.to_owned()))
    }

    /// Take a handler in, and let it take up its work where it was left: paused or stopped where it was.
    ///
    /// # Errors
    /// [`Refusal::Taken`]; [`Refusal::Store`] when it cannot be read how far it is.
    pub async fn add(&self, handler: Arc<dyn Handler>) -> Result<(), Refusal> {
        let name = handler.name().to_owned();
        let begin = match Begin::load(&self.ground.store, &name).await? {
            Some(begin) => begin,
            None => self.first_begin(&*handler).await?,
        };
        let mut members = self.members();
        if members.contains_key(&name) {
            return Err(Refusal::Taken(name));
        }
        let mut member = Member::new(handler);
        {
            let mut figures = member.board.look();
            (figures.wish, figures.floor, figures.seen) = (begin.wish, begin.floor, begin.upto);
        }
        if begin.wish != Wish::Stop {
            member.start(&self.ground);
        }
        members.insert(name, member);
        Ok(())
    }

    /// Where one begins that was never heard of is noted before it does.
    async fn first_begin(&self, handler: &dyn Handler) -> Result<Begin, StoreError> {
        let begin = Begin::at(if handler.begins_now() { self.ground.store.head() } else { 0 }, Wish::Run);
        let batch = Batch {
            checkpoints: vec![(handler.name().to_owned(), begin.floor)],
            documents: vec![kept::document(handler.name(), begin.wish, begin.upto, std::iter::empty())],
            ..Batch::default()
        };
        self.ground.store.append(batch).await?;
        Ok(begin)
    }

    /// Let go of a handler at once: what it is trying is broken off and not done. Its place and its letters stay.
    ///
    /// # Errors
    /// [`Refusal::Unknown`].
    pub async fn remove(&self, name: &str) -> Result<(), Refusal> {
        let mut member = self.members().remove(name).ok_or_else(|| Refusal::Unknown(name.to_owned()))?;
        if let Some(running) = member.dismiss() {
            running.break_off().await;
        }
        Ok(())
    }

    /// The names of all.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.members().keys().cloned().collect()
    }

    /// What is known of every handler, by name.
    ///
    /// # Errors
    /// As the store says, which is asked for the letters.
    pub async fn reports(&self) -> Result<Vec<Report>, StoreError> {
        let mut reports = Vec::new();
        for name in self.names() {
            let letters = letter::count(&self.ground.store, &Which { handler: Some(name.clone()), ..Which::default() }).await?;
            let (head, at) = (self.ground.store.head(), (self.ground.now)());
            reports.extend(self.of(&name, |member| member.board.look().report(&name, head, letters, at)));
        }
        Ok(reports)
    }

    /// Begin nothing new, from now on and after a restart.
    ///
    /// # Errors
    /// [`Refusal::Unknown`]; [`Refusal::Stopped`] when the registry is closing.
    pub async fn pause(&self, name: &str) -> Result<(), Refusal> {
        self.wish(name, Wish::Pause).await
    }

    /// Go on.
    ///
    /// # Errors
    /// As [`Registry::pause`].
    pub async fn resume(&self, name: &str) -> Result<(), Refusal> {
        self.wish(name, Wish::Run).await
    }

    /// Stop: what is being tried is finished and noted, errands end, and so does its task.
    ///
    /// # Errors
    /// As [`Registry::pause`].
    pub async fn stop(&self, name: &str) -> Result<(), Refusal> {
        self.wish(name, Wish::Stop).await?;
        if let Some(running) = self.of(name, Member::dismiss)? {
            running.end().await;
        }
        Ok(())
    }

    async fn wish(&self, name: &str, wish: Wish) -> Result<(), Refusal> {
        let orders = self.of(name, |member| member.start(&self.ground))?;
        if told(&orders, |answer| Order::Wish(wish, answer)).await { Ok(()) } else { Err(Refusal::Stopped(name.to_owned())) }
    }

    /// Move its checkpoint: it goes on from there, whatever it has done. What it is trying at this moment is broken off.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Stopped`]; [`Refusal::Store`] when the place cannot be found.
    pub async fn move_to(&self, name: &str, place: Place) -> Result<(), Refusal> {
        let after = place.after(&self.ground.store).await?;
        let orders = self.of(name, |member| member.orders())?.ok_or_else(|| Refusal::Stopped(name.to_owned()))?;
        if told(&orders, |answer| Order::Move(after, answer)).await { Ok(()) } else { Err(Refusal::Stopped(name.to_owned())) }
    }

    /// Give it everything from `from` to the newest once more, as [`Origin::Replay`](crate::Origin::Replay) and beside what is live. Its checkpoint stays.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Busy`], [`Refusal::Pace`]; [`Refusal::Store`] when the place cannot be found.
    pub async fn replay(&self, name: &str, from: Place, pace: Pace) -> Result<(), Refusal> {
        if let Pace::Times(times) = pace
            && !(times.is_finite() && times > 0.0)
        {
            return Err(Refusal::Pace(times));
        }
        let after = from.after(&self.ground.store).await?;
        self.send(name, Task::Replay { after, upto: self.ground.store.head(), pace })
    }

    /// Let a replay or a redelivery rest, or go on.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Idle`].
    pub fn rest(&self, name: &str, rests: bool) -> Result<(), Refusal> {
        if self.of(name, |member| member.rest(rests))? { Ok(()) } else { Err(Refusal::Idle(name.to_owned())) }
    }

    /// End a replay or a redelivery where it is.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::Idle`].
    pub fn call_back(&self, name: &str) -> Result<(), Refusal> {
        if self.of(name, |member| member.call_back())? { Ok(()) } else { Err(Refusal::Idle(name.to_owned())) }
    }

    fn send(&self, name: &str, task: Task) -> Result<(), Refusal> {
        self.of(name, |member| {
            if member.is_sent() {
                return Err(Refusal::Busy(name.to_owned()));
            }
            member.send(&self.ground, task);
            Ok(())
        })?
    }

    /// Some of the letters that are meant, from before a key on.
    ///
    /// # Errors
    /// As the store says.
    pub async fn letters(&self, which: &Which, before: Option<&str>, limit: usize) -> Result<LetterPage, StoreError> {
        letter::page(&self.ground.store, which, before, limit).await
    }

    /// How many letters are meant.
    ///
    /// # Errors
    /// As the store says.
    pub async fn count(&self, which: &Which) -> Result<u64, StoreError> {
        letter::count(&self.ground.store, which).await
    }

    /// Try the letters that are meant once more, if they are not more than somebody was told of. One that succeeds is gone. Answers how many go.
    ///
    /// # Errors
    /// [`Refusal::More`], [`Refusal::Busy`]; [`Refusal::Unknown`] when the handler of one is no more; [`Refusal::Store`].
    pub async fn redeliver(&self, which: &Which, counted: u64) -> Result<u64, Refusal> {
        let keys = letter::counted(&self.ground.store, which, counted).await?;
        let mut by_handler: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for key in &keys {
            let handler = key.rsplit_once('/').map_or("", |(handler, _)| handler);
            by_handler.entry(handler.to_owned()).or_default().push(key.clone());
        }
        for name in by_handler.keys() {
            if self.of(name, |member| member.is_sent())? {
                return Err(Refusal::Busy(name.clone()));
            }
        }
        for (name, mut keys) in by_handler {
            // In the order of the events.
            keys.sort();
            self.send(&name, Task::Letters(keys))?;
        }
        Ok(keys.len() as u64)
    }

    /// Throw away the letters that are meant, if they are not more than somebody was told of. Answers how many they were.
    ///
    /// # Errors
    /// [`Refusal::More`], [`Refusal::Store`].
    pub async fn discard(&self, which: &Which, counted: u64) -> Result<u64, Refusal> {
        let keys = letter::counted(&self.ground.store, which, counted).await?;
        let thrown = keys.len() as u64;
        let documents = keys.into_iter().map(letter::gone).collect();
        self.ground.store.append(Batch { documents, ..Batch::default() }).await?;
        Ok(thrown)
    }

    /// End all: what is being tried is finished, or broken off after `patience`, and noted.
    pub async fn close(&self, patience: Duration) {
        self.ground.end.stop.cancel();
        self.ground.tasks.close();
        if tokio::time::timeout(patience, self.ground.tasks.wait()).await.is_err() {
            self.ground.end.off.cancel();
            self.ground.tasks.wait().await;
        }
    }
}

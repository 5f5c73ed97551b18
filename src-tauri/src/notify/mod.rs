//! Native notifications with buttons that act.
//!
//! One task owns everything that is on screen: it carries out what the [`board`] holds, one wish after the other, and listens to the bus meanwhile.
//! No service is a normal condition: a hint says so, the service is asked again with back-off and at once when one appears on the bus; and what it is
//! shown then is what still matters. A toast that the service refuses lets the others pass.

mod board;
mod drawn;
mod heard;
mod held;
mod service;
mod text;

use crate::hints::Hints;
use board::{Board, Wish};
use heard::{Heard, Service};
use service::{Bus, Failure, PATIENCE};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};
use watchdeck_console::Toast;
use watchdeck_wire::live::Hint;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// After so many refusals in a row nobody is reached: the window says so.
const REFUSALS: u32 = 3;

/// A button that was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Which toast.
    pub(crate) toast: String,
    /// Which of its actions.
    pub(crate) action: String,
}

/// Where toasts are wished for; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notifications {
    board: Arc<Mutex<Board>>,
    wake: Arc<Notify>,
}

impl Notifications {
    /// Wishes for a toast; never blocks.
    pub(crate) fn show(&self, toast: Toast) {
        let given_up = self.board().show(toast, Instant::now());
        if let Some(id) = given_up {
            // The toast is in the window all the same, and so many at once would not be read.
            debug!(id, "Too many notifications wait; one is left to the window.");
        }
        self.wake.notify_one();
    }

    /// Wishes that a toast goes away; never blocks.
    pub(crate) fn retract(&self, id: &str) {
        self.board().retract(id);
        self.wake.notify_one();
    }

    /// Shows what is wished for until `stop`. Pressed buttons go to `answers`; the task waits when nobody takes them, so none is lost.
    pub(crate) async fn follow(self, stop: CancellationToken, hints: Hints, answers: mpsc::Sender<Answer>) {
        // A start after a failure: what stood is not known to stand any more.
        self.board().left(None, Instant::now());
        let mut wait = FIRST_WAIT;
        loop {
            match Bus::connect().await {
                Ok((bus, heard)) => {
                    let driver = Driver { notifications: &self, bus, service: None, hints: &hints, refusals: 0, wait: FIRST_WAIT };
                    if stop.is_cancelled() || driver.run(heard, &stop, &answers).await {
                        return;
                    }
                    warn!("The session bus was lost.");
                    self.board().left(None, Instant::now());
                    wait = FIRST_WAIT;
                }
                Err(error) => debug!(%error, "There is no session bus."),
            }
            hints.set(Hint::NoNotifications, true);
            if stop.run_until_cancelled(sleep(wait)).await.is_none() {
                return;
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Driver<'a> {
    notifications: &'a Notifications,
    bus: Bus,
    service: Option<Service>,
    hints: &'a Hints,
    /// In a row.
    refusals: u32,
    /// Until the service is asked for again.
    wait: Duration,
}

impl Driver<'_> {
    /// Runs until `stop` (`true`) or until the bus is lost (`false`).
    async fn run(mut self, mut heard: mpsc::Receiver<Heard>, stop: &CancellationToken, answers: &mpsc::Sender<Answer>) -> bool {
        self.ask().await;
        loop {
            self.carry_out().await;
            let due = self.notifications.board().next_due().filter(|_| self.service.is_some());
            tokio::select! {
                () = stop.cancelled() => break,
                news = heard.recv() => match news {
                    Some(news) => self.hear(news, answers).await,
                    None => return false,
                },
                () = sleep(self.wait), if self.service.is_none() => {
                    self.wait = (self.wait * 2).min(LONGEST_WAIT);
                    self.ask().await;
                }
                () = sleep_until(due.unwrap_or_else(Instant::now).into()), if due.is_some() => {}
                () = self.notifications.wake.notified() => {}
            }
        }
        let standing = self.notifications.board().all();
        let closing = async {
            for number in &standing {
                if self.bus.close(number).await.is_err() {
                    return;
                }
            }
        };
        if timeout(PATIENCE, closing).await.is_err() {
            debug!("The notification service does not answer; its toasts stay.");
        }
        true
    }

    async fn hear(&mut self, news: Heard, answers: &mpsc::Sender<Answer>) {
        match news {
            Heard::Left(owner) => {
                // Numbers die with the name of the service that gave them.
                self.notifications.board().left(Some(&owner), Instant::now());
                if self.service.as_ref().is_some_and(|service| service.owner == owner) {
                    // It may be starting anew; to ask at once would start another in its place.
                    self.lose("it left the bus");
                }
            }
            Heard::Came(owner) => {
                if self.service.as_ref().is_none_or(|service| service.owner != owner) {
                    self.wait = FIRST_WAIT;
                    self.ask().await;
                }
            }
            Heard::Pressed(number, action) => {
                let pressed = self.notifications.board().pressed(&number);
                if let Some(toast) = pressed
                    && answers.send(Answer { toast, action: drawn::action(action) }).await.is_err()
                {
                    warn!("A button was pressed while Watchdeck was closing.");
                }
            }
            Heard::Ended(number, by_person) => self.notifications.board().ended(&number, by_person, Instant::now()),
        }
    }

    async fn ask(&mut self) {
        let service = match self.bus.find().await {
            Ok(service) => Some(service),
            Err(why) => {
                debug!(%why, "There is no notification service.");
                None
            }
        };
        if service != self.service {
            info!(?service, "The notification service changed.");
        }
        self.refusals = 0;
        self.hints.set(Hint::NoNotifications, service.is_none());
        self.hints.set(Hint::NotificationsWithoutButtons, service.as_ref().is_some_and(|service| !service.buttons));
        self.service = service;
    }

    async fn carry_out(&mut self) {
        while let Some(service) = self.service.clone() {
            let wish = self.notifications.board().next(Instant::now());
            match wish {
                None => return,
                Some(Wish::Close(number)) => {
                    if let Err(why) = self.bus.close(&number).await {
                        self.lose(&why.to_string());
                    }
                }
                Some(Wish::Show(waiting, earlier)) => match self.bus.show(&service, &waiting.toast, earlier.as_ref()).await {
                    Ok(number) => {
                        self.notifications.board().stands(waiting.toast, number);
                        self.refusals = 0;
                        self.hints.set(Hint::NoNotifications, false);
                    }
                    Err(Failure::Gone(why)) => {
                        self.notifications.board().put_back(waiting);
                        self.lose(&why);
                    }
                    Err(why) => {
                        let id = waiting.toast.id.clone();
                        let again = self.notifications.board().refused(waiting, earlier, Instant::now());
                        warn!(%why, id, again, "A notification could not be shown; the others go on.");
                        self.refusals += 1;
                        self.hints.set(Hint::NoNotifications, self.refusals >= REFUSALS);
                        if matches!(why, Failure::Silent) {
                            self.lose("it does not answer");
                        }
                    }
                },
            }
        }
    }

    fn lose(&mut self, why: &str) {
        if self.service.take().is_some() {
            warn!(why, "The notification service cannot be used; what matters is shown as soon as there is one.");
        }
        self.wait = FIRST_WAIT;
        self.hints.set(Hint::NoNotifications, true);
    }
}

/// What the service calls itself, and whether it shows buttons; for the doctor.
///
/// # Errors
/// With what is missing, in words.
pub(crate) async fn survey() -> Result<(String, bool), String> {
    let (bus, _heard) = Bus::connect().await.map_err(|error| error.to_string())?;
    let service = bus.find().await.map_err(|failure| failure.to_string())?;
    let name = bus.describe(&service).await.map_err(|failure| failure.to_string())?;
    Ok((name, service.buttons))
}

/// Shows one toast and leaves it standing. Answers whether anybody showed it.
pub(crate) async fn leave(toast: &Toast) -> bool {
    let Ok((bus, _heard)) = Bus::connect().await else { return false };
    let Ok(service) = bus.find().await else { return false };
    bus.show(&service, toast, None).await.is_ok()
}

//! Native notifications with buttons that act.
//!
//! One task owns everything that is on screen. notify-rust's handle must live as long as its toast (GNOME closes it otherwise), and its blocking forms must
//! not be used on the runtime's workers, so each shown toast has a task that holds the handle and waits for a button or for the end.
//! No service is a normal condition: a hint says so, the service is asked again with back-off and at once when one appears on the bus.

use crate::board::{Board, Wish};
use crate::bus;
use crate::hints::Hints;
use notify_rust::{Hint as XdgHint, Notification, NotificationHandle, NotificationResponse, Timeout, Urgency};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};
use watchdeck_console::Toast;
use watchdeck_console::api::live::Hint;
use watchdeck_events::Severity;

/// On screen (or in the service's list) at most; the oldest that asks nothing makes room. Each one holds a connection to the bus.
const SHOWN: usize = 32;
/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

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
    /// Starts the task. Pressed buttons go to `answers`; the task waits when nobody takes them, so none is lost.
    pub(crate) fn start(&self, tasks: &TaskTracker, stop: CancellationToken, hints: Hints, answers: mpsc::Sender<Answer>) {
        let (wake, present) = (Arc::clone(&self.wake), Arc::new(Notify::new()));
        let appeared = Arc::clone(&present);
        tasks.spawn(bus::follow(bus::NOTIFICATIONS, stop.clone(), move |_| {
            appeared.notify_one();
        }));
        let driver =
            Driver { board: Arc::clone(&self.board), shown: HashMap::new(), toasts: JoinSet::new(), service: None, hints, serial: 0 };
        tasks.spawn(driver.run(wake, present, stop, answers));
    }

    /// Wishes for a toast; never blocks.
    pub(crate) fn show(&self, toast: Toast) {
        let given_up = self.board().show(toast, Instant::now());
        if let Some(id) = given_up {
            // The toast is in the window all the same, and so many at once would not be read.
            debug!(id, "Too many notifications wait; the oldest one is left to the window.");
        }
        self.wake.notify_one();
    }

    /// Wishes that a toast goes away; never blocks.
    pub(crate) fn retract(&self, id: &str) {
        self.board().retract(id, Instant::now());
        self.wake.notify_one();
    }

    fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the service can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Service {
    buttons: bool,
    markup: bool,
}

struct Shown {
    /// The service's own number.
    number: u32,
    /// Ours; tells an end of this one from an end of the one it replaced.
    serial: u64,
    /// It can be answered, so it goes last when room is needed.
    answerable: bool,
    close: CancellationToken,
    forget: CancellationToken,
}

struct Ended {
    id: String,
    serial: u64,
    action: Option<String>,
}

struct Driver {
    board: Arc<Mutex<Board>>,
    shown: HashMap<String, Shown>,
    toasts: JoinSet<Ended>,
    service: Option<Service>,
    hints: Hints,
    serial: u64,
}

impl Driver {
    async fn run(mut self, wake: Arc<Notify>, present: Arc<Notify>, stop: CancellationToken, answers: mpsc::Sender<Answer>) {
        let mut wait = FIRST_WAIT;
        self.ask().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = present.notified() => {
                    wait = FIRST_WAIT;
                    self.ask().await;
                }
                () = tokio::time::sleep(wait), if self.service.is_none() => {
                    wait = (wait * 2).min(LONGEST_WAIT);
                    self.ask().await;
                }
                () = wake.notified() => {}
                Some(ended) = self.toasts.join_next() => match ended {
                    Ok(ended) => self.ended(ended, &answers).await,
                    Err(error) => warn!(%error, "Watching a notification failed."),
                },
            }
            self.carry_out().await;
        }
        for shown in self.shown.values() {
            shown.close.cancel();
        }
        let all_closed = async { while self.toasts.join_next().await.is_some() {} };
        if timeout(PATIENCE, all_closed).await.is_err() {
            debug!("The notification service does not answer; its toasts stay.");
        }
    }

    /// Asks the service what it can do, which starts it where the desktop knows how.
    async fn ask(&mut self) {
        let asked = timeout(PATIENCE, tokio::task::spawn_blocking(notify_rust::get_capabilities)).await;
        let service = match asked {
            Ok(Ok(Ok(able))) => {
                Some(Service { buttons: able.iter().any(|name| name == "actions"), markup: able.iter().any(|name| name == "body-markup") })
            }
            Ok(Ok(Err(error))) => {
                debug!(%error, "There is no notification service.");
                None
            }
            Ok(Err(_)) | Err(_) => None,
        };
        if service != self.service {
            info!(?service, "The notification service changed.");
        }
        self.service = service;
        self.hints.set(Hint::NoNotifications, service.is_none());
        self.hints.set(Hint::NotificationsWithoutButtons, service.is_some_and(|service| !service.buttons));
    }

    async fn carry_out(&mut self) {
        while let Some(service) = self.service {
            let wish = self.board().next(Instant::now());
            match wish {
                None => return,
                Some(Wish::Retract(id)) => {
                    if let Some(shown) = self.shown.get(&id) {
                        shown.close.cancel();
                    }
                }
                Some(Wish::Show(toast)) => self.show(toast, service).await,
            }
        }
    }

    async fn show(&mut self, toast: Toast, service: Service) {
        let mut notification = notification(&toast, service);
        let earlier = self.shown.remove(&toast.id);
        if let Some(earlier) = &earlier {
            notification.id(earlier.number);
            earlier.forget.cancel();
        }
        match timeout(PATIENCE, notification.show_async()).await {
            Ok(Ok(handle)) => self.hold(toast, handle),
            Ok(Err(error)) => {
                warn!(%error, "A notification could not be shown.");
                self.lose_service(toast);
            }
            Err(_) => {
                warn!("The notification service does not answer.");
                self.lose_service(toast);
            }
        }
    }

    fn lose_service(&mut self, toast: Toast) {
        self.board().put_back(toast, Instant::now());
        self.service = None;
        self.hints.set(Hint::NoNotifications, true);
    }

    fn hold(&mut self, toast: Toast, handle: NotificationHandle) {
        let answerable = toast.actions.iter().any(|action| action.id != "open");
        let id = toast.id;
        if self.shown.len() >= SHOWN {
            let oldest = self.shown.iter().min_by_key(|(_, shown)| (shown.answerable, shown.serial));
            if let Some(oldest) = oldest.map(|(id, _)| id.clone())
                && let Some(shown) = self.shown.remove(&oldest)
            {
                shown.close.cancel();
                self.board().gone(&oldest);
            }
        }
        self.serial += 1;
        let shown = Shown {
            number: handle.id(),
            serial: self.serial,
            answerable,
            close: CancellationToken::new(),
            forget: CancellationToken::new(),
        };
        self.toasts.spawn(watch(id.clone(), shown.serial, handle, shown.close.clone(), shown.forget.clone()));
        self.shown.insert(id, shown);
    }

    async fn ended(&mut self, ended: Ended, answers: &mpsc::Sender<Answer>) {
        if self.shown.get(&ended.id).is_some_and(|shown| shown.serial == ended.serial) {
            self.shown.remove(&ended.id);
            self.board().gone(&ended.id);
        }
        if let Some(action) = ended.action {
            let answer = Answer { toast: ended.id, action };
            if answers.send(answer).await.is_err() {
                warn!("A button was pressed while Watchdeck was closing.");
            }
        }
    }

    fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds a toast's handle until a button is pressed, the toast ends, or it is taken back (`close`) or replaced (`forget`).
async fn watch(id: String, serial: u64, handle: NotificationHandle, close: CancellationToken, forget: CancellationToken) -> Ended {
    let mut action = None;
    let waiting = handle.wait_for_action_async(|response| {
        action = match response {
            NotificationResponse::Default => Some("open".to_owned()),
            NotificationResponse::Action(action) => Some(action.clone()),
            NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
        };
    });
    let over = tokio::select! {
        () = waiting => false,
        () = forget.cancelled() => false,
        () = close.cancelled() => true,
    };
    // Some services keep a toast whose button was pressed; what is answered asks no more.
    if (over || action.is_some()) && timeout(PATIENCE, handle.close_async()).await.is_err() {
        debug!("The notification service does not answer; a toast stays.");
    }
    Ended { id, serial, action }
}

fn notification(toast: &Toast, service: Service) -> Notification {
    let mut notification = Notification::new();
    let (icon, urgency) = match toast.severity {
        Severity::Info | Severity::Success => ("dialog-information", Urgency::Normal),
        Severity::Warning => ("dialog-warning", Urgency::Normal),
        Severity::Critical => ("dialog-error", Urgency::Critical),
    };
    notification
        .appname("Watchdeck")
        .summary(&toast.title)
        .body(&if service.markup { escape(&toast.body) } else { toast.body.clone() })
        .icon(icon)
        .hint(XdgHint::DesktopEntry("watchdeck".to_owned()))
        .urgency(urgency);
    if toast.severity == Severity::Critical {
        notification.timeout(Timeout::Never);
    }
    if service.buttons {
        for action in &toast.actions {
            // A click on the toast itself is, by the desktop's convention, the action named `default`.
            let id = if action.id == "open" { "default" } else { &action.id };
            notification.action(id, &action.label);
        }
    }
    notification
}

/// Names and messages come from the ERP: they must not become markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_console::ToastAction;

    fn toast() -> Toast {
        Toast {
            id: "approval:order:7".to_owned(),
            title: "Approval".to_owned(),
            body: "<b>Zhang & Sons</b>".to_owned(),
            severity: Severity::Warning,
            actions: ["approve", "open"].map(|id| ToastAction { id: id.to_owned(), label: id.to_uppercase() }).into(),
        }
    }

    #[test]
    fn what_the_erp_says_does_not_become_markup() {
        let markup = notification(&toast(), Service { buttons: true, markup: true });
        assert_eq!(markup.body, "&lt;b&gt;Zhang &amp; Sons&lt;/b&gt;");
        let plain = notification(&toast(), Service { buttons: true, markup: false });
        assert_eq!(plain.body, "<b>Zhang & Sons</b>");
    }

    #[test]
    fn buttons_are_offered_only_where_the_service_has_them() {
        let with = notification(&toast(), Service { buttons: true, markup: true });
        assert_eq!(with.actions, ["approve", "APPROVE", "default", "OPEN"]);
        let without = notification(&toast(), Service { buttons: false, markup: true });
        assert!(without.actions.is_empty());
    }
}

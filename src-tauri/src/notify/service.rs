//! The notification service as it stands on the session bus: `org.freedesktop.Notifications`, version 1.2.
//!
//! Toasts are shown with `notify-rust`, and heard of through its handles: a desktop that answers the sender only (GNOME) answers its connection. What the
//! library does not tell is *which* service gave a number, and a number dies with its owner's name on the bus; so the owner is followed over a connection
//! of our own, which also hears what a service tells everybody, from before the first toast on. The name itself is used only by [`Bus::find`] and for a
//! toast whose owner was there a moment ago: using it starts a service where the desktop knows how, and that must not happen twice.

use super::drawn::drawn;
use super::heard::{Heard, Number, Service};
use super::held::Held;
use futures_util::StreamExt as _;
use futures_util::stream::select;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use watchdeck_console::Toast;
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream};

/// The service's name on the bus, and of what it understands.
const NAME: &str = "org.freedesktop.Notifications";
pub(super) const PATH: &str = "/org/freedesktop/Notifications";
/// The bus itself.
const BUS: &str = "org.freedesktop.DBus";
/// How long the service may take to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// Signals that wait for the driver. When they are more, the bus waits.
const HEARD: usize = 256;

/// Why a call failed, as far as it matters what to do.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such service (any more).
    Gone(String),
    /// It does not answer. What it shows it may show still.
    Silent,
    /// It would not do this one thing.
    Refused(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gone(why) | Self::Refused(why) => f.write_str(why),
            Self::Silent => f.write_str("no answer"),
        }
    }
}

/// A connection to the session bus that follows the service. What is heard ends with the connection.
#[derive(Debug)]
pub(crate) struct Bus {
    connection: Connection,
    listening: JoinHandle<()>,
    /// Does not keep what is heard open when the connection is lost.
    heard: mpsc::WeakSender<Heard>,
    held: Mutex<Held>,
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Bus {
    /// Connects, and listens before anything is shown: a button may be pressed at once.
    ///
    /// # Errors
    /// When there is no session bus.
    pub(crate) async fn connect() -> zbus::Result<(Self, mpsc::Receiver<Heard>)> {
        let connection = Connection::session().await?;
        let owners =
            MatchRule::builder().msg_type(Type::Signal).sender(BUS).interface(BUS).member("NameOwnerChanged").add_arg(NAME).build()?;
        let signals = MatchRule::builder().msg_type(Type::Signal).interface(NAME).path(PATH).build()?;
        let owners = MessageStream::for_match_rule(owners, &connection, NonZeroUsize::new(HEARD)).await?;
        let signals = MessageStream::for_match_rule(signals, &connection, NonZeroUsize::new(HEARD)).await?;
        let (sender, heard) = mpsc::channel(HEARD);
        let told = sender.downgrade();
        let listening = tokio::spawn(async move {
            let mut messages = select(owners, signals);
            while let Some(Ok(message)) = messages.next().await {
                for news in read(&message) {
                    if sender.send(news).await.is_err() {
                        return;
                    }
                }
            }
        });
        Ok((Self { connection, listening, heard: told, held: Mutex::default() }, heard))
    }

    /// Asks the service what it can do, which starts it where the desktop knows how.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn find(&self) -> Result<Service, Failure> {
        let answer = self.call(NAME, "GetCapabilities", &()).await?;
        let able: Vec<String> = answer.body().deserialize().map_err(|error| Failure::Gone(error.to_string()))?;
        let owner = answer.header().sender().map(ToString::to_string);
        let has = |name: &str| able.iter().any(|each| each == name);
        let owner = owner.ok_or_else(|| Failure::Gone("an answer from nobody".to_owned()))?;
        Ok(Service { owner, buttons: has("actions"), markup: has("body-markup") })
    }

    /// What the service calls itself.
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) async fn describe(&self, service: &Service) -> Result<String, Failure> {
        let answer = self.call(&service.owner, "GetServerInformation", &()).await?;
        let (name, _, version, _): (String, String, String, String) =
            answer.body().deserialize().map_err(|error| Failure::Refused(error.to_string()))?;
        Ok(format!("{name} {version}"))
    }

    /// Shows a toast, in the place of `earlier`.
    ///
    /// # Errors
    /// When the service is gone, or does not take this toast.
    pub(crate) async fn show(&self, service: &Service, toast: &Toast, earlier: Option<&Number>) -> Result<Number, Failure> {
        let mut notification = drawn(toast, service);
        if let Some(earlier) = earlier.filter(|number| number.owner == service.owner) {
            notification.id(earlier.number);
        }
        self.is_still(service).await?;
        let shown = timeout(PATIENCE, notification.show_async()).await.map_err(|_| Failure::Silent)?;
        // Whoever gave the number was there before and after. And the library's error does not tell a service that refuses from one that has left.
        self.is_still(service).await?;
        let handle = shown.map_err(|error| Failure::Refused(error.to_string()))?;
        let number = Number { owner: service.owner.clone(), number: handle.id() };
        self.held.lock().unwrap_or_else(PoisonError::into_inner).keep(number.clone(), handle, self.heard.clone());
        Ok(number)
    }

    async fn is_still(&self, service: &Service) -> Result<(), Failure> {
        let asked = self.connection.call_method(Some(BUS), "/org/freedesktop/DBus", Some(BUS), "GetNameOwner", &NAME);
        let answer = timeout(PATIENCE, asked).await.map_err(|_| Failure::Silent)?.map_err(failure)?;
        let body = answer.body();
        let owner: &str = body.deserialize().map_err(|error| Failure::Gone(error.to_string()))?;
        if owner == service.owner { Ok(()) } else { Err(Failure::Gone(format!("{owner} took its place"))) }
    }

    /// Closes a toast. One that is gone already is no error.
    ///
    /// # Errors
    /// When the service is gone.
    pub(crate) async fn close(&self, number: &Number) -> Result<(), Failure> {
        match self.call(&number.owner, "CloseNotification", &(number.number)).await {
            Ok(_) | Err(Failure::Refused(_)) => Ok(()),
            Err(gone) => Err(gone),
        }
    }

    async fn call<B>(&self, owner: &str, method: &str, body: &B) -> Result<Message, Failure>
    where
        B: serde::Serialize + zbus::wire::DynamicType + Sync,
    {
        let answer = timeout(PATIENCE, self.connection.call_method(Some(owner), PATH, Some(NAME), method, body)).await;
        answer.map_err(|_| Failure::Silent)?.map_err(failure)
    }
}

fn failure(error: zbus::Error) -> Failure {
    const GONE: [&str; 6] = ["ServiceUnknown", "NameHasNoOwner", "NoReply", "Disconnected", "NoServer", "TimedOut"];
    let text = error.to_string();
    let gone = match &error {
        zbus::Error::InputOutput(_) => true,
        zbus::Error::MethodError(name, ..) => {
            let name = name.strip_prefix("org.freedesktop.DBus.Error.").unwrap_or_default();
            GONE.contains(&name) || name.starts_with("Spawn.")
        }
        _ => false,
    };
    if gone { Failure::Gone(text) } else { Failure::Refused(text) }
}

/// What a signal means; nothing for one that concerns nobody here.
fn read(message: &Message) -> Vec<Heard> {
    let body = message.body();
    let changed = message.header().member().is_some_and(|member| member == "NameOwnerChanged");
    if !changed {
        return about_a_toast(message).into_iter().collect();
    }
    let Ok((_, old, new)) = body.deserialize::<(&str, &str, &str)>() else { return Vec::new() };
    let named = |name: &str, heard: fn(String) -> Heard| (!name.is_empty()).then(|| heard(name.to_owned()));
    [named(old, Heard::Left), named(new, Heard::Came)].into_iter().flatten().collect()
}

fn about_a_toast(message: &Message) -> Option<Heard> {
    /// It timed out, was put away, was closed by us; the rest is undefined.
    const BY_A_PERSON: u32 = 2;
    let header = message.header();
    let number = |number| Some(Number { owner: header.sender()?.to_string(), number });
    let body = message.body();
    match header.member()?.as_str() {
        "ActionInvoked" => {
            let (which, action): (u32, &str) = body.deserialize().ok()?;
            Some(Heard::Pressed(number(which)?, action.to_owned()))
        }
        "NotificationClosed" => {
            let (which, reason): (u32, u32) = body.deserialize().ok()?;
            Some(Heard::Ended(number(which)?, reason == BY_A_PERSON))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_went_is_told_from_one_that_refuses() {
        assert!(matches!(failure(zbus::Error::InputOutput(std::sync::Arc::new(std::io::Error::other("x")))), Failure::Gone(_)));
        assert!(matches!(failure(zbus::Error::InvalidReply), Failure::Refused(_)));
    }
}

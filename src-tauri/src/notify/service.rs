//! The notification service as it stands on the session bus: `org.freedesktop.Notifications`, version 1.2.
//!
//! Spoken directly, over one connection: what matters here is *which* service gave a number (a number dies with its owner's name on the bus), and the usual
//! library does not tell. Calls go to the owner itself, so that none reaches a successor by accident. It must not be started twice: only [`Bus::find`]
//! uses the name, which starts a service where the desktop knows how.

use super::text;
use futures_util::StreamExt as _;
use futures_util::stream::select;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use watchdeck_console::Toast;
use watchdeck_events::Severity;
use zbus::Variant;
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream};

/// The service's name on the bus, and of what it understands.
const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// How long the service may take to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// Signals that wait for the driver. When they are more, the bus waits.
const HEARD: usize = 256;

/// A toast's number, which means something to the service that gave it only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// The service's own name on the bus (`:1.42`).
    pub(crate) owner: String,
    /// What it called the toast.
    pub(crate) number: u32,
}

/// A service that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) owner: String,
    pub(crate) buttons: bool,
    pub(crate) markup: bool,
}

/// What comes from the bus by itself.
#[derive(Debug)]
pub(crate) enum Heard {
    /// This service left, and its numbers with it.
    Left(String),
    /// This one came.
    Came(String),
    /// A button was pressed.
    Pressed(Number, String),
    /// A toast is not on screen any more; `true` when a person put it away.
    Ended(Number, bool),
}

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
        let bus = "org.freedesktop.DBus";
        let owners =
            MatchRule::builder().msg_type(Type::Signal).sender(bus).interface(bus).member("NameOwnerChanged").add_arg(NAME).build()?;
        let signals = MatchRule::builder().msg_type(Type::Signal).interface(NAME).path(PATH).build()?;
        let owners = MessageStream::for_match_rule(owners, &connection, NonZeroUsize::new(HEARD)).await?;
        let signals = MessageStream::for_match_rule(signals, &connection, NonZeroUsize::new(HEARD)).await?;
        let (sender, heard) = mpsc::channel(HEARD);
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
        Ok((Self { connection, listening }, heard))
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
        let replaces = earlier.filter(|number| number.owner == service.owner).map_or(0, |number| number.number);
        let Drawn { icon, title, body, actions, hints, milliseconds } = drawn(toast, service);
        let answer = self.call(&service.owner, "Notify", &("Watchdeck", replaces, icon, title, body, actions, hints, milliseconds)).await?;
        let number = answer.body().deserialize().map_err(|error| Failure::Refused(error.to_string()))?;
        Ok(Number { owner: service.owner.clone(), number })
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

/// The arguments of `Notify`.
struct Drawn {
    icon: &'static str,
    title: String,
    body: String,
    actions: Vec<String>,
    hints: HashMap<&'static str, Variant<'static>>,
    milliseconds: i32,
}

fn drawn(toast: &Toast, service: &Service) -> Drawn {
    let (icon, urgency) = match toast.severity {
        Severity::Info | Severity::Success => ("dialog-information", 1_u8),
        Severity::Warning => ("dialog-warning", 1),
        Severity::Critical => ("dialog-error", 2),
    };
    let body = text::body(&toast.body);
    let mut actions = Vec::new();
    if service.buttons {
        for action in &toast.actions {
            // A click on the toast itself is, by the desktop's convention, the action named `default`.
            let id = if action.id == "open" { "default" } else { &action.id };
            actions.extend([id.to_owned(), text::line(&action.label)]);
        }
    }
    Drawn {
        icon,
        title: text::line(&toast.title),
        body: if service.markup { text::escaped(&body) } else { body },
        actions,
        hints: HashMap::from([("urgency", urgency.into()), ("desktop-entry", "watchdeck".into())]),
        // For ever, or as long as the service thinks right.
        milliseconds: if toast.severity == Severity::Critical { 0 } else { -1 },
    }
}

/// The action that a button's name on the bus stands for.
pub(crate) fn action(pressed: String) -> String {
    if pressed == "default" { "open".to_owned() } else { pressed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_console::ToastAction;

    fn toast() -> Toast {
        Toast {
            id: "approval_requested:east/order:7".to_owned(),
            title: "Approval".to_owned(),
            body: "<b>Zhang & Sons</b>\0".to_owned(),
            severity: Severity::Warning,
            actions: ["approve", "open"].map(|id| ToastAction { id: id.to_owned(), label: id.to_uppercase() }).into(),
        }
    }

    fn service(buttons: bool, markup: bool) -> Service {
        Service { owner: ":1.1".to_owned(), buttons, markup }
    }

    #[test]
    fn what_the_erp_says_does_not_become_markup() {
        assert_eq!(drawn(&toast(), &service(true, true)).body, "&lt;b&gt;Zhang &amp; Sons&lt;/b&gt;\u{fffd}");
        assert_eq!(drawn(&toast(), &service(true, false)).body, "<b>Zhang & Sons</b>\u{fffd}");
    }

    #[test]
    fn buttons_are_offered_only_where_the_service_has_them() {
        assert_eq!(drawn(&toast(), &service(true, true)).actions, ["approve", "APPROVE", "default", "OPEN"]);
        assert!(drawn(&toast(), &service(false, true)).actions.is_empty());
        assert_eq!(action("default".to_owned()), "open");
    }

    #[test]
    fn every_text_can_travel_on_the_bus() {
        let foul = "\0<&>\u{1b}\u{202e}".repeat(500_000);
        let toast =
            Toast { title: foul.clone(), body: foul.clone(), actions: vec![ToastAction { id: "open".to_owned(), label: foul }], ..toast() };
        let Drawn { icon, title, body, actions, hints, milliseconds } = drawn(&toast, &service(true, true));
        let message = Message::method_call(PATH, "Notify");
        let message = message.build(&("Watchdeck", 0_u32, icon, title, body, actions, hints, milliseconds)).unwrap();
        assert!(message.data().len() < 16_384, "{} bytes", message.data().len());
    }

    #[test]
    fn a_service_that_went_is_told_from_one_that_refuses() {
        assert!(matches!(failure(zbus::Error::InputOutput(std::sync::Arc::new(std::io::Error::other("x")))), Failure::Gone(_)));
        assert!(matches!(failure(zbus::Error::InvalidReply), Failure::Refused(_)));
    }
}

//! A toast in the terms of the desktop.

use super::heard::Service;
use super::text;
use notify_rust::{Hint, Notification, Timeout, Urgency};
use watchdeck_console::Toast;
use watchdeck_events::Severity;

/// A click on the toast itself is, by the desktop's convention, this action.
pub(super) const DEFAULT: &str = "default";

/// As this service can show it.
pub(super) fn drawn(toast: &Toast, service: &Service) -> Notification {
    let (icon, urgency) = match toast.severity {
        Severity::Info | Severity::Success => ("dialog-information", Urgency::Normal),
        Severity::Warning => ("dialog-warning", Urgency::Normal),
        Severity::Critical => ("dialog-error", Urgency::Critical),
    };
    let body = text::body(&toast.body);
    let mut notification = Notification::new();
    notification
        .appname("Watchdeck")
        .icon(icon)
        .summary(&text::line(&toast.title))
        .body(&if service.markup { text::escaped(&body) } else { body })
        .urgency(urgency)
        .hint(Hint::DesktopEntry("watchdeck".to_owned()))
        // For ever, or as long as the service thinks right.
        .timeout(if toast.severity == Severity::Critical { Timeout::Never } else { Timeout::Default });
    if service.buttons {
        for action in &toast.actions {
            let id = if action.id == "open" { DEFAULT } else { &action.id };
            notification.action(id, &text::line(&action.label));
        }
    }
    notification
}

/// The action that a button's name on the bus stands for.
pub(crate) fn action(pressed: String) -> String {
    if pressed == DEFAULT { "open".to_owned() } else { pressed }
}

#[cfg(test)]
mod tests {
    use super::super::service::PATH;
    use super::*;
    use watchdeck_console::ToastAction;
    use zbus::Message;

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
        let Notification { appname, icon, summary, body, actions, .. } = drawn(&toast, &service(true, true));
        let message = Message::method_call(PATH, "Notify");
        let message = message.build(&(appname, 0_u32, icon, summary, body, actions)).unwrap();
        assert!(message.data().len() < 16_384, "{} bytes", message.data().len());
    }
}

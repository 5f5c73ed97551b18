//! What the core asks of a desktop: toasts, tones, the tray's badge, and the settings that concern the desktop itself.
//!
//! Nothing here may block: each call leaves its wish where another task or thread finds it.

use crate::notify::Notifications;
use crate::sound::Sound;
use tokio::sync::watch;
use watchdeck_console::api::settings::Settings;
use watchdeck_console::{Badge, Host, Toast};
use watchdeck_events::Severity;

/// The desktop as the core sees it.
#[derive(Debug)]
pub(crate) struct Desktop {
    /// Toasts.
    pub(crate) notifications: Notifications,
    /// Tones.
    pub(crate) sound: Sound,
    /// The newest badge; the tray follows it.
    pub(crate) badge: watch::Sender<Option<Badge>>,
    /// The newest settings; tray, window and autostart follow them.
    pub(crate) settings: watch::Sender<Option<Settings>>,
}

impl Host for Desktop {
    fn notify(&self, toast: Toast) {
        self.notifications.show(toast);
    }

    fn retract(&self, id: &str) {
        self.notifications.retract(id);
    }

    fn play(&self, tone: Severity) {
        self.sound.play(tone);
    }

    fn badge(&self, badge: Badge) {
        self.badge.send_replace(Some(badge));
    }

    fn apply(&self, settings: &Settings) {
        self.sound.mute(settings.muted);
        self.settings.send_replace(Some(settings.clone()));
    }
}

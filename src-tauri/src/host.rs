//! What the core asks of a desktop: toasts, tones, the tray's badge, the keychain, the login window, the browser, and the settings
//! that concern the desktop itself.
//!
//! Nothing here may block: each call leaves its wish where another task or thread finds it.

use crate::notify::Notifications;
use crate::sound::{Manner, Sound};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tracing::warn;
use watchdeck_console::secrets::{Keychain, SystemKeychain};
use watchdeck_console::{Badge, Host, LoginRequest, Toast, tones};
use watchdeck_events::Severity;
use watchdeck_wire::settings::Settings;

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
    /// Logins that the user asked for.
    pub(crate) logins: mpsc::Sender<LoginRequest>,
    /// Whether the desktop asks for quiet, as it was seen last.
    pub(crate) do_not_disturb: watch::Sender<Option<bool>>,
    /// Where the user's own sounds are.
    pub(crate) data_dir: PathBuf,
    /// Secrets go into the system's keychain.
    pub(crate) keychain: bool,
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

    fn do_not_disturb(&self) -> Option<bool> {
        *self.do_not_disturb.borrow()
    }

    fn apply(&self, settings: &Settings) {
        self.sound.mute(settings.muted);
        let own = settings.tones.keys().map(|severity| (*severity, tones::file(&self.data_dir, *severity))).collect();
        self.sound.manner(Manner { volume: f32::from(settings.volume.min(100)) / 100.0, own });
        self.settings.send_replace(Some(settings.clone()));
    }

    fn downloads(&self) -> Option<PathBuf> {
        dirs::download_dir()
    }

    fn keychain(&self) -> Option<Arc<dyn Keychain>> {
        self.keychain.then(|| Arc::new(SystemKeychain::default()) as _)
    }

    fn has_login_window(&self) -> bool {
        true
    }

    fn opens_pages(&self) -> bool {
        true
    }

    fn open(&self, url: &str) {
        // A browser that starts takes its time; nobody waits for it.
        if let Err(error) = open::that_detached(url) {
            warn!(%error, "The browser could not be started.");
        }
    }

    fn login(&self, request: LoginRequest) -> bool {
        // So many windows nobody asks for; the one that is open takes the next request at once.
        self.logins.try_send(request).is_ok()
    }
}

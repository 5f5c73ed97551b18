//! A host that remembers what the core told it and asked of it. It shows and plays nothing.

use super::keychain::Memory;
use std::sync::{Arc, Mutex};
use watchdeck_console::{Badge, Host, LoginRequest, Settings, Toast, secrets::Keychain};
use watchdeck_events::Severity;

/// See the [module docs](self).
#[derive(Debug, Default)]
pub struct Shell {
    /// The keychain that it offers.
    pub keychain: Option<Arc<Memory>>,
    /// Whether it can show a page to sign in on.
    pub has_login_window: bool,
    /// What was to be signed in to, in order.
    pub logins: Mutex<Vec<LoginRequest>>,
    /// Notifications, in order.
    pub toasts: Mutex<Vec<Toast>>,
    /// Notifications taken back.
    pub retracted: Mutex<Vec<String>>,
    /// Tones, in order.
    pub tones: Mutex<Vec<Severity>>,
    /// Whether its desktop asks for quiet, as far as it knows.
    pub do_not_disturb: Mutex<Option<bool>>,
    /// Pages that were to be opened, in order.
    pub opened: Mutex<Vec<String>>,
}

impl Host for Shell {
    fn notify(&self, toast: Toast) {
        self.toasts.lock().expect("no test panics while holding it").push(toast);
    }
    fn retract(&self, id: &str) {
        self.retracted.lock().expect("no test panics while holding it").push(id.to_owned());
    }
    fn play(&self, tone: Severity) {
        self.tones.lock().expect("no test panics while holding it").push(tone);
    }
    fn badge(&self, _: Badge) {}
    fn apply(&self, _: &Settings) {}
    fn do_not_disturb(&self) -> Option<bool> {
        *self.do_not_disturb.lock().expect("no test panics while holding it")
    }
    fn keychain(&self) -> Option<Arc<dyn Keychain>> {
        self.keychain.clone().map(|keychain| keychain as _)
    }
    fn has_login_window(&self) -> bool {
        self.has_login_window
    }
    fn opens_pages(&self) -> bool {
        true
    }
    fn open(&self, url: &str) {
        self.opened.lock().expect("no test panics while holding it").push(url.to_owned());
    }
    fn login(&self, request: LoginRequest) -> bool {
        self.logins.lock().expect("no test panics while holding it").push(request);
        self.has_login_window
    }
}

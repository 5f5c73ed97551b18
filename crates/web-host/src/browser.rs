//! What a browser gives the core: nothing native. The window itself shows toasts and counts.

use watchdeck_console::api::live::Hint;
use watchdeck_console::api::settings::Settings;
use watchdeck_console::{Badge, Console, Host, Toast};
use watchdeck_events::Severity;

/// A browser as the core sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser;

impl Browser {
    /// Says honestly what is missing here, so that the window can say it too.
    pub fn report(self, console: &Console) {
        console.hint(Hint::NoNotifications, true);
        console.hint(Hint::NoSound, true);
    }
}

impl Host for Browser {
    fn notify(&self, _toast: Toast) {}

    fn retract(&self, _id: &str) {}

    fn play(&self, _tone: Severity) {}

    fn badge(&self, _badge: Badge) {}

    fn apply(&self, _settings: &Settings) {}
}

//! What a browser gives the core: nothing native but the keychain of the machine it runs on. The window itself shows toasts and counts, and a token is
//! pasted: a page cannot read the cookies of another.

use std::path::PathBuf;
use std::sync::Arc;
use watchdeck_console::secrets::{Keychain, SystemKeychain};
use watchdeck_console::{Badge, Console, Host, Toast};
use watchdeck_events::Severity;
use watchdeck_wire::live::Hint;
use watchdeck_wire::settings::Settings;

/// A browser as the core sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser {
    /// Secrets go into the system's keychain.
    pub keychain: bool,
}

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

    fn downloads(&self) -> Option<PathBuf> {
        dirs::download_dir()
    }

    fn keychain(&self) -> Option<Arc<dyn Keychain>> {
        self.keychain.then(|| Arc::new(SystemKeychain::default()) as _)
    }
}

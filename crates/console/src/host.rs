//! What the core needs from whoever carries it: a desktop shell, a browser host, a test.

use crate::secrets::Keychain;
use async_trait::async_trait;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use watchdeck_alerts::toast::Toast;
use watchdeck_events::Severity;
use watchdeck_wire::settings::Settings;

/// The one narrow trait between core and shell. Nothing in it blocks: a shell with slow machinery queues.
pub trait Host: Send + Sync + 'static {
    /// Show a native notification. One with the id of an earlier one replaces it.
    fn notify(&self, toast: Toast);
    /// Take a notification back: it was answered elsewhere.
    fn retract(&self, id: &str);
    /// Play the tone of a severity once.
    fn play(&self, tone: Severity);
    /// Show counts and the overall state where they are seen with the window closed.
    fn badge(&self, badge: Badge);
    /// Whether the desktop asks for quiet (its *do not disturb*), as it was seen last; `None` where that cannot be read. Asked twice a second: it answers
    /// what is known, and asks nobody.
    fn do_not_disturb(&self) -> Option<bool> {
        None
    }
    /// Settings that concern the shell (mute, close-to-tray, autostart, language) may have changed.
    fn apply(&self, settings: &Settings);
    /// Where this system keeps secrets. `None`: they go into a file that only this user can read.
    fn keychain(&self) -> Option<Arc<dyn Keychain>> {
        None
    }
    /// Whether [`Host::login`] can do anything here.
    fn has_login_window(&self) -> bool {
        false
    }
    /// Whether [`Host::open`] can do anything here.
    fn opens_pages(&self) -> bool {
        false
    }
    /// Open a page in the user's browser. The core hands over nothing but http(s) addresses that the user set.
    fn open(&self, _url: &str) {}
    /// Where this user's downloads go, if the system knows.
    fn downloads(&self) -> Option<PathBuf> {
        None
    }

    /// Open a window in which the user signs in, watch its cookies, and hand the value of the first one wanted to
    /// [`crate::Console::login_captured`]. `false` when this host has no such window.
    fn login(&self, _request: LoginRequest) -> bool {
        false
    }
}

/// A login that the user asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRequest {
    /// The source that wants it.
    pub source: String,
    /// Its name, for the window's title.
    pub name: String,
    /// The page to open.
    pub url: String,
    /// Names of the cookies that hold a session, the preferred one first.
    pub cookies: Vec<&'static str>,
}

/// What the tray shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    /// Requests waiting.
    pub approvals: u32,
    /// Alerts firing.
    pub alerts: u32,
    /// The worst of them.
    pub worst: Option<Severity>,
    /// All links in one word.
    pub link: Overall,
}

/// All links in one word: the worst of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overall {
    /// Every source is current.
    Live,
    /// Connecting, catching up, partly refused, silent, or stale.
    Degraded,
    /// A source is not connected.
    Offline,
    /// A source waits for the user.
    NeedsAction,
}

/// The built-in ERP: a gateway and a simulator in this process.
#[async_trait]
pub trait DemoErp: Send + Sync + 'static {
    /// Start it, keeping its log under `data_dir`. Starting it twice answers the same endpoint.
    async fn start(&self, data_dir: &Path) -> anyhow::Result<DemoEndpoint>;
    /// Make something happen.
    async fn incident(&self, name: &str) -> anyhow::Result<()>;
    /// Stop it.
    async fn stop(&self);
}

/// Where the built-in ERP listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoEndpoint {
    /// `ws://127.0.0.1:PORT/ws`.
    pub url: String,
}

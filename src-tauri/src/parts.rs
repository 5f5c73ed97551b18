//! What runs beside the window for as long as the program: each part is watched, and started again when it fails ([`keep`]).

use crate::hints::Hints;
use crate::host::Desktop;
use crate::notify::Answer;
use crate::tray::{self, Tray};
use crate::words::{Words, words};
use crate::{keep, login, quiet, window};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tauri::AppHandle;
use tauri_plugin_autostart::ManagerExt;
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;
use watchdeck_console::{Console, LoginRequest};
use watchdeck_wire::settings::{Language, Settings};

/// Buttons pressed that the core has not heard of yet; people press slowly.
const ANSWERS: usize = 16;

/// What a part needs again when it is started again.
type Shared<T> = Arc<Mutex<T>>;

/// What the parts are made of.
pub(crate) struct Parts {
    pub(crate) app: AppHandle,
    pub(crate) console: Console,
    pub(crate) hints: Hints,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl Parts {
    /// Starts all of them. Needs a runtime around it.
    pub(crate) fn start(self, desktop: &Desktop, logins: mpsc::Receiver<LoginRequest>, pictures: &Path, system: Option<String>) {
        let (app, console, stop) = (self.app.clone(), self.console.clone(), self.stop.clone());
        let settings = desktop.settings.subscribe();
        let (answers, pressed) = mpsc::channel(ANSWERS);

        let (notifications, hints) = (desktop.notifications.clone(), self.hints.clone());
        let until = stop.clone();
        self.keep("notifications", move || notifications.clone().follow(until.clone(), hints.clone(), answers.clone()));

        let (shared, handle, told) = (Arc::new(Mutex::new(pressed)), app.clone(), console.clone());
        self.keep("buttons", move || hand_on(Arc::clone(&shared), told.clone(), handle.clone()));

        let (shared, handle, told, until) = (Arc::new(Mutex::new(logins)), app.clone(), console.clone(), stop.clone());
        let (asked, tongue) = (settings.clone(), system.clone());
        self.keep("login window", move || {
            let (asked, tongue) = (asked.clone(), tongue.clone());
            let speak = move || words(language(asked.borrow().as_ref()), tongue.as_deref());
            let (shared, handle, told, until) = (Arc::clone(&shared), handle.clone(), told.clone(), until.clone());
            async move {
                let mut requests = shared.lock().await;
                until.run_until_cancelled(login::serve(&mut requests, handle, told, speak)).await;
            }
        });

        let (hints, told, until) = (self.hints.clone(), console.clone(), stop.clone());
        self.keep("hints", move || hints.clone().report(told.clone(), until.clone()));
        let (seen, until) = (desktop.do_not_disturb.clone(), stop.clone());
        self.keep("quiet of the desktop", move || quiet::follow(seen.clone(), until.clone()));
        let (handle, until) = (app.clone(), stop.clone());
        self.keep("signals", move || end_on_signal(handle.clone(), until.clone()));
        let (handle, asked, until) = (app.clone(), settings.clone(), stop.clone());
        self.keep("autostart", move || follow_autostart(handle.clone(), asked.clone(), until.clone()));

        let mute = toggle_mute(console, desktop.settings.clone());
        if let Some(tray) = Tray::build(&app, pictures, &self.hints, mute) {
            let (hints, until) = (self.hints.clone(), stop.clone());
            self.keep("presence of a tray", move || tray::watch_presence(until.clone(), hints.clone()));
            let (tray, badge) = (Arc::new(Mutex::new(tray)), desktop.badge.subscribe());
            self.keep("tray", move || follow_tray(Arc::clone(&tray), badge.clone(), settings.clone(), system.clone(), stop.clone()));
        }
    }

    fn keep<F>(&self, name: &'static str, part: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(keep::running(name, self.hints.clone(), self.stop.clone(), part));
    }
}

/// The language that is set.
pub(crate) fn language(settings: Option<&Settings>) -> Language {
    settings.map_or(Language::System, |settings| settings.language)
}

/// Tells the core which button was pressed. A press on the toast itself opens the window too.
async fn hand_on(pressed: Shared<mpsc::Receiver<Answer>>, console: Console, app: AppHandle) {
    let mut pressed = pressed.lock().await;
    while let Some(Answer { toast, action }) = pressed.recv().await {
        if Console::opens_window(&action) {
            window::show(&app);
        }
        console.toast_answered(&toast, &action).await;
    }
}

async fn follow_tray(
    tray: Shared<Tray>,
    mut badge: watch::Receiver<Option<watchdeck_console::Badge>>,
    mut settings: watch::Receiver<Option<Settings>>,
    system: Option<String>,
    stop: CancellationToken,
) {
    let mut tray = tray.lock().await;
    loop {
        let newest = *badge.borrow_and_update();
        let (muted, words): (bool, &Words) = {
            let settings = settings.borrow_and_update();
            let muted = settings.as_ref().is_some_and(|settings| settings.muted);
            (muted, words(language(settings.as_ref()), system.as_deref()))
        };
        if let Some(badge) = newest {
            tray.show(badge, muted, words);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            Ok(()) = badge.changed() => {}
            Ok(()) = settings.changed() => {}
            else => return,
        }
        // A storm changes the counts with every event; nobody reads a tray faster than this.
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

fn toggle_mute(console: Console, settings: watch::Sender<Option<Settings>>) -> impl Fn() + Send + Sync {
    move || {
        let Some(muted) = settings.borrow().as_ref().map(|settings| !settings.muted) else { return };
        let (console, settings) = (console.clone(), settings.clone());
        tauri::async_runtime::spawn(async move {
            if let Err(error) = console.call("change_settings", json!({ "patch": { "muted": muted } })).await {
                warn!(%error, "Sounds could not be muted from the tray.");
                // The click has ticked the entry already: it is drawn again as the setting still is.
                settings.send_modify(|_| ());
            }
        });
    }
}

async fn follow_autostart(app: AppHandle, mut settings: watch::Receiver<Option<Settings>>, stop: CancellationToken) {
    loop {
        let wanted = settings.borrow_and_update().as_ref().map(|settings| settings.autostart);
        if let Some(wanted) = wanted {
            let autostart = app.autolaunch();
            let done = match autostart.is_enabled() {
                Ok(enabled) if enabled == wanted => Ok(()),
                Ok(_) if wanted => autostart.enable(),
                Ok(_) => autostart.disable(),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                warn!(%error, wanted, "Starting with the session could not be set.");
            }
        }
        let Some(Ok(())) = stop.run_until_cancelled(settings.changed()).await else { return };
    }
}

#[cfg(unix)]
async fn end_on_signal(app: AppHandle, stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        warn!("Signals cannot be followed.");
        return;
    };
    tokio::select! {
        () = stop.cancelled() => return,
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.exit(0);
}

#[cfg(not(unix))]
async fn end_on_signal(app: AppHandle, stop: CancellationToken) {
    if let Some(Ok(())) = stop.run_until_cancelled(tokio::signal::ctrl_c()).await {
        app.exit(0);
    }
}

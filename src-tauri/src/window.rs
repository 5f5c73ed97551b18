//! The window: made once, hidden rather than closed while there is a tray to bring it back, and brought to the front when Watchdeck is started again.

use crate::hints::Hints;
use crate::notify::Notifications;
use crate::words::Words;
use std::path::{Path, PathBuf};
use tauri::{App, AppHandle, Manager, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use tracing::warn;
use watchdeck_console::Toast;
use watchdeck_events::Severity;
use watchdeck_wire::live::Hint;

/// The window's label.
const LABEL: &str = "main";
/// Present once the user was told that closing the window does not end the program.
const TOLD: &str = "told-about-tray";
/// Where the window stood, in the data directory.
const STATE: &str = "window.json";

/// Makes the window, where it stood last time. Shown unless `hidden`.
///
/// # Errors
/// When the system gives no window.
pub(crate) fn open(app: &App, data_dir: &Path, hidden: bool) -> tauri::Result<WebviewWindow> {
    // Whether it is visible is not remembered: a start asks for a window or, from autostart, for none.
    app.handle().plugin(
        tauri_plugin_window_state::Builder::new()
            .with_filename(data_dir.join(STATE).to_string_lossy())
            // The login window is as large as its page wants, each time anew.
            .with_denylist(&[crate::login::LABEL])
            .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
            .build(),
    )?;
    let config = app.config().app.windows.first().expect("the configuration declares the window");
    let window = WebviewWindowBuilder::from_config(app, config)?.build()?;
    if !hidden {
        window.show()?;
    }
    Ok(window)
}

/// Shows the window and puts it in front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = done {
            warn!(%error, "The window could not be brought to the front.");
        }
    }
}

/// What closing the window means.
#[derive(Debug)]
pub(crate) struct Closing {
    /// Where it is noted that the user knows.
    pub(crate) data_dir: PathBuf,
    /// Whether there is a tray.
    pub(crate) hints: Hints,
    /// Where the notice goes.
    pub(crate) notifications: Notifications,
}

impl Closing {
    /// Keeps the window, hidden, where the user wants that and a tray can bring it back; otherwise the program ends with it.
    /// `close_to_tray` and `words` are asked for when needed, since settings change.
    pub(crate) fn follow(self, window: &WebviewWindow, now: impl Fn() -> (bool, &'static Words) + Send + Sync + 'static) {
        let kept = window.clone();
        window.on_window_event(move |event| {
            let WindowEvent::CloseRequested { api, .. } = event else { return };
            let (close_to_tray, words) = now();
            if !close_to_tray || self.hints.has(Hint::NoTray) {
                return;
            }
            api.prevent_close();
            if let Err(error) = kept.hide() {
                warn!(%error, "The window could not be hidden.");
            }
            self.tell_once(words);
        });
    }

    fn tell_once(&self, words: &Words) {
        let noted = std::fs::File::create_new(self.data_dir.join(TOLD));
        // Fails when it was told before; when the disk is full, once more does no harm.
        if noted.is_err_and(|error| error.kind() == std::io::ErrorKind::AlreadyExists) {
            return;
        }
        self.notifications.show(Toast {
            id: TOLD.to_owned(),
            title: words.still_here.to_owned(),
            body: words.still_here_body.to_owned(),
            severity: Severity::Info,
            actions: Vec::new(),
        });
    }
}

//! From start to end: what is made in which order, what follows what while the program runs, and how it ends.
//!
//! The end is asked for in several ways (tray, window, signal, session). The first request is held back until the core has committed and closed what it
//! has open, because nothing that Tauri manages is dropped at exit.

use crate::hints::Hints;
use crate::host::Desktop;
use crate::notify::{Answer, Notifications};
use crate::sound::Sound;
use crate::tray::{self, Tray};
use crate::window::{self, Closing};
use crate::words::{Words, words};
use crate::{Args, commands, log, login};
use anyhow::Context;
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tauri::async_runtime::block_on;
use tauri::{App, AppHandle, Manager, RunEvent};
use tauri_plugin_autostart::ManagerExt;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};
use watchdeck_console::api::live::Hint;
use watchdeck_console::api::settings::{Language, Settings};
use watchdeck_console::{Config, Console};
use watchdeck_demo::{Demo, opening};

/// How long the core may take to end. It commits within milliseconds; a disk that hangs must not keep the session from ending.
const LAST_PATIENCE: Duration = Duration::from_secs(8);
/// Buttons pressed that the core has not heard of yet; people press slowly.
const ANSWERS: usize = 16;
/// Logins asked for that have not been seen to; the newest counts.
const LOGINS: usize = 4;

/// What runs beside the window.
struct Running {
    console: Console,
    tasks: TaskTracker,
    stop: CancellationToken,
    ending: AtomicBool,
    /// Started once more while it was ending: it starts anew when it has ended, because two cannot write one store.
    wanted_again: AtomicBool,
    ended: AtomicBool,
}

/// Runs until the user ends it.
pub(crate) fn run(args: Args) -> ExitCode {
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| started_again(app)))
        .plugin(tauri_plugin_autostart::Builder::new().arg("--hidden").build())
        .invoke_handler(tauri::generate_handler![commands::call])
        .setup(move |app| start(app, &args).map_err(|error| report(&error).into()))
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(on_event);
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}

fn start(app: &mut App, args: &Args) -> anyhow::Result<()> {
    let data_dir = match &args.data_dir {
        Some(dir) => dir.clone(),
        None => app.path().app_local_data_dir()?,
    };
    std::fs::create_dir_all(&data_dir).with_context(|| format!("{} cannot be made", data_dir.display()))?;
    log::start(&data_dir);
    info!(version = env!("CARGO_PKG_VERSION"), "Watchdeck starts.");

    let (tasks, stop, hints) = (TaskTracker::new(), CancellationToken::new(), Hints::new());
    let silent = hints.clone();
    let (logins, asked_to_log_in) = mpsc::channel(LOGINS);
    let desktop = Arc::new(Desktop {
        notifications: Notifications::default(),
        sound: Sound::start(move |silent_now| silent.set(Hint::NoSound, silent_now))?,
        badge: watch::Sender::new(None),
        settings: watch::Sender::new(None),
        logins,
        keychain: !args.no_keychain,
    });
    let system = sys_locale::get_locale();
    let config = Config { data_dir: data_dir.clone(), host_name: "desktop", system_language: system.clone() };
    let console = block_on(Console::start(config, desktop.clone(), Some(Arc::new(Demo::default())))).context("the console cannot start")?;
    block_on(open_sources(&console, args))?;

    app.manage(console.clone());
    let window = window::open(app, &data_dir, args.hidden)?;
    let settings = desktop.settings.subscribe();
    let pictures = data_dir.join("tray");
    let closing = Closing { data_dir, hints: hints.clone(), notifications: desktop.notifications.clone() };
    let (asked, system_language) = (settings.clone(), system.clone());
    closing.follow(&window, move || {
        let settings = asked.borrow();
        let settings = settings.as_ref();
        (settings.is_some_and(|settings| settings.close_to_tray), words(language(settings), system_language.as_deref()))
    });

    let runtime = tauri::async_runtime::handle();
    let _in_runtime = runtime.inner().enter();
    let (answers, pressed) = mpsc::channel(ANSWERS);
    desktop.notifications.start(&tasks, stop.clone(), hints.clone(), answers);
    tasks.spawn(hand_on(pressed, console.clone(), app.handle().clone()));
    let (asked, tongue) = (settings.clone(), system.clone());
    let speak = move || words(language(asked.borrow().as_ref()), tongue.as_deref());
    let logging_in = login::serve(asked_to_log_in, app.handle().clone(), console.clone(), speak);
    tasks.spawn(stop.clone().run_until_cancelled_owned(logging_in));
    tasks.spawn(hints.clone().report(console.clone(), stop.clone()));
    tasks.spawn(end_on_signal(app.handle().clone(), stop.clone()));
    tasks.spawn(follow_autostart(app.handle().clone(), settings.clone(), stop.clone()));
    let mute = toggle_mute(console.clone(), desktop.settings.clone());
    if let Some(tray) = Tray::build(app.handle(), &pictures, &hints, mute) {
        tray::watch_presence(&tasks, stop.clone(), hints);
        let badge = desktop.badge.subscribe();
        tasks.spawn(follow_tray(tray, badge, settings, system, stop.clone()));
    }
    app.manage(Running {
        console,
        tasks,
        stop,
        ending: AtomicBool::new(false),
        wanted_again: AtomicBool::new(false),
        ended: AtomicBool::new(false),
    });
    Ok(())
}

/// Carries out what the command line asks for.
async fn open_sources(console: &Console, args: &Args) -> anyhow::Result<()> {
    if args.demo {
        opening::watch_demo(console).await?;
    }
    if let Some(url) = &args.connect {
        opening::watch_server(console, url, args.token.as_deref()).await?;
    }
    Ok(())
}

fn language(settings: Option<&Settings>) -> Language {
    settings.map_or(Language::System, |settings| settings.language)
}

/// Tells the core which button was pressed. A press on the toast itself opens the window too.
async fn hand_on(mut pressed: mpsc::Receiver<Answer>, console: Console, app: AppHandle) {
    while let Some(Answer { toast, action }) = pressed.recv().await {
        if action == "open" {
            window::show(&app);
        }
        console.toast_answered(&toast, &action).await;
    }
}

async fn follow_tray(
    mut tray: Tray,
    mut badge: watch::Receiver<Option<watchdeck_console::Badge>>,
    mut settings: watch::Receiver<Option<Settings>>,
    system: Option<String>,
    stop: CancellationToken,
) {
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
        let Some(mut wanted) = settings.borrow().clone() else { return };
        wanted.muted = !wanted.muted;
        let (console, settings) = (console.clone(), settings.clone());
        tauri::async_runtime::spawn(async move {
            // Tokens are left out here: the core keeps the ones it has.
            for source in &mut wanted.sources {
                source.token = None;
            }
            if let Err(error) = console.call("save_settings", json!({ "settings": wanted })).await {
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

/// Another start found this one running.
fn started_again(app: &AppHandle) {
    match app.try_state::<Running>() {
        Some(running) if running.ending.load(Ordering::Acquire) => running.wanted_again.store(true, Ordering::Release),
        _ => window::show(app),
    }
}

fn on_event(app: &AppHandle, event: RunEvent) {
    let RunEvent::ExitRequested { api, code, .. } = event else { return };
    let Some(running) = app.try_state::<Running>() else { return };
    if running.ended.load(Ordering::Acquire) {
        return;
    }
    api.prevent_exit();
    if running.ending.swap(true, Ordering::AcqRel) {
        return;
    }
    for window in app.webview_windows().values() {
        // What is going to end looks ended at once.
        let _hidden = window.hide();
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let running = app.state::<Running>();
        running.stop.cancel();
        running.tasks.close();
        let end = async {
            running.console.shutdown().await;
            running.tasks.wait().await;
        };
        if tokio::time::timeout(LAST_PATIENCE, end).await.is_err() {
            error!("Ending took too long; what is committed is safe.");
        }
        info!("Watchdeck ends.");
        running.ended.store(true, Ordering::Release);
        match running.wanted_again.load(Ordering::Acquire) {
            true => app.request_restart(),
            false => app.exit(code.unwrap_or(0)),
        }
    });
}

/// Says on the desktop and on the terminal why there is no window.
fn report(error: &anyhow::Error) -> String {
    use std::io::Write;
    let why = format!("{error:#}");
    error!(error = why, "Watchdeck could not start.");
    let title = words(Language::System, sys_locale::get_locale().as_deref()).cannot_start;
    // When neither can be reached there is nobody to tell.
    let _told = writeln!(std::io::stderr(), "{title}: {why}");
    let mut notice = notify_rust::Notification::new();
    let notice = notice.appname("Watchdeck").summary(title).body(&why).icon("dialog-error");
    let _shown = block_on(tokio_timeout(notice.show_async()));
    why
}

async fn tokio_timeout<T>(shown: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(Duration::from_secs(2), shown).await.ok()
}

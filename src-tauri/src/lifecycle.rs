//! From start to end: what is made in which order, what follows what while the program runs, and how it ends.
//!
//! The end is asked for in several ways (tray, window, signal, session). The first request is held back until the core has committed and closed what it
//! has open, because nothing that Tauri manages is dropped at exit.

use crate::args::Args;
use crate::hints::Hints;
use crate::host::Desktop;
use crate::notify::Notifications;
use crate::parts::{Parts, language};
use crate::sound::Sound;
use crate::window::{self, Closing};
use crate::words::words;
use crate::{commands, log, refusal};
use anyhow::Context;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tauri::async_runtime::block_on;
use tauri::{App, AppHandle, Manager, RunEvent};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info};
use watchdeck_console::{Config, Console};
use watchdeck_demo::{Demo, opening};

/// How long the core may take to end. It commits within milliseconds; a disk that hangs must not keep the session from ending.
const LAST_PATIENCE: Duration = Duration::from_secs(8);
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
        .setup(move |app| {
            if let Err(error) = start(app, &args) {
                refusal::say(&error);
                // Nothing is open any more, and the library would make a panic of an error.
                std::process::exit(1);
            }
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(on_event);
            ExitCode::SUCCESS
        }
        Err(error) => {
            refusal::say(&error.into());
            ExitCode::FAILURE
        }
    }
}

fn start(app: &mut App, args: &Args) -> anyhow::Result<()> {
    let data_dir = match &args.data_dir {
        Some(dir) => dir.clone(),
        None => app.path().app_local_data_dir()?,
    };
    std::fs::create_dir_all(&data_dir)
        .with_context(|| format!("the data directory {} cannot be made; choose another with --data-dir", data_dir.display()))?;
    log::start(&data_dir);
    info!(version = env!("CARGO_PKG_VERSION"), "Watchdeck starts.");

    let (tasks, stop, hints) = (TaskTracker::new(), CancellationToken::new(), Hints::new());
    let (logins, asked_to_log_in) = mpsc::channel(LOGINS);
    let desktop = Arc::new(Desktop {
        notifications: Notifications::default(),
        sound: Sound::start(hints.clone())?,
        badge: watch::Sender::new(None),
        settings: watch::Sender::new(None),
        logins,
        do_not_disturb: watch::Sender::new(None),
        data_dir: data_dir.clone(),
        keychain: !args.no_keychain,
    });
    let system = sys_locale::get_locale();
    let config = Config { data_dir: data_dir.clone(), host_name: "desktop", system_language: system.clone() };
    let console = block_on(Console::start(config, desktop.clone(), Some(Arc::new(Demo::default())))).context("the console cannot start")?;
    app.manage(console.clone());
    let opened = block_on(open_sources(&console, args)).and_then(|()| Ok(window::open(app, &data_dir, args.hidden)?));
    let window = match opened {
        Ok(window) => window,
        Err(error) => {
            block_on(console.shutdown());
            return Err(error);
        }
    };
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
    let parts = Parts { app: app.handle().clone(), console: console.clone(), hints, tasks: tasks.clone(), stop: stop.clone() };
    parts.start(&desktop, asked_to_log_in, &pictures, system);
    desktop.sound.look();
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

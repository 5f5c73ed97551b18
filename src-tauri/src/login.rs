//! The window in which a user signs in to a server's own page, and how the session gets from there to the core.
//!
//! The page is the server's, so this window is trusted with nothing: no capability names it, its store is private and ends with it, and it can
//! neither download nor open further windows. Only its cookies are looked at, from outside, until the session appears, and for no other address
//! than the one that was opened. Looking blocks until the window's own thread answers, so it is done on a thread that may wait.

use crate::words::Words;
use std::time::Duration;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tokio::sync::mpsc;
use tracing::{info, warn};
use watchdeck_console::{Console, LoginRequest};

/// The window's label. No capability has it.
pub(crate) const LABEL: &str = "login";
/// How often the cookies are looked at.
const LOOK: Duration = Duration::from_millis(300);

/// Opens a window for each request, one at a time: a new request takes the place of an older one. Ends with the sender.
pub(crate) async fn serve(
    requests: &mut mpsc::Receiver<LoginRequest>,
    app: AppHandle,
    console: Console,
    words: impl Fn() -> &'static Words,
) {
    let mut next = requests.recv().await;
    while let Some(request) = next.take() {
        let title = format!("{}{}", words().sign_in, request.name);
        tokio::select! {
            session = sign_in(&app, &request, title) => match session {
                Ok(Some(session)) => match console.login_captured(&request.source, &session).await {
                    Ok(()) => info!(source = request.source, "Signed in."),
                    Err(error) => warn!(%error, source = request.source, "The session could not be kept."),
                },
                Ok(None) => info!(source = request.source, "The login window was closed without signing in."),
                Err(error) => warn!(%error, source = request.source, "There is no login window."),
            },
            newer = requests.recv() => next = newer,
        }
        close(&app).await;
        if next.is_none() {
            next = requests.recv().await;
        }
    }
}

/// Shows the page and waits for the session; `None` when the user closes the window first.
async fn sign_in(app: &AppHandle, request: &LoginRequest, title: String) -> anyhow::Result<Option<String>> {
    let url: Url = request.url.parse()?;
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::External(url.clone()))
        .title(title)
        .inner_size(560.0, 720.0)
        // Whoever signs in here must be asked who they are, and must not stay signed in.
        .incognito(true)
        .on_navigation(|url| matches!(url.scheme(), "http" | "https" | "about"))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    loop {
        tokio::time::sleep(LOOK).await;
        if app.get_webview_window(LABEL).is_none() {
            return Ok(None);
        }
        let session = session(&window, url.clone(), request.cookies.clone()).await?;
        if session.is_some() {
            return Ok(session);
        }
    }
}

/// The first of these cookies that the page has, under its own name; in parts, where it was too long for one.
async fn session(window: &WebviewWindow, url: Url, names: Vec<&'static str>) -> anyhow::Result<Option<String>> {
    let window = window.clone();
    let cookies = tokio::task::spawn_blocking(move || window.cookies_for_url(url)).await?;
    let cookies = match cookies {
        Ok(cookies) => cookies,
        // The window is going; the next look sees that it is gone.
        Err(error) => {
            tracing::debug!(%error, "The cookies cannot be looked at.");
            return Ok(None);
        }
    };
    let is_part =
        |of: &str, name: &str| name.strip_prefix(of).and_then(|rest| rest.strip_prefix('.')).is_some_and(|part| part.parse::<u8>().is_ok());
    let found = |name: &&str| {
        let parts = cookies.iter().filter(|cookie| (cookie.name() == *name || is_part(name, cookie.name())) && !cookie.value().is_empty());
        let parts: Vec<_> = parts.map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    };
    Ok(names.iter().find_map(found))
}

/// Closes the window, and waits until its label is free again.
async fn close(app: &AppHandle) {
    while let Some(window) = app.get_webview_window(LABEL) {
        if let Err(error) = window.destroy() {
            warn!(%error, "The login window could not be closed.");
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

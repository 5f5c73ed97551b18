//! The window's files: inside the binary in a release, read from `ui/dist` in a debug build.

use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Window;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Watchdeck</title>\
<h1>The window is not built</h1>\
<p>The core is running, but this program was started without its window. Build the window, then start again:</p>\
<pre>cd ui &amp;&amp; npm ci &amp;&amp; npm run build</pre>";

/// Answers a file of the window. Addresses without a file are pages of the window, which finds its way by itself.
pub(crate) async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Window::get(path) {
        Some(file) if !path.is_empty() => {
            let mime = file.metadata.mimetype().to_owned();
            ([(header::CONTENT_TYPE, mime)], file.data).into_response()
        }
        _ if path.starts_with("assets/") => StatusCode::NOT_FOUND.into_response(),
        _ => match Window::get("index.html") {
            Some(index) => Html(index.data).into_response(),
            None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
        },
    }
}

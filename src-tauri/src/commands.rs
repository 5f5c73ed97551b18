//! The one command that the window may use: it carries a call to the core and its answer, as bytes, back.

#![allow(clippy::let_underscore_must_use, reason = "Tauri's command macro expands to it")]

use serde_json::Value;
use tauri::State;
use tauri::ipc::Response;
use watchdeck_console::{CommandError, Console};

/// Answers any of the core's commands.
#[tauri::command]
pub(crate) async fn call(console: State<'_, Console>, name: String, args: Value) -> Result<Response, CommandError> {
    console.call(&name, args).await.map(Response::new)
}

//! What whoever sits here is called.

use watchdeck_wire::settings::Settings;

/// As they say it, else as the system does.
pub(crate) fn person(settings: &Settings) -> String {
    let name = settings.user_name.trim();
    if !name.is_empty() {
        return name.to_owned();
    }
    std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "Watchdeck".to_owned())
}

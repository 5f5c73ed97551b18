//! Who sits here.

use watchdeck_wire::settings::Settings;

/// What decisions and acknowledgements are signed with: the name that is set, else the system's.
pub(super) fn user(settings: &Settings) -> String {
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

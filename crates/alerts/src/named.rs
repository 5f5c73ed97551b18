//! Rules that the program itself knows by their names.

/// What an ERP raises about its own state: critical ones take the window until somebody has seen them.
pub const SYSTEM_CRITICAL: &str = "system_critical";
/// Rules about requests for approval, which are counted as such and are no alerts beside.
const OF_REQUESTS: [&str; 2] = ["approval_requested", "approval_due"];

/// Whether what a rule is about is counted among the requests for approval, and is no alert beside.
#[must_use]
pub fn is_of_a_request(id: &str) -> bool {
    OF_REQUESTS.contains(&id)
}

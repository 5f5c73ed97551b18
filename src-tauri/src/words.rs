//! The few words that the system shows for us (tray menu, first-time notice), in both languages.
//!
//! Everything inside the window has its words in the window, and toasts come from the core already in the user's language.

use watchdeck_wire::settings::Language;

/// One language's words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Opens the window.
    pub(crate) open: &'static str,
    /// Turns all sounds off.
    pub(crate) mute: &'static str,
    /// Ends the program.
    pub(crate) quit: &'static str,
    /// Before the number of requests waiting.
    pub(crate) pending: &'static str,
    /// Before the number of alerts firing.
    pub(crate) alerts: &'static str,
    /// The link's states, in the order live, degraded, offline, needs action.
    pub(crate) links: [&'static str; 4],
    /// Title of the notice shown when the window is closed for the first time.
    pub(crate) still_here: &'static str,
    /// Its text.
    pub(crate) still_here_body: &'static str,
    /// Before the name of the source, as title of the login window.
    pub(crate) sign_in: &'static str,
    /// Title of the message when the console cannot start.
    pub(crate) cannot_start: &'static str,
}

const ENGLISH: Words = Words {
    open: "Open Watchdeck",
    mute: "Mute sounds",
    quit: "Quit",
    pending: "Approvals waiting",
    alerts: "Alerts firing",
    links: ["Live", "Degraded", "Offline", "Needs your attention"],
    still_here: "Watchdeck keeps watching",
    still_here_body: "The window is closed; alerts still reach you. Open it again, or quit, from the tray icon.",
    sign_in: "Sign in: ",
    cannot_start: "Watchdeck could not start",
};

const CHINESE: Words = Words {
    open: "打开 Watchdeck",
    mute: "静音",
    quit: "退出",
    pending: "待审批",
    alerts: "当前告警",
    links: ["实时", "部分异常", "离线", "需要处理"],
    still_here: "Watchdeck 仍在运行",
    still_here_body: "窗口已关闭，告警仍会送达。可从托盘图标重新打开或退出。",
    sign_in: "登录：",
    cannot_start: "Watchdeck 无法启动",
};

/// The words for a setting, where `System` follows `system` (a BCP 47 tag).
#[must_use]
pub(crate) fn words(language: Language, system: Option<&str>) -> &'static Words {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
        Language::System if system.is_some_and(|tag| tag.to_ascii_lowercase().starts_with("zh")) => &CHINESE,
        Language::System => &ENGLISH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_language_is_followed_until_the_user_chooses() {
        assert_eq!(words(Language::System, Some("zh-CN")), &CHINESE);
        assert_eq!(words(Language::System, Some("de-DE")), &ENGLISH);
        assert_eq!(words(Language::System, None), &ENGLISH);
        assert_eq!(words(Language::English, Some("zh-CN")), &ENGLISH);
    }
}

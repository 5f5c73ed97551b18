//! What a source signs in with. Where it is kept is the affair of whoever keeps it.

use watchdeck_secret::Secret;

/// Both secrets of a source, as far as it has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The token or session cookie.
    pub token: Option<Secret>,
    /// The proxy's password.
    pub proxy_password: Option<Secret>,
}

/// Whoever keeps the secrets of sources.
pub trait KeyRing: Send + Sync {
    /// Those of one source. None are an answer too.
    ///
    /// # Errors
    /// Why one that is kept cannot be read now.
    fn of(&self, source: &str) -> Result<Keys, String>;
}

/// Why a source that the user wants is not dialled. The words are those of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excuse<'a> {
    /// A secret is kept and cannot be read, for this reason.
    SecretUnread(&'a str),
    /// Its server keeps one link per account, and the source of this name has it.
    AccountInUse(&'a str),
}

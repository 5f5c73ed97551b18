//! Why a configuration is refused.

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `--help`, `--version`, or flags that clap does not understand.
    #[error(transparent)]
    Flags(#[from] clap::Error),
    /// The file cannot be read or is not TOML.
    #[error("the configuration file {path} cannot be used: {reason}. Correct it, or leave out --config to run on defaults")]
    File {
        /// As given.
        path: String,
        /// In words.
        reason: String,
    },
    /// A value that cannot be used.
    #[error("`{key}` ({origin}): {reason}. {remedy}")]
    Value {
        /// The key's name.
        key: String,
        /// Where the value came from.
        origin: String,
        /// What is wrong with it; never the value of a secret.
        reason: String,
        /// What to do.
        remedy: String,
    },
}

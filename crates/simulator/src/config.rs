//! What makes one world different from another.

/// Which language the company's names are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Language {
    /// Chinese.
    #[value(name = "zh")]
    Chinese,
    /// English.
    #[value(name = "en")]
    English,
    /// Mostly Chinese with English in between, as a trader with foreign customers has it.
    #[default]
    Mixed,
}

/// What makes one world different from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Config {
    /// The same seed and the same clock give the same events.
    pub seed: u64,
    /// Language of names and messages.
    pub language: Language,
}

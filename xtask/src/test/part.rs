//! The kinds of tests, in the order in which they run.

/// A kind of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// TypeScript's types and style, and the window's unit tests.
    Ui,
    /// Every Rust crate and the whole system, but not the window; and that ui/src/bindings is up to date.
    Rust,
    /// The real window on a virtual screen.
    Desktop,
    /// The window in a browser.
    Browser,
    /// Rust's formatting, clippy, and the examples in the documentation.
    Lint,
    /// The arrows between and inside of crates, and what is declared once: printed, to be read. A part of `rust`; with --extend, more.
    Architecture,
}

impl Part {
    /// In the order in which they run: what costs little and what others wait for first. What is a part of another is not run twice.
    pub(super) const ALL: [Self; 5] = [Self::Ui, Self::Rust, Self::Desktop, Self::Browser, Self::Lint];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ui => "ui",
            Self::Rust => "rust",
            Self::Desktop => "desktop",
            Self::Browser => "browser",
            Self::Lint => "lint",
            Self::Architecture => "architecture",
        }
    }
}

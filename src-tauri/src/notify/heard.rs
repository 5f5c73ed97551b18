//! Who shows the toasts, what it calls them, and what is heard of them.

/// A toast's number, which means something to the service that gave it only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    /// The service's own name on the bus (`:1.42`).
    pub(crate) owner: String,
    /// What it called the toast.
    pub(crate) number: u32,
}

/// A service that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) owner: String,
    pub(crate) buttons: bool,
    pub(crate) markup: bool,
}

/// What comes from the bus by itself.
#[derive(Debug)]
pub(crate) enum Heard {
    /// This service left, and its numbers with it.
    Left(String),
    /// This one came.
    Came(String),
    /// A button was pressed.
    Pressed(Number, String),
    /// A toast is not on screen any more; `true` when a person put it away.
    Ended(Number, bool),
}

//! What is wrong with a block, and where.

/// A part of a block that can be broken by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// What says where everything is.
    Table,
    /// Everything of the events but their ids and payloads. Without it nothing can be read.
    Head,
    /// The ids.
    Ids,
    /// The payloads of a run of events, by the number of the run from 0.
    Frame(usize),
}

impl std::fmt::Display for Section {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Table => f.write_str("its table"),
            Self::Head => f.write_str("its head"),
            Self::Ids => f.write_str("its ids"),
            Self::Frame(number) => write!(f, "its payloads, part {}", number + 1),
        }
    }
}

/// Why something cannot be read out of a block. What is in other sections still can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// Written by a newer version, whole for all that is known.
    #[error("a block has version {0}, which this version of Watchdeck cannot read")]
    Newer(u8),
    /// Not as it was written.
    #[error("a block is damaged: {section}: {why}")]
    Damaged {
        /// Where.
        section: Section,
        /// In words.
        why: &'static str,
    },
}

impl Broken {
    pub(super) const fn at(section: Section, why: &'static str) -> Self {
        Self::Damaged { section, why }
    }
}

/// Why a run of events is not made a block. It can stay what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// None, too many, or not in order.
    #[error("a block holds 1 to {} events with ascending sequence numbers", super::MOST_EVENTS)]
    Run,
    /// A section would be larger than whoever reads it would believe.
    #[error("these events are too large for a block")]
    TooLarge,
}

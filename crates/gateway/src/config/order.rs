//! What the program can be told to do beside serving.

use clap::{Args, Subcommand, ValueEnum};

/// Whoever may come with a token of this gateway.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum UserOrder {
    /// Give out a token, which is printed once and kept nowhere
    Add {
        /// The user's id, as the ERP writes it: its notifications are on user:ID:notifications
        id: String,
        /// The name that people read [default: the id]
        #[arg(long)]
        name: Option<String>,
        /// Its roles, separated by commas: warehouse, approver, finance, admin, wall, or one of your own
        #[arg(long = "role", value_name = "ROLE", value_delimiter = ',', required = true)]
        roles: Vec<String>,
        /// Days until the token counts no more [default: it counts until it is revoked]
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
    },
    /// Say who has a token, and until when
    List,
    /// Take tokens back: all of a user, or one by its key
    Revoke {
        /// The user's id, or the key of one token
        #[arg(value_name = "ID|KEY")]
        who: String,
    },
}

/// What is to be done with the audit.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum AuditOrder {
    /// Look whether all entries are there and as they were written
    Verify,
    /// Show the newest entries
    Show {
        /// How many
        #[arg(long, default_value_t = 50)]
        last: usize,
        /// Only of this user
        #[arg(long)]
        who: Option<String>,
    },
    /// Write all entries as JSON Lines
    Export,
}

/// A decision that is not made.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct DecideOrder {
    /// Only say what would be sent; there is no other way
    #[arg(long, required = true)]
    pub dry_run: bool,
    /// Approve, or reject
    pub verdict: Verdict,
    /// What kind of thing waits: return, order, refund …
    #[arg(long = "type", value_name = "TYPE")]
    pub resource_type: String,
    /// Which one, as the ERP calls it
    #[arg(long)]
    pub id: String,
    /// Why
    #[arg(long)]
    pub reason: Option<String>,
    /// What else the ERP asks for, like refundAmount=120.5; may be given several times
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<String>,
    /// Who decides, as the ERP calls them
    #[arg(long, default_value = "u1")]
    pub approver: String,
}

/// Approve, or reject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

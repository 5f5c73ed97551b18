//! What the program can be told to do beside serving.

use clap::Subcommand;

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

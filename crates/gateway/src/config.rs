//! What an operator can say, and from where: flags over environment over file over defaults.
//!
//! Every value is checked before anything starts, and a refusal names the key, where it came from, why, and what to write instead.
//! An unknown key is refused too: a typing error in `read_token` must not open the door.

mod checked;
mod error;
mod layers;
mod order;
mod sections;
mod settings;
mod tables;
mod values;

pub use checked::Config;
pub use error::ConfigError;
pub use layers::Order;
pub use order::{AuditOrder, DecideOrder, UserOrder, Verdict};
pub(crate) use sections::SESSION_COOKIES;
pub use sections::{ErpSessionConfig, JwtConfig, LimitsConfig, RoleConfig};

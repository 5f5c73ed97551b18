//! What must not be seen: values that are never shown ([`Secret`]), and text from which whatever looks like one is taken ([`Redactor`]).
//!
//! It keeps nothing: where secrets lie is the console's and the gateway's own affair.

mod json;
mod redact;
mod value;

pub use redact::{HIDDEN, Redactor};
pub use value::Secret;

//! Redis as the gateway uses it: an address as people write it, a link (TCP, TLS or a socket file), and the few commands of a bridge.
//!
//! Spoken by hand because of one property that decides over loss: it reads from the socket only when it is asked to. The client library puts
//! every message of a subscription into a queue without a bound; here a log that is slow stops the reading, Redis holds what it can hold,
//! and when it lets go of us for it, that is a hole with a beginning and an end instead of a gateway without memory.

pub(crate) mod address;
pub(crate) mod link;
pub(crate) mod resp;
pub(crate) mod tls;

pub(crate) use address::Address;
pub(crate) use link::{Link, LinkError};

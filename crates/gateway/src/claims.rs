//! Who is on a request: a claim tells the others so, and forbids nobody anything.
//!
//! A request has one holder at a time. Who comes second is told who was first. A claim is kept before it is answered, and is over when its request is
//! decided or withdrawn, when it is released, and after a while by itself: nobody has to remember to let go.

mod claim;
mod desk;

pub(crate) use claim::{ClaimError, ClaimOrder};
pub(crate) use desk::{Changed, Claimant, Claims};

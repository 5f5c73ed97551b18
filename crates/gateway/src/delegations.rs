//! Who decides for whom while somebody is away: a delegation from one person to another, for a time and for kinds of things.
//!
//! While it is in force the deputy may decide what the other may decide, in the other's name; both names go to the ERP and into the audit. Somebody who is
//! away has passed on what was passed to them: the last in the row who is present decides. A row never comes back to where it began, which is held when a
//! delegation is made, for every moment of its time.

mod delegation;
mod register;
mod row;

pub(crate) use delegation::{Delegation, DelegationError, DelegationOrder};
pub(crate) use register::{Behalf, Delegations};

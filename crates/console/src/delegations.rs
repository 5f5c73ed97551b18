//! Who decides for whom while somebody is away. The gateways keep it; here they are asked and told, and what each of them last said of for whom we decide
//! is known without asking, so that a decision waits for nobody.

mod deputy;
mod gateway;

pub(crate) use deputy::{DecidesForBySource, in_whose_name};
pub(crate) use gateway::{DelegationError, Order, delegate, end, held};

//! The whole line without a screen: Redis, gateway, link, console core, store.

mod acknowledged;
mod connecting;
mod day;
mod deciding;
mod decisions;
mod delivery;
mod faults;
mod looking;
mod many;
mod noticing;
mod randomised;
mod upgrade;

//! Where events come from besides `POST /api/publish`: the ERP's bus.

pub(crate) mod bridge;
mod intake;
mod logger;
mod reading;
mod refused;
pub(crate) mod shift;
pub(crate) mod state;

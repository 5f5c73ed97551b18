//! Where events come from besides `POST /api/publish`.

pub(crate) mod redis;
pub(crate) mod state;

//! The whole console without a window: inbox, projections, alerts, decisions, the API.

pub mod api;

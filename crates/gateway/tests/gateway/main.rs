//! The gateway over real sockets: everything that a client, a publisher, Redis or an operator can meet.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod access;
mod alerts;
mod audit;
mod claims;
mod config;
mod decisions;
mod delegations;
mod desk;
mod door;
mod hardship;
mod http;
mod many;
mod native;
mod pair;
mod plain;
mod program;
mod redis;
mod support;

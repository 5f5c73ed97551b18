//! Ports of this machine: one that is free for a program that cannot be told to take any, and one at which nobody listens.
//!
//! Nothing is kept: whoever uses a port must look whether it got it. What listens in this process takes port 0 instead.

use anyhow::Result;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Ports that are tried, as far as others take them first.
pub const PORTS: usize = 5;

/// A port that was free a moment ago. It lies below those that the system gives to whoever asks for any, so that only another test can take it meanwhile.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    for _ in 0..200 {
        let port = rand::random_range(10_000..32_000);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no port is free")
}

/// An address that nobody answers.
///
/// # Errors
/// When there is none.
pub fn nobody() -> Result<SocketAddr> {
    Ok((Ipv4Addr::LOCALHOST, free_port()?).into())
}

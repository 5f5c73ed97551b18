//! The console in a browser: the same core and the same window, carried over HTTP on loopback instead of by a desktop shell.
//!
//! For wall screens, for machines without a desktop, and for browser tests. It listens on this machine only, and whoever asks must show the token that is
//! printed at the start: other programs and other users of this machine, and web pages in the same browser, must not be able to decide approvals.
//! Deliberately not here: TLS, users, other addresses. A console that others may reach is a gateway's or a proxy's business.

mod browser;
mod guard;
mod page;
mod routes;

pub use browser::Browser;
pub use guard::Token;

use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use watchdeck_console::Console;

/// A bound server that has not begun to answer.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    token: Token,
}

impl Server {
    /// Listens on `port` of 127.0.0.1; 0 picks a free one.
    ///
    /// # Errors
    /// When the port is taken or not allowed.
    pub async fn bind(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let addr = listener.local_addr()?;
        Ok(Self { listener, addr, token: Token::random() })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What callers must show.
    #[must_use]
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Opens the window in a browser. The token is behind `#`, which browsers never send, so it reaches no log.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/#token={}", self.addr, self.token.reveal())
    }

    /// Answers until `stop`, then lets what is being answered end.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, console: Console, stop: CancellationToken) -> std::io::Result<()> {
        let routes = routes::routes(console, self.token, self.addr, stop.clone());
        axum::serve(self.listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await
    }
}

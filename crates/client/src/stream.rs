//! A line of bytes, whatever it runs through.

use tokio::io::{AsyncRead, AsyncWrite};

/// What bytes can be read from and written to: TCP, TLS on it, or either through a proxy.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One of them. A call through a table for each burst of bytes costs nothing beside reading them.
pub(crate) type Stream = Box<dyn Duplex>;

//! A line of bytes, whatever it runs through.

use std::{io, net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// What bytes can be read from and written to: TCP, TLS on it, or either through a proxy.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One of them. A call through a table for each burst of bytes costs nothing beside reading them.
pub type Stream = Box<dyn Duplex>;

/// The network that a link connects over: the machine's, or another one in a simulation. What is asked over HTTP always takes the machine's.
#[derive(Clone, Default)]
pub struct Network(Option<Arc<dyn Connect>>);

/// Another network than the machine's.
#[async_trait::async_trait]
pub trait Connect: Send + Sync {
    /// A line to `address`.
    async fn connect(&self, address: SocketAddr) -> io::Result<Stream>;
}

impl Network {
    /// Instead of the machine's.
    #[must_use]
    pub fn simulated(network: Arc<dyn Connect>) -> Self {
        Self(Some(network))
    }

    pub(crate) async fn connect(&self, address: SocketAddr) -> io::Result<Stream> {
        if let Some(simulated) = &self.0 {
            return simulated.connect(address).await;
        }
        let tcp = TcpStream::connect(address).await?;
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "The socket keeps its delay.");
        }
        Ok(Box::new(tcp))
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "simulated" } else { "the machine's" })
    }
}

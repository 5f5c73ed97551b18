//! The simulated network in the words of gateway and client. A line to the console can break after any byte.

use crate::{relay, world::World};
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::{TcpListener, TcpStream};
use watchdeck_client::{Connect, Stream};
use watchdeck_gateway::Listener;

/// The port of the gateway.
pub(crate) const PORT: u16 = 3_010;

/// What the gateway listens on.
pub(crate) struct Door(pub(crate) TcpListener);

impl Listener for Door {
    type Line = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.accept().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// What the console connects over.
pub(crate) struct Wire {
    pub(crate) world: Arc<World>,
}

#[async_trait::async_trait]
impl Connect for Wire {
    async fn connect(&self, address: SocketAddr) -> io::Result<Stream> {
        let line = Line { stream: TcpStream::connect(address).await?, world: Arc::clone(&self.world), is_broken: false };
        match self.world.fault.filter(|fault| relay::carries(*fault)) {
            Some(fault) => Ok(Box::new(relay::between(line, fault))),
            None => Ok(Box::new(line)),
        }
    }
}

/// The console's end of a connection.
pub(crate) struct Line {
    stream: TcpStream,
    world: Arc<World>,
    is_broken: bool,
}

fn broken() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_broken {
            return Poll::Ready(Err(broken()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let came = buf.filled().len() - before;
        let passed = self.world.pass(came as u64) as usize;
        if passed < came {
            self.world.say("network", "the console's line breaks");
            self.is_broken = true;
            buf.set_filled(before + passed);
            if passed == 0 {
                return Poll::Ready(Err(broken()));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_broken {
            return Poll::Ready(Err(broken()));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

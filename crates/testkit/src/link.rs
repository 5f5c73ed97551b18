//! The wire between two programs, which a test can cut, freeze, mute and block. It reads nothing of what passes.

use anyhow::Result;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A forwarding port. Connections through it live until [`Link::cut`] or the end of either side.
#[derive(Debug)]
pub struct Link {
    /// Where to connect instead of the target.
    pub addr: SocketAddr,
    cuts: Arc<watch::Sender<u64>>,
    freezes: Arc<watch::Sender<u64>>,
    blocked: Arc<AtomicBool>,
    mute: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Link {
    /// Forwards to `target`. While nobody listens there, connections end at once, as on a real wire.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn to(target: String) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let addr = listener.local_addr()?;
        let (cuts, freezes) = (Arc::new(watch::Sender::new(0)), Arc::new(watch::Sender::new(0)));
        let (blocked, mute) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let task = tokio::spawn({
            let (cuts, freezes) = (Arc::clone(&cuts), Arc::clone(&freezes));
            let (blocked, mute) = (Arc::clone(&blocked), Arc::clone(&mute));
            async move {
                while let Ok((mut near, _)) = listener.accept().await {
                    if blocked.load(Ordering::SeqCst) {
                        continue;
                    }
                    let (mut cut, mut frozen) = (cuts.subscribe(), freezes.subscribe());
                    let (target, mute) = (target.clone(), mute.load(Ordering::SeqCst));
                    tokio::spawn(async move {
                        if mute {
                            return swallow(&mut near, &mut cut).await;
                        }
                        if let Ok(mut far) = TcpStream::connect(target).await {
                            tokio::select! {
                                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                                _ = cut.changed() => return,
                                _ = frozen.changed() => {}
                            }
                            swallow(&mut near, &mut cut).await;
                        }
                    });
                }
            }
        });
        Ok(Self { addr, cuts, freezes, blocked, mute, task })
    }

    /// Cuts every connection that is open now. New ones are forwarded as before.
    pub fn cut(&self) {
        self.cuts.send_modify(|n| *n += 1);
    }

    /// From now on nothing passes on what is open, and nobody is told: each connection stays until the near end gives it up. New ones are forwarded as before.
    pub fn freeze(&self) {
        self.freezes.send_modify(|n| *n += 1);
    }

    /// While mute, new connections are taken, and nothing that is said on them is answered.
    pub fn mute(&self, mute: bool) {
        self.mute.store(mute, Ordering::SeqCst);
    }

    /// While blocked, what is open is cut and every new connection ends at once.
    pub fn block(&self, blocked: bool) {
        self.blocked.store(blocked, Ordering::SeqCst);
        self.cut();
    }
}

/// Take everything and answer nothing.
async fn swallow(near: &mut TcpStream, cut: &mut watch::Receiver<u64>) {
    let mut nowhere = tokio::io::sink();
    tokio::select! {
        _ = tokio::io::copy(near, &mut nowhere) => {}
        _ = cut.changed() => {}
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

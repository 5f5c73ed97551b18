//! The wire between two programs, which a test can cut.

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
        let blocked = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn({
            let (cuts, freezes, blocked) = (Arc::clone(&cuts), Arc::clone(&freezes), Arc::clone(&blocked));
            async move {
                while let Ok((mut near, _)) = listener.accept().await {
                    if blocked.load(Ordering::SeqCst) {
                        continue;
                    }
                    let (mut cut, mut frozen) = (cuts.subscribe(), freezes.subscribe());
                    let target = target.clone();
                    tokio::spawn(async move {
                        if let Ok(mut far) = TcpStream::connect(target).await {
                            tokio::select! {
                                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                                _ = cut.changed() => return,
                                _ = frozen.changed() => {}
                            }
                            let mut nowhere = tokio::io::sink();
                            tokio::select! {
                                _ = tokio::io::copy(&mut near, &mut nowhere) => {}
                                _ = cut.changed() => {}
                            }
                        }
                    });
                }
            }
        });
        Ok(Self { addr, cuts, freezes, blocked, task })
    }

    /// Cuts every connection that is open now. New ones are forwarded as before.
    pub fn cut(&self) {
        self.cuts.send_modify(|n| *n += 1);
    }

    /// From now on nothing passes on what is open, and nobody is told: each connection stays until the near end gives it up. New ones are forwarded as before.
    pub fn freeze(&self) {
        self.freezes.send_modify(|n| *n += 1);
    }

    /// While blocked, what is open is cut and every new connection ends at once.
    pub fn block(&self, blocked: bool) {
        self.blocked.store(blocked, Ordering::SeqCst);
        self.cut();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

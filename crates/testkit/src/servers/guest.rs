//! One connection of a scripted server: it listens to the client and obeys the server until either ends it. What it says is the affair of a speech.

use super::house::{Admission, House, Memory, Order};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::mpsc};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Error, Message,
        handshake::server::{ErrorResponse, Request, Response},
        http::StatusCode,
        protocol::{CloseFrame, Role, frame::coding::CloseCode},
    },
};

/// How long a farewell waits for its answer.
const FAREWELL: Duration = Duration::from_secs(5);
/// Between the two copies of a doubled frame, as measured.
const TWICE: Duration = Duration::from_millis(1);

pub(super) struct Guest {
    house: Arc<House>,
    orders: mpsc::Receiver<Order>,
    memory: Memory,
}

impl Guest {
    pub(super) fn new(house: Arc<House>, orders: mpsc::Receiver<Order>) -> Self {
        Self { house, orders, memory: Memory::default() }
    }

    /// Until either side ends it.
    pub(super) async fn serve(mut self, stream: TcpStream) {
        self.house.opened.fetch_add(1, Ordering::SeqCst);
        let moody = self.house.moods.admission.lock().expect("no code panics while holding the admission").clone();
        let mut admission = Admission::Open;
        let speech = Arc::clone(&self.house.speech);
        #[allow(clippy::result_large_err, reason = "the library's signature")]
        let shake = |request: &Request, response: Response| {
            admission = moody.unwrap_or_else(|| speech.admit(request));
            match admission {
                Admission::Status(status) => {
                    let mut refusal = ErrorResponse::new(None);
                    *refusal.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
                    Err(refusal)
                }
                _ => Ok(response),
            }
        };
        let Ok(socket) = accept_hdr_async(stream, shake).await else { return };
        match admission {
            Admission::OpenThenClose(code, reason) => close(socket, code, reason).await,
            _ => {
                self.house.welcomed.fetch_add(1, Ordering::SeqCst);
                self.talk(socket).await;
            }
        }
    }

    async fn talk(&mut self, mut socket: WebSocketStream<TcpStream>) {
        for frame in self.house.speech.greet() {
            if socket.send(Message::text(frame)).await.is_err() {
                return;
            }
        }
        let house = Arc::clone(&self.house);
        let mut silent = house.moods.silent.subscribe();
        let (every, text) = house.speech.beat();
        let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
        loop {
            if silent.wait_for(|silent| !silent).await.is_err() {
                return;
            }
            let went_on = tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Close(code, reason)) => return close(socket, code, reason).await,
                    Some(order) => self.obey(&mut socket, order).await,
                    None => return,
                },
                message = socket.next() => match message {
                    Some(Ok(Message::Text(said))) => self.answer(&mut socket, said.as_str()).await,
                    Some(Ok(_)) => Ok(()),
                    _ => return,
                },
                _ = beat.tick() => socket.send(text.map_or_else(|| Message::Ping(Default::default()), Message::text)).await,
                _ = silent.changed() => Ok(()),
            };
            if went_on.is_err() {
                return;
            }
        }
    }

    async fn obey(&mut self, socket: &mut WebSocketStream<TcpStream>, order: Order) -> Result<(), Error> {
        match order {
            Order::Publish { channel, frames } if self.house.speech.wants(&channel, &self.memory) => {
                let doubled = self.house.moods.doubled.load(Ordering::SeqCst);
                for frame in frames {
                    socket.send(Message::text(frame.clone())).await?;
                    if doubled {
                        tokio::time::sleep(TWICE).await;
                        socket.send(Message::text(self.house.speech.again(&frame))).await?;
                    }
                }
                Ok(())
            }
            Order::Publish { .. } => Ok(()),
            Order::Text(text) => socket.send(Message::text(text)).await,
            Order::Binary(bytes) => socket.send(Message::binary(bytes)).await,
            Order::Half(text) => {
                let frame = framed(&text).await;
                let stream = socket.get_mut();
                stream.write_all(&frame[..frame.len() / 2]).await?;
                stream.flush().await?;
                Err(Error::ConnectionClosed)
            }
            Order::Cut | Order::Close(..) => Err(Error::ConnectionClosed),
        }
    }

    async fn answer(&mut self, socket: &mut WebSocketStream<TcpStream>, said: &str) -> Result<(), Error> {
        if self.is_lost(said) {
            return Ok(());
        }
        self.house.heard.lock().expect("no code panics while holding what was heard").push(said.to_owned());
        for frame in self.house.speech.heard(said, &mut self.memory) {
            socket.send(Message::text(frame)).await?;
        }
        Ok(())
    }
}

impl Guest {
    fn is_lost(&self, said: &str) -> bool {
        let mut deaf = self.house.moods.deaf.lock().expect("no code panics while holding the deafness");
        let lost = deaf.1 > 0 && said.contains(&deaf.0);
        deaf.1 -= u64::from(lost);
        lost
    }
}

/// The bytes of a server's text frame.
async fn framed(text: &str) -> Vec<u8> {
    let mut into = WebSocketStream::from_raw_socket(std::io::Cursor::new(Vec::new()), Role::Server, None).await;
    into.send(Message::text(text)).await.expect("memory takes everything");
    into.into_inner().into_inner()
}

async fn close(mut socket: WebSocketStream<TcpStream>, code: u16, reason: String) {
    let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
    let farewell = async {
        if socket.close(Some(frame)).await.is_ok() {
            // The client's goodbye; without it the reset could overtake the reason.
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    // A client that does not answer has had its chance.
    drop(tokio::time::timeout(FAREWELL, farewell).await);
}

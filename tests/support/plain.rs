//! A notification service that knows no buttons, as some desktops have: `org.freedesktop.Notifications`, with what it shows in memory.

use anyhow::Result;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};
use zbus::{Connection, OwnedVariant, object_server::SignalEmitter};

/// What is shown: by number, the first line and how many buttons were offered for it.
type Board = Arc<Mutex<BTreeMap<u32, (String, usize)>>>;

fn look(board: &Board) -> MutexGuard<'_, BTreeMap<u32, (String, usize)>> {
    board.lock().expect("no code panics while holding the board")
}

struct Service {
    board: Board,
    last: u32,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("plain".to_owned(), "tests".to_owned(), "1".to_owned(), "1.2".to_owned())
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's")]
    fn notify(
        &mut self,
        _app: String,
        replaces: u32,
        _icon: String,
        summary: String,
        _body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _expires: i32,
    ) -> u32 {
        let number = if replaces == 0 { self.last + 1 } else { replaces };
        self.last = self.last.max(number);
        look(&self.board).insert(number, (summary, actions.len() / 2));
        number
    }

    async fn close_notification(&mut self, number: u32, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) -> zbus::fdo::Result<()> {
        look(&self.board).remove(&number);
        Ok(Self::notification_closed(&emitter, number, 3).await?)
    }

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, number: u32, reason: u32) -> zbus::Result<()>;
}

/// A running one. It is there until it leaves.
#[derive(Debug)]
pub struct Plain {
    bus: Connection,
    board: Board,
}

impl Plain {
    pub(crate) async fn start(address: &str) -> Result<Self> {
        let board = Board::default();
        let service = Service { board: Arc::clone(&board), last: 0 };
        let builder = zbus::connection::Builder::address(address).serve_at("/org/freedesktop/Notifications", service);
        Ok(Self { bus: builder.name("org.freedesktop.Notifications").build().await?, board })
    }

    /// Leaves the bus, with all that it shows.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn leave(self) -> Result<()> {
        Ok(self.bus.close().await?)
    }

    /// The first lines of what it shows, and how many buttons were offered for each.
    #[must_use]
    pub fn shows(&self) -> Vec<(String, usize)> {
        look(&self.board).values().cloned().collect()
    }
}

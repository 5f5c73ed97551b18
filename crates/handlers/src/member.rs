//! A handler in the registry: its task, which is started again when it fails, and its errand.

use crate::{
    Handler,
    board::Board,
    errand,
    kept::Begin,
    report::Wish,
    runner::{End, Now, Order, Runner},
};
use std::sync::Arc;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use watchdeck_contain as contain;
use watchdeck_store::Store;

/// Orders that may wait. Full: whoever gives one waits.
const ORDERS: usize = 8;

/// See the [module docs](self).
pub(crate) struct Member {
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) board: Board,
    runner: Option<Running>,
    errand: Option<Sent>,
}

/// A task that runs.
pub(crate) struct Running {
    orders: mpsc::Sender<Order>,
    end: End,
    ended: CancellationToken,
}

/// An errand that runs, or ran.
struct Sent {
    paused: watch::Sender<bool>,
    end: End,
}

/// What every task is given.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) store: Store,
    pub(crate) now: Now,
    pub(crate) end: End,
    pub(crate) tasks: TaskTracker,
}

impl Member {
    pub(crate) fn new(handler: Arc<dyn Handler>) -> Self {
        Self { handler, board: Board::default(), runner: None, errand: None }
    }

    /// Take up its work where it was left.
    pub(crate) fn start(&mut self, ground: &Ground) -> mpsc::Sender<Order> {
        if let Some(running) = self.runner.as_ref().filter(|running| !running.ended.is_cancelled()) {
            return running.orders.clone();
        }
        let (orders, given) = mpsc::channel(ORDERS);
        let running = Running { orders: orders.clone(), end: ground.end.child(), ended: CancellationToken::new() };
        let (end, ended) = (running.end.clone(), running.ended.clone());
        let (ground, handler, board) = (ground.clone(), Arc::clone(&self.handler), self.board.clone());
        ground.tasks.clone().spawn(async move {
            let _ended = ended.drop_guard();
            keep_running(ground, handler, board, given, end).await;
        });
        self.runner = Some(running);
        orders
    }

    /// What gives it orders, where it runs.
    pub(crate) fn orders(&self) -> Option<mpsc::Sender<Order>> {
        self.runner.as_ref().map(|running| running.orders.clone())
    }

    /// It is to end; [`Running::end`] waits for that.
    pub(crate) fn dismiss(&mut self) -> Option<Running> {
        if let Some(errand) = self.errand.take() {
            errand.end.stop.cancel();
        }
        self.runner.take()
    }

    /// Whether an errand is under way.
    pub(crate) fn is_sent(&self) -> bool {
        self.board.look().errand.as_ref().is_some_and(|errand| !errand.ended)
    }

    /// Send it on an errand. Whoever sends it has asked whether it is on one.
    pub(crate) fn send(&mut self, ground: &Ground, task: errand::Task) {
        let run = errand::Run::new(ground.store.clone(), Arc::clone(&self.handler), Arc::clone(&ground.now), self.board.clone(), task);
        let (paused, rests) = watch::channel(false);
        let sent = Sent { paused, end: ground.end.child() };
        let (end, board) = (sent.end.clone(), self.board.clone());
        let now = Arc::clone(&ground.now);
        ground.tasks.spawn(async move {
            if let Err(why) = contain::outcome(run.run(rests, end)).await {
                let mut figures = board.look();
                figures.said(&why, now());
                if let Some(errand) = &mut figures.errand {
                    errand.ended = true;
                }
            }
        });
        self.errand = Some(sent);
    }

    /// The errand rests, or goes on. Whether there is one.
    pub(crate) fn rest(&self, rests: bool) -> bool {
        let sent = self.errand.as_ref().filter(|_| self.is_sent());
        sent.is_some_and(|sent| sent.paused.send(rests).is_ok())
    }

    /// The errand ends where it is. Whether there was one.
    pub(crate) fn call_back(&self) -> bool {
        let sent = self.errand.as_ref().filter(|_| self.is_sent());
        sent.inspect(|sent| sent.end.stop.cancel()).is_some()
    }
}

impl Running {
    /// End it: what is being tried is finished and noted.
    pub(crate) async fn end(self) {
        self.end.stop.cancel();
        self.ended.cancelled().await;
    }

    /// End it at once: what is being tried is broken off, and comes again when somebody takes its work up.
    pub(crate) async fn break_off(self) {
        self.end.off.cancel();
        self.end().await;
    }
}

/// Say it to a task, and wait until it is stored. Whether it was.
pub(crate) async fn told(orders: &mpsc::Sender<Order>, order: impl FnOnce(oneshot::Sender<()>) -> Order) -> bool {
    let (answer, stored) = oneshot::channel();
    orders.send(order(answer)).await.is_ok() && stored.await.is_ok()
}

/// Run for as long as nobody stops it. A failure of the runner itself is said, and it is started again from what is stored.
async fn keep_running(ground: Ground, handler: Arc<dyn Handler>, board: Board, mut orders: mpsc::Receiver<Order>, end: End) {
    let mut patience = contain::Patience::default();
    loop {
        let began = Instant::now();
        let why = match Begin::load(&ground.store, handler.name()).await {
            Ok(begin) => {
                let begin = begin.unwrap_or_else(|| Begin::at(0, Wish::Run));
                board.look().runs = true;
                let runner = Runner::new(ground.store.clone(), Arc::clone(&handler), Arc::clone(&ground.now), board.clone(), begin);
                let outcome = contain::outcome(runner.run(&mut orders, &end)).await;
                board.look().runs = false;
                match outcome {
                    Ok(()) => return,
                    Err(why) => why,
                }
            }
            Err(error) => error.to_string(),
        };
        tracing::error!(handler = handler.name(), why, "A handler's task failed and is started again.");
        board.look().said(&why, (ground.now)());
        tokio::select! {
            () = end.stop.cancelled() => return,
            () = tokio::time::sleep(patience.after(began.elapsed())) => {}
        }
    }
}

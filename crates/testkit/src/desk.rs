//! The inventory ERP's web interface, as far as decisions go: sessions, return orders, and whatever goes wrong with them.
//!
//! What it decided it remembers in a file, so that it can be killed and come back. It publishes nothing itself: whoever starts it hears of each decision.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, Write as _},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

/// The words with which it says that somebody was faster.
pub const TOO_LATE: &str = "只有已提交的退货订单可以审批";
/// The cookie that it signs in by.
pub const COOKIE: &str = "next-auth.session-token";

/// Decisions that wait for whoever listens.
const UNHEARD: usize = 10_000;

/// What goes wrong, as shares of all requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// It takes up to so long.
    pub slow_ms: u64,
    /// It fails before it has done anything.
    pub before: f64,
    /// It does it, and then fails all the same.
    pub after: f64,
    /// It does it, and never answers.
    pub hangs: f64,
}

/// A return order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What is refunded as it was submitted.
    pub amount: f64,
    /// `submitted`, `approved` or `rejected`.
    pub status: String,
    /// Who decided.
    pub by: Option<String>,
    /// What was refunded.
    pub refund: Option<f64>,
    /// What was said.
    pub remarks: Option<String>,
    /// How often somebody decided it: more than once is a fault of whoever asked.
    pub decided: u32,
}

/// A running ERP.
#[derive(Debug)]
pub struct Desk {
    /// Where it listens.
    pub addr: SocketAddr,
    office: Arc<Office>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Office {
    books: Mutex<Books>,
    faults: Faults,
    decided: mpsc::Sender<(String, Order)>,
}

#[derive(Debug)]
struct Books {
    orders: BTreeMap<String, Order>,
    /// Who is signed in, by cookie: id, name, role.
    sessions: BTreeMap<String, [String; 3]>,
    journal: Option<std::fs::File>,
    luck: StdRng,
}

impl Desk {
    /// On a free port, without a memory beyond itself; hears of every decision.
    pub async fn start() -> (Self, mpsc::Receiver<(String, Order)>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        Self::on(listener, None, Faults::default(), 1)
    }

    /// On a listener, with what an earlier life wrote into `journal`.
    #[must_use]
    pub fn on(listener: TcpListener, journal: Option<PathBuf>, faults: Faults, seed: u64) -> (Self, mpsc::Receiver<(String, Order)>) {
        let addr = listener.local_addr().expect("it listens");
        let (decided, hearing) = mpsc::channel(UNHEARD);
        let orders = journal.as_ref().and_then(|path| std::fs::File::open(path).ok()).map(remembered).unwrap_or_default();
        let append = |path| std::fs::OpenOptions::new().create(true).append(true).open(path).expect("the journal can be written");
        let books = Books { orders, sessions: BTreeMap::new(), journal: journal.map(append), luck: StdRng::seed_from_u64(seed) };
        let office = Arc::new(Office { books: Mutex::new(books), faults, decided });
        let router = Router::new()
            .route("/api/auth/session", get(session))
            .route("/api/return-orders/{id}/approve", post(approve))
            .route("/desk/orders", get(all).post(submit))
            .with_state(Arc::clone(&office));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves until it is dropped") });
        (Self { addr, office, serving }, hearing)
    }

    /// Its address on the web.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// A return order that waits.
    pub fn submit(&self, id: &str, amount: f64) {
        self.office.books().submit(id, amount);
    }

    /// Somebody signs in.
    pub fn sign_in(&self, cookie: &str, id: &str, name: &str, role: &str) {
        self.office.books().sessions.insert(cookie.to_owned(), [id, name, role].map(str::to_owned));
    }

    /// Somebody is signed out.
    pub fn sign_out(&self, cookie: &str) {
        self.office.books().sessions.remove(cookie);
    }

    /// How an order stands.
    #[must_use]
    pub fn order(&self, id: &str) -> Option<Order> {
        self.office.books().orders.get(id).cloned()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Office {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no code panics while holding the books")
    }

    fn signed_in(&self, headers: &HeaderMap) -> Option<[String; 3]> {
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        let shown = cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE)?.1;
        self.books().sessions.get(shown).cloned()
    }
}

impl Books {
    fn submit(&mut self, id: &str, amount: f64) {
        let order = Order { amount, status: "submitted".into(), by: None, refund: None, remarks: None, decided: 0 };
        self.write(id, &order);
        self.orders.insert(id.to_owned(), order);
    }

    fn write(&mut self, id: &str, order: &Order) {
        if let Some(journal) = &mut self.journal {
            let line = json!([id, order.amount, order.status, order.by, order.refund, order.remarks, order.decided]);
            writeln!(journal, "{line}").expect("the journal can be written");
        }
    }
}

fn remembered(file: std::fs::File) -> BTreeMap<String, Order> {
    let lines = std::io::BufReader::new(file).lines().map_while(Result::ok);
    let read = |line: String| -> Option<(String, Order)> {
        let (id, amount, status, by, refund, remarks, decided) = serde_json::from_str(&line).ok()?;
        Some((id, Order { amount, status, by, refund, remarks, decided }))
    };
    // A line that was torn by a crash was answered to nobody.
    lines.filter_map(read).collect()
}

async fn session(State(office): State<Arc<Office>>, headers: HeaderMap) -> Json<Value> {
    Json(match office.signed_in(&headers) {
        Some([id, name, role]) => json!({ "user": { "id": id, "name": name, "role": role }, "expires": "2099-01-01T00:00:00.000Z" }),
        None => json!({}),
    })
}

async fn approve(State(office): State<Arc<Office>>, Path(id): Path<String>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    let no = |status: StatusCode, error: &str| (status, Json(json!({ "success": false, "error": error }))).into_response();
    let (slow, luck) = {
        let mut books = office.books();
        let most = office.faults.slow_ms;
        (books.luck.random_range(0..=most), books.luck.random::<f64>())
    };
    if slow > 0 {
        tokio::time::sleep(Duration::from_millis(slow)).await;
    }
    let Some([_, name, _]) = office.signed_in(&headers) else { return no(StatusCode::UNAUTHORIZED, "未授权") };
    let Faults { before, after, hangs, .. } = office.faults;
    if luck < before {
        return no(StatusCode::INTERNAL_SERVER_ERROR, "数据库繁忙");
    }
    let (Some(approved), refund) = (asked["approved"].as_bool(), asked["refundAmount"].as_f64()) else {
        return no(StatusCode::BAD_REQUEST, "请求数据格式不正确");
    };
    let remarks = asked["remarks"].as_str().map(str::to_owned);
    if (approved && refund.is_none_or(|refund| !(0.0..=999_999.0).contains(&refund)))
        || remarks.as_ref().is_some_and(|text| text.chars().count() > 500)
    {
        let said = json!({ "success": false, "error": "请求数据格式不正确", "details": [{ "path": ["refundAmount"] }] });
        return (StatusCode::BAD_REQUEST, Json(said)).into_response();
    }
    let decided = {
        let mut books = office.books();
        let Some(order) = books.orders.get(&id).cloned() else { return no(StatusCode::NOT_FOUND, "退货订单不存在") };
        if order.status != "submitted" {
            return no(StatusCode::BAD_REQUEST, TOO_LATE);
        }
        let status = if approved { "approved" } else { "rejected" };
        let decided = Order {
            status: status.into(),
            by: Some(name),
            refund: refund.filter(|_| approved),
            remarks,
            decided: order.decided + 1,
            ..order
        };
        books.write(&id, &decided);
        books.orders.insert(id.clone(), decided.clone());
        decided
    };
    // Whoever listens may be behind, or gone: the ERP loses some of its own messages too.
    office.decided.try_send((id, decided)).ok();
    if luck > 1.0 - after {
        return no(StatusCode::INTERNAL_SERVER_ERROR, "响应失败");
    }
    if luck > 1.0 - after - hangs {
        std::future::pending::<()>().await;
    }
    Json(json!({ "success": true, "data": {} })).into_response()
}

async fn submit(State(office): State<Arc<Office>>, Json(orders): Json<Vec<(String, f64)>>) -> StatusCode {
    let mut books = office.books();
    orders.iter().for_each(|(id, amount)| books.submit(id, *amount));
    StatusCode::NO_CONTENT
}

async fn all(State(office): State<Arc<Office>>) -> Json<Value> {
    let books = office.books();
    let order = |(id, order): (&String, &Order)| {
        (
            id.clone(),
            json!({ "amount": order.amount, "status": order.status, "by": order.by, "refund": order.refund, "decided": order.decided }),
        )
    };
    Json(Value::Object(books.orders.iter().map(order).collect()))
}

use super::{
    super::{Answer, Handing, book::MOST},
    *,
};
use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use watchdeck_store::{Engine, Options, Store};

/// An ERP that is away for the first `away` decisions.
struct Erp {
    asked: AtomicUsize,
    away: usize,
    answer: Answer,
}

#[async_trait::async_trait]
impl Decisions for Erp {
    async fn decide(&self, handing: Handing) -> Answer {
        tokio::task::yield_now().await;
        match self.asked.fetch_add(1, Ordering::SeqCst) {
            n if n < self.away => Answer::Unavailable("away".into()),
            _ if handing.decision.resource_id == "decided" => Answer::Refused("somebody was faster".into()),
            _ => self.answer.clone(),
        }
    }
}

/// A gateway's deciding part, with the courier at work.
struct Desk {
    store: Store,
    erp: Arc<Erp>,
    decider: Arc<Decider>,
    tasks: TaskTracker,
    stop: CancellationToken,
    _dir: Option<tempfile::TempDir>,
}

impl Desk {
    async fn open(away: usize, answer: Answer) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let desk = Self::at(dir.path(), away, answer).await;
        Self { _dir: Some(dir), ..desk }
    }

    async fn at(dir: &Path, away: usize, answer: Answer) -> Self {
        let store = Store::open(&dir.join("gateway.db"), Options::LOG).unwrap();
        let engine: Arc<dyn Engine> = Arc::new(store.clone());
        let erp = Arc::new(Erp { asked: AtomicUsize::new(0), away, answer });
        let book = Book::load(Arc::clone(&engine), None).await.unwrap();
        let requests = Requests::load(&*engine).await.unwrap();
        let handler = Arc::clone(&erp) as Arc<dyn Decisions>;
        let decider = Arc::new(Decider::new(Some(handler), book, requests, Log::new(Arc::clone(&engine), 1 << 20)));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(Arc::clone(&decider).hand_on(stop.clone()));
        let asked = Subscription::over(engine, decider.requests.from());
        tasks.spawn(Arc::clone(&decider).follow(asked, tasks.clone(), stop.clone()));
        Self { store, erp, decider, tasks, stop, _dir: None }
    }

    async fn decide(&self, decision: DecisionRequest) -> Result<Answered, DecisionError> {
        self.decider.decide(decision, Approver::default()).await
    }

    /// Decide, and wait until it is known what came of the first try.
    async fn settled(&self, decision: DecisionRequest) -> State {
        let key = decision.idempotency_key.clone();
        self.decide(decision).await.unwrap();
        self.decider.tried(&key, Duration::from_secs(60)).await.unwrap().state().clone()
    }

    async fn until(&self, key: &str, holds: impl Fn(&Standing) -> bool) -> Arc<Standing> {
        let mut changes = self.decider.book.watch();
        loop {
            if let Some(standing) = self.decider.book.get(key).filter(|standing| holds(standing)) {
                return standing;
            }
            tokio::time::timeout(Duration::from_secs(60), changes.changed()).await.expect("it gets there").unwrap();
        }
    }

    fn asked(&self) -> usize {
        self.erp.asked.load(Ordering::SeqCst)
    }

    async fn publish(&self, json: &str) {
        let arrived = crate::log::Arrived { channel: "approvals".into(), id: None, payload: watchdeck_events::Payload::from_json(json) };
        self.decider.telling.log().append(&"erp".into(), vec![arrived]).await.unwrap();
    }

    async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.store.close().await;
    }
}

fn request(key: &str, resource: &str) -> DecisionRequest {
    let json = serde_json::json!({ "idempotencyKey": key, "resourceType": "order", "resourceId": resource, "approve": true, "approverId": "u1", "approverName": "张敏" });
    serde_json::from_value(json).unwrap()
}

#[tokio::test]
async fn the_same_key_at_once_is_handed_on_once() {
    let desk = Desk::open(0, Answer::Done).await;
    let (a, b) = tokio::join!(desk.decide(request("k", "o1")), desk.decide(request("k", "o1")));
    assert_eq!([a.unwrap(), b.unwrap()].iter().filter(|answered| !answered.repeated).count(), 1);
    desk.until("k", |standing| *standing.state() == State::Confirmed).await;
    assert_eq!(desk.asked(), 1, "two presses of Approve are one decision");
    assert_eq!(desk.decider.under_way(), 0, "no turn is left behind");
    desk.close().await;
}

#[tokio::test]
async fn a_failure_is_tried_again_and_a_refusal_is_remembered() {
    let desk = Desk::open(2, Answer::Done).await;
    assert_eq!(desk.settled(request("k", "o1")).await, State::Received, "nobody heard of it yet");
    assert_eq!(desk.decider.book.get("k").unwrap().trouble.as_deref(), Some("away"));
    // Whoever asks after it has it tried at once.
    desk.decide(request("k", "o1")).await.unwrap();
    desk.until("k", |standing| *standing.state() == State::Confirmed).await;
    for _ in 0..2 {
        assert!(matches!(desk.settled(request("k2", "decided")).await, State::Refused(words) if words == "somebody was faster"));
    }
    assert_eq!(desk.asked(), 4);
    desk.close().await;
}

#[tokio::test]
async fn a_key_belongs_to_one_decision() {
    let desk = Desk::open(0, Answer::Done).await;
    desk.decide(request("k", "o1")).await.unwrap();
    assert!(matches!(desk.decide(request("k", "o2")).await, Err(DecisionError::KeyReused)));
    desk.close().await;
}

#[tokio::test]
async fn the_first_decision_wins_and_the_other_learns_who_made_it() {
    let desk = Desk::open(0, Answer::HandedOn).await;
    let no = DecisionRequest { approve: false, approver_name: "李雷".into(), ..request("k2", "o1") };
    desk.decide(request("k1", "o1")).await.unwrap();
    for _ in 0..2 {
        let answered = desk.decide(no.clone()).await.unwrap();
        let State::Overtaken(first) = answered.standing.state() else { panic!("{answered:?}") };
        assert_eq!((first.decided_by.as_str(), first.approve), ("张敏", true), "the same answer each time");
    }
    desk.until("k1", |standing| *standing.state() == State::HandedOn).await;
    assert_eq!(desk.asked(), 1, "the ERP hears of one");
    assert!(desk.decide(request("k3", "o2")).await.unwrap().standing.state().stands(), "another resource is another matter");
    desk.close().await;
}

#[tokio::test]
async fn the_erps_event_confirms_and_a_contrary_one_overtakes() {
    let desk = Desk::open(0, Answer::HandedOn).await;
    for (key, resource, kind, by) in [("k1", "o1", "approved", "张敏"), ("k2", "o2", "rejected", "李雷"), ("k3", "o3", "approved", "")]
    {
        desk.publish(&format!(r#"{{"type":"approval:request","resourceType":"order","resourceId":"{resource}"}}"#)).await;
        assert_eq!(desk.settled(request(key, resource)).await, State::HandedOn);
        desk.publish(&format!(r#"{{"type":"approval:{kind}","resourceType":"order","resourceId":"{resource}","approverName":"{by}"}}"#))
            .await;
        let standing = desk.until(key, |standing| standing.state().is_settled()).await;
        match standing.state() {
            State::Confirmed => assert_eq!(kind, "approved"),
            State::Overtaken(first) => assert_eq!((kind, first.decided_by.as_str()), ("rejected", "李雷")),
            other => panic!("{key}: {other:?}"),
        }
    }
    desk.close().await;
}

#[tokio::test]
async fn a_request_that_changed_or_was_decided_is_not_decided_by_what_was_on_screen() {
    let desk = Desk::open(0, Answer::Done).await;
    let ask = async |amount: u32| {
        desk.publish(&format!(r#"{{"type":"approval:request","resourceType":"order","resourceId":"o1","amount":{amount}}}"#)).await
    };
    ask(5).await;
    let seen = desk.store.page(watchdeck_store::Query::default()).await.unwrap().events[0].event.id.to_string();
    ask(7).await;
    let on = |key: &str| DecisionRequest { seen: Some(super::super::Seen { event: seen.clone(), digest: None }), ..request(key, "o1") };
    let Err(DecisionError::Changed(changes)) = desk.decide(on("k1")).await else { panic!("the amount is another") };
    assert_eq!(changes[0].field, "amount");
    assert!(desk.decider.book.get("k1").is_none(), "nothing of it is kept");
    desk.publish(r#"{"type":"approval:rejected","resourceType":"order","resourceId":"o1","approverName":"李雷"}"#).await;
    let answered = desk.decide(request("k2", "o1")).await.unwrap();
    assert!(matches!(answered.standing.state(), State::Overtaken(first) if first.decided_by == "李雷" && !first.approve));
    assert_eq!(desk.asked(), 0, "the ERP heard nothing");
    desk.close().await;
}

#[tokio::test]
async fn what_never_left_is_taken_back_and_nothing_else() {
    let desk = Desk::open(1, Answer::Done).await;
    assert_eq!(desk.settled(request("k", "o1")).await, State::Received);
    let withdrawn = desk.decider.withdraw("k").await.unwrap().unwrap();
    assert_eq!(*withdrawn.state(), State::Withdrawn);
    assert_eq!(*desk.decider.withdraw("k").await.unwrap().unwrap().state(), State::Withdrawn, "twice is once");
    assert_eq!(desk.settled(request("k2", "o1")).await, State::Confirmed, "it is open again");
    assert!(matches!(desk.decider.withdraw("k2").await, Err(DecisionError::TooLate)));
    assert!(desk.decider.withdraw("unknown").await.unwrap().is_none());
    desk.close().await;
}

#[tokio::test]
async fn a_request_that_was_made_again_is_decided_again() {
    let desk = Desk::open(0, Answer::Done).await;
    let round = |key: &str, round: &str| DecisionRequest { round: Some(round.into()), ..request(key, "o1") };
    assert_eq!(desk.settled(round("k1", "1")).await, State::Confirmed);
    assert_eq!(desk.settled(round("k2", "2")).await, State::Confirmed, "a new round");
    assert!(matches!(desk.settled(round("k3", "1")).await, State::Overtaken(_)));
    desk.close().await;
}

#[tokio::test]
async fn keys_are_known_after_a_restart_and_what_waits_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let desk = Desk::at(dir.path(), 1, Answer::HandedOn).await;
    assert_eq!(desk.settled(request("k0", "o0")).await, State::Received);
    assert_eq!(desk.settled(request("k1", "o1")).await, State::HandedOn);
    desk.close().await;

    let desk = Desk::at(dir.path(), 0, Answer::HandedOn).await;
    assert!(desk.decide(request("k1", "o1")).await.unwrap().repeated, "the retry of a decision that arrived is no second one");
    assert!(matches!(desk.settled(request("k2", "o1")).await, State::Overtaken(_)));
    assert!(matches!(desk.decide(request("k1", "o9")).await, Err(DecisionError::KeyReused)));
    desk.until("k0", |standing| *standing.state() == State::HandedOn).await;
    assert_eq!(desk.asked(), 1, "only what waited went out");
    desk.close().await;
}

#[tokio::test]
async fn every_change_is_told_where_the_request_was() {
    let desk = Desk::open(0, Answer::Done).await;
    desk.publish(r#"{"type":"approval:request","resourceType":"order","resourceId":"o1"}"#).await;
    assert_eq!(desk.settled(request("k", "o1")).await, State::Confirmed);
    let page = desk.store.page(watchdeck_store::Query::default()).await.unwrap();
    let told: Vec<String> = page
        .events
        .iter()
        .filter(|one| one.event.kind.as_str() == watchdeck_events::Kind::DECISION)
        .map(|one| one.event.payload.as_str().to_owned())
        .collect();
    assert_eq!(told.len(), 2, "received, then confirmed: {told:?}");
    assert!(told[0].contains(r#""state":"confirmed""#) && told[1].contains(r#""state":"received""#), "{told:?}");
    desk.close().await;
}

#[tokio::test]
async fn what_is_remembered_is_bounded() {
    let desk = Desk::open(0, Answer::Done).await;
    let decisions = (0..MOST + 5).map(|n| desk.decide(request(&n.to_string(), &n.to_string())));
    futures_util::future::join_all(decisions).await;
    let mut changes = desk.decider.book.watch();
    while desk.decider.book.sizes()[3] > 0 {
        tokio::time::timeout(Duration::from_secs(60), changes.changed()).await.expect("all of them are handed on").unwrap();
    }
    assert_eq!(desk.decider.book.sizes(), [MOST, MOST, MOST, 0]);
    desk.close().await;
}

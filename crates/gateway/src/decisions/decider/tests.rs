use super::{super::memory::MOST, *};
use std::sync::atomic::{AtomicUsize, Ordering};
use watchdeck_store::{Options, Store};

/// An ERP that is away for the first `away` decisions.
struct Erp {
    asked: AtomicUsize,
    away: usize,
}

#[async_trait::async_trait]
impl Decisions for Erp {
    async fn decide(&self, decision: DecisionRequest) -> Result<(), DecisionError> {
        tokio::task::yield_now().await;
        match self.asked.fetch_add(1, Ordering::SeqCst) {
            n if n < self.away => Err(DecisionError::Unavailable("away".into())),
            _ if decision.resource_id == "decided" => Err(DecisionError::Refused("somebody was faster".into())),
            _ => Ok(()),
        }
    }
}

fn request(key: &str, resource: &str) -> DecisionRequest {
    DecisionRequest {
        idempotency_key: key.into(),
        resource_type: "order".into(),
        resource_id: resource.into(),
        round: None,
        approve: true,
        reason: None,
        approver_id: "u1".into(),
        approver_name: "张敏".into(),
        decided_by: None,
        decided_at: None,
    }
}

fn with(memory: Memory, away: usize) -> (Arc<Erp>, Decider) {
    let erp = Arc::new(Erp { asked: AtomicUsize::new(0), away });
    (Arc::clone(&erp), Decider::new(Some(erp), memory))
}

fn erp(away: usize) -> (Arc<Erp>, Decider) {
    with(Memory::fleeting(), away)
}

#[tokio::test]
async fn the_same_key_at_once_is_handed_on_once() {
    let (erp, decider) = erp(0);
    let (a, b) = tokio::join!(decider.decide(request("k", "o1")), decider.decide(request("k", "o1")));
    assert_eq!([a.unwrap(), b.unwrap()].iter().filter(|taken| !taken.repeated).count(), 1);
    assert_eq!(erp.asked.load(Ordering::SeqCst), 1, "two presses of Approve are one decision");
}

#[tokio::test]
async fn a_failure_is_not_remembered_and_a_refusal_is() {
    let (erp, decider) = erp(1);
    assert!(matches!(decider.decide(request("k", "o1")).await, Err(DecisionError::Unavailable(_))));
    assert!(!decider.decide(request("k", "o1")).await.expect("the retry arrives").repeated);
    for _ in 0..2 {
        assert!(matches!(decider.decide(request("k2", "decided")).await, Err(DecisionError::Refused(_))));
    }
    assert_eq!(erp.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_key_belongs_to_one_decision() {
    let (_, decider) = erp(0);
    decider.decide(request("k", "o1")).await.unwrap();
    assert!(matches!(decider.decide(request("k", "o2")).await, Err(DecisionError::KeyReused)));
    let nobody = Decider::new(None, Memory::fleeting());
    assert!(matches!(nobody.decide(request("k", "o1")).await, Err(DecisionError::Unsupported)));
}

#[tokio::test]
async fn the_first_decision_wins_and_the_other_learns_who_made_it() {
    let (erp, decider) = erp(0);
    let no = DecisionRequest { approve: false, approver_name: "李雷".into(), ..request("k2", "o1") };
    let (first, second) = tokio::join!(decider.decide(request("k1", "o1")), decider.decide(no.clone()));
    assert_eq!(first.unwrap().decided.decided_by, "张敏");
    for again in [second, decider.decide(no).await] {
        let Err(DecisionError::Overtaken(decided)) = again else { panic!("{again:?}") };
        assert_eq!((decided.decided_by.as_str(), decided.approve), ("张敏", true), "the same answer each time");
    }
    assert_eq!(erp.asked.load(Ordering::SeqCst), 1, "the ERP hears of one");
    decider.decide(request("k3", "o2")).await.expect("another resource is another matter");
}

#[tokio::test]
async fn whoever_pressed_the_button_is_named_before_the_approver() {
    let (_, decider) = erp(0);
    let deputy = DecisionRequest { decided_by: Some("韩梅梅".into()), ..request("k1", "o1") };
    assert_eq!(decider.decide(deputy).await.unwrap().decided.decided_by, "韩梅梅");
    let nameless = DecisionRequest { approver_name: " ".into(), ..request("k2", "o2") };
    assert_eq!(decider.decide(nameless).await.unwrap().decided.decided_by, "u1");
}

#[tokio::test]
async fn a_request_that_was_made_again_is_decided_again() {
    let (_, decider) = erp(0);
    let round = |key: &str, round: &str| DecisionRequest { round: Some(round.into()), ..request(key, "o1") };
    decider.decide(round("k1", "1")).await.unwrap();
    decider.decide(round("k2", "2")).await.expect("a new round");
    assert!(matches!(decider.decide(round("k3", "1")).await, Err(DecisionError::Overtaken(_))));
}

#[tokio::test]
async fn a_failed_first_decision_leaves_the_request_open() {
    let (_, decider) = erp(1);
    let (first, second) = tokio::join!(decider.decide(request("k1", "o1")), decider.decide(request("k2", "o1")));
    assert!(first.is_err() && second.is_ok(), "what did not arrive has not won: {first:?} {second:?}");
}

#[tokio::test]
async fn keys_are_known_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(&dir.path().join("gateway.db"), Options::LOG).unwrap();
    let store = open();
    let (_, decider) = with(Memory::load(Arc::new(store.clone()), None).await.unwrap(), 0);
    decider.decide(request("k1", "o1")).await.unwrap();
    assert!(decider.decide(request("k2", "o1")).await.is_err());
    store.close().await;
    drop((decider, store));

    let store = open();
    let (erp, decider) = with(Memory::load(Arc::new(store.clone()), None).await.unwrap(), 0);
    assert!(decider.decide(request("k1", "o1")).await.unwrap().repeated, "the retry of a decision that arrived is no second one");
    assert!(matches!(decider.decide(request("k2", "o1")).await, Err(DecisionError::Overtaken(_))));
    assert!(matches!(decider.decide(request("k1", "o9")).await, Err(DecisionError::KeyReused)));
    assert_eq!(erp.asked.load(Ordering::SeqCst), 0);
    store.close().await;
}

#[tokio::test]
async fn memory_of_answers_is_bounded() {
    let (_, decider) = erp(0);
    for n in 0..MOST + 5 {
        decider.decide(request(&n.to_string(), &n.to_string())).await.unwrap();
    }
    assert_eq!(decider.memory.sizes(), [MOST; 3]);
    assert!(decider.turns().is_empty(), "nothing is under way any more");
}

//! Who is on a request.

use crate::bench::{Bench, HOUR, NOW, thing};
use serde_json::{Value, json};
use watchdeck_wire::views::ClaimView;

impl Bench {
    fn claim(&mut self, minute: i64, holder: Option<(&str, &str)>) {
        let at = NOW.plus(minute * 60_000);
        let (id, name) = holder.unzip();
        let event: Value = json!({ "type": "watchdeck:claim", "resourceType": "order", "resourceId": "7", "action": "claim", "holder": name, "holderId": id,
            "by": "张敏", "byId": "u1", "until": at.plus(4 * HOUR) });
        self.take("approvals", at, event);
    }

    fn on_it(&self) -> Option<ClaimView> {
        self.world.approvals.get(&thing("s", "order", "7")).expect("it is known").view.claimed.clone()
    }
}

#[test]
fn a_claim_is_of_one_round_and_a_request_that_comes_back_is_a_new_one() {
    let mut bench = Bench::new();
    bench.approval(NOW, "request", "7", None);
    assert_eq!(bench.on_it(), None);
    bench.claim(1, Some(("u1", "张敏")));
    let claim = bench.on_it().expect("somebody is on it");
    assert_eq!((claim.by.as_str(), claim.id.as_str(), claim.until), ("张敏", "u1", Some(NOW.plus(60_000 + 4 * HOUR))));
    bench.approval(NOW.plus(2 * 60_000), "request", "7", None);
    assert!(bench.on_it().is_some(), "asked once more before anybody answered, it is the same request");
    bench.claim(3, Some(("u2", "李雷")));
    assert_eq!(bench.on_it().expect("it was handed over").by, "李雷");
    bench.approval(NOW.plus(4 * 60_000), "approved", "7", Some("李雷"));
    assert_eq!(bench.on_it(), None, "decided, nobody is on it any more");
    bench.approval(NOW.plus(5 * 60_000), "request", "7", None);
    assert_eq!((bench.on_it(), bench.world.approvals.pending_count()), (None, 1), "asked anew, it is a new round, and one request");
    bench.claim(6, Some(("u1", "张敏")));
    assert!(bench.on_it().is_some());
    bench.claim(7, None);
    assert_eq!(bench.on_it(), None, "released");
}

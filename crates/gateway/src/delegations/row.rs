//! Delegations one after the other. Pure: time is an argument.

use super::delegation::Delegation;
use crate::access::Pattern;
use watchdeck_events::Millis;

/// Who is present in the end, for somebody's things of a type: follows what is in force at this time. `None` where nobody was asked to.
pub(super) fn deputy<'a>(all: &'a [Delegation], giver: &str, resource_type: &str, now: Millis) -> Option<&'a Delegation> {
    let in_force = |from: &str| {
        all.iter().find(|one| {
            one.giver.id == from
                && one.from <= now
                && now < one.until
                && one.types.iter().any(|kind| Pattern::new(kind).fits(resource_type))
        })
    };
    let mut last = in_force(giver)?;
    // There is no circle; a bound keeps a slip from going on for ever.
    for _ in 0..all.len() {
        match in_force(&last.to.id) {
            Some(next) => last = next,
            None => break,
        }
    }
    Some(last)
}

/// What is in force for a deputy at this time: the first delegation of each row that leads to it, and the types that are passed on all the way.
pub(super) fn passed_on<'a>(all: &'a [Delegation], deputy: &str, now: Millis) -> Vec<(&'a Delegation, Vec<String>)> {
    let in_force = || all.iter().filter(|one| one.from <= now && now < one.until);
    let mut found = Vec::new();
    for first in in_force().filter(|one| one.giver.id != deputy) {
        let mut open = vec![(first.to.id.as_str(), first.types.clone(), 0)];
        while let Some((at, types, steps)) = open.pop() {
            if at == deputy {
                found.push((first, types));
            } else if steps < all.len() {
                let on = in_force().filter(|one| one.giver.id == at);
                open.extend(
                    on.map(|one| (one.to.id.as_str(), of_both(&types, &one.types), steps + 1)).filter(|(_, types, _)| !types.is_empty()),
                );
            }
        }
    }
    found
}

/// The narrower of each two patterns of which one is a case of the other.
pub(super) fn of_both(some: &[String], others: &[String]) -> Vec<String> {
    let narrower = |a: &String, b: &String| {
        if Pattern::new(a).fits(b) {
            return Some(b.clone());
        }
        Pattern::new(b).fits(a).then(|| a.clone())
    };
    some.iter().flat_map(|a| others.iter().filter_map(move |b| narrower(a, b))).collect()
}

/// What another one of the giver passes on of the same, at a time when this one would.
pub(super) fn overlapping<'a>(all: &'a [Delegation], new: &Delegation) -> Option<&'a Delegation> {
    all.iter()
        .find(|one| one.giver.id == new.giver.id && meet((one.from, one.until), (new.from, new.until)).is_some() && share_types(one, new))
}

/// The people in a circle that `new` would close at any moment of its time.
pub(super) fn circle(all: &[Delegation], new: &Delegation) -> Option<Vec<String>> {
    let mut people = vec![new.giver.id.clone(), new.to.id.clone()];
    back(all, new, (new.from, new.until), &mut people).then_some(people)
}

/// Whether the row that ends at the last of `people` leads back to the first within `span`; `people` is the whole circle then.
fn back(all: &[Delegation], new: &Delegation, span: (Millis, Millis), people: &mut Vec<String>) -> bool {
    let Some(last) = people.last().cloned() else { return false };
    for next in all.iter().filter(|one| one.giver.id == last && share_types(one, new)) {
        let Some(both) = meet(span, (next.from, next.until)) else { continue };
        let is_first = next.to.id == new.giver.id;
        if !is_first && people.contains(&next.to.id) {
            continue;
        }
        people.push(next.to.id.clone());
        if is_first || back(all, new, both, people) {
            return true;
        }
        people.pop();
    }
    false
}

/// When two times are at once.
fn meet(one: (Millis, Millis), other: (Millis, Millis)) -> Option<(Millis, Millis)> {
    let both = (one.0.max(other.0), one.1.min(other.1));
    (both.0 < both.1).then_some(both)
}

/// Whether something may be of a type of both. A pattern that cannot be told apart from another is taken to share with it.
fn share_types(one: &Delegation, other: &Delegation) -> bool {
    let shares = |a: &str, b: &str| Pattern::new(a).fits(b) || Pattern::new(b).fits(a) || (a.contains('*') && b.contains('*'));
    one.types.iter().any(|a| other.types.iter().any(|b| shares(a, b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::named::Named;

    fn named(id: &str) -> Named {
        Named { id: id.into(), name: String::new() }
    }

    fn one(giver: &str, to: &str, span: (i64, i64), types: &[&str]) -> Delegation {
        Delegation {
            id: format!("{giver}{to}"),
            giver: named(giver),
            roles: Vec::new(),
            is_user: false,
            to: named(to),
            from: Millis(span.0),
            until: Millis(span.1),
            types: types.iter().map(|&kind| kind.to_owned()).collect(),
        }
    }

    fn last(all: &[Delegation], giver: &str, resource_type: &str, now: i64) -> Option<String> {
        deputy(all, giver, resource_type, Millis(now)).map(|one| one.to.id.clone())
    }

    #[test]
    fn the_last_one_who_is_present_decides() {
        let all = [one("a", "b", (10, 30), &["*"]), one("b", "c", (20, 40), &["order"])];
        assert_eq!(last(&all, "a", "order", 5), None, "not yet");
        assert_eq!(last(&all, "a", "order", 15), Some("b".into()));
        assert_eq!(last(&all, "a", "order", 25), Some("c".into()), "b is away too");
        assert_eq!(last(&all, "a", "refund", 25), Some("b".into()), "but not for refunds");
        assert_eq!(last(&all, "a", "order", 30), None, "over");
    }

    #[test]
    fn a_circle_is_seen_at_any_moment_of_its_time_and_only_then() {
        let all = [one("a", "b", (10, 20), &["*"]), one("b", "c", (15, 30), &["order"])];
        assert_eq!(circle(&all, &one("c", "a", (0, 100), &["*"])), Some(["c", "a", "b", "c"].map(String::from).into()));
        assert_eq!(circle(&all, &one("b", "a", (12, 13), &["*"])), Some(["b", "a", "b"].map(String::from).into()));
        assert_eq!(circle(&all, &one("c", "a", (20, 30), &["*"])), None, "a is back when it begins");
        assert_eq!(circle(&all, &one("c", "a", (10, 15), &["*"])), None, "b is there until 15");
        assert_eq!(circle(&all, &one("c", "a", (0, 100), &["refund"])), None, "b passes on orders only");
    }

    #[test]
    fn what_is_passed_on_all_the_way_is_offered_to_the_last() {
        let all = [one("a", "b", (10, 30), &["*"]), one("b", "c", (20, 40), &["order"])];
        let offered = |deputy: &str, now| {
            passed_on(&all, deputy, Millis(now)).into_iter().map(|(first, types)| (first.giver.id.clone(), types)).collect::<Vec<_>>()
        };
        assert_eq!(offered("b", 15), [("a".to_owned(), vec!["*".to_owned()])]);
        assert_eq!(offered("c", 25), [("a".to_owned(), vec!["order".to_owned()]), ("b".to_owned(), vec!["order".to_owned()])]);
        assert!(offered("c", 15).is_empty());
        assert_eq!(of_both(&["order*".into(), "refund".into()], &["*".into()]), ["order*", "refund"]);
    }

    #[test]
    fn nobody_passes_the_same_on_twice() {
        let all = [one("a", "b", (10, 20), &["order*"])];
        assert!(overlapping(&all, &one("a", "c", (19, 25), &["order"])).is_some());
        assert!(overlapping(&all, &one("a", "c", (20, 25), &["order"])).is_none());
        assert!(overlapping(&all, &one("a", "c", (10, 20), &["refund"])).is_none());
    }
}

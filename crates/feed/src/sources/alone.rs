//! A hub keeps one link per account: a second one would deafen the first without a word. So of several sources with one account, the one that runs has it, else
//! the first.
//!
//! While nobody knows yet what their server speaks, as after a start, only the first dials; the others wait for what it finds out.

use super::{
    known::Known,
    profile::{self, same_server},
};
use crate::keys::Excuse;
use watchdeck_client::Dialect;

/// What two sources with one account at one server may do to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    /// The second link deafens the first.
    Deafens,
    /// It would if their server is a hub, and nobody knows yet.
    Perhaps,
}

/// Take what they would sign in with from those that would deafen another, and let those wait that might. `running` says whether a source has a link
/// already, which is not taken from it for one that comes before it in the list; `spoken` tells what it speaks.
pub(super) fn hold_back(
    wanted: &mut [Known],
    say: &dyn Fn(Excuse<'_>) -> String,
    running: impl Fn(&str) -> bool,
    spoken: impl Fn(&str) -> Option<Dialect>,
) {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|n| wanted.get(*n).is_none_or(|known| !running(&known.source.id)));
    for (place, late) in order.iter().enumerate() {
        let Some(known) = wanted.get(*late) else { return };
        let before = order.iter().take(place).filter_map(|n| wanted.get(*n));
        let met: Vec<_> = before.map(|other| (&other.source.name, beside(other, known, &spoken))).collect();
        let deafened = met.iter().find(|(_, beside)| *beside == Beside::Deafens).map(|(name, _)| say(Excuse::AccountInUse(name)));
        let waits = deafened.is_none() && met.iter().any(|(_, beside)| *beside == Beside::Perhaps);
        if let Some(known) = wanted.get_mut(*late) {
            known.waits = waits;
            if let Some(why) = deafened {
                known.keys = Err(why);
            }
        }
    }
}

/// Whether one of `known` waits for what is known by now.
pub(super) fn waits_no_more(known: &[Known], spoken: impl Fn(&str) -> Option<Dialect>) -> bool {
    let dialling = || known.iter().filter(|other| !other.waits);
    known.iter().filter(|late| late.waits).any(|late| dialling().all(|other| beside(other, late, &spoken) != Beside::Perhaps))
}

fn beside(first: &Known, second: &Known, spoken: &impl Fn(&str) -> Option<Dialect>) -> Beside {
    let meet = first.runs() && second.runs() && same_account(first, second) && same_server(&first.source.url, &second.source.url);
    if !meet {
        return Beside::Nothing;
    }
    let speaks = |known: &Known| match profile::spoken(&known.source) {
        Dialect::DETECT => spoken(&known.source.id).filter(|dialect| *dialect != Dialect::DETECT),
        set => Some(set),
    };
    match [speaks(first), speaks(second)] {
        both if both.iter().flatten().any(|dialect| dialect.is_alone()) => Beside::Deafens,
        [None, None] => Beside::Perhaps,
        _ => Beside::Nothing,
    }
}

fn same_account(one: &Known, other: &Known) -> bool {
    let token = |known: &Known| known.keys.as_ref().ok().and_then(|keys| keys.token.clone());
    token(one).is_some_and(|one| Some(one) == token(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;
    use watchdeck_wire::settings::{DialectName, Source};

    const HUB: &str = "wss://hub.example/ws/notifications";

    fn known(id: &str, url: &str, token: &str, dialect: DialectName) -> Known {
        let source = Source { id: id.into(), name: id.to_uppercase(), url: url.into(), dialect, ..Source::default() };
        Known { source, keys: Ok(Keys { token: Some(token.into()), ..Keys::default() }), waits: false }
    }

    fn excuse(excuse: Excuse<'_>) -> String {
        format!("{excuse:?}")
    }

    #[test]
    fn the_first_source_of_an_account_has_the_hub() {
        let mut wanted = [
            known("a", HUB, "t1", DialectName::AUTO),
            known("b", "wss://HUB.example:443/ws/messages", "t1", DialectName::AUTO),
            known("c", HUB, "t2", "hub".into()),
            known("d", "wss://other.example/ws", "t1", "hub".into()),
            known("e", HUB, "t2", DialectName::AUTO),
        ];
        wanted[2].source.paused = true;
        hold_back(&mut wanted, &excuse, |_| false, |id| (id == "a").then_some(Dialect::HUB));
        let held: Vec<_> = wanted.iter().filter(|known| known.keys.is_err()).map(|known| known.source.id.as_str()).collect();
        assert_eq!(held, ["b"], "a paused one deafens nobody, and another server or account neither");
        assert!(wanted[1].keys.as_ref().unwrap_err().contains('A') && wanted.iter().all(|known| !known.waits));
    }

    #[test]
    fn other_servers_take_as_many_links_as_come() {
        let mut wanted = ["a", "b"].map(|id| known(id, "wss://erp.example/ws", "t", "erp".into()));
        hold_back(&mut wanted, &excuse, |_| false, |_| Some(Dialect::ERP));
        assert!(wanted.iter().all(|known| known.keys.is_ok() && known.dials()));
    }

    #[test]
    fn one_that_is_resumed_does_not_take_the_link_of_one_that_runs() {
        let mut wanted = ["a", "b"].map(|id| known(id, HUB, "t", DialectName::AUTO));
        let spoken = |id: &str| (id == "b").then_some(Dialect::HUB);
        hold_back(&mut wanted, &excuse, |id| id == "b", spoken);
        assert!(wanted[1].keys.is_ok() && wanted[0].keys.as_ref().unwrap_err().contains('B'));
    }

    #[test]
    fn while_nobody_knows_whether_it_is_a_hub_only_the_first_dials() {
        let pair = || ["a", "b"].map(|id| known(id, HUB, "t", DialectName::AUTO));
        let mut wanted = pair();
        hold_back(&mut wanted, &excuse, |_| false, |_| None);
        assert!(wanted[0].dials() && !wanted[1].dials() && wanted[1].keys.is_ok());
        assert!(!waits_no_more(&wanted, |_| None));
        for (found, dials) in [(Dialect::ERP, true), (Dialect::HUB, false)] {
            let spoken = |id: &str| (id == "a").then_some(found);
            assert!(waits_no_more(&wanted, spoken), "{found:?} is known");
            let mut anew = pair();
            hold_back(&mut anew, &excuse, |id| id == "a", spoken);
            assert_eq!((anew[1].dials() && anew[1].keys.is_ok(), anew[1].waits), (dials, false), "{found:?}");
            assert!(!waits_no_more(&anew, spoken), "it is asked once");
        }
    }
}

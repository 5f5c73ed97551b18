//! A hub keeps one link per account: a second one would deafen the first without a word. So of several sources with one account, the first has it.

use super::{Known, profile::same_server};
use crate::{api::settings::DialectName, words::Words};

/// Take what they would sign in with from those that would deafen another; `spoken` tells what a running source speaks.
pub(super) fn hold_back(wanted: &mut [Known], words: Words, spoken: impl Fn(&str) -> &'static str) {
    for later in 1..wanted.len() {
        let (before, rest) = wanted.split_at_mut(later);
        let Some(known) = rest.first_mut() else { return };
        let deafened = before.iter().find(|other| {
            let is_hub =
                [&other.source, &known.source].iter().any(|source| source.dialect == DialectName::Hub || spoken(&source.id) == "hub");
            other.runs() && known.runs() && is_hub && same_account(other, known) && same_server(&other.source.url, &known.source.url)
        });
        if let Some(other) = deafened {
            known.keys = Err(words.account_in_use(&other.source.name));
        }
    }
}

fn same_account(one: &Known, other: &Known) -> bool {
    let token = |known: &Known| known.keys.as_ref().ok().and_then(|keys| keys.token.clone());
    token(one).is_some_and(|one| Some(one) == token(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::settings::Source, secrets::Keys};

    fn known(id: &str, url: &str, token: &str, dialect: DialectName) -> Known {
        let source = Source { id: id.into(), name: id.to_uppercase(), url: url.into(), dialect, ..Source::default() };
        Known { source, keys: Ok(Keys { token: Some(token.into()), ..Keys::default() }) }
    }

    #[test]
    fn the_first_source_of_an_account_has_the_hub() {
        let hub = "wss://hub.example/ws/notifications";
        let mut wanted = [
            known("a", hub, "t1", DialectName::Auto),
            known("b", "wss://HUB.example:443/ws/messages", "t1", DialectName::Auto),
            known("c", hub, "t2", DialectName::Hub),
            known("d", "wss://other.example/ws", "t1", DialectName::Hub),
            known("e", hub, "t2", DialectName::Auto),
        ];
        wanted[2].source.paused = true;
        hold_back(&mut wanted, Words::ENGLISH, |id| if id == "a" { "hub" } else { "" });
        let held: Vec<_> = wanted.iter().filter(|known| known.keys.is_err()).map(|known| known.source.id.as_str()).collect();
        assert_eq!(held, ["b"], "a paused one deafens nobody, and another server or account neither");
        assert!(wanted[1].keys.as_ref().unwrap_err().contains('A'));
    }

    #[test]
    fn other_servers_take_as_many_links_as_come() {
        let mut wanted = ["a", "b"].map(|id| known(id, "wss://erp.example/ws", "t", DialectName::Erp));
        hold_back(&mut wanted, Words::ENGLISH, |_| "erp");
        assert!(wanted.iter().all(|known| known.keys.is_ok()));
    }
}

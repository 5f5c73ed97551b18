//! How many files it takes to add a kind, a dialect and a command. The compilers look at the same additions on `cargo xtask test architecture --extend`.

use anyhow::{Context as _, Result, ensure};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use watchdeck_events::{Catalogue, Channel, Incoming, Millis, Payload};
use watchdeck_tests::{
    declared::{DIALECTS, WINDOW, commands, dialects, offered},
    extend::{Copy, ROUTER, below},
};

#[test]
#[allow(clippy::print_stdout, reason = "what an addition costs is there to be read")]
fn a_kind_a_dialect_and_a_command_take_few_files() -> Result<()> {
    let mut files = vec![ROUTER.to_owned()];
    for folder in ["crates/events/packs", DIALECTS, WINDOW] {
        files.extend(below(folder)?);
    }
    let folder = tempfile::tempdir()?;
    let mut copy = Copy::of(files, folder.path())?;

    copy.add_kind()?;
    let kind = copy.bill("");
    ensure!(kind.len() <= 1, "a kind touches {kind:?}");
    let all = Catalogue::assembled(Catalogue::pack_files(&copy.path().join("crates/events/packs"))?, &BTreeMap::new());
    ensure!(all.problems().next().is_none(), "{:?}", all.packs);
    let catalogue = all.catalogue;
    let incoming = Incoming {
        channel: Channel::from("parcels"),
        offset: None,
        id: None,
        server_at: None,
        kind: Some("parcel:lost".into()),
        payload: Payload::from_json(r#"{"parcelId":"P-7"}"#),
    };
    let event = catalogue.normalise(incoming, &Arc::from("east"), Millis(1));
    let info = catalogue.get(&event.kind, &event.channel).context("the new kind")?;
    ensure!((&*info.title.en, &*info.title.zh) == ("Parcel lost", "包裹丢失"), "{:?}", info.title);
    ensure!(event.subject.as_deref() == Some("parcel:P-7"), "{event:?}");

    let before = dialects(copy.path())?;
    copy.add_dialect()?;
    let dialect = copy.bill(&format!("{DIALECTS}/pigeon/"));
    ensure!(dialect.len() <= 2, "a dialect touches {dialect:?}");
    let more: BTreeSet<_> = dialects(copy.path())?.difference(&before).cloned().collect();
    ensure!(more == BTreeSet::from(["pigeon".to_owned()]) && offered(copy.path())? == dialects(copy.path())?, "{more:?}");

    let before = commands(&copy.read(ROUTER)?)?;
    copy.add_command()?;
    let command = copy.bill("");
    ensure!(command.len() <= 1, "a command touches {command:?}");
    let after = commands(&copy.read(ROUTER)?)?;
    ensure!(after.len() == before.len() + 1 && after.iter().any(|name| name == "count_up"), "{after:?}");

    for (what, files) in [("a kind", kind), ("a dialect, beside its own folder", dialect), ("a command", command)] {
        println!("{what}: {}", files.join(", "));
    }
    Ok(())
}

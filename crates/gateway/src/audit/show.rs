//! The audit, for whoever reads it on a terminal.

use super::{Entry, Verified, read, verify};
use crate::{
    config::{AuditOrder, Config},
    opening,
};
use std::io::{self, Write};

/// Do what is asked with the audit of a configuration's log, also while a gateway writes it.
///
/// # Errors
/// Where the log cannot be read, and where something is not as it was written.
pub async fn show(config: &Config, order: &AuditOrder, out: &mut impl Write) -> io::Result<()> {
    let store = opening::look(config).await.map_err(io::Error::other)?;
    let kept = read(&*store).await;
    store.close().await;
    let kept = kept.map_err(io::Error::other)?;
    match order {
        AuditOrder::Verify => {
            let Verified { entries, ends, faults } = verify(&kept);
            writeln!(out, "{entries} entries in {} chains", ends.len())?;
            for (chain, number, hash) in ends {
                writeln!(out, "{chain}: {number} entries, the last one {hash}")?;
            }
            if faults.is_empty() {
                return writeln!(out, "All entries are there, and as they were written.");
            }
            faults.iter().try_for_each(|fault| writeln!(out, "{fault}"))?;
            Err(io::Error::other(format!("{} faults: somebody has changed the audit", faults.len())))
        }
        AuditOrder::Show { last, who } => {
            let mut entries = kept.by_time();
            entries.retain(|entry| who.as_ref().is_none_or(|who| *who == entry.who));
            entries[entries.len().saturating_sub(*last)..].iter().try_for_each(|entry| writeln!(out, "{}", line(entry)))
        }
        AuditOrder::Export => {
            let json = |entry: &Entry| serde_json::to_string(entry).expect("plain fields are always JSON");
            kept.by_time().iter().try_for_each(|entry| writeln!(out, "{}", json(entry)))
        }
    }
}

fn line(Entry { at, who, from, act, what, detail }: &Entry) -> String {
    let act = serde_json::to_value(act).ok().and_then(|act| act.as_str().map(str::to_owned)).unwrap_or_default();
    let rest = [from, what, detail].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("  ");
    format!("{}  {act:<10}  {who}  {rest}", to_the_second(at.0))
}

/// To the second, in UTC: the gateways of one log may stand anywhere.
fn to_the_second(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

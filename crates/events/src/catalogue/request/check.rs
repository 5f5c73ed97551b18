//! Reading a `[[request]]`: every name in it is looked up.

use super::{
    super::{
        error::Wrong,
        pack::{KindInfo, Vocabularies},
        template::Template,
        words::Vocabulary,
    },
    ApprovalStage, Condition, Names, Request, Said,
    file::RequestFile,
};
use crate::event::Kind;
use std::{collections::HashMap, sync::Arc};
use xxhash_rust::xxh3::xxh3_64;

/// What a request is checked by.
struct Checked<'c> {
    at: &'c str,
    /// The entries of each kind that tells of it.
    of: Vec<(&'c str, Vec<&'c KindInfo>)>,
    words: HashMap<Box<str>, Arc<Vocabulary>>,
}

/// The request. `infos` are the entries of a kind, with what this pack says of it.
pub(in crate::catalogue) fn check<'c>(
    file: &RequestFile,
    at: &str,
    vocabularies: &Vocabularies,
    infos: impl Fn(&str) -> Vec<&'c KindInfo>,
) -> Result<Request, Wrong> {
    let of: Vec<_> = file.of.iter().map(|kind| (&**kind, infos(kind))).collect();
    let fields = of.iter().flat_map(|(_, infos)| infos).flat_map(|info| &info.fields);
    let words = fields.filter_map(|field| Some((field.name.clone(), Arc::clone(vocabularies.get(field.words.as_deref()?)?))));
    let checked = Checked { at, words: words.collect(), of };
    checked.kinds(file)?;
    let resource_type = checked.resource_type(file)?;
    let stages = checked.stages(file)?;
    let mut when = Vec::new();
    for (place, condition) in file.when.iter().enumerate() {
        let said = checked.said(&format!("when[{place}].field"), &condition.field)?;
        when.push(Condition { said, is: condition.is.clone() });
    }
    let mut needs = Vec::new();
    for (place, need) in file.needs.iter().enumerate() {
        needs.push(need.clone().check().map_err(|(key, reason)| Wrong::new(format!("{at}.needs[{place}].{key}"), reason))?);
    }
    Ok(Request {
        of: file.of.iter().map(|kind| Kind::from(&**kind)).collect(),
        channels: file.channels.clone(),
        when,
        state: checked.all_said("state", &file.state)?,
        before: checked.all_said("before", &file.before)?,
        stages,
        resource_type,
        names: checked.names(file)?,
        needs,
        way: xxh3_64(format!("{file:?}").as_bytes()),
    })
}

impl Checked<'_> {
    fn wrong<T>(&self, key: &str, reason: impl Into<String>) -> Result<T, Wrong> {
        Err(Wrong::new(format!("{}.{key}", self.at), reason))
    }

    fn kinds(&self, file: &RequestFile) -> Result<(), Wrong> {
        for (place, (kind, infos)) in self.of.iter().enumerate() {
            if Kind::is_own(kind) || kind.starts_with("approval:") {
                return self
                    .wrong(&format!("of[{place}]"), format!("`{kind}` is not told of requests; name a kind that nobody counts as one"));
            }
            if infos.is_empty() {
                return self.wrong(&format!("of[{place}]"), format!("no pack knows `{kind}`; add a [[kind]] for it"));
            }
        }
        if self.of.is_empty() && (file.needs.is_empty() || !file.is_silent()) {
            return self.wrong("of", "say which kinds tell of it, as of = [\"order:status\"]");
        }
        for (place, name) in file.channels.iter().enumerate() {
            if name.is_empty() || name.matches('*').count() > 1 {
                return self.wrong(&format!("channels[{place}]"), format!("`{name}` is not a channel (at most one `*`)"));
            }
        }
        Ok(())
    }

    fn resource_type(&self, file: &RequestFile) -> Result<Template, Wrong> {
        if file.resource_type.is_empty() {
            return self.wrong("type", "say what is asked for, as type = \"return\"");
        }
        let template =
            Template::parse(&file.resource_type, &self.words).map_err(|reason| Wrong::new(format!("{}.type", self.at), reason))?;
        for name in template.fields() {
            self.declared("type", name)?;
        }
        if !file.needs.is_empty() && template.fixed().is_none() {
            return self.wrong("needs", "what a decision needs is said of one type of things: write type = \"return\", without fields");
        }
        Ok(template)
    }

    fn stages(&self, file: &RequestFile) -> Result<Vec<(Box<str>, ApprovalStage)>, Wrong> {
        let all = [
            ("asks", &file.asks, ApprovalStage::Request),
            ("approves", &file.approves, ApprovalStage::Approved),
            ("rejects", &file.rejects, ApprovalStage::Rejected),
            ("withdraws", &file.withdraws, ApprovalStage::Withdrawn),
        ];
        let mut stages: Vec<(Box<str>, ApprovalStage)> = Vec::new();
        for (key, values, stage) in all {
            for (place, value) in values.iter().enumerate() {
                if stages.iter().any(|(known, _)| known == value) {
                    return self.wrong(&format!("{key}[{place}]"), format!("`{value}` cannot mean two things"));
                }
                if file.state.is_empty() && !file.of.contains(value) {
                    let reason = format!("without `state` these are kinds, and `{value}` is not in `of`; write state = [\"…\"]");
                    return self.wrong(&format!("{key}[{place}]"), reason);
                }
                stages.push((value.clone(), stage));
            }
        }
        if !stages.is_empty() && file.asks.is_empty() {
            return self.wrong("asks", "nothing asks; write the values that do, as asks = [\"submitted\"]");
        }
        if !stages.is_empty() && file.id.is_empty() {
            return self.wrong("id", "say which field is the thing's own id, as id = [\"orderId\"]");
        }
        Ok(stages)
    }

    fn names(&self, file: &RequestFile) -> Result<Names, Wrong> {
        let checked = |key: &str, names: &[Box<str>]| {
            for (place, name) in names.iter().enumerate() {
                self.declared(&format!("{key}[{place}]"), name)?;
            }
            Ok(names.to_vec())
        };
        Ok(Names {
            id: checked("id", &file.id)?,
            number: checked("number", &file.number)?,
            requester: checked("requester", &file.requester)?,
            party: checked("party", &file.party)?,
            amount: checked("amount", &file.amount)?,
            reason: checked("reason", &file.reason)?,
            by: checked("by", &file.by)?,
            comment: checked("comment", &file.comment)?,
            deadline: checked("deadline", &file.deadline)?,
        })
    }

    fn all_said(&self, key: &str, names: &[Box<str>]) -> Result<Vec<Said>, Wrong> {
        names.iter().enumerate().map(|(place, name)| self.said(&format!("{key}[{place}]"), name)).collect()
    }

    fn said(&self, key: &str, name: &str) -> Result<Said, Wrong> {
        self.declared(key, name)?;
        Ok(Said { field: name.into(), vocabulary: self.words.get(name).cloned() })
    }

    /// A field of one of the kinds, and masked in none: what a request says is shown to everybody.
    fn declared(&self, key: &str, name: &str) -> Result<(), Wrong> {
        let infos = || self.of.iter().flat_map(|(_, infos)| infos);
        let known = || infos().flat_map(|info| &info.fields).filter(|field| &*field.name == name);
        if known().any(|field| field.mask) {
            return self.wrong(key, format!("`{name}` is masked and must not be shown here"));
        }
        if matches!(name, "userId" | "timestamp") || known().next().is_some() {
            return Ok(());
        }
        let mut fields: Vec<&str> = infos().flat_map(|info| &info.fields).map(|field| &*field.name).collect();
        fields.sort_unstable();
        fields.dedup();
        let kinds: Vec<&str> = self.of.iter().map(|(kind, _)| *kind).collect();
        self.wrong(key, format!("`{name}` is not among the fields of {} ({})", kinds.join(", "), fields.join(", ")))
    }
}

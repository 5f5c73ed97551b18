//! A `[[request]]` as a pack writes it, and every name in it looked up.

use super::{
    super::{
        error::Wrong,
        pack::{KindInfo, Vocabularies},
        template::Template,
        words::Vocabulary,
    },
    ApprovalStage, Condition, Names, NeedFile, Request, Said,
};
use crate::event::Kind;
use serde::Deserialize;
use std::{collections::HashMap, sync::Arc};
use xxhash_rust::xxh3::xxh3_64;

/// See the head of `erp.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::catalogue) struct RequestFile {
    of: Vec<Box<str>>,
    channels: Vec<Box<str>>,
    when: Vec<ConditionFile>,
    state: Vec<Box<str>>,
    before: Vec<Box<str>>,
    asks: Vec<Box<str>>,
    approves: Vec<Box<str>>,
    rejects: Vec<Box<str>>,
    withdraws: Vec<Box<str>>,
    #[serde(rename = "type")]
    resource_type: String,
    id: Vec<Box<str>>,
    number: Vec<Box<str>>,
    requester: Vec<Box<str>>,
    party: Vec<Box<str>>,
    amount: Vec<Box<str>>,
    reason: Vec<Box<str>>,
    by: Vec<Box<str>>,
    comment: Vec<Box<str>>,
    deadline: Vec<Box<str>>,
    needs: Vec<NeedFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionFile {
    field: Box<str>,
    is: Vec<Box<str>>,
}

/// What a request is checked by.
struct Checked<'c> {
    at: &'c str,
    /// The entries of each kind that tells of it.
    of: Vec<(&'c str, Vec<&'c KindInfo>)>,
    words: HashMap<Box<str>, Arc<Vocabulary>>,
}

impl RequestFile {
    /// The request. `infos` are the entries of a kind, with what this pack says of it.
    pub(in crate::catalogue) fn check<'c>(
        &self,
        at: &str,
        vocabularies: &Vocabularies,
        infos: impl Fn(&str) -> Vec<&'c KindInfo>,
    ) -> Result<Request, Wrong> {
        let of: Vec<_> = self.of.iter().map(|kind| (&**kind, infos(kind))).collect();
        let fields = of.iter().flat_map(|(_, infos)| infos).flat_map(|info| &info.fields);
        let words = fields.filter_map(|field| Some((field.name.clone(), Arc::clone(vocabularies.get(field.words.as_deref()?)?))));
        let checked = Checked { at, words: words.collect(), of };
        checked.kinds(self)?;
        let resource_type = checked.resource_type(self)?;
        let stages = checked.stages(self)?;
        let mut when = Vec::new();
        for (place, condition) in self.when.iter().enumerate() {
            let said = checked.said(&format!("when[{place}].field"), &condition.field)?;
            when.push(Condition { said, is: condition.is.clone() });
        }
        let mut needs = Vec::new();
        for (place, need) in self.needs.iter().enumerate() {
            needs.push(need.clone().check().map_err(|(key, reason)| Wrong::new(format!("{at}.needs[{place}].{key}"), reason))?);
        }
        Ok(Request {
            of: self.of.iter().map(|kind| Kind::from(&**kind)).collect(),
            channels: self.channels.clone(),
            when,
            state: checked.all_said("state", &self.state)?,
            before: checked.all_said("before", &self.before)?,
            stages,
            resource_type,
            names: checked.names(self)?,
            needs,
            way: xxh3_64(format!("{self:?}").as_bytes()),
        })
    }

    /// Nothing is derived by it: what an earlier pack derives is taken back, or it says what a decision needs and no more.
    fn is_silent(&self) -> bool {
        [&self.asks, &self.approves, &self.rejects, &self.withdraws].iter().all(|values| values.is_empty())
    }
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

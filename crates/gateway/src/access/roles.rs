//! The roles that there are: what each may, compiled once.

use super::{
    pattern::Pattern,
    view::{Sight, View},
};
use crate::{config::RoleConfig, oversize};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use watchdeck_events::{Millis, hiding::FieldPath};
use watchdeck_filter::Filter;

/// The roles that are there without a word.
const SHIPPED: &str = include_str!("roles.toml");
/// Different views that are shared between those who have the same.
const MOST_VIEWS: usize = 1_000;
/// Two moments; a filter that means something else at each would mean what it meant at the start for ever.
const MOMENTS: [Millis; 2] = [Millis(1_800_000_000_000), Millis(1_900_000_000_000)];

/// Why a role is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleRefused {
    /// Which key of it, like `roles.east.rows`.
    pub(crate) key: String,
    /// What of the key, where it has parts.
    pub(crate) part: String,
    pub(crate) reason: String,
    pub(crate) remedy: &'static str,
}

/// One role.
#[derive(Debug, Default)]
pub(crate) struct Role {
    read: Vec<Pattern>,
    publish: Vec<Pattern>,
    decide: Vec<Pattern>,
    acknowledge: Vec<Pattern>,
    hidden: Vec<(Pattern, Vec<FieldPath>)>,
    rows: Vec<(Pattern, Arc<Filter>)>,
}

impl Role {
    pub(crate) fn reads(&self, channel: &str) -> bool {
        self.read.iter().any(|pattern| pattern.fits_channel(channel))
    }

    /// Whether there is no channel that it does not read.
    pub(crate) fn reads_all(&self) -> bool {
        all().iter().all(|all| self.read.iter().any(|pattern| pattern.as_str() == all))
    }

    pub(crate) fn publishes(&self, channel: &str) -> bool {
        self.publish.iter().any(|pattern| pattern.fits_channel(channel))
    }

    pub(crate) fn decides(&self) -> impl Iterator<Item = &Pattern> {
        self.decide.iter()
    }

    /// Whether it may say that somebody has an alert about what this channel tells.
    pub(crate) fn acknowledges(&self, channel: &str) -> bool {
        self.acknowledge.iter().any(|pattern| pattern.fits_channel(channel)) && self.reads(channel)
    }

    /// How it sees a channel that it reads.
    pub(crate) fn sight(&self, channel: &str) -> Sight {
        let rows = self.rows.iter().filter(|(pattern, _)| pattern.fits_channel(channel)).map(|(_, row)| Arc::clone(row)).collect();
        let of_channel = self.hidden.iter().filter(|(pattern, _)| pattern.fits_channel(channel));
        let mut hidden: Vec<FieldPath> = of_channel.flat_map(|(_, paths)| paths).cloned().collect();
        if !hidden.is_empty() {
            // What a shortened event began with is text in which nothing can be found.
            hidden.push(FieldPath::of(&[oversize::MARK, "head"]));
        }
        Sight { rows, hidden }
    }

    fn compile(name: &str, config: &RoleConfig) -> Result<Self, RoleRefused> {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
        let refused = |key: &str, part: &str, reason: String, remedy| RoleRefused {
            key: format!("roles.{name}.{key}"),
            part: part.to_owned(),
            reason,
            remedy,
        };
        let acts = !config.publish.is_empty() || !config.decide.is_empty();
        let acknowledge = config.acknowledge.clone().unwrap_or_else(|| if acts { all() } else { Vec::new() });
        for (key, texts) in
            [("read", &config.read), ("publish", &config.publish), ("decide", &config.decide), ("acknowledge", &acknowledge)]
        {
            if texts.iter().any(|text| text.trim().is_empty()) {
                return Err(refused(key, "", "a name in it is empty".into(), "Name channels, like [\"orders\", \"warehouse:*\"]"));
            }
        }
        let mut role = Self {
            read: patterns(&config.read),
            publish: patterns(&config.publish),
            decide: patterns(&config.decide),
            acknowledge: patterns(&acknowledge),
            ..Self::default()
        };
        for (channel, fields) in &config.mask {
            let paths: Option<Vec<_>> = fields.iter().map(|field| FieldPath::parse(field)).collect();
            let paths = paths.ok_or_else(|| {
                refused("mask", channel, format!("a field of {channel} has no name"), "Name fields, like [\"amount\", \"details.cost\"]")
            })?;
            role.hidden.push((Pattern::new(channel), paths));
        }
        for (channel, text) in &config.rows {
            let remedy = "Write a filter as in the console's search, like warehouse:east";
            let [one, other] = MOMENTS.map(|now| Filter::parse(text, now));
            let filter = one.map_err(|error| refused("rows", channel, format!("of {channel}: {error}"), remedy))?;
            if other.as_ref() != Ok(&filter) {
                let reason = format!("of {channel}: it counts from now, and a permission is compiled once");
                return Err(refused("rows", channel, reason, "Leave out terms like after:2h"));
            }
            role.rows.push((Pattern::new(channel), Arc::new(filter)));
        }
        Ok(role)
    }
}

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Roles {
    named: BTreeMap<String, Arc<Role>>,
    /// Those who see the same share it, and what is made by it.
    views: Mutex<Vec<Arc<View>>>,
}

impl Roles {
    /// The shipped ones and those of the configuration.
    ///
    /// # Errors
    /// [`RoleRefused`] for the first that cannot be compiled.
    pub(crate) fn compile(configured: &BTreeMap<String, RoleConfig>) -> Result<Self, RoleRefused> {
        let shipped: BTreeMap<String, RoleConfig> = toml::from_str(SHIPPED).expect("a test reads the shipped roles");
        let mut named = BTreeMap::new();
        for (name, config) in shipped.iter().chain(configured) {
            named.insert(name.clone(), Arc::new(Role::compile(name, config)?));
        }
        Ok(Self { named, views: Mutex::default() })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Role>> {
        self.named.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(String::as_str)
    }

    /// The one view for all who see the same.
    pub(crate) fn shared(&self, view: View) -> Arc<View> {
        let mut views = self.views.lock().expect("no code panics while holding the views");
        if let Some(known) = views.iter().find(|known| known.is_same(&view)) {
            return Arc::clone(known);
        }
        let view = Arc::new(view);
        if views.len() < MOST_VIEWS {
            views.push(Arc::clone(&view));
        }
        view
    }
}

/// What whoever shows the old single keys may, and whoever needs none.
pub(crate) fn of_key(publishes: bool) -> Arc<Role> {
    let all = || all().iter().map(|all| Pattern::new(all)).collect();
    let (publish, decide, acknowledge) = if publishes { (all(), vec![Pattern::new("*")], all()) } else { <_>::default() };
    Arc::new(Role { read: all(), publish, decide, acknowledge, ..Role::default() })
}

/// Every channel there is.
fn all() -> Vec<String> {
    ["*", "user:*"].map(str::to_owned).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(toml: &str) -> Result<Roles, RoleRefused> {
        Roles::compile(&toml::from_str(toml).unwrap())
    }

    #[test]
    fn the_shipped_roles_are_there_and_the_operators_own_take_their_place() {
        let roles = configured("[warehouse]\nread = [\"x\"]\n[east]\nread = [\"inventory\"]\n").unwrap();
        assert_eq!(roles.names().collect::<Vec<_>>(), ["admin", "approver", "east", "finance", "wall", "warehouse"]);
        assert!(roles.get("warehouse").unwrap().reads("x") && !roles.get("warehouse").unwrap().reads("inventory"));
        let admin = roles.get("admin").unwrap();
        assert!(admin.reads_all() && admin.publishes("orders") && admin.sight("orders").hidden.is_empty());
        let wall = roles.get("wall").unwrap();
        assert!(!wall.reads_all() && wall.reads("orders") && !wall.publishes("orders") && wall.decides().next().is_none());
        let acknowledges = |role: &str, channel: &str| roles.get(role).unwrap().acknowledges(channel);
        assert!(acknowledges("approver", "orders") && acknowledges("admin", "user:7:notifications") && !acknowledges("approver", "x"));
        assert!(!wall.acknowledges("orders") && !acknowledges("east", "inventory"), "who only reads only reads");
        assert!(!wall.reads("user:7:notifications") && !wall.sight("orders").hidden.is_empty());
    }

    #[test]
    fn what_cannot_be_compiled_is_refused_with_its_place() {
        let refused = configured("[east]\nrows = { inventory = \"(\" }").unwrap_err();
        assert_eq!((refused.key.as_str(), refused.part.as_str()), ("roles.east.rows", "inventory"));
        let refused = configured("[east]\nrows = { inventory = \"after:2h\" }").unwrap_err();
        assert!(refused.reason.contains("counts from now"), "{refused:?}");
        assert_eq!(configured("[east]\nmask = { inventory = [\"a..b\"] }").unwrap_err().key, "roles.east.mask");
        assert_eq!(configured("[east]\nread = [\"\"]").unwrap_err().key, "roles.east.read");
    }
}

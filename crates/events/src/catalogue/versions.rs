//! From what a pack writes of versions and derivations to the way in which payloads are read, and what is hidden with what is hidden.

use super::{
    family,
    pack::{FieldInfo, KindFile, KindInfo},
    recipe::{Recipe, Upcast},
    step::{Step, StepFile},
};
use crate::{
    event::Kind,
    fields::{edit::Path, same_name},
};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Most steps of one upcast or derivation.
const STEPS: usize = 64;
/// Most versions of a kind.
const VERSIONS: u32 = 1_000;

/// How an entry's payloads are read; `None`: as they stand. An entry that says nothing of it leaves it as `base` has it. Else the key that is wrong, and why.
pub(super) fn of(file: &KindFile, base: Option<&KindInfo>) -> Result<Option<Arc<Recipe>>, (String, String)> {
    let wrong = |key: &str, reason: String| Err((key.to_owned(), reason));
    let KindFile { version, version_field, upcast, derive, family, .. } = file;
    if version.is_none() && version_field.is_none() && upcast.is_empty() && derive.is_empty() && family.is_none() {
        return Ok(base.and_then(|base| base.recipe.clone()));
    }
    if Kind::is_own(&file.kind) {
        return wrong("kind", "Watchdeck's own events are read by Watchdeck alone; a pack may give them a title".to_owned());
    }
    let newest = version.unwrap_or(1);
    if !(1..=VERSIONS).contains(&newest) {
        return wrong("version", format!("a version is a whole number from 1 to {VERSIONS}"));
    }
    if newest > 1 && version_field.is_none() {
        return wrong("version", "say which field tells the version, as version_field = \"schemaVersion\"".to_owned());
    }
    if !upcast.is_empty() && version.is_none() {
        return wrong("upcast", "say which version is the newest, as version = 2".to_owned());
    }
    let version_field = match version_field {
        Some(name) => Some(Path::parse(name).map_err(|reason| ("version_field".to_owned(), reason))?),
        None => None,
    };
    let mut upcasts = Vec::new();
    for (place, one) in upcast.iter().enumerate() {
        if one.from == 0 || one.from >= newest {
            let reason = format!("an upcast is from a version before the newest ({newest}) to the next one");
            return wrong(&format!("upcast[{place}].from"), reason);
        }
        if upcasts.iter().any(|other: &Upcast| other.from == one.from) {
            return wrong(&format!("upcast[{place}].from"), format!("version {} has an upcast already", one.from));
        }
        upcasts.push(Upcast { from: one.from, steps: steps(&format!("upcast[{place}].steps"), &one.steps)? });
    }
    upcasts.sort_by_key(|upcast| upcast.from);
    for (upcast, expected) in upcasts.iter().rev().zip((1..newest).rev()) {
        if upcast.from != expected {
            let reason = format!("nothing leads from version {expected} to {}; add [[kind.upcast]] with from = {expected}", expected + 1);
            return wrong("upcast", reason);
        }
    }
    let derive = steps("derive", derive)?;
    if let Some(name) = family {
        if family::identity(&file.kind).is_some() {
            return wrong("family", format!("`{}` is one of the kinds that Watchdeck counts itself", file.kind));
        }
        if family::identity(name).is_none() {
            return wrong("family", format!("`{name}` is none of the kinds that Watchdeck counts; write one of {}", family::names()));
        }
    }
    // What it says makes it what it is: a pack that is read again unchanged reads in the same way.
    let way = xxh3_64(format!("{:?}", (&file.kind, version, &file.version_field, upcast, &file.derive, family)).as_bytes());
    let family = family.as_deref().map(Kind::from);
    Ok(Some(Arc::new(Recipe { version: newest, version_field, upcasts, derive, family, way })))
}

fn steps(key: &str, files: &[StepFile]) -> Result<Vec<Step>, (String, String)> {
    if files.len() > STEPS {
        return Err((key.to_owned(), format!("at most {STEPS} steps")));
    }
    let one = |(place, file): (usize, &StepFile)| {
        file.check().map_err(|(verb, reason)| {
            let at = format!("{key}[{place}]");
            (if verb.is_empty() { at } else { format!("{at}.{verb}") }, reason)
        })
    };
    files.iter().enumerate().map(one).collect()
}

/// Hide what is made of something hidden, and what something hidden was made of: an old version has it under another name.
pub(super) fn hide(recipe: &Recipe, fields: &mut Vec<FieldInfo>, masked: &[Box<str>]) {
    let moves: Vec<(Path, Path)> = recipe.steps().flat_map(|step| step.moves()).collect();
    let is_hidden = |fields: &[FieldInfo], path: &Path| {
        path.names().any(|name| match fields.iter().find(|field| same_name(&field.name, name)) {
            Some(field) => field.mask,
            None => masked.iter().any(|masked| same_name(masked, name)),
        })
    };
    let hide = |fields: &mut Vec<FieldInfo>, path: &Path| match fields.iter_mut().find(|field| same_name(&field.name, path.name())) {
        Some(field) => !std::mem::replace(&mut field.mask, true),
        None => {
            fields.push(FieldInfo { name: path.name().into(), optional: true, mask: true, ..FieldInfo::default() });
            true
        }
    };
    // Each round hides one name more, so there is a last one.
    let mut more = true;
    while more {
        more = false;
        for (from, to) in &moves {
            for (one, other) in [(from, to), (to, from)] {
                if is_hidden(fields, one) && !is_hidden(fields, other) {
                    more |= hide(fields, other);
                }
            }
        }
    }
}

//! Fields within objects and lists: `customer.name`, `items.sku`, `items.0.sku`.

use serde_json::value::RawValue;
use watchdeck_events::fields::Fields;

/// Objects and lists within each other, at most.
const DEEPEST: usize = 8;

/// Whether `holds` of one of the fields that a path with dots leads to: asked with the object that has it and its name there.
pub(crate) fn any(fields: &Fields<'_>, path: &str, holds: &mut dyn FnMut(&Fields<'_>, &str) -> bool) -> bool {
    let Some((first, rest)) = path.split_once('.') else { return false };
    fields.token(first).is_some_and(|token| within(token, rest, DEEPEST, holds))
}

fn within(token: &str, path: &str, depth: usize, holds: &mut dyn FnMut(&Fields<'_>, &str) -> bool) -> bool {
    if depth == 0 {
        return false;
    }
    match token.trim_start().as_bytes().first() {
        Some(b'{') => {
            let fields = Fields::of(token);
            // What is written with a dot is found as it is written.
            if fields.token(path).is_some() {
                return holds(&fields, path);
            }
            let Some((first, rest)) = path.split_once('.') else { return false };
            fields.token(first).is_some_and(|token| within(token, rest, depth - 1, holds))
        }
        Some(b'[') => {
            let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(token) else { return false };
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            match first.parse::<usize>() {
                Ok(at) if rest.is_empty() => elements.get(at).is_some_and(|element| alone(element.get(), holds)),
                Ok(at) => elements.get(at).is_some_and(|element| within(element.get(), rest, depth - 1, holds)),
                Err(_) => elements.iter().any(|element| within(element.get(), path, depth - 1, holds)),
            }
        }
        _ => false,
    }
}

/// An element that has no name of its own.
fn alone(token: &str, holds: &mut dyn FnMut(&Fields<'_>, &str) -> bool) -> bool {
    let object = format!("{{\"_\":{token}}}");
    holds(&Fields::of(&object), "_")
}

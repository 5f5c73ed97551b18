//! Where the ERP shows what a request is about: addresses that the user sets for each source and type of request, filled in.
//!
//! What is filled in comes from an event and is doubted: it is percent-encoded, and can choose neither the scheme nor the server.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use watchdeck_wire::{settings::Source, views::ApprovalView};

/// The type of request whose address is for all that have none of their own.
const OTHERS: &str = "*";
/// What is filled in.
const PLACES: [&str; 3] = ["{id}", "{number}", "{type}"];
/// What may stand in an address as it is.
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Addresses of one source at most.
const MOST: usize = 50;

/// Why the addresses of a source cannot be used.
pub(crate) fn check(source: &Source) -> Result<(), String> {
    let name = &source.name;
    if source.open_urls.len() > MOST {
        return Err(format!("{name} can have {MOST} addresses of the ERP's pages at most"));
    }
    for (kind, template) in &source.open_urls {
        if kind.trim().is_empty() {
            return Err(format!("an address of the ERP's pages of {name} needs a type, as return, or * for all others"));
        }
        if let Err(why) = parts(template) {
            return Err(format!("the address for {kind} of {name} {why}, as https://erp.example/{kind}/{{id}}"));
        }
    }
    Ok(())
}

/// Whether a template leads to one server, whatever is filled in.
fn parts(template: &str) -> Result<(), &'static str> {
    let Some((scheme, rest)) = template.split_once("://") else { return Err("must begin with http:// or https://") };
    if !["http", "https"].contains(&scheme) {
        return Err("must begin with http:// or https://");
    }
    let server = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if server.is_empty() {
        return Err("is no address");
    }
    if server.contains(['{', '}']) {
        return Err("must name its server: {id}, {number} and {type} may stand behind it only");
    }
    if server.contains('@') {
        return Err("holds a user or password; leave them out");
    }
    if PLACES.iter().fold(rest.to_owned(), |rest, place| rest.replace(place, "")).contains(['{', '}']) {
        return Err("holds a place that nothing is known for; write {id}, {number} or {type}");
    }
    match Url::parse(&filled(template, ["1", "1", "1"])) {
        Ok(url) if url.has_host() => Ok(()),
        _ => Err("is no address"),
    }
}

fn filled(template: &str, values: [&str; 3]) -> String {
    let mut address = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        address.push_str(&rest[..at]);
        let found = PLACES.iter().zip(values).find(|(place, _)| rest[at..].starts_with(**place));
        let Some((place, value)) = found else {
            address.push('{');
            rest = &rest[at + 1..];
            continue;
        };
        // A step up or down a path is no id.
        let value = if matches!(value, "." | "..") { "" } else { value };
        address.extend(utf8_percent_encode(value, &KEPT));
        rest = &rest[at + place.len()..];
    }
    address + rest
}

/// The page of a request: by its source's settings, else by those of another source of the same ERP.
pub(crate) fn of<'s>(sources: impl Iterator<Item = &'s Source>, view: &ApprovalView) -> Option<String> {
    let template = |source: &'s Source| source.open_urls.get(&view.resource_type).or_else(|| source.open_urls.get(OTHERS));
    let template = sources.into_iter().find_map(template)?;
    parts(template).ok().map(|()| filled(template, [&view.resource_id, &view.number, &view.resource_type]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(kind: &str, template: &str) -> Source {
        Source { name: "ERP".into(), open_urls: [(kind.to_owned(), template.to_owned())].into(), ..Source::default() }
    }

    #[test]
    fn an_address_leads_to_the_server_that_was_set_and_nowhere_else() {
        for (template, why) in [
            ("javascript:alert(1)", "must begin with http:// or https://"),
            ("file:///etc/{id}", "must begin with http:// or https://"),
            ("ftp://erp.example/{id}", "must begin with http:// or https://"),
            ("https://{id}.example/", "must name its server"),
            ("https://{type}/x", "must name its server"),
            ("https://me:secret@erp.example/{id}", "holds a user or password"),
            ("https://erp.example/{order}", "write {id}, {number} or {type}"),
            ("https://erp.example/{id", "write {id}, {number} or {type}"),
            ("https:///x", "is no address"),
        ] {
            let refused = check(&source("return", template)).unwrap_err();
            assert!(refused.contains(why) && refused.starts_with("the address for return of ERP "), "{template}: {refused}");
        }
        assert!(check(&source(" ", "https://erp.example/")).is_err());
        for template in ["https://erp.example/return-orders/{id}", "http://10.0.0.7:3000/a?no={number}&t={type}#x", "https://erp.example"] {
            check(&source("*", template)).unwrap();
        }
    }

    #[test]
    fn what_is_filled_in_is_encoded_and_cannot_leave_its_place() {
        for (id, filled_in) in [
            ("r-1", "https://erp.example/r/r-1?n=1"),
            ("../../admin?x=1#y", "https://erp.example/r/..%2F..%2Fadmin%3Fx%3D1%23y?n=1"),
            ("..", "https://erp.example/r/?n=1"),
            ("退 货", "https://erp.example/r/%E9%80%80%20%E8%B4%A7?n=1"),
            ("{number}", "https://erp.example/r/%7Bnumber%7D?n=1"),
        ] {
            assert_eq!(filled("https://erp.example/r/{id}?n={number}", [id, "1", "return"]), filled_in);
        }
    }
}

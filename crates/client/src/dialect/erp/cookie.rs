//! The session cookie, out of whatever part of a browser it was copied from.
//!
//! A server reads one name only: `next-auth.session-token`, with `__Secure-` before it where it was set up for TLS (also behind a plain
//! `ws://` port), `authjs.session-token` from newer libraries, and `.0`, `.1`, … after it where the session is too long for one cookie. So
//! it goes out under the names under which it was pasted; only a bare value, which has none, goes out under both usual ones.

use std::collections::BTreeMap;

/// What session cookies are called, without what may stand before and behind.
const NAMES: [&str; 2] = ["next-auth.session-token", "authjs.session-token"];
/// What may stand before.
const PREFIXES: [&str; 2] = ["__Secure-", "__Host-"];
/// What a bare value is sent as.
const USUAL: [&str; 2] = ["next-auth.session-token", "__Secure-next-auth.session-token"];
/// Parts of names that other libraries give to session cookies.
const LIKE_A_SESSION: [&str; 4] = ["session", "sid", "token", "auth"];

/// The value of a `Cookie` header.
///
/// # Errors
/// What to tell the user.
pub(super) fn header(pasted: &str) -> Result<String, String> {
    let pasted = pasted.trim().trim_matches(['"', '\'']).trim();
    let found = sessions(pasted);
    let pairs: Vec<(String, String)> = if !found.is_empty() {
        found
    } else if let Some(others) = others(pasted)? {
        others
    } else {
        USUAL.map(|name| (name.to_owned(), pasted.to_owned())).into()
    };
    for (name, value) in &pairs {
        let odd = |byte: u8| !byte.is_ascii_graphic() || matches!(byte, b'"' | b',' | b';' | b'\\');
        if value.is_empty() || value.bytes().any(odd) || name.bytes().any(odd) {
            return Err(
                "the token holds characters that no cookie may hold; paste the session cookie alone, or the whole Cookie header".into()
            );
        }
    }
    Ok(pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; "))
}

/// Every session cookie in a header, a curl command, a cookie table, JSON: the parts of one in their order.
fn sessions(pasted: &str) -> Vec<(String, String)> {
    let mut found: BTreeMap<(String, u32), (String, String)> = BTreeMap::new();
    for name in NAMES {
        for (at, _) in pasted.match_indices(name) {
            let before = &pasted[..at];
            let prefix = PREFIXES.into_iter().find(|prefix| before.ends_with(prefix)).unwrap_or_default();
            let mut rest = &pasted[at + name.len()..];
            let mut part = None;
            if let Some(behind) = rest.strip_prefix('.') {
                let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
                part = behind[..digits].parse::<u32>().ok();
                rest = if part.is_some() { &behind[digits..] } else { rest };
            }
            let Some(value) = value(rest) else { continue };
            let base = format!("{prefix}{name}");
            let whole = part.map_or_else(|| base.clone(), |part| format!("{base}.{part}"));
            found.entry((base, part.map_or(0, |part| part + 1))).or_insert((whole, value.to_owned()));
        }
    }
    found.into_values().collect()
}

/// What follows a name: `=value`, a column of a table, `": "value"`, `","value":"…"`.
fn value(rest: &str) -> Option<&str> {
    let joint = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ':' | ',');
    let begins = rest.trim_start_matches(joint);
    if begins.len() == rest.len() {
        return None;
    }
    let begins = begins.strip_prefix("value").map_or(begins, |behind| behind.trim_start_matches(joint));
    let end = begins.find(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '"' | '\'' | '\\')).unwrap_or(begins.len());
    Some(&begins[..end]).filter(|value| !value.is_empty())
}

/// Cookies of other names, where a pair or a whole header was pasted. `None`: it is a bare value.
fn others(pasted: &str) -> Result<Option<Vec<(String, String)>>, String> {
    let lower = pasted.to_ascii_lowercase();
    let header = ["cookie:", "set-cookie:"].into_iter().find_map(|name| lower.starts_with(name).then(|| &pasted[name.len()..]));
    let list = header.unwrap_or(pasted);
    let pairs = list.split(';').filter_map(|pair| pair.trim().split_once('='));
    let like_one = |name: &str| LIKE_A_SESSION.iter().any(|part| name.to_ascii_lowercase().contains(part));
    // In base64, `=` is padding.
    let found: Vec<_> = pairs
        .filter(|(name, value)| like_one(name) && !value.is_empty() && !value.bytes().all(|byte| byte == b'='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    if !found.is_empty() {
        return Ok(Some(found));
    }
    if header.is_some() || list.contains(';') {
        return Err("there is no session cookie in what was pasted; its name ends with session-token".into());
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_out_under_the_name_it_was_pasted_with() {
        for (pasted, sent) in [
            ("next-auth.session-token=abc", "next-auth.session-token=abc"),
            ("__Secure-next-auth.session-token=abc", "__Secure-next-auth.session-token=abc"),
            ("authjs.session-token=abc", "authjs.session-token=abc"),
            ("__Host-authjs.session-token=a.b-c_d==", "__Host-authjs.session-token=a.b-c_d=="),
            ("Cookie: x=1; next-auth.session-token=abc; y=2", "next-auth.session-token=abc"),
            ("cookie:theme=dark;__Secure-authjs.session-token=abc", "__Secure-authjs.session-token=abc"),
            ("Set-Cookie: __Secure-next-auth.session-token=abc; Path=/; HttpOnly; Secure", "__Secure-next-auth.session-token=abc"),
            ("curl 'https://erp/api' -H 'accept: */*' -b 'a=b; next-auth.session-token=abc' --compressed", "next-auth.session-token=abc"),
            ("next-auth.session-token\tabc\terp.example\t/\t2026-12-21", "next-auth.session-token=abc"),
            ("#HttpOnly_erp\tFALSE\t/\tTRUE\t1800000000\t__Secure-next-auth.session-token\tabc", "__Secure-next-auth.session-token=abc"),
            (r#"{"next-auth.session-token": "abc"}"#, "next-auth.session-token=abc"),
            (r#"[{"domain":"erp","name":"next-auth.session-token","value":"abc","path":"/"}]"#, "next-auth.session-token=abc"),
            ("connect.sid=s%3Aabc", "connect.sid=s%3Aabc"),
            ("theme=dark; my.session=abc", "my.session=abc"),
        ] {
            assert_eq!(header(pasted).as_deref(), Ok(sent), "{pasted}");
        }
    }

    #[test]
    fn parts_stay_parts_each_under_its_own_name_and_in_their_order() {
        for (pasted, sent) in [
            (
                "x=1; __Secure-next-auth.session-token.1=bbb; __Secure-next-auth.session-token.0=aaa; y=2",
                "__Secure-next-auth.session-token.0=aaa; __Secure-next-auth.session-token.1=bbb",
            ),
            (
                "authjs.session-token.0=a; authjs.session-token.10=k; authjs.session-token.2=c",
                "authjs.session-token.0=a; authjs.session-token.2=c; authjs.session-token.10=k",
            ),
        ] {
            assert_eq!(header(pasted).as_deref(), Ok(sent));
        }
    }

    #[test]
    fn a_bare_value_goes_out_under_both_usual_names() {
        for bare in ["abc", " 'abc' ", "\"abc\""] {
            assert_eq!(header(bare).unwrap(), "next-auth.session-token=abc; __Secure-next-auth.session-token=abc");
        }
        assert!(header("padded==").unwrap().starts_with("next-auth.session-token=padded==;"));
    }

    #[test]
    fn what_holds_no_session_or_breaks_a_header_is_refused_in_words() {
        for (pasted, words) in [
            ("Cookie: theme=dark", "no session cookie"),
            ("theme=dark; lang=zh", "no session cookie"),
            ("a; admin=1", "no session cookie"),
            ("a\nb", "no cookie may hold"),
            ("库存", "no cookie may hold"),
            ("", "no cookie may hold"),
        ] {
            assert!(header(pasted).unwrap_err().contains(words), "{pasted:?}");
        }
    }
}

//! Where a Socket.IO server listens, and what it wants to be told in the query.

use crate::profile::User;

/// The path that Socket.IO servers listen on.
const NAME: &str = "socket.io";

/// The path and query to ask for, made of those of the user's address. A path that already names the place is kept, and so is any whose
/// query says that Engine.IO is there (`/realtime/?EIO=4`); any other is what stands before it (a proxy's prefix). The query's other fields
/// are kept too.
pub(super) fn path(given: &str, user: Option<&User>) -> String {
    let (path, query) = given.split_once('?').unwrap_or((given, ""));
    let path = path.trim_end_matches('/');
    let path = match path.rsplit('/').next() {
        Some(NAME) => format!("{path}/"),
        _ if path.split('/').any(|part| part == NAME) => path.to_owned(),
        _ if query.split('&').any(|field| field.starts_with("EIO=")) => format!("{path}/"),
        _ => format!("{path}/{NAME}/"),
    };
    let mut fields = vec!["EIO=4".to_owned(), "transport=websocket".to_owned()];
    if let Some(user) = user {
        let told = [("userId", &user.id), ("userRole", &user.role)];
        fields.extend(told.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", escaped(value))));
    }
    let name = |field: &str| field.split('=').next().unwrap_or_default().to_owned();
    let own: Vec<String> = fields.iter().map(|field| name(field)).collect();
    fields.extend(query.split('&').filter(|field| !field.is_empty() && !own.contains(&name(field))).map(str::to_owned));
    format!("{path}?{}", fields.join("&"))
}

/// Percent-encoded as RFC 3986 wants it.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("a string takes everything");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_found_from_every_usual_address() {
        let user = User { id: "7".into(), role: "ROLE_ADMIN".into(), name: "zhang".into() };
        for (given, asked) in [
            ("/", "/socket.io/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN"),
            ("", "/socket.io/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN"),
            ("/socket.io", "/socket.io/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN"),
            ("/api/socket.io/", "/api/socket.io/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN"),
            ("/realtime/", "/realtime/socket.io/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN"),
            ("/realtime/socket.io/", "/realtime/socket.io/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN"),
            ("/realtime/?EIO=4", "/realtime/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN"),
            (
                "/socket.io/?EIO=3&transport=polling&tenant=a%20b",
                "/socket.io/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN&tenant=a%20b",
            ),
        ] {
            assert_eq!(path(given, Some(&user)), asked, "{given:?}");
        }
    }

    #[test]
    fn a_user_in_the_address_is_kept_where_the_profile_names_none() {
        assert_eq!(path("/?userId=9", None), "/socket.io/?EIO=4&transport=websocket&userId=9");
    }

    #[test]
    fn a_name_cannot_break_out_of_its_field() {
        let user = User { id: "张&userRole=ROLE_ADMIN#".into(), role: "a b".into(), ..User::default() };
        assert_eq!(
            path("/", Some(&user)),
            "/socket.io/?EIO=4&transport=websocket&userId=%E5%BC%A0%26userRole%3DROLE_ADMIN%23&userRole=a%20b"
        );
    }
}

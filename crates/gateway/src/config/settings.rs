//! What of a configuration decides who may do what, for whoever notes that it changed.

use super::checked::Config;
use crate::setting::Setting;
use std::{collections::BTreeMap, fmt::Debug};
use watchdeck_secret::Secret;

impl Config {
    /// Each by its name, recognised by a digest: values may be secrets, and are long.
    pub(crate) fn settings(&self) -> BTreeMap<String, Setting> {
        let of = |value: &dyn Debug, secrets: &[&Secret]| {
            let shown = format!("{value:?}");
            Setting::digest([shown.as_str()].into_iter().chain(secrets.iter().map(|secret| secret.expose())))
        };
        let secret = |secret: &Option<Secret>| secret.as_ref().map(|secret| of(&"", &[secret]));
        let one = [
            ("publish_key", secret(&self.publish_key)),
            ("read_token", secret(&self.read_token)),
            ("redis.url", secret(&self.redis_url)),
            ("redis.password", secret(&self.redis_password)),
            ("log", secret(&self.log)),
            ("users_file", self.users_file.as_ref().map(|path| of(path, &[]))),
            ("jwt", self.jwt.as_ref().map(|jwt| of(jwt, &jwt.secret.iter().collect::<Vec<_>>()))),
            ("erp_session", self.erp_session.as_ref().map(|session| of(session, &[]))),
            ("limits", Some(of(&self.limits, &[]))),
            ("allowed_origins", Some(of(&self.allowed_origins, &[]))),
            ("keep_days", Some(of(&self.keep_days, &[]))),
            ("keep_gigabytes", Some(of(&self.keep_gigabytes, &[]))),
        ];
        let one = one.into_iter().filter_map(|(name, setting)| Some((name.to_owned(), setting?)));
        let roles = self.roles.iter().map(|(name, role)| (format!("roles.{name}"), of(role, &[])));
        let upstreams = self.upstreams.iter().enumerate();
        let upstreams =
            upstreams.map(|(index, upstream)| (format!("upstream.{}", index + 1), of(upstream, &upstream.secrets().collect::<Vec<_>>())));
        one.chain(roles).chain(upstreams).collect()
    }
}

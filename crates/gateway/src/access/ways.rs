//! The ways to be somebody that a configuration names.

use super::{credentials::Credentials, erp::ErpSession, jwt::Jwt, users::Users};
use crate::{config::Config, error::GatewayError};
use std::sync::Arc;

/// Open them. Whoever starts a gateway hands them in ([`Parts`](crate::Parts)): what they are made of is large, and not everybody who embeds one wants it.
///
/// # Errors
/// [`GatewayError`] for what cannot be used, with what to do.
pub fn ways(config: &Config) -> Result<Vec<Arc<dyn Credentials>>, GatewayError> {
    let mut ways: Vec<Arc<dyn Credentials>> = vec![Arc::new(Users::open(&config.users_path(), config.users_file.is_some())?)];
    if let Some(jwt) = &config.jwt {
        ways.push(Arc::new(Jwt::open(jwt)?));
    }
    if let Some(erp_session) = &config.erp_session {
        ways.push(Arc::new(ErpSession::open(erp_session)?));
    }
    Ok(ways)
}

//! Claims before the signature is verified.

use std::borrow::Cow;

use super::names::Names;
use super::numeric_date::NumericDate;
use super::object::{read_object, set_once};
use super::private_names::holds_private_name;
use super::texts::OneOrMany;
use crate::error::TokenError;

/// The claims of a payload that is not verified yet. They never leave this crate.
pub(crate) struct UnverifiedClaims<'a> {
    pub(crate) registered: Claims<'a>,
    /// Whether the token is bound to a key of its sender (`cnf`)
    /// ([RFC 7800](https://www.rfc-editor.org/rfc/rfc7800)).
    pub(crate) is_sender_constrained: bool,
    others: Names<'a>,
}

impl<'a> UnverifiedClaims<'a> {
    pub(crate) fn new() -> Self {
        Self {
            registered: Claims::default(),
            is_sender_constrained: false,
            others: Names::new(),
        }
    }

    /// Reads the claims of a payload in place, because they are large.
    pub(crate) fn read(&mut self, json: &'a str) -> Result<(), TokenError> {
        if holds_private_name(json) {
            return Err(TokenError::InvalidClaims);
        }
        let Self {
            registered,
            is_sender_constrained,
            others,
        } = self;
        let mut confirmation = None;
        read_object(json, |name, value| match &*name {
            "iss" => set_once(&mut registered.issuer, value.text()?),
            "sub" => set_once(&mut registered.subject, value.text()?),
            "aud" => set_once(&mut registered.audience, value.texts()?),
            "exp" => set_once(&mut registered.times.expires_at, value.date()?),
            "nbf" => set_once(&mut registered.times.not_before, value.date()?),
            "iat" => set_once(&mut registered.times.issued_at, value.date()?),
            "jti" => set_once(&mut registered.token_id, value.text()?),
            "sid" => set_once(&mut registered.session_id, value.text()?),
            "scope" => set_once(&mut registered.scope, value.texts()?),
            "scp" => set_once(&mut registered.scp, value.texts()?),
            "cnf" => set_once(&mut confirmation, value.skip()?),
            _ => others.read(name, value),
        })
        .and_then(|()| others.finish())
        .ok_or(TokenError::InvalidClaims)?;
        *is_sender_constrained = confirmation.is_some();
        Ok(())
    }

    /// Whether the claim is present and not `null`.
    pub(crate) fn contains(&self, claim: &str) -> bool {
        let registered = &self.registered;
        match claim {
            "iss" => registered.issuer.is_some(),
            "sub" => registered.subject.is_some(),
            "aud" => registered.audience.is_some(),
            "exp" => registered.times.expires_at.is_some(),
            "nbf" => registered.times.not_before.is_some(),
            "iat" => registered.times.issued_at.is_some(),
            "jti" => registered.token_id.is_some(),
            "sid" => registered.session_id.is_some(),
            "scope" => registered.scope.is_some(),
            "scp" => registered.scp.is_some(),
            "cnf" => self.is_sender_constrained,
            other => self.others.contains(other),
        }
    }
}

/// The registered claims of a payload.
#[derive(Default)]
pub(crate) struct Claims<'a> {
    pub(crate) issuer: Option<Cow<'a, str>>,
    pub(crate) subject: Option<Cow<'a, str>>,
    pub(crate) audience: Option<OneOrMany<'a>>,
    pub(crate) times: Times,
    pub(crate) token_id: Option<Cow<'a, str>>,
    pub(crate) session_id: Option<Cow<'a, str>>,
    pub(crate) scope: Option<OneOrMany<'a>>,
    pub(crate) scp: Option<OneOrMany<'a>>,
}

/// The dates among the claims.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) expires_at: Option<NumericDate>,
    pub(crate) not_before: Option<NumericDate>,
    pub(crate) issued_at: Option<NumericDate>,
}

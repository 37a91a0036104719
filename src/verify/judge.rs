//! Judging a token.

use std::any::TypeId;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::cache::TokenId;
use super::issuers::Issuer;
use super::verified::Verified;
use super::{Inner, VerifiedToken};
use crate::error::{AuthError, TokenError};
use crate::jose::{RegisteredClaims, Token, UnverifiedClaims, base64url};
use crate::keys::{Refresh, WantedKey};

/// The longest signature there is: that of an RSA key of 8192 bits, and what the decoder wants
/// beside it.
const SIGNATURE_BUFFER: usize = 1024 + 16;

/// Whether keys may be asked for: once a token, so that none can go round in circles.
pub(super) enum Inquiry {
    First,
    /// This issuer was asked, and has answered.
    Last(Arc<Issuer>),
}

pub(super) enum Stop {
    Refused(AuthError),
    Refreshing(Arc<Issuer>, BoxFuture<'static, Result<(), AuthError>>),
}

impl From<TokenError> for Stop {
    fn from(reason: TokenError) -> Self {
        Self::Refused(reason.into())
    }
}

/// Whether claims of another type cannot be had from those of this type.
fn keeps_payload<C: 'static>() -> bool {
    TypeId::of::<C>() != TypeId::of::<Map<String, Value>>()
}

impl<C: DeserializeOwned + 'static> Inner<C> {
    /// The verdict on a token, by all the checks in their order.
    pub(super) fn judge(
        &self,
        text: &[u8],
        id: Option<TokenId>,
        inquiry: Inquiry,
    ) -> Result<VerifiedToken<C>, Stop> {
        if text.len() > self.max_token_len {
            return Err(TokenError::TooLong.into());
        }
        let token = Token::parse(text)?;

        let header = self.headers.of(&token)?;
        let mut payload = Vec::new();
        base64url::decode_into(token.payload(), &mut payload).ok_or(TokenError::Malformed)?;
        let payload = String::from_utf8(payload).map_err(|_| TokenError::InvalidClaims)?;
        let mut claims = UnverifiedClaims::new();
        claims.read(&payload)?;

        let now = self.now();
        let name = claims.registered.issuer.as_deref();
        let (issuer, may_ask) = match inquiry {
            Inquiry::First => (self.issuers.find(name, now).map_err(Stop::Refused)?, true),
            // A tenant may have left while its token waited.
            Inquiry::Last(issuer) if !self.issuers.still_trust(&issuer, name) => {
                return Err(TokenError::UntrustedIssuer.into());
            }
            Inquiry::Last(issuer) => (issuer, false),
        };
        issuer.validation.check_header(&header)?;
        issuer.validation.check_claims(&claims, now)?;
        if let Some(revocations) = &self.revocations {
            revocations.check_life(&claims.registered.times)?;
        }

        let keys = issuer.keys.snapshot();
        let wanted = WantedKey::of(&header);
        let key = match keys.select(wanted) {
            Ok(key) => key,
            Err(TokenError::UnknownKey) if may_ask => {
                return Err(match issuer.keys.refresh(&wanted) {
                    Refresh::Unchanged => TokenError::UnknownKey.into(),
                    Refresh::Unavailable(after) => Stop::Refused(AuthError::KeysUnavailable(after)),
                    Refresh::Pending(refresh) => Stop::Refreshing(issuer, refresh),
                });
            }
            Err(reason) => return Err(reason.into()),
        };

        let mut signature = [0; SIGNATURE_BUFFER];
        let signature = base64url::decode_slice(token.signature(), &mut signature)
            .ok_or(TokenError::Malformed)?;
        if !key.verify(header.algorithm(), token.signing_input(), signature) {
            return Err(TokenError::BadSignature.into());
        }

        let verified = VerifiedToken::new(Verified {
            claims: serde_json::from_str(&payload).map_err(|_| TokenError::UndecodableClaims)?,
            roles: self
                .roles
                .iter()
                .flat_map(|path| path.strings(&payload))
                .collect(),
            revocable: self.revocations.as_ref().map(|_| Box::default()),
            registered: RegisteredClaims::from(&claims.registered),
            trust: self.headers.accept(&token, header, issuer.id, keys),
            payload_len: u32::try_from(payload.len()).unwrap_or(u32::MAX),
            payload: keeps_payload::<C>().then(|| payload.into_boxed_str()),
        });
        self.check_revocations(&verified).map_err(Stop::Refused)?;
        let verified = self.apply_rules(verified).map_err(Stop::Refused)?;
        self.issuers.mark_used(&issuer);
        if let Some(id) = id {
            self.cache.insert(id, verified.clone());
        }
        Ok(verified)
    }
}

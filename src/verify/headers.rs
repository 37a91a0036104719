//! The header that came last.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::issuers::IssuerId;
use super::verified::Trust;
use crate::error::TokenError;
use crate::jose::{Header, Token, base64url};
use crate::keys::KeySet;

/// Remembers one header, since those of an issuer's tokens are the same until its key changes:
/// most are then neither decoded nor parsed again. What their tokens were accepted by is shared.
///
/// Only headers of verified tokens are remembered, so that junk does not displace them. Equal
/// text means an equal header, so that no token gains by it.
#[derive(Default)]
pub(super) struct Headers {
    last: ArcSwapOption<Remembered>,
}

struct Remembered {
    encoded: Box<[u8]>,
    trust: Arc<Trust>,
}

/// The header of a token that may not be verified yet.
pub(super) enum Found {
    /// It has come before, with what a token was accepted by.
    Known(Arc<Trust>),
    New(Arc<Header>),
}

impl Deref for Found {
    type Target = Header;

    fn deref(&self) -> &Header {
        match self {
            Self::Known(trust) => &trust.header,
            Self::New(header) => header,
        }
    }
}

impl Headers {
    /// The header of a token.
    pub(super) fn of(&self, token: &Token<'_>) -> Result<Found, TokenError> {
        if let Some(last) = &*self.last.load()
            && *last.encoded == *token.header()
        {
            return Ok(Found::Known(Arc::clone(&last.trust)));
        }
        let mut json = Vec::new();
        base64url::decode_into(token.header(), &mut json).ok_or(TokenError::Malformed)?;
        let json = str::from_utf8(&json).map_err(|_| TokenError::InvalidHeader)?;
        Header::parse(json).map(|header| Found::New(Arc::new(header)))
    }

    /// By what a token was accepted: with this header, by one of these keys of the issuer.
    pub(super) fn accept(
        &self,
        token: &Token<'_>,
        header: Found,
        issuer: IssuerId,
        keys: KeySet,
    ) -> Arc<Trust> {
        let header = match header {
            Found::Known(trust) if trust.issuer == issuer && trust.keys.is_same(&keys) => {
                return trust;
            }
            Found::Known(trust) => Arc::clone(&trust.header),
            Found::New(header) => header,
        };
        let trust = Arc::new(Trust {
            header,
            issuer,
            keys,
        });
        self.last.store(Some(Arc::new(Remembered {
            encoded: token.header().into(),
            trust: Arc::clone(&trust),
        })));
        trust
    }
}

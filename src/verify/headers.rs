//! The header that came last.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::error::TokenError;
use crate::jose::{Header, Token, base64url};

/// Remembers one header, since those of an issuer's tokens are the same until its key changes:
/// most are then neither decoded nor parsed again.
///
/// Only headers of verified tokens are remembered, so that junk does not displace them. Equal
/// text means an equal header, so that no token gains by it.
#[derive(Default)]
pub(super) struct Headers {
    last: ArcSwapOption<Remembered>,
}

struct Remembered {
    encoded: Box<[u8]>,
    header: Arc<Header>,
}

impl Headers {
    /// The header of a token, and whether it is another than the one remembered.
    pub(super) fn of(&self, token: &Token<'_>) -> Result<(Arc<Header>, bool), TokenError> {
        if let Some(last) = &*self.last.load()
            && *last.encoded == *token.header()
        {
            return Ok((Arc::clone(&last.header), false));
        }
        let mut json = Vec::new();
        base64url::decode_into(token.header(), &mut json).ok_or(TokenError::Malformed)?;
        let json = str::from_utf8(&json).map_err(|_| TokenError::InvalidHeader)?;
        Header::parse(json).map(|header| (Arc::new(header), true))
    }

    /// Remembers the header of a token that was verified.
    pub(super) fn remember(&self, token: &Token<'_>, header: &Arc<Header>) {
        let remembered = Remembered {
            encoded: token.header().into(),
            header: Arc::clone(header),
        };
        self.last.store(Some(Arc::new(remembered)));
    }
}

//! The registered claims of a token.

use std::fmt;

use super::numeric_date::NumericDate;
use super::packed::{Packed, Packer};
use super::texts::OneOrMany;
use super::unverified::{Claims, Times, UnverifiedClaims};
use crate::error::TokenError;

/// The registered claims ([RFC 7519 §4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)), the
/// scopes ([RFC 8693 §4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2)), and the session
/// ([OpenID Connect](https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout)).
///
/// Parsing is strict: a claim of the wrong JSON type or a repeated name is refused, needed or not.
/// `Debug` shows no value.
///
/// ```
/// use tower_bearer::jose::RegisteredClaims;
///
/// let claims = RegisteredClaims::parse(r#"{"sub":"alice","aud":["a","b"],"scope":"read write"}"#)?;
/// assert_eq!(claims.subject(), Some("alice"));
/// assert!(claims.audiences().eq(["a", "b"]));
/// assert!(claims.has_scope("write") && !claims.has_scope("writ"));
/// # Ok::<(), tower_bearer::TokenError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RegisteredClaims {
    texts: Packed,
    times: Times,
}

const ISSUER: char = 'i';
const SUBJECT: char = 's';
const AUDIENCE: char = 'a';
const TOKEN_ID: char = 'j';
const SESSION_ID: char = 'd';
const SCOPE: char = 'o';

impl RegisteredClaims {
    /// Parses the claims from the JSON text of a payload.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidClaims`] if the text is not one JSON object, a claim has the wrong type
    /// or more than 512 strings, a name repeats, or there are more than 256 other members or 127
    /// levels.
    pub fn parse(json: &str) -> Result<Self, TokenError> {
        let mut claims = UnverifiedClaims::new();
        claims.read(json)?;
        Ok(Self::from(&claims.registered))
    }

    /// The issuer (`iss`).
    pub fn issuer(&self) -> Option<&str> {
        self.texts.text(ISSUER)
    }

    /// The subject (`sub`).
    pub fn subject(&self) -> Option<&str> {
        self.texts.text(SUBJECT)
    }

    /// The audiences (`aud`).
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.texts.texts(AUDIENCE)
    }

    /// The expiration time (`exp`): the token is invalid from then on.
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.times.expires_at
    }

    /// The time before which the token is not valid (`nbf`).
    pub fn not_before(&self) -> Option<NumericDate> {
        self.times.not_before
    }

    /// The time of issue (`iat`).
    pub fn issued_at(&self) -> Option<NumericDate> {
        self.times.issued_at
    }

    /// The token's id (`jti`).
    pub fn token_id(&self) -> Option<&str> {
        self.texts.text(TOKEN_ID)
    }

    /// The session's id (`sid`).
    pub fn session_id(&self) -> Option<&str> {
        self.texts.text(SESSION_ID)
    }

    /// The scopes in `scope` and `scp`. A string is split at spaces; an array lists them.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.texts.texts(SCOPE)
    }

    /// Whether this is one of the [`scopes`](Self::scopes). The comparison is exact.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|granted| granted == scope)
    }

    pub(crate) fn times(&self) -> &Times {
        &self.times
    }
}

impl From<&Claims<'_>> for RegisteredClaims {
    fn from(claims: &Claims<'_>) -> Self {
        let mut packer = packer(claims);
        if let Some(issuer) = &claims.issuer {
            packer.text(ISSUER, issuer);
        }
        if let Some(subject) = &claims.subject {
            packer.text(SUBJECT, subject);
        }
        if let Some(token_id) = &claims.token_id {
            packer.text(TOKEN_ID, token_id);
        }
        if let Some(session_id) = &claims.session_id {
            packer.text(SESSION_ID, session_id);
        }
        for audience in claims.audience.iter().flat_map(OneOrMany::iter) {
            packer.text(AUDIENCE, &audience);
        }
        for scopes in [&claims.scope, &claims.scp].into_iter().flatten() {
            match scopes {
                OneOrMany::One(list) => list
                    .split(' ')
                    .filter(|scope| !scope.is_empty())
                    .for_each(|scope| packer.text(SCOPE, scope)),
                OneOrMany::Many(scopes) => {
                    for scope in scopes.clone() {
                        packer.text(SCOPE, &scope);
                    }
                }
            }
        }
        Self {
            texts: packer.finish(),
            times: claims.times,
        }
    }
}

impl fmt::Debug for RegisteredClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClaims").finish_non_exhaustive()
    }
}

/// A packer with room for the claims.
fn packer(claims: &Claims<'_>) -> Packer {
    let (mut len, mut items) = (0_usize, 0_usize);
    let mut add = |text: &str| {
        len = len.saturating_add(text.len());
        items = items.saturating_add(1);
    };
    let single = [
        &claims.issuer,
        &claims.subject,
        &claims.token_id,
        &claims.session_id,
    ];
    single.into_iter().flatten().for_each(|text| add(text));
    for texts in [&claims.audience, &claims.scope, &claims.scp] {
        let texts = texts.iter().flat_map(OneOrMany::iter);
        texts.for_each(|text| add(&text));
    }
    Packer::new(len, items)
}

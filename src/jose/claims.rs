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
/// They are read strictly: a claim of the wrong JSON type or a repeated name is refused, whether
/// or not the claim is asked for. `Debug` shows no value.
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
pub struct RegisteredClaims(Packed);

const ISSUER: char = 'i';
const SUBJECT: char = 's';
const AUDIENCE: char = 'a';
const EXPIRES_AT: char = 'e';
const NOT_BEFORE: char = 'n';
const ISSUED_AT: char = 't';
const TOKEN_ID: char = 'j';
const SESSION_ID: char = 'd';
const SCOPE: char = 'o';

impl RegisteredClaims {
    /// Reads the claims from the JSON text of a payload.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidClaims`] where the text is not one JSON object, a claim has the wrong
    /// type or is an array of more than 512 strings, a name of the object is repeated, or it has
    /// more than 256 members that are none of these claims, or more than 127 levels of them.
    pub fn parse(json: &str) -> Result<Self, TokenError> {
        let mut claims = UnverifiedClaims::new();
        claims.read(json)?;
        Ok(Self::from(&claims.registered))
    }

    /// Who issued the token (`iss`).
    pub fn issuer(&self) -> Option<&str> {
        self.0.text(ISSUER)
    }

    /// Whom the token speaks of (`sub`).
    pub fn subject(&self) -> Option<&str> {
        self.0.text(SUBJECT)
    }

    /// Whom the token is meant for (`aud`).
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.0.texts(AUDIENCE)
    }

    /// From when on the token is no longer good (`exp`).
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.0.date(EXPIRES_AT)
    }

    /// Before when the token is not yet good (`nbf`).
    pub fn not_before(&self) -> Option<NumericDate> {
        self.0.date(NOT_BEFORE)
    }

    /// When the token was issued (`iat`).
    pub fn issued_at(&self) -> Option<NumericDate> {
        self.0.date(ISSUED_AT)
    }

    /// The identifier of the token (`jti`).
    pub fn token_id(&self) -> Option<&str> {
        self.0.text(TOKEN_ID)
    }

    /// The session that the token belongs to (`sid`).
    pub fn session_id(&self) -> Option<&str> {
        self.0.text(SESSION_ID)
    }

    /// The scopes, from `scope` and `scp`: of a string those between its spaces, of an array its
    /// elements.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.texts(SCOPE)
    }

    /// Whether this scope is among the [`scopes`](Self::scopes): compared to the letter, and
    /// always as a whole.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|granted| granted == scope)
    }

    pub(crate) fn times(&self) -> Times {
        Times {
            expires_at: self.expires_at(),
            not_before: self.not_before(),
            issued_at: self.issued_at(),
        }
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
        if let Some(date) = claims.times.expires_at {
            packer.date(EXPIRES_AT, date);
        }
        if let Some(date) = claims.times.not_before {
            packer.date(NOT_BEFORE, date);
        }
        if let Some(date) = claims.times.issued_at {
            packer.date(ISSUED_AT, date);
        }
        Self(packer.finish())
    }
}

impl fmt::Debug for RegisteredClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClaims").finish_non_exhaustive()
    }
}

/// A packer with room for the claims.
fn packer(claims: &Claims<'_>) -> Packer {
    /// What a date of these times takes, and about as much the second item of a list.
    const DATE_LEN: usize = 6;

    let (mut len, mut items) = (3 * DATE_LEN, 3_usize);
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

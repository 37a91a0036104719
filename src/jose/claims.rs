//! The registered claims of a token.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::numeric_date::NumericDate;
use super::unverified::UnverifiedClaims;
use crate::error::TokenError;

/// The registered claims ([RFC 7519 §4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)), and
/// the scopes ([RFC 8693 §4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2)).
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
pub struct RegisteredClaims {
    /// The texts of all claims, one behind the other: one allocation instead of one each.
    texts: Box<str>,
    claims: Claims<Range<u32>>,
}

impl RegisteredClaims {
    /// Reads the claims from the JSON text of a payload.
    ///
    /// # Errors
    ///
    /// [`TokenError::InvalidClaims`] where the text is not one JSON object, a claim has the wrong
    /// type, or a name of the object is repeated.
    pub fn parse(json: &str) -> Result<Self, TokenError> {
        let mut claims = UnverifiedClaims::new();
        claims.read(json)?;
        Ok(Self::from(claims.registered))
    }

    /// Who issued the token (`iss`).
    pub fn issuer(&self) -> Option<&str> {
        self.claims.issuer.as_ref().map(|span| self.text(span))
    }

    /// Whom the token speaks of (`sub`).
    pub fn subject(&self) -> Option<&str> {
        self.claims.subject.as_ref().map(|span| self.text(span))
    }

    /// Whom the token is meant for (`aud`).
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.claims
            .audience
            .iter()
            .flat_map(OneOrMany::iter)
            .map(|span| self.text(span))
    }

    /// From when on the token is no longer good (`exp`).
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.claims.expires_at
    }

    /// Before when the token is not yet good (`nbf`).
    pub fn not_before(&self) -> Option<NumericDate> {
        self.claims.not_before
    }

    /// When the token was issued (`iat`).
    pub fn issued_at(&self) -> Option<NumericDate> {
        self.claims.issued_at
    }

    /// The identifier of the token (`jti`).
    pub fn token_id(&self) -> Option<&str> {
        self.claims.token_id.as_ref().map(|span| self.text(span))
    }

    /// The scopes, from `scope` and `scp`: of a string those between its spaces, of an array its
    /// elements.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        [&self.claims.scope, &self.claims.scp]
            .into_iter()
            .flatten()
            .flat_map(|scopes| {
                let (listed, elements) = match scopes {
                    OneOrMany::One(list) => (self.text(list), [].as_slice()),
                    OneOrMany::Many(elements) => ("", elements.as_slice()),
                };
                let listed = listed.split(' ').filter(|scope| !scope.is_empty());
                listed.chain(elements.iter().map(|span| self.text(span)))
            })
    }

    /// Whether this scope is among the [`scopes`](Self::scopes): compared to the letter, and
    /// always as a whole.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|granted| granted == scope)
    }

    /// The claims, of which only the dates can be read.
    pub(crate) fn claims(&self) -> &Claims<Range<u32>> {
        &self.claims
    }

    fn text(&self, span: &Range<u32>) -> &str {
        let (Ok(start), Ok(end)) = (usize::try_from(span.start), usize::try_from(span.end)) else {
            return "";
        };
        self.texts.get(start..end).unwrap_or_default()
    }
}

impl From<Claims<Cow<'_, str>>> for RegisteredClaims {
    fn from(claims: Claims<Cow<'_, str>>) -> Self {
        let mut texts = String::with_capacity(claims.text_len());
        let claims = claims.map(|text| {
            let start = len(&texts);
            texts.push_str(&text);
            start..len(&texts)
        });
        Self {
            texts: texts.into_boxed_str(),
            claims,
        }
    }
}

/// No token comes near the limit: spans past it would be empty.
fn len(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

impl fmt::Debug for RegisteredClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClaims").finish_non_exhaustive()
    }
}

/// The registered claims, with texts of any form.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Claims<T> {
    pub(crate) issuer: Option<T>,
    pub(crate) subject: Option<T>,
    pub(crate) audience: Option<OneOrMany<T>>,
    pub(crate) expires_at: Option<NumericDate>,
    pub(crate) not_before: Option<NumericDate>,
    pub(crate) issued_at: Option<NumericDate>,
    pub(crate) token_id: Option<T>,
    pub(crate) scope: Option<OneOrMany<T>>,
    pub(crate) scp: Option<OneOrMany<T>>,
}

impl<T> Claims<T> {
    fn map<U>(self, mut convert: impl FnMut(T) -> U) -> Claims<U> {
        Claims {
            issuer: self.issuer.map(&mut convert),
            subject: self.subject.map(&mut convert),
            audience: self.audience.map(|texts| texts.map(&mut convert)),
            expires_at: self.expires_at,
            not_before: self.not_before,
            issued_at: self.issued_at,
            token_id: self.token_id.map(&mut convert),
            scope: self.scope.map(|texts| texts.map(&mut convert)),
            scp: self.scp.map(|texts| texts.map(&mut convert)),
        }
    }
}

impl Claims<Cow<'_, str>> {
    fn text_len(&self) -> usize {
        let single = [&self.issuer, &self.subject, &self.token_id]
            .into_iter()
            .flatten();
        let listed = [&self.audience, &self.scope, &self.scp]
            .into_iter()
            .flatten();
        single
            .chain(listed.flat_map(OneOrMany::iter))
            .map(|text| text.len())
            .sum()
    }
}

impl<T> Default for Claims<T> {
    fn default() -> Self {
        Self {
            issuer: None,
            subject: None,
            audience: None,
            expires_at: None,
            not_before: None,
            issued_at: None,
            token_id: None,
            scope: None,
            scp: None,
        }
    }
}

/// One text or several, as `aud` and `scp` have them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum OneOrMany<T> {
    /// A JSON string.
    One(T),
    /// A JSON array of strings.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            Self::One(text) => std::slice::from_ref(text).iter(),
            Self::Many(texts) => texts.iter(),
        }
    }

    fn map<U>(self, mut convert: impl FnMut(T) -> U) -> OneOrMany<U> {
        match self {
            Self::One(text) => OneOrMany::One(convert(text)),
            Self::Many(texts) => OneOrMany::Many(texts.into_iter().map(convert).collect()),
        }
    }
}

//! An encoded token: three base64url parts.

use std::fmt;

use memchr::memchr;

use crate::error::TokenError;

/// A raw, unverified token: a compact JWS
/// ([RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)), split at its two dots.
///
/// Nothing is decoded yet. `Debug` shows lengths only.
///
/// ```
/// use tower_bearer::jose::Token;
///
/// let token = Token::parse(b"eyJhbGciOiJIUzI1NiJ9.e30.c2ln")?;
/// assert_eq!(token.payload(), b"e30");
/// assert_eq!(token.signing_input(), b"eyJhbGciOiJIUzI1NiJ9.e30");
/// assert_eq!(format!("{token:?}"), "Token { len: 29, .. }");
/// # Ok::<(), tower_bearer::TokenError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    text: &'a [u8],
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    signing_input: &'a [u8],
}

impl<'a> Token<'a> {
    /// Splits the text of a token.
    ///
    /// # Errors
    ///
    /// [`TokenError::Malformed`] unless it has three parts. An encrypted token (JWE) has five.
    pub fn parse(text: &'a [u8]) -> Result<Self, TokenError> {
        Self::split(text).ok_or(TokenError::Malformed)
    }

    fn split(text: &'a [u8]) -> Option<Self> {
        let header_len = memchr(b'.', text)?;
        let (header, rest) = text.split_at_checked(header_len)?;
        let (_dot, rest) = rest.split_first()?;
        let (payload, rest) = rest.split_at_checked(memchr(b'.', rest)?)?;
        let (_dot, signature) = rest.split_first()?;
        if memchr(b'.', signature).is_some() {
            return None;
        }
        let (signing_input, _signature) =
            text.split_at_checked(text.len().checked_sub(rest.len())?)?;
        Some(Self {
            text,
            header,
            payload,
            signature,
            signing_input,
        })
    }

    /// The whole text.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.text
    }

    /// The header, base64url-encoded.
    pub fn header(&self) -> &'a [u8] {
        self.header
    }

    /// The payload, base64url-encoded.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The signature, base64url-encoded.
    pub fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// The signed text: header, dot, payload.
    pub fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("len", &self.text.len())
            .finish_non_exhaustive()
    }
}

//! The `Authorization` field.

use std::borrow::Cow;

use http::header::AUTHORIZATION;

use super::TokenSource;
use super::syntax::{at_most_one, token68, unchecked_credentials};
use crate::error::RequestError;
use crate::request::RequestHead;

/// The `Authorization` field with the `Bearer` scheme
/// ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)): the default, which every
/// client supports.
///
/// | Value | Outcome |
/// |-|-|
/// | no field | no token |
/// | `Bearer TOKEN`, `bearer TOKEN`, `Bearer   TOKEN` | the token |
/// | `Basic …`, `BearerX TOKEN`, a bare token | no token: another scheme |
/// | two fields, whatever their values | [`RepeatedField`](RequestError::RepeatedField) |
/// | anything else | [`Syntax`](RequestError::Syntax) |
///
/// The scheme is case-insensitive
/// ([RFC 9110 §11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)). One or more spaces, but
/// no tabs, separate it from the token. Nothing may follow the token, not even white space. Bytes
/// that are not ASCII are a syntax error, not a missing token.
///
/// ```
/// use http::Request;
/// use tower_bearer::extract::{Bearer, TokenSource};
/// use tower_bearer::{RequestError, RequestHead};
///
/// let request = Request::get("/").header("authorization", "bearer abc.def.ghi").body(()).unwrap();
/// let token = Bearer.extract(RequestHead::from(&request));
/// assert_eq!(token.unwrap().as_deref(), Some(&b"abc.def.ghi"[..]));
///
/// let request = Request::get("/").header("authorization", "Bearer abc, def").body(()).unwrap();
/// let token = Bearer.extract(RequestHead::from(&request));
/// assert_eq!(token, Err(RequestError::Syntax));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Bearer;

impl Bearer {
    /// The token, before [`check`](Self::check) has looked at its characters.
    pub(crate) fn find(request: RequestHead<'_>) -> Result<Option<&[u8]>, RequestError> {
        let Some(value) = at_most_one(request.headers().get_all(AUTHORIZATION))? else {
            return Ok(None);
        };
        unchecked_credentials(value.as_bytes(), "bearer")
    }

    /// Refuses a token with illegal characters.
    pub(crate) fn check(token: &[u8]) -> Result<(), RequestError> {
        token68(token).map(|_| ())
    }
}

impl TokenSource for Bearer {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        let token = Self::find(request)?.map(token68).transpose()?;
        Ok(token.map(Cow::Borrowed))
    }

    fn is_ambient(&self, _: RequestHead<'_>) -> bool {
        false
    }
}

//! The claims of a token that is issued.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::IssueError;

/// The claims that only the issuer sets: the registered ones
/// ([RFC 7519 §4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)), and those that grant.
/// `scp` is what others call `scope`.
pub(super) const RESERVED: [&str; 12] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "sid",
    "client_id",
    "scope",
    "scp",
    "roles",
];

/// All claims of a token.
#[derive(Serialize)]
pub(super) struct Payload<'a> {
    pub(super) iss: &'a str,
    pub(super) sub: &'a str,
    pub(super) aud: Audience<'a>,
    pub(super) exp: i64,
    pub(super) nbf: i64,
    pub(super) iat: i64,
    pub(super) jti: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) roles: &'a [String],
    #[serde(flatten)]
    pub(super) custom: &'a Map<String, Value>,
}

/// One audience is a string, several are an array
/// ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
pub(super) struct Audience<'a>(pub(super) &'a [String]);

impl Serialize for Audience<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

/// The claims of the application, of which none may be one of the issuer's.
pub(super) fn custom(claims: &impl Serialize) -> Result<Map<String, Value>, IssueError> {
    let claims = match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => claims,
        Ok(_) => {
            return Err(IssueError::Claims(
                "the claims are not a JSON object: give a struct or a map",
            ));
        }
        Err(_) => {
            return Err(IssueError::Claims(
                "the claims cannot be JSON: give a struct, or a map whose keys are strings",
            ));
        }
    };
    match RESERVED.iter().find(|name| claims.contains_key(**name)) {
        Some(name) => Err(IssueError::ReservedClaim(name)),
        None => Ok(claims),
    }
}

/// Whether these are scopes with one space between each two
/// ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
pub(super) fn are_scopes(scopes: &str) -> bool {
    scopes.split(' ').all(|scope| {
        let is_permitted = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        !scope.is_empty() && scope.bytes().all(is_permitted)
    })
}

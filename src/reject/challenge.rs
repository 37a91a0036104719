//! The challenge of RFC 6750.

use http::HeaderValue;

use super::public::Public;
use super::realm::Realm;
use crate::error::AuthError;

/// Most challenges fit, so they are written without growing the text.
const TYPICAL_LEN: usize = 128;

/// The value of `WWW-Authenticate`: one challenge of the `Bearer` scheme, or `None` if no other
/// token could help.
///
/// Without a token, the challenge has no error code
/// ([RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
pub(super) fn challenge(error: &AuthError, realm: Option<&Realm>) -> Option<HeaderValue> {
    if matches!(error, AuthError::Csrf(_)) || error.status().is_server_error() {
        return None;
    }
    let public = Public::from(error);
    let description = public.error.map(|_| public.description);
    let scope = match error {
        AuthError::InsufficientScope(Some(scope)) => legal_scopes(scope),
        _ => None,
    };
    let parameters = [
        ("realm", realm.map(Realm::as_str)),
        ("error", public.error),
        ("error_description", description),
        ("scope", scope.as_deref()),
    ];
    let mut text = String::with_capacity(TYPICAL_LEN);
    text.push_str("Bearer");
    let mut separator = " ";
    for (name, value) in parameters {
        let Some(value) = value else { continue };
        text.push_str(separator);
        text.push_str(name);
        text.push('=');
        push_quoted(&mut text, value);
        separator = ", ";
    }
    // All of it is visible ASCII and spaces, so this never fails. A bare challenge would still be
    // correct.
    Some(HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("Bearer")))
}

/// Appends a `quoted-string`
/// ([RFC 9110 §5.6.4](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4)).
fn push_quoted(text: &mut String, value: &str) {
    text.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
}

/// Those of these scopes that have only legal characters
/// ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
fn legal_scopes(scopes: &str) -> Option<String> {
    let mut legal = String::with_capacity(scopes.len());
    for scope in scopes.split(' ').filter(|scope| is_scope_token(scope)) {
        if !legal.is_empty() {
            legal.push(' ');
        }
        legal.push_str(scope);
    }
    (!legal.is_empty()).then_some(legal)
}

fn is_scope_token(scope: &str) -> bool {
    let is_legal = |byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
    !scope.is_empty() && scope.bytes().all(is_legal)
}

//! The grammar that the sources share, on bytes: a field value need not be text.

use crate::error::RequestError;

/// The only item, if any. Two are refused even if they are equal, since applications, proxies and
/// logs differ in which one they use.
pub(crate) fn at_most_one<T>(
    items: impl IntoIterator<Item = T>,
) -> Result<Option<T>, RequestError> {
    let mut items = items.into_iter();
    let first = items.next();
    if items.next().is_some() {
        return Err(RequestError::RepeatedField);
    }
    Ok(first)
}

/// The token of a `SCHEME TOKEN` value; none if the scheme is another
/// ([RFC 9110 §11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.4)).
pub(crate) fn credentials<'a>(
    value: &'a [u8],
    scheme: &str,
) -> Result<Option<&'a [u8]>, RequestError> {
    unchecked_credentials(value, scheme)?
        .map(token68)
        .transpose()
}

/// Like [`credentials`], without looking at the characters of the token.
pub(crate) fn unchecked_credentials<'a>(
    value: &'a [u8],
    scheme: &str,
) -> Result<Option<&'a [u8]>, RequestError> {
    let Some(rest) = after_scheme(value, scheme) else {
        return other_scheme(value);
    };
    let [b' ', after_one @ ..] = rest else {
        return Err(RequestError::Syntax);
    };
    let mut token = after_one;
    while let [b' ', after_another @ ..] = token {
        token = after_another;
    }
    Ok(Some(token))
}

/// What follows the scheme, if the value begins with it. Nearly every request takes this way, so it
/// compares instead of searching for the end of the name.
fn after_scheme<'a>(value: &'a [u8], scheme: &str) -> Option<&'a [u8]> {
    let (name, rest) = value.split_at_checked(scheme.len())?;
    let ends = rest.first().is_none_or(|&byte| !is_tchar(byte));
    (ends && name.eq_ignore_ascii_case(scheme.as_bytes())).then_some(rest)
}

fn other_scheme<'a>(value: &[u8]) -> Result<Option<&'a [u8]>, RequestError> {
    let name_len = value.iter().take_while(|&&byte| is_tchar(byte)).count();
    match value.split_at(name_len) {
        ([_, ..], [] | [b' ', ..]) => Ok(None),
        _ => Err(RequestError::Syntax),
    }
}

/// The value, if it is one `token68`
/// ([RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2)), the `b64token` of
/// [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1).
pub(crate) fn token68(value: &[u8]) -> Result<&[u8], RequestError> {
    is_token68(value)
        .then_some(value)
        .ok_or(RequestError::Syntax)
}

fn is_token68(value: &[u8]) -> bool {
    if is_all_of_jwt(value) {
        return !value.is_empty();
    }
    let mut body = value;
    while let [before @ .., b'='] = body {
        body = before;
    }
    let is_legal = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
    };
    !body.is_empty() && body.iter().all(is_legal)
}

/// Whether all bytes occur in JWTs, or are slashes: a quick yes for nearly all tokens.
///
/// Every byte of every token passes here, so the loop has neither branches nor an early exit: the
/// compiler vectorises it.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "branches would prevent vectorisation"
)]
fn is_all_of_jwt(value: &[u8]) -> bool {
    value.iter().fold(true, |legal, &byte| {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        // `-`, `.` and `/` directly precede the digits.
        let digit_or_neighbour = byte.wrapping_sub(b'-') < 13;
        legal & (letter | digit_or_neighbour | (byte == b'_'))
    })
}

/// Whether the text is a `token` of
/// [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Trims spaces and tabs.
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    let mut value = value;
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// Splits at the first separator, which is in neither part.
pub(crate) fn split_once(value: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    let mut parts = value.splitn(2, |&byte| byte == separator);
    (parts.next().unwrap_or_default(), parts.next())
}

fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

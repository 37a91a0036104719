//! The grammar that the sources share. All of it works on bytes: a field value need not be text.

use crate::error::RequestError;

/// What an iterator yields, if that is no more than one item.
///
/// Which of two an application, a proxy or a log would take is anybody's guess, so two are refused
/// even if they are equal.
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

/// The token of a value of the form `SCHEME TOKEN`, or nothing if its scheme is another one
/// ([RFC 9110 §11.4](https://www.rfc-editor.org/rfc/rfc9110#section-11.4)).
pub(crate) fn credentials<'a>(
    value: &'a [u8],
    scheme: &str,
) -> Result<Option<&'a [u8]>, RequestError> {
    unchecked_credentials(value, scheme)?
        .map(token68)
        .transpose()
}

/// What stands where [`credentials`] have their token, of whatever characters.
pub(crate) fn unchecked_credentials<'a>(
    value: &'a [u8],
    scheme: &str,
) -> Result<Option<&'a [u8]>, RequestError> {
    let end = value.iter().position(|&byte| !is_tchar(byte));
    let (name, rest) = value.split_at(end.unwrap_or(value.len()));
    if name.is_empty() {
        return Err(RequestError::Syntax);
    }
    if !name.eq_ignore_ascii_case(scheme.as_bytes()) {
        return match rest {
            [] | [b' ', ..] => Ok(None),
            _ => Err(RequestError::Syntax),
        };
    }
    let [b' ', after_one @ ..] = rest else {
        return Err(RequestError::Syntax);
    };
    let mut token = after_one;
    while let [b' ', after_another @ ..] = token {
        token = after_another;
    }
    Ok(Some(token))
}

/// The value itself, if all of it is one `token68`.
pub(crate) fn token68(value: &[u8]) -> Result<&[u8], RequestError> {
    if is_token68(value) {
        Ok(value)
    } else {
        Err(RequestError::Syntax)
    }
}

/// Whether the value is a `token68`
/// ([RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2)), which is the same as
/// the `b64token` of [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1).
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

/// Whether every byte is one that JWTs are made of, or a slash: a quick yes for nearly all tokens.
///
/// Each byte of each token goes through here. So all bytes are looked at, even after a wrong one,
/// and `&` and `|` stand where one would write `&&` and `||`: without branches and without a table
/// the compiler makes vector instructions of the loop.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "a branch for each byte would keep the loop from being vectorised"
)]
fn is_all_of_jwt(value: &[u8]) -> bool {
    value.iter().fold(true, |legal, &byte| {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        // `-`, `.`, `/` and the digits are neighbours.
        let digit_or_neighbour = byte.wrapping_sub(b'-') < 13;
        legal & (letter | digit_or_neighbour | (byte == b'_'))
    })
}

/// Whether the text is a `token` of
/// [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Takes spaces and tabs off both ends.
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    let mut value = value;
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// Splits a value at the first occurrence of a byte, which is in neither part.
pub(crate) fn split_once(value: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    let mut parts = value.splitn(2, |&byte| byte == separator);
    (parts.next().unwrap_or_default(), parts.next())
}

fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

//! Names with a special meaning for `serde_json`.
//!
//! Any crate of an application can enable its features `raw_value` and `arbitrary_precision`. Then a
//! [`serde_json::Value`] replaces an object that has a member with such a name by the JSON *in* that
//! member's string, and the depth limit starts again. If an issuer copies user input into a token,
//! users could forge claims or overflow the stack. Tokens with such a name are refused.

use memchr::{memchr, memchr2, memmem};

const PREFIX: &[u8] = b"$serde_json::private::";

/// Whether the text contains such a name anywhere.
///
/// Almost no token has a dollar sign or a backslash, so this is fast.
pub(crate) fn holds_private_name(json: &str) -> bool {
    let json = json.as_bytes();
    memchr2(b'$', b'\\', json).is_some()
        && (memchr(b'$', json).is_some() || memmem::find(json, br"\u0024").is_some())
        && holds_prefix(json)
}

/// Searches with escapes decoded. The prefix has its only dollar sign at the start, so a mismatch can
/// only restart there.
fn holds_prefix(json: &[u8]) -> bool {
    let mut rest = json;
    let mut matched = PREFIX.iter();
    while let Some((character, behind)) = first_ascii(rest) {
        if matched.as_slice().first() != Some(&character) {
            matched = PREFIX.iter();
        }
        if matched.as_slice().first() == Some(&character) {
            matched.next();
        }
        if matched.len() == 0 {
            return true;
        }
        rest = behind;
    }
    false
}

/// The first character, decoded if it is an ASCII escape. `None` also for an invalid escape, which
/// no reader accepts.
fn first_ascii(json: &[u8]) -> Option<(u8, &[u8])> {
    match json {
        [b'\\', b'u', b'0', b'0', high, low, rest @ ..] => {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            let code = digit(high)? << 4 | digit(low)?;
            Some((u8::try_from(code).ok()?, rest))
        }
        [b'\\', _, rest @ ..] => Some((b'\\', rest)),
        [byte, rest @ ..] => Some((*byte, rest)),
        [] => None,
    }
}

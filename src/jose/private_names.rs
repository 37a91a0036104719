//! Names that mean something to `serde_json` itself.
//!
//! With its features `raw_value` and `arbitrary_precision`, which any crate of an application can
//! switch on for all, a [`serde_json::Value`] takes an object that has a member of such a name for
//! what the *text* of the member says, and reads that with a new limit of depth. So an issuer that
//! copies a text of its users into a token lets them write claims of any shape, and a few layers of
//! it overflow the stack. No honest token has such a name in it: those that have are refused.

use memchr::{memchr, memchr2, memmem};

const PREFIX: &[u8] = b"$serde_json::private::";

/// Whether a name of `serde_json`'s own stands anywhere in the text.
///
/// Neither a dollar sign nor a backslash stands in nearly any token, which is quickly seen.
pub(crate) fn holds_private_name(json: &str) -> bool {
    let json = json.as_bytes();
    memchr2(b'$', b'\\', json).is_some()
        && (memchr(b'$', json).is_some() || memmem::find(json, br"\u0024").is_some())
        && holds_prefix(json)
}

/// Escapes are undone. A dollar sign stands nowhere in the prefix but at its beginning, so that
/// what does not go on can only begin anew.
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

/// The first byte, or what the escape stands for that begins there if that is ASCII: no other
/// character is looked for. `None` also where it is no escape, which no reader takes.
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

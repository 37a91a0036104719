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
    let bytes = json.as_bytes();
    memchr2(b'$', b'\\', bytes).is_some()
        && (memmem::find(bytes, PREFIX).is_some()
            || memchr(b'\\', bytes).is_some()
                && memmem::find(&without_escapes(bytes), PREFIX).is_some())
}

/// The text with each escape replaced by what it stands for, as far as that is ASCII: no other
/// character is looked for.
fn without_escapes(mut json: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(json.len());
    while let Some((before, escape)) = memchr(b'\\', json).and_then(|at| json.split_at_checked(at))
    {
        plain.extend_from_slice(before);
        json = match escape {
            [_, b'u', a, b, c, d, rest @ ..] => {
                plain.push(ascii([*a, *b, *c, *d]).unwrap_or_default());
                rest
            }
            [_, character, rest @ ..] => {
                plain.push(*character);
                rest
            }
            _ => &[],
        };
    }
    plain.extend_from_slice(json);
    plain
}

fn ascii(hex: [u8; 4]) -> Option<u8> {
    let code = u32::from_str_radix(str::from_utf8(&hex).ok()?, 16).ok()?;
    u8::try_from(code).ok()
}

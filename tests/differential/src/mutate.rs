//! Changes to a token's text after signing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::random::Random;

/// The token with one change.
pub(crate) fn text(token: &str, last: &str, random: &mut Random) -> String {
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return token.to_owned();
    };
    let with = |signature: &str| format!("{signed}.{signature}");
    match random.below(18) {
        0 | 1 => replaced(token, random),
        2 => with(&replaced(signature, random)),
        3 => with(&signature[..random.below(signature.len())]),
        4 => with(&format!("{signature}=")),
        5 => with(&format!("{signature}A")),
        6 => with(&signature.replace('-', "+").replace('_', "/")),
        7 => with(&last_letter(signature)),
        8 => with(last.rsplit('.').next().unwrap_or_default()),
        9 => with(""),
        10 => with(&"A".repeat(signature.len())),
        11 | 12 => with(&other_half(signature)),
        13 => inserted(
            token,
            random.choose(&[".", "=", " ", "\n", "%2E", "\u{ff0e}"]),
            random,
        ),
        14 => token.to_ascii_uppercase(),
        15 => format!(
            "{}{token}{}",
            random.choose(&["", " ", "."]),
            random.choose(&["", "\n", "."])
        ),
        16 => with(&URL_SAFE_NO_PAD.encode(der(&decode(signature)))),
        _ => format!("{signed}{}.{signature}", "A".repeat(random.below(20_000))),
    }
}

fn replaced(text: &str, random: &mut Random) -> String {
    let at = random.below(text.len().max(1));
    let letter = random.choose(&["A", "Q", "x", "_", "-", "+", "/", ".", "="]);
    if text.is_char_boundary(at) && at < text.len() {
        format!("{}{letter}{}", &text[..at], &text[at + 1..])
    } else {
        letter.to_owned()
    }
}

fn inserted(text: &str, what: &str, random: &mut Random) -> String {
    let (before, after) = text.split_at(random.below(text.len() + 1));
    format!("{before}{what}{after}")
}

/// The next letter instead of the last: other unused bits, or other used ones.
fn last_letter(text: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut letters: Vec<char> = text.chars().collect();
    if let Some(last) = letters.last_mut() {
        let at = ALPHABET.find(*last).unwrap_or_default();
        *last = char::from(ALPHABET.as_bytes()[at ^ 1]);
    }
    letters.into_iter().collect()
}

fn decode(signature: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(signature).unwrap_or_default()
}

/// The curves' orders, by signature length.
fn order(len: usize) -> Option<Vec<u8>> {
    let hex = match len {
        64 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        96 => {
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf\
             581a0db248b0a77aecec196accc52973"
        }
        132 => {
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
             ffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
        }
        _ => return None,
    };
    let bytes = (0..hex.len()).step_by(2);
    Some(
        bytes
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect(),
    )
}

/// For ECDSA's `(r, s)`, the equally valid `(r, n - s)`. For Ed25519, with the same length as
/// P-256, an invalid signature.
fn other_half(signature: &str) -> String {
    let mut bytes = decode(signature);
    let half = bytes.len() / 2;
    if let Some(order) = order(bytes.len()) {
        let mut borrow = 0;
        for (byte, of_order) in bytes[half..].iter_mut().zip(order).rev() {
            let difference = i16::from(of_order) - i16::from(*byte) - borrow;
            borrow = i16::from(difference < 0);
            *byte = u8::try_from(difference.rem_euclid(256)).unwrap();
        }
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An ECDSA signature in X.509's format, which JOSE does not use.
fn der(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let integer = |number: &[u8]| {
        let mut der = vec![2, u8::try_from(number.len() + 1).unwrap_or(0), 0];
        der.extend(number);
        der
    };
    let body = [integer(r), integer(s)].concat();
    [vec![0x30, u8::try_from(body.len()).unwrap_or(0)], body].concat()
}

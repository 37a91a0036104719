//! Junk tokens of every kind and any length, all without a valid signature.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A kind of junk: its name, and a function that makes up to this many bytes of it.
pub(crate) type Kind = (&'static str, fn(usize) -> String);

pub(crate) const KINDS: [Kind; 18] = [
    ("one letter", |len| "A".repeat(len)),
    ("dots", |len| ".".repeat(len)),
    ("a long signature", |len| {
        let signed = format!("{}.{}.", encode(HEADER), encode(CLAIMS));
        let rest = len.saturating_sub(signed.len());
        signed + &"A".repeat(rest)
    }),
    ("a header of noise", |len| {
        around(len, |room| encode("\u{7f}".repeat(room)), "e30")
    }),
    ("a payload of noise", |len| {
        let header = encode(HEADER);
        let room = len.saturating_sub(header.len() + 3) / 4 * 3;
        format!("{header}.{}.x", encode("\u{7f}".repeat(room)))
    }),
    ("nested arrays in the header", |len| {
        in_header(len, |room| "[".repeat(room))
    }),
    ("nested objects in the header", |len| {
        in_header(len, |room| r#"{"a":"#.repeat(room / 5))
    }),
    ("nested arrays in the payload", |len| {
        in_payload(len, |room| "[".repeat(room))
    }),
    ("nested objects in the payload", |len| {
        in_payload(len, |room| r#"{"a":"#.repeat(room / 5))
    }),
    ("many members in the header", |len| in_header(len, members)),
    ("many members in the payload", |len| {
        in_payload(len, members)
    }),
    ("a long kid", |len| {
        around(
            len,
            |room| {
                let room = room.saturating_sub(30);
                encode(format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(room)))
            },
            &encode(CLAIMS),
        )
    }),
    ("a long crit", |len| {
        around(
            len,
            |room| {
                let names = r#""x","#.repeat(room.saturating_sub(40) / 4);
                encode(format!(r#"{{"alg":"RS256","crit":[{names}"x"]}}"#))
            },
            &encode(CLAIMS),
        )
    }),
    ("many audiences", |len| {
        in_payload(len, |room| {
            format!(
                r#"0,"aud":[{}"x"]}}"#,
                r#""x","#.repeat(room.saturating_sub(20) / 4)
            )
        })
    }),
    ("escapes in the payload", |len| {
        in_payload(len, |room| {
            format!(r#""{}"}}"#, r"\u0041".repeat(room.saturating_sub(3) / 6))
        })
    }),
    ("escapes in the subject", |len| {
        in_payload(len, |room| {
            let escapes = r"\u0041".repeat(room.saturating_sub(12) / 6);
            format!(r#"0,"sub":"{escapes}"}}"#)
        })
    }),
    ("audiences with escapes", |len| {
        in_payload(len, |room| {
            let audiences = r#""\u0041","#.repeat(room.saturating_sub(14) / 9);
            format!(r#"0,"aud":[{audiences}"x"]}}"#)
        })
    }),
    ("a long date", |len| {
        in_payload(len, |room| {
            format!(r#"0,"nbf":1.{}}}"#, "1".repeat(room.saturating_sub(11)))
        })
    }),
];

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT"}"#;
const CLAIMS: &str = r#"{"iss":"https://issuer.example.com","aud":"my-api","exp":99999999999}"#;

fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A token whose header takes all the room that its payload leaves.
fn around(len: usize, header: impl FnOnce(usize) -> String, payload: &str) -> String {
    let room = len.saturating_sub(payload.len() + 3) / 4 * 3;
    format!("{}.{payload}.x", header(room))
}

/// A value of about this many bytes, as a member of an otherwise good header.
fn in_header(len: usize, value: impl FnOnce(usize) -> String) -> String {
    const START: &str = r#"{"alg":"RS256","x":"#;
    let header = |room: usize| encode(START.to_owned() + &value(room.saturating_sub(START.len())));
    around(len, header, &encode(CLAIMS))
}

/// The same in a payload.
fn in_payload(len: usize, value: impl FnOnce(usize) -> String) -> String {
    const START: &str = r#"{"iss":"https://issuer.example.com","exp":99999999999,"x":"#;
    let header = encode(HEADER);
    let room = len.saturating_sub(header.len() + 3) / 4 * 3;
    let payload = encode(START.to_owned() + &value(room.saturating_sub(START.len())));
    format!("{header}.{payload}.x")
}

/// Members with different names, the first of which ends the value before them.
fn members(room: usize) -> String {
    let numbers = 0..room.saturating_sub(2) / 10;
    let members: Vec<_> = numbers
        .map(|number| format!(r#","{number:05}":0"#))
        .collect();
    format!("0{}}}", members.concat())
}

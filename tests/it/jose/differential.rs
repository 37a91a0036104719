//! Our reading of claims compared with `serde_json`'s, on many damaged texts.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use tower_bearer::jose::RegisteredClaims;

use crate::random::Random;

/// Texts to damage. No name is a registered claim, so types do not matter.
const TEXTS: [&str; 8] = [
    r#"{"a":1,"b":"text","c":null,"d":true,"e":false,"f":[1,"x",{"y":[]}],"g":{"h":{}}}"#,
    r#" { "a" : -1.5e+3 , "b" : "\u00e9\n\"\\/" , "cc" : [ ] , "d" : { } , "e" : 0 } "#,
    r#"{"long name with more than eight bytes":"a value that is longer than eight bytes, too"}"#,
    r#"{"é":"ü","\u0061":1,"b":12345678901234567890,"c":0.5,"d":123456789012345678,"e":-0}"#,
    "{}",
    r#"{"a":[-0.5E-7,{"\ud83d\ude00":"\u00e9\\","b":[[],{}]},1e5,0,null],"c":{"d":"\ud800"}}"#,
    r#"{ "a" : [ { "b" : -10.25 , "c" : [ true , false , "\"" ] } , [ { } ] ] , "d" : [ "\udc00" ] }"#,
    "{\"tab\":\"\\t\",\r\n\t\"n\":[null,[true,[false]]],\"z\":10}",
];

/// The characters of the damage: significant ones in JSON, and others.
const ALPHABET: &[char] = &[
    '{', '}', '[', ']', ':', ',', '"', '\\', '/', ' ', '\n', '\t', '\0', '\u{1f}', '\u{7f}', 'u',
    'n', 't', 'f', 'e', 'E', '+', '-', '.', '0', '1', '9', 'a', 'x', 'é', '\u{feff}', '😀',
];

#[test]
fn agrees_with_serde_json_on_damaged_texts() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut verdicts = [0, 0];
    for _ in 0..150_000 {
        let mut text: Vec<char> = TEXTS[random.below(TEXTS.len())].chars().collect();
        for _ in 0..random.below(4) {
            damage(&mut text, &mut random);
        }
        let text: String = text.into_iter().collect();
        let expected = serde_json::from_str::<Unrepeated>(&text).is_ok();
        assert_eq!(RegisteredClaims::parse(&text).is_ok(), expected, "{text:?}");
        verdicts[usize::from(expected)] += 1;
    }
    // Both verdicts must have occurred.
    assert!(verdicts.iter().all(|&count| count > 20_000), "{verdicts:?}");
}

#[test]
fn agrees_with_serde_json_on_every_character_at_every_place() {
    let agree = |text: String| {
        let theirs = serde_json::from_str::<Map<String, Value>>(&text).ok();
        let ours = RegisteredClaims::parse(&text).ok();
        assert_eq!(ours.is_some(), theirs.is_some(), "{text:?}");
        let subject = theirs
            .as_ref()
            .and_then(|claims| claims.get("sub")?.as_str());
        assert_eq!(
            ours.as_ref().and_then(|it| it.subject()),
            subject,
            "{text:?}"
        );
    };
    // Strings are read in blocks of eight bytes, and the rest bytewise.
    for character in (0..0x80_u8).map(char::from) {
        for before in (0..=17).map(|len| "x".repeat(len)) {
            for after in ["", "x", "xxxxxxx"] {
                for space in ["", "                "] {
                    let text = format!(r#""{before}{character}{after}""#);
                    agree(format!(r#"{{"sub":{text}{space}}}"#));
                    agree(format!("{{{text}:{space}1}}"));
                }
            }
        }
        for number in ["", "0", "1", "12345678901234567"] {
            for after in ["", "0", "5"] {
                agree(format!(r#"{{"a":{number}{character}{after}}}"#));
            }
        }
    }
}

/// Each escape, and pairs of them, in a claim and in a list of them.
#[test]
fn reads_escapes_as_serde_json_does() {
    const UNITS: [&str; 11] = [
        "", "x", r"\u0041", r"\u00E9", r"\u20ac", r"\ud800", r"\uDBFF", r"\udc00", r"\uDFFF",
        r"\u00g0", r"\u+041",
    ];
    let agree = |text: &str| {
        let theirs = serde_json::from_str::<String>(text).ok();
        let subject = RegisteredClaims::parse(&format!(r#"{{"sub":{text}}}"#)).ok();
        let subject = subject.as_ref().and_then(RegisteredClaims::subject);
        assert_eq!(subject, theirs.as_deref(), "{text}");
        let audiences = RegisteredClaims::parse(&format!(r#"{{"aud":["a",{text} , "b"]}}"#)).ok();
        let audiences = audiences
            .as_ref()
            .map(|claims| claims.audiences().collect::<Vec<_>>());
        let expected = theirs.as_deref().map(|text| vec!["a", text, "b"]);
        assert_eq!(audiences, expected, "{text}");
    };
    for first in UNITS {
        for second in UNITS {
            for third in ["", r"\n", "12345678"] {
                agree(&format!(r#""{first}{second}{third}""#));
                agree(&format!(r#""{third}{first}{third}{second}""#));
            }
        }
    }
    for character in (0..0x80_u8).map(char::from) {
        agree(&format!(r#""\{character}""#));
        agree(&format!(r#""x\{character}x""#));
    }
}

fn damage(text: &mut Vec<char>, random: &mut Random) {
    let character = ALPHABET[random.below(ALPHABET.len())];
    let at = random.below(text.len().saturating_add(1));
    match random.below(3) {
        0 => text.insert(at, character),
        1 if at < text.len() => text[at] = character,
        _ if at < text.len() => drop(text.remove(at)),
        _ => text.push(character),
    }
}

/// Any object without duplicate names.
struct Unrepeated;

impl<'de> Deserialize<'de> for Unrepeated {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for Unrepeated {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self, M::Error> {
        let mut names = HashSet::new();
        while let Some((name, _)) = map.next_entry::<String, IgnoredAny>()? {
            if !names.insert(name) {
                return Err(M::Error::custom("repeated"));
            }
        }
        Ok(self)
    }
}

//! Values that members may have, mostly invalid ones.

use crate::NOW;
use crate::random::Random;

/// Of any type.
const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e400",
    r#""""#,
    r#""x""#,
    "[]",
    r#"["x"]"#,
    "[1]",
    "{}",
    r#"{"x":1}"#,
    r#"{"x":1,"x":2}"#,
    r#""\ud800""#,
    "\"tab\t\"",
    "nul",
    "01",
    r#""\u0061""#,
];

const ALGORITHMS: &[&str] = &[
    r#""none""#,
    r#""None""#,
    r#""HS256""#,
    r#""HS384""#,
    r#""RS256""#,
    r#""PS256""#,
    r#""ES256""#,
    r#""ES512""#,
    r#""EdDSA""#,
    r#""Ed25519""#,
    r#""es256""#,
    r#""ES256K""#,
    r#""ES256 ""#,
    r#""HS\u003256""#,
    r#""A128KW""#,
    "null",
    "256",
    "[]",
];

const KEY_IDS: &[&str] = &[
    r#""hs256""#,
    r#""rs256""#,
    r#""ps512""#,
    r#""es256""#,
    r#""ed25519""#,
    r#""eddsa""#,
    r#""x""#,
    r#""""#,
    "null",
    "1",
    r#""\u0065s256""#,
];

const JWK: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// Header members with values that libraries may trip over.
pub(crate) const HEADER_MEMBERS: &[(&str, &[&str])] = &[
    ("alg", ALGORITHMS),
    ("kid", KEY_IDS),
    (
        "typ",
        &[
            r#""jwt""#,
            r#""at+jwt""#,
            r#""dpop+jwt""#,
            "null",
            "1",
            "[]",
        ],
    ),
    (
        "crit",
        &[
            r#"["exp"]"#,
            r#"["b64"]"#,
            "[]",
            "null",
            r#""exp""#,
            "[1]",
            "{}",
        ],
    ),
    ("b64", &["true", "false", "null", r#""false""#, "0"]),
    ("jwk", &[JWK, "null", "{}", "1", r#""x""#]),
    ("jku", &[r#""https://evil.example.com""#, "null", "1"]),
    ("x5c", &["[]", r#"["AA=="]"#, r#""AA==""#, "null", "1"]),
    ("x5u", &[r#""https://evil.example.com""#, "1"]),
    ("cty", &[r#""JWT""#, "1", "null"]),
    ("zip", &[r#""DEF""#, r#""x""#, "1", "null"]),
    ("enc", &[r#""A128GCM""#, r#""x""#, "1"]),
    ("nonce", &[r#""x""#, "1"]),
    ("x", ODD),
];

const AUDIENCES: &[&str] = &[
    r#""my-api""#,
    r#""another""#,
    r#"["my-api"]"#,
    r#"["another","my-api"]"#,
    r#"["my-api","my-api"]"#,
    r#"["another"]"#,
    r#"["my-api",1]"#,
    r#"["my-api",null]"#,
    r#"[["my-api"]]"#,
    r#"{"my-api":1}"#,
    r#""MY-API""#,
    r#""my-api ""#,
    r#""my\u002dapi""#,
    "[]",
    "null",
    "1",
    r#""""#,
];

const ISSUERS: &[&str] = &[
    r#""https://issuer.example.com""#,
    r#""https://issuer.example.com/""#,
    r#""https://evil""#,
    r#"["https://issuer.example.com"]"#,
    r#"["https://evil","https://issuer.example.com"]"#,
    r#""https:\/\/issuer.example.com""#,
    "null",
    "1",
    "[]",
    "{}",
    r#""""#,
];

const SCOPES: &[&str] = &[
    r#""a b""#,
    r#"["a","b"]"#,
    "[1]",
    "null",
    "1",
    "{}",
    r#""""#,
];

/// Claims, with values of every type.
pub(crate) const CLAIMS: &[(&str, &[&str])] = &[
    ("exp", ODD),
    ("exp", ODD),
    ("nbf", ODD),
    ("nbf", ODD),
    ("iat", ODD),
    ("iss", ISSUERS),
    ("iss", ODD),
    ("aud", AUDIENCES),
    ("aud", ODD),
    ("sub", ODD),
    ("jti", ODD),
    ("sid", ODD),
    ("scope", SCOPES),
    ("scp", SCOPES),
    ("cnf", &["null", "{}", r#"{"jkt":"x"}"#]),
    ("x", ODD),
    ("$serde_json::private::RawValue", &[r#""{}""#, "1"]),
];

/// Payloads that are not claims, or not quite.
pub(crate) const PAYLOADS: &[&[u8]] = &[
    b"",
    b"null",
    b"[]",
    b"1",
    b"\"x\"",
    b"{",
    b"{}",
    b"{}{}",
    b"{},",
    b"\xef\xbb\xbf{}",
    b"{\"iss\":\"\xff\"}",
    b"{'iss':1}",
    b"{\"a\":1,}",
    b"{\"a\" 1}",
    b"// x\n{}",
    b"\0",
];

/// A date near an edge, in one of many forms.
pub(crate) fn dates(random: &mut Random) -> String {
    let edge = *[0, 60, 120, 3600].get(random.below(4)).unwrap();
    let near = NOW + edge + 61 - u64::try_from(random.below(3)).unwrap();
    let date = [near, near - 2 * edge - 61][random.below(2)] - [0, 60][random.below(2)];
    match random.below(16) {
        0 => format!("{date}.25"),
        1 => format!("{date}.5"),
        2 => format!("{date}.75"),
        3 => format!("{date}.0"),
        4 => format!("{date}e0"),
        5 => format!("0.{date}e10"),
        6 => format!("-{date}"),
        7 => format!("\"{date}\""),
        8 => random
            .choose(&[
                "9223372036854775807",
                "9223372036854775808",
                "18446744073709551615",
                "18446744073709551616",
                "1e18",
                "1e19",
                "1e20",
                "1e308",
                "-0",
                "-0.0",
                "1e-9",
                "0",
            ])
            .to_owned(),
        _ => date.to_string(),
    }
}

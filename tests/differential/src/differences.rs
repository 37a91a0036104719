//! Where `jsonwebtoken` decides differently, and why.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::{LEEWAY, NOW};

/// The number of tokens per combination of verdicts.
#[derive(Default)]
pub(crate) struct Count {
    accepted: usize,
    /// By our reason.
    refused: BTreeMap<String, usize>,
    explained: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl Count {
    pub(crate) fn add(&mut self, token: &str, ours: &str, accepted_by_theirs: bool) {
        match (ours, accepted_by_theirs) {
            ("accepted", true) => self.accepted += 1,
            (reason, false) if reason != "accepted" => {
                *self.refused.entry(reason.to_owned()).or_default() += 1;
            }
            _ => match Parts::of(token).and_then(|parts| parts.explain(ours)) {
                Some(kind) => *self.explained.entry(kind).or_default() += 1,
                None => self.unexplained.push(format!("{ours}: {token}")),
            },
        }
    }

    pub(crate) fn is_explained(&self) -> bool {
        self.unexplained.is_empty()
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>7} accepted by all", self.accepted)?;
        for (reason, count) in &self.refused {
            writeln!(f, "{count:>7} refused by all, by us as {reason}")?;
        }
        for (kind, count) in &self.explained {
            writeln!(f, "{count:>7} judged otherwise by jsonwebtoken: {kind}")?;
        }
        for case in self.unexplained.iter().take(20) {
            writeln!(f, "NOT EXPLAINED: {case}")?;
        }
        Ok(())
    }
}

/// A token as far as both can read it.
struct Parts {
    header: Object,
    claims: Object,
    len: usize,
}

impl Parts {
    fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let mut object = || -> Option<Object> {
            let bytes = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let readable = text.replace(HUGE, "1");
            let mut object: Object = serde_json::from_str(&readable).ok()?;
            object.holds_huge_number = readable != text;
            Some(object)
        };
        let (header, claims) = (object()?, object()?);
        let len = token.len();
        Some(Self {
            header,
            claims,
            len,
        })
    }

    /// The kind of difference, by properties of the token.
    fn explain(&self, ours: &str) -> Option<&'static str> {
        let Self {
            header,
            claims,
            len,
        } = self;
        let kind = match ours {
            "accepted" => return self.explain_refusal(),
            "too_long" if *len > 16 * 1024 => "it takes tokens of any length",
            "critical_header" if header.has("crit") => "it takes `b64` as critical (RFC 7797)",
            "critical_header" if header.get("b64") == Some(&Value::Bool(false)) => {
                "it ignores `b64` (RFC 7797)"
            }
            "invalid_header" if header.is_repeated => "it takes repeated header members",
            "invalid_header" if header.get("b64").is_some_and(|it| !it.is_boolean()) => {
                "it ignores `b64` (RFC 7797)"
            }
            "invalid_header" if ["typ", "kid"].iter().any(|it| header.is_null(it)) => {
                "it takes `null` for a header member that is absent"
            }
            "invalid_claims" if claims.holds_private_name => {
                "it takes names that mean something to serde_json itself"
            }
            "invalid_claims" if claims.is_repeated => "it takes repeated claims (RFC 7519, 4)",
            "invalid_claims" if DATES.iter().any(|it| claims.is_far(it)) => {
                "it takes dates beyond 63 bits"
            }
            "invalid_claims" if CHECKED.iter().any(|it| claims.is_null(it)) => {
                "it takes `null` for a claim that is absent"
            }
            "invalid_claims" if claims.get("iss").is_some_and(Value::is_array) => {
                "it takes an array of issuers (RFC 7519, 4.1.1)"
            }
            "invalid_claims" if UNCHECKED.iter().any(|it| claims.is_ill_typed(it)) => {
                "it does not look at `sub`, `iat`, `jti`, `sid` and scopes"
            }
            "issued_in_future" if claims.date("iat")? > seconds(NOW + LEEWAY) => {
                "it does not look at `sub`, `iat`, `jti`, `sid` and scopes"
            }
            "sender_constrained" if claims.has("cnf") => "it does not look at `cnf` (RFC 7800)",
            "expired" if claims.is_near("exp", NOW - LEEWAY) => {
                "at the very second of `exp` it still takes it (RFC 7519, 4.1.4), and rounds fractions"
            }
            "not_yet_valid" if claims.is_near("nbf", NOW + LEEWAY) => {
                "it rounds fractions of `nbf`"
            }
            _ => return None,
        };
        Some(kind)
    }

    /// What it refuses, and we do not.
    fn explain_refusal(&self) -> Option<&'static str> {
        let Self { header, claims, .. } = self;
        let algorithm = header.get("alg").and_then(Value::as_str);
        if matches!(algorithm, Some("ES512" | "Ed25519")) {
            return Some("it has neither ES512 nor Ed25519");
        }
        if STRICT.iter().any(|it| header.has(it)) || header.holds_huge_number {
            return Some("it reads header members that nobody asked for");
        }
        if claims.is_near("exp", NOW - LEEWAY) || claims.is_near("nbf", NOW + LEEWAY) {
            return Some("it rounds fractions, of `nbf` up");
        }
        None
    }
}

const DATES: [&str; 3] = ["exp", "nbf", "iat"];
/// Claims that it checks.
const CHECKED: [&str; 4] = ["exp", "nbf", "iss", "aud"];
/// Claims that it ignores, and we check.
const UNCHECKED: [&str; 6] = ["sub", "iat", "jti", "sid", "scope", "scp"];
/// Header members whose type it checks.
const STRICT: [&str; 9] = [
    "cty", "jku", "jwk", "x5u", "x5c", "x5t", "enc", "zip", "nonce",
];

/// A time within these years, which a float holds.
fn seconds(time: u64) -> f64 {
    u32::try_from(time).unwrap().into()
}

/// JSON, but too large for a float.
const HUGE: &str = "1e400";

/// An object; of duplicate members, the last.
struct Object {
    members: BTreeMap<String, Value>,
    is_repeated: bool,
    holds_private_name: bool,
    holds_huge_number: bool,
}

impl Object {
    fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    fn is_null(&self, name: &str) -> bool {
        self.get(name).is_some_and(Value::is_null)
    }

    fn date(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    /// Whether the date lies less than a second from a time.
    fn is_near(&self, name: &str, time: u64) -> bool {
        let date = self.date(name);
        date.is_some_and(|date| (date - seconds(time)).abs() < 1.0)
    }

    fn is_far(&self, name: &str) -> bool {
        self.date(name).is_some_and(|date| date >= 2_f64.powi(63))
    }

    fn is_ill_typed(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| match name {
            "iat" => value.as_f64().is_none_or(|date| date < 0.0),
            "scope" | "scp" => {
                let texts = value
                    .as_array()
                    .is_some_and(|it| it.iter().all(Value::is_string));
                !texts && !value.is_string()
            }
            _ => !value.is_string(),
        })
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
        let mut names = HashSet::new();
        let mut object = Object {
            members: BTreeMap::new(),
            is_repeated: false,
            holds_private_name: false,
            holds_huge_number: false,
        };
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            object.is_repeated |= !names.insert(name.clone());
            object.holds_private_name |= name.starts_with("$serde_json::private::");
            object.members.insert(name, value);
        }
        Ok(object)
    }
}

//! Random tokens: a good one, with none or some of its parts changed before and after signing.

use tower_bearer::Algorithm;
use tower_bearer::test_util::{sign, signing_key};

use crate::random::Random;
use crate::values::{CLAIMS, HEADER_MEMBERS, PAYLOADS, dates};
use crate::{AUDIENCE, ISSUER, NOW, mutate};

/// The next token. Some reuse a part of the previous one.
pub(crate) fn token(last: &str, random: &mut Random) -> String {
    let algorithm = algorithm(random);
    let mut draft = Draft::good(algorithm);
    for _ in 0..random.below(3) {
        draft.change(random);
    }
    // Sometimes with another's key.
    let key = if random.one_in(30) {
        self::algorithm(random)
    } else {
        algorithm
    };
    let spaced = random.one_in(16);
    let payload = if random.one_in(40) {
        random.choose(PAYLOADS).to_vec()
    } else {
        object(&draft.claims, spaced)
    };
    let token = sign(&signing_key(key), object(&draft.header, spaced), payload);
    if random.one_in(3) {
        mutate::text(&token, last, random)
    } else {
        token
    }
}

/// Signing by RSA takes a hundred times as long as by others, so it is rare.
fn algorithm(random: &mut Random) -> Algorithm {
    let is_slow = random.one_in(10);
    let candidates: Vec<_> = Algorithm::ALL
        .iter()
        .filter(|algorithm| algorithm.name().starts_with(['R', 'P']) == is_slow)
        .collect();
    **random.choose(&candidates.iter().collect::<Vec<_>>())
}

/// What to sign: names, and values as JSON text.
struct Draft {
    header: Vec<(String, String)>,
    claims: Vec<(String, String)>,
}

impl Draft {
    fn good(algorithm: Algorithm) -> Self {
        let owned = |members: &[(&str, String)]| {
            members
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect()
        };
        let name = algorithm.name();
        Self {
            header: owned(&[
                ("alg", format!("{name:?}")),
                ("typ", r#""JWT""#.into()),
                ("kid", format!("{:?}", name.to_ascii_lowercase())),
            ]),
            claims: owned(&[
                ("iss", format!("{ISSUER:?}")),
                ("aud", format!("{AUDIENCE:?}")),
                ("sub", r#""alice""#.into()),
                ("exp", (NOW + 600).to_string()),
                ("iat", NOW.to_string()),
            ]),
        }
    }

    fn change(&mut self, random: &mut Random) {
        let is_header = random.one_in(3);
        let (members, known): (_, &[_]) = if is_header {
            (&mut self.header, HEADER_MEMBERS)
        } else {
            (&mut self.claims, CLAIMS)
        };
        if random.one_in(10) {
            members.remove(random.below(members.len()));
            return;
        }
        let (name, values) = known[random.below(known.len())];
        let value = if matches!(name, "exp" | "nbf" | "iat") && !random.one_in(4) {
            dates(random)
        } else {
            random.choose(values).to_owned()
        };
        let place = members.iter().position(|(known, _)| known == name);
        match place {
            // Sometimes twice, maybe escaped.
            Some(place) if !random.one_in(8) => members[place].1 = value,
            _ if random.one_in(20) => members.push((escaped(name), value)),
            _ => members.insert(random.below(members.len() + 1), (name.to_owned(), value)),
        }
    }
}

fn escaped(name: &str) -> String {
    let first = name.chars().next().map_or(0, u32::from);
    format!("\\u{first:04x}{}", &name[1..])
}

fn object(members: &[(String, String)], spaced: bool) -> Vec<u8> {
    let (comma, colon) = if spaced {
        (" ,\r\n", " :\t")
    } else {
        (",", ":")
    };
    let members = members
        .iter()
        .map(|(name, value)| format!("\"{name}\"{colon}{value}"));
    let members: Vec<_> = members.collect();
    format!("{{{}}}", members.join(comma)).into_bytes()
}

//! The verdict of `jsonwebtoken`, used as well as possible: with a key chosen by `kid` or else by
//! `alg`, for that algorithm only, and with all its checks enabled.

use std::collections::HashMap;

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, Validation, decode, decode_header,
    get_current_timestamp,
};
use serde_json::{Map, Value};

use crate::{AUDIENCE, ISSUER, LEEWAY, NOW, ours};

/// The secret of `test_util`, which no key reveals.
const SECRET: [u8; 64] = [0x5a; 64];

pub(crate) struct Judge {
    keys: HashMap<String, (Algorithm, DecodingKey)>,
}

impl Judge {
    pub(crate) fn new() -> Self {
        let keys = ours::keys().filter_map(|(algorithm, key)| {
            let algorithm = Algorithm::try_from(algorithm).ok()?;
            let name = key.key_id().unwrap().to_owned();
            let key = match algorithm.family() {
                AlgorithmFamily::Hmac => DecodingKey::from_secret(&SECRET).unwrap(),
                _ => DecodingKey::try_from(&key).unwrap(),
            };
            Some((name, (algorithm, key)))
        });
        Self {
            keys: keys.collect(),
        }
    }

    pub(crate) fn accepts(&self, token: &str) -> bool {
        let Ok(header) = decode_header(token) else {
            return false;
        };
        let by_algorithm = || format!("{:?}", header.alg).to_ascii_lowercase();
        let name = header.kid.clone().unwrap_or_else(by_algorithm);
        let Some((algorithm, key)) = self.keys.get(&name) else {
            return false;
        };
        let mut validation = Validation::new(*algorithm);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        [by_expiry, by_not_before].iter().all(|with_times| {
            loop {
                let now = get_current_timestamp();
                with_times(&mut validation, now);
                let result = decode::<Map<String, Value>>(token, key, &validation);
                if get_current_timestamp() == now {
                    return result.is_ok();
                }
            }
        })
    }
}

/// It supports no clock but the system's. It asks whether `exp` is before `now - leeway`, so a
/// token is refused that expires too soon after the real now. That needs a call of its own.
fn by_expiry(validation: &mut Validation, real_now: u64) {
    validation.validate_exp = true;
    validation.validate_nbf = false;
    validation.leeway = 0;
    validation.reject_tokens_expiring_in_less_than = NOW - LEEWAY - real_now;
}

/// Whether `nbf` is after `now + leeway`: here the leeway reaches up to then.
fn by_not_before(validation: &mut Validation, real_now: u64) {
    validation.validate_exp = false;
    validation.validate_nbf = true;
    validation.leeway = NOW + LEEWAY - real_now;
    validation.reject_tokens_expiring_in_less_than = 0;
}

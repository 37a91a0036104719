//! The members of a JWK, as they stand in JSON.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::MapAccess;
use serde::de::value::MapAccessDeserializer;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use zeroize::Zeroizing;

use crate::jose::jwk::{Jwk, JwkValue};
use crate::jose::key_material::PublicMaterial;

/// The members that are known. Repeating one is an error, and so is a wrong type, `null` included;
/// members that are not known are skipped without being kept.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct JwkMembers {
    pub(crate) kty: String,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) kid: Option<String>,
    #[serde(rename = "use")]
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) usage: Option<String>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) key_ops: Option<Vec<String>>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) alg: Option<String>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) crv: Option<String>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) n: Option<String>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) e: Option<String>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) x: Option<String>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) y: Option<String>,
    #[serde(default, deserialize_with = "secret", skip_serializing)]
    pub(crate) k: Option<Zeroizing<String>>,
}

impl JwkMembers {
    /// What to say of a text that does not fit.
    pub(crate) const EXPECTED: &'static str =
        "the JWK is not one JSON object with well-typed, unrepeated members";

    /// The members that make up the key itself.
    pub(crate) fn of_value(value: &JwkValue) -> Self {
        let encode = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        match value {
            JwkValue::Secret(secret) => Self {
                kty: "oct".into(),
                k: encode(secret).map(Zeroizing::new),
                ..Self::default()
            },
            JwkValue::Public(PublicMaterial::Rsa { n, e }) => Self {
                kty: "RSA".into(),
                n: encode(n),
                e: encode(e),
                ..Self::default()
            },
            JwkValue::Public(PublicMaterial::Ec { curve, point }) => {
                let (x, y) = curve.coordinates(point);
                Self {
                    kty: "EC".into(),
                    crv: Some(curve.name().into()),
                    x: encode(x),
                    y: encode(y),
                    ..Self::default()
                }
            }
            JwkValue::Public(PublicMaterial::Ed25519(key)) => Self {
                kty: "OKP".into(),
                crv: Some("Ed25519".into()),
                x: encode(key),
                ..Self::default()
            },
        }
    }
}

/// The required members in lexicographic order, which is what a thumbprint is taken of
/// ([RFC 7638 §3.2](https://www.rfc-editor.org/rfc/rfc7638#section-3.2)).
pub(crate) struct Thumbprint<'a>(pub(crate) &'a JwkMembers);

impl Serialize for Thumbprint<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.0;
        let all = [
            ("crv", members.crv.as_deref()),
            ("e", members.e.as_deref()),
            ("k", members.k.as_deref().map(String::as_str)),
            ("kty", Some(members.kty.as_str())),
            ("n", members.n.as_deref()),
            ("x", members.x.as_deref()),
            ("y", members.y.as_deref()),
        ];
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in all {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Object::<JwkMembers>::deserialize(deserializer)?;
        Self::from_members(&members.0).map_err(de::Error::custom)
    }
}

impl Serialize for Jwk {
    /// Fails for a secret.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_members()
            .map_err(ser::Error::custom)?
            .serialize(serializer)
    }
}

/// A member that may be missing, but not `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Zeroizing<String>>, D::Error> {
    String::deserialize(deserializer).map(|text| Some(Zeroizing::new(text)))
}

/// What is read from a JSON object only: serde would read a struct from an array as well.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

//! The members of a JWK as JSON.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::jose::key_material::{KeyMaterial, PublicMaterial};

/// The known members. Repeating one is an error, and so is a wrong type or `null`. Unknown members
/// are skipped.
#[derive(Default, Deserialize)]
pub(crate) struct JwkMembers {
    pub(crate) kty: String,
    #[serde(default)]
    pub(crate) kid: Member<String>,
    #[serde(default, rename = "use")]
    pub(crate) usage: Member<String>,
    #[serde(default)]
    pub(crate) key_ops: Member<Vec<String>>,
    #[serde(default)]
    pub(crate) alg: Member<String>,
    #[serde(default)]
    pub(crate) crv: Member<String>,
    #[serde(default)]
    pub(crate) n: Member<String>,
    #[serde(default)]
    pub(crate) e: Member<String>,
    #[serde(default)]
    pub(crate) x: Member<String>,
    #[serde(default)]
    pub(crate) y: Member<String>,
    #[serde(default, deserialize_with = "secret")]
    pub(crate) k: Option<Zeroizing<String>>,
}

/// A member that may be missing, but not `null`.
#[derive(Default)]
pub(crate) struct Member<T>(pub(crate) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Zeroizing<String>>, D::Error> {
    String::deserialize(deserializer).map(|text| Some(Zeroizing::new(text)))
}

impl JwkMembers {
    /// The message for a text that does not fit.
    pub(crate) const EXPECTED: &'static str =
        "the JWK is not one JSON object with well-typed, unrepeated members";

    /// The members of the key itself.
    pub(crate) fn of_key(key: &KeyMaterial<'_>) -> Self {
        let encode = |bytes: &[u8]| Member(Some(URL_SAFE_NO_PAD.encode(bytes)));
        match key {
            KeyMaterial::Secret(secret) => Self {
                kty: "oct".into(),
                k: Some(URL_SAFE_NO_PAD.encode(secret).into()),
                ..Self::default()
            },
            KeyMaterial::Public(PublicMaterial::Rsa { n, e }) => Self {
                kty: "RSA".into(),
                n: encode(n),
                e: encode(e),
                ..Self::default()
            },
            KeyMaterial::Public(PublicMaterial::Ec { curve, point }) => {
                let (x, y) = curve.coordinates(point);
                Self {
                    kty: "EC".into(),
                    crv: Member(Some(curve.name().into())),
                    x: encode(x),
                    y: encode(y),
                    ..Self::default()
                }
            }
            KeyMaterial::Public(PublicMaterial::Ed25519(key)) => Self {
                kty: "OKP".into(),
                crv: Member(Some("Ed25519".into())),
                x: encode(key),
                ..Self::default()
            },
        }
    }
}

impl Serialize for JwkMembers {
    /// Writes everything but a secret.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kty", &self.kty)?;
        write(&mut map, "kid", self.kid.0.as_ref())?;
        write(&mut map, "use", self.usage.0.as_ref())?;
        write(&mut map, "key_ops", self.key_ops.0.as_ref())?;
        write(&mut map, "alg", self.alg.0.as_ref())?;
        write(&mut map, "crv", self.crv.0.as_ref())?;
        write(&mut map, "n", self.n.0.as_ref())?;
        write(&mut map, "e", self.e.0.as_ref())?;
        write(&mut map, "x", self.x.0.as_ref())?;
        write(&mut map, "y", self.y.0.as_ref())?;
        map.end()
    }
}

/// The required members in lexicographic order: the input of a thumbprint
/// ([RFC 7638 §3.2](https://www.rfc-editor.org/rfc/rfc7638#section-3.2)).
pub(crate) struct Thumbprint<'a>(pub(crate) &'a JwkMembers);

impl Serialize for Thumbprint<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.0;
        let mut map = serializer.serialize_map(None)?;
        write(&mut map, "crv", members.crv.0.as_ref())?;
        write(&mut map, "e", members.e.0.as_ref())?;
        write(&mut map, "k", members.k.as_deref())?;
        map.serialize_entry("kty", &members.kty)?;
        write(&mut map, "n", members.n.0.as_ref())?;
        write(&mut map, "x", members.x.0.as_ref())?;
        write(&mut map, "y", members.y.0.as_ref())?;
        map.end()
    }
}

fn write<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

//! JSON Web Keys.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use zeroize::Zeroizing;

use crate::error::{ConfigError, KeyError};
use crate::jose::backend;
use crate::jose::jwk_members::{JwkMembers, Member, Thumbprint};
use crate::jose::key_material::{Curve, KeyMaterial, PublicMaterial};
use crate::jose::object::Object;
use crate::jose::{Algorithm, AlgorithmSet, secret};

/// A JSON Web Key ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)): a public key or a secret.
///
/// Parsing is strict: a known member must not repeat and must have the right JSON type, and numbers
/// are base64url without padding
/// ([RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2)). The members of private keys
/// (`d`, `p`, …) and certificates (`x5c`, …) are skipped.
///
/// Only public keys serialize. `Debug` shows no key.
///
/// ```
/// use tower_bearer::jose::Jwk;
///
/// let jwk = Jwk::parse(
///     r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
/// )?;
/// // RFC 8037, appendix A.3
/// assert_eq!(jwk.thumbprint()?, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
/// # Ok::<(), tower_bearer::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Jwk {
    key_id: Option<String>,
    usage: Option<String>,
    operations: Option<Vec<String>>,
    algorithm: Option<String>,
    value: JwkValue,
}

#[derive(Clone)]
enum JwkValue {
    Secret(Zeroizing<Vec<u8>>),
    Public(PublicMaterial),
}

impl Jwk {
    /// Parses the JSON text of one key.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnsupportedType`] for an unknown `kty` or `crv`; [`KeyError::RsaTooSmall`] and
    /// [`KeyError::RsaTooLarge`]; [`KeyError::Malformed`] for anything else.
    ///
    /// ```
    /// use tower_bearer::jose::Jwk;
    ///
    /// let error = Jwk::parse(r#"{"kty":"OKP","crv":"X25519","x":"AA"}"#).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the key is of a type or a curve that is not supported: \
    ///      use RSA, P-256, P-384, P-521, Ed25519 or an HMAC secret"
    /// );
    /// ```
    pub fn parse(json: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        const NO_JWK: KeyError = KeyError::Malformed(JwkMembers::EXPECTED);

        // `serde_json` does not check that the members it skips are UTF-8.
        let text = str::from_utf8(json.as_ref()).map_err(|_| NO_JWK)?;
        let members: Object<JwkMembers> = serde_json::from_str(text).map_err(|_| NO_JWK)?;
        Ok(Self::from_members(members.0)?)
    }

    fn from_members(members: JwkMembers) -> Result<Self, KeyError> {
        Ok(Self {
            value: JwkValue::from_members(&members)?,
            key_id: members.kid.0,
            usage: members.usage.0,
            operations: members.key_ops.0,
            algorithm: members.alg.0,
        })
    }

    /// A public key for signatures, with an `alg` if it permits one algorithm only.
    pub(crate) fn public(
        material: PublicMaterial,
        key_id: Option<&str>,
        algorithm: Option<Algorithm>,
    ) -> Self {
        Self {
            key_id: key_id.map(Into::into),
            usage: Some("sig".into()),
            operations: None,
            algorithm: algorithm.map(|algorithm| algorithm.name().into()),
            value: JwkValue::Public(material),
        }
    }

    /// The `kid` of the key, if it has one.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The SHA-256 thumbprint of the key, in base64url
    /// ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)).
    ///
    /// # Errors
    ///
    /// [`KeyError::NoBackend`] if the crate was built without cryptography.
    pub fn thumbprint(&self) -> Result<String, ConfigError> {
        let members = JwkMembers::of_key(&self.material());
        let json = Zeroizing::new(
            serde_json::to_vec(&Thumbprint(&members))
                .map_err(|_| KeyError::Malformed(JwkMembers::EXPECTED))?,
        );
        Ok(URL_SAFE_NO_PAD.encode(backend::sha256(&json)?))
    }

    /// The algorithms permitted by the key's type, `use`, `key_ops` and `alg`.
    pub(crate) fn algorithms(&self) -> Result<AlgorithmSet, KeyError> {
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err(KeyError::NotForVerification);
        }
        if let Some(operations) = &self.operations {
            check_operations(operations)?;
        }
        let Some(name) = &self.algorithm else {
            return match &self.value {
                JwkValue::Secret(secret) => secret::algorithms_of(secret),
                JwkValue::Public(material) => Ok(material.algorithms()),
            };
        };
        let algorithm = Algorithm::from_name(name).ok_or(KeyError::Algorithm)?;
        let permitted = match &self.value {
            JwkValue::Secret(secret) => secret::algorithms_for(secret, algorithm)?,
            JwkValue::Public(material) => material.algorithms(),
        };
        if !permitted.contains(algorithm) {
            return Err(KeyError::Algorithm);
        }
        Ok(algorithm.into())
    }

    pub(crate) fn material(&self) -> KeyMaterial<'_> {
        match &self.value {
            JwkValue::Secret(secret) => KeyMaterial::Secret(secret),
            JwkValue::Public(material) => KeyMaterial::Public(material),
        }
    }

    /// The members to write. A secret has none.
    fn to_members(&self) -> Result<JwkMembers, KeyError> {
        if matches!(self.value, JwkValue::Secret(_)) {
            return Err(KeyError::SecretNotExported);
        }
        Ok(JwkMembers {
            kid: Member(self.key_id.clone()),
            usage: Member(self.usage.clone()),
            key_ops: Member(self.operations.clone()),
            alg: Member(self.algorithm.clone()),
            ..JwkMembers::of_key(&self.material())
        })
    }
}

/// The rules of [RFC 7517 §4.3](https://www.rfc-editor.org/rfc/rfc7517#section-4.3).
fn check_operations(operations: &[String]) -> Result<(), KeyError> {
    let mut sorted: Vec<&String> = operations.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != operations.len() {
        return Err(KeyError::Malformed(
            "the `key_ops` of the JWK names an operation twice",
        ));
    }
    if !operations.iter().any(|operation| operation == "verify") {
        return Err(KeyError::NotForVerification);
    }
    Ok(())
}

impl JwkValue {
    fn from_members(members: &JwkMembers) -> Result<Self, KeyError> {
        let curve = members.crv.0.as_deref();
        match (members.kty.as_str(), curve) {
            ("oct", _) => decode_text(members.k.as_deref()).map(Self::Secret),
            ("RSA", _) => {
                let (n, e) = (decode(&members.n)?, decode(&members.e)?);
                PublicMaterial::rsa(&n, &e).map(Self::Public)
            }
            ("OKP", Some("Ed25519")) => {
                PublicMaterial::ed25519(&decode(&members.x)?).map(Self::Public)
            }
            ("EC", Some(name)) => {
                let curve = Curve::ALL
                    .into_iter()
                    .find(|curve| curve.name() == name)
                    .ok_or(KeyError::UnsupportedType)?;
                let (x, y) = (decode(&members.x)?, decode(&members.y)?);
                PublicMaterial::ec(curve, &x, &y).map(Self::Public)
            }
            ("EC" | "OKP", None) => Err(KeyError::Malformed("the JWK lacks a member of its type")),
            _ => Err(KeyError::UnsupportedType),
        }
    }
}

/// Decodes strictly: no padding, no other alphabet, no bits left over.
fn decode(member: &Member<String>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    decode_text(member.0.as_ref())
}

fn decode_text(member: Option<&String>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let text = member.ok_or(KeyError::Malformed("the JWK lacks a member of its type"))?;
    URL_SAFE_NO_PAD
        .decode(text)
        .map(Zeroizing::new)
        .map_err(|_| KeyError::Malformed("a member of the JWK is not base64url without padding"))
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Object(members) = Object::deserialize(deserializer)?;
        Self::from_members(members).map_err(de::Error::custom)
    }
}

impl Serialize for Jwk {
    /// Fails for a secret.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.to_members().map_err(ser::Error::custom)?;
        members.serialize(serializer)
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk")
            .field("key_id", &self.key_id)
            .field("use", &self.usage)
            .field("key_ops", &self.operations)
            .field("alg", &self.algorithm)
            .finish_non_exhaustive()
    }
}

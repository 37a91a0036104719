//! Keys in DER, and detection of their form.

use x509_cert::Certificate;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef, UintRef};
use x509_cert::der::referenced::OwnedToRef;
use x509_cert::der::{Decode, ErrorKind, Reader, SliceReader, Tag, Tagged};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::error::KeyError;
use crate::jose::key_material::{Curve, PublicMaterial};
use crate::jose::{Algorithm, KeyFamily};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The DER forms of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DerForm {
    /// `SubjectPublicKeyInfo` ([RFC 5280 §4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)).
    Spki,
    /// A certificate, of the same RFC.
    Certificate,
    /// `RSAPublicKey` ([RFC 8017 A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1)).
    Pkcs1Public,
    /// `RSAPrivateKey`, of the same RFC.
    Pkcs1Private,
    /// `PrivateKeyInfo` ([RFC 5958](https://www.rfc-editor.org/rfc/rfc5958)).
    Pkcs8,
    /// `EncryptedPrivateKeyInfo`, of the same RFC.
    EncryptedPkcs8,
    /// `ECPrivateKey` ([RFC 5915](https://www.rfc-editor.org/rfc/rfc5915)).
    Sec1Private,
}

impl DerForm {
    /// Detects the form by the types of the outermost elements, which differ between all forms.
    pub(crate) fn of(der: &[u8]) -> Result<Self, KeyError> {
        let outer = AnyRef::from_der(der).map_err(|error| match error.kind() {
            ErrorKind::TrailingData { .. } => {
                KeyError::Malformed("bytes follow the DER of the key: remove them")
            }
            _ => NO_KEY,
        })?;
        let tags = outer.sequence(element_tags).map_err(|_| NO_KEY)?;
        match *tags.as_slice() {
            [Tag::Sequence, Tag::BitString] => Ok(Self::Spki),
            [Tag::Sequence, Tag::Sequence, Tag::BitString] => Ok(Self::Certificate),
            [Tag::Sequence, Tag::OctetString] => Ok(Self::EncryptedPkcs8),
            [Tag::Integer, Tag::Integer] => Ok(Self::Pkcs1Public),
            [Tag::Integer, Tag::Integer, Tag::Integer, ..] => Ok(Self::Pkcs1Private),
            [Tag::Integer, Tag::Sequence, Tag::OctetString, ..] => Ok(Self::Pkcs8),
            [Tag::Integer, Tag::OctetString, ..] => Ok(Self::Sec1Private),
            _ => Err(NO_KEY),
        }
    }
}

const NO_KEY: KeyError = KeyError::Malformed("the bytes are not the DER of a key");

/// Reads a public key in any public form.
///
/// Of a certificate, only the key is read: its issuer and validity are not checked.
pub(crate) fn public_key(der: &[u8]) -> Result<PublicMaterial, KeyError> {
    match DerForm::of(der)? {
        DerForm::Spki => {
            let spki = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| {
                KeyError::Malformed("the bytes are not a well-formed SubjectPublicKeyInfo")
            })?;
            spki_key(&spki)
        }
        DerForm::Certificate => {
            let certificate = Certificate::from_der(der).map_err(|_| {
                KeyError::Malformed("the bytes are not a well-formed X.509 certificate")
            })?;
            spki_key(
                &certificate
                    .tbs_certificate
                    .subject_public_key_info
                    .owned_to_ref(),
            )
        }
        DerForm::Pkcs1Public => pkcs1_public(der),
        DerForm::Pkcs1Private | DerForm::Pkcs8 | DerForm::EncryptedPkcs8 | DerForm::Sec1Private => {
            Err(KeyError::PrivateKey)
        }
    }
}

/// Reads a PKCS#1 public key.
pub(crate) fn pkcs1_public(der: &[u8]) -> Result<PublicMaterial, KeyError> {
    let (n, e) = AnyRef::from_der(der)
        .and_then(|outer| {
            outer.sequence(|reader| {
                let n = UintRef::decode(reader)?;
                let e = UintRef::decode(reader)?;
                Ok((n, e))
            })
        })
        .map_err(|_| KeyError::Malformed("the bytes are not a well-formed RSAPublicKey"))?;
    PublicMaterial::rsa(n.as_bytes(), e.as_bytes())
}

/// Checks that a PKCS#8 private key fits the algorithm, to tell a mismatch from damage.
pub(crate) fn check_pkcs8(der: &[u8], algorithm: Algorithm) -> Result<(), KeyError> {
    let (identifier, key) = AnyRef::from_der(der)
        .and_then(|outer| {
            outer.sequence(|reader| {
                let _version = AnyRef::decode(reader)?;
                let identifier = AlgorithmIdentifierRef::decode(reader)?;
                let key = OctetStringRef::decode(reader)?;
                skip_rest(reader)?;
                Ok((identifier, key))
            })
        })
        .map_err(|_| KeyError::Malformed("the bytes are not a well-formed PKCS#8 private key"))?;
    match identifier.oid {
        RSA if algorithm.family() == KeyFamily::Rsa => check_pkcs1_private(key.as_bytes()),
        EC if curve(&identifier)?.algorithm() == algorithm => Ok(()),
        ED25519 if algorithm.family() == KeyFamily::Ed => Ok(()),
        RSA | EC | ED25519 => Err(KeyError::Algorithm),
        _ => Err(KeyError::UnsupportedType),
    }
}

/// Checks the public half of a PKCS#1 private key. A back end that refuses a size does not say so.
pub(crate) fn check_pkcs1_private(der: &[u8]) -> Result<(), KeyError> {
    let (n, e) = AnyRef::from_der(der)
        .and_then(|outer| {
            outer.sequence(|reader| {
                let _version = AnyRef::decode(reader)?;
                let n = UintRef::decode(reader)?;
                let e = UintRef::decode(reader)?;
                skip_rest(reader)?;
                Ok((n, e))
            })
        })
        .map_err(|_| KeyError::Malformed("the bytes are not a well-formed RSAPrivateKey"))?;
    PublicMaterial::rsa(n.as_bytes(), e.as_bytes()).map(|_| ())
}

fn spki_key(spki: &SubjectPublicKeyInfoRef<'_>) -> Result<PublicMaterial, KeyError> {
    let bytes = spki
        .subject_public_key
        .as_bytes()
        .ok_or(KeyError::Malformed("the public key is not whole bytes"))?;
    let parameters = spki.algorithm.parameters;
    match spki.algorithm.oid {
        RSA if parameters == Some(AnyRef::NULL) => pkcs1_public(bytes),
        EC => PublicMaterial::ec_point(curve(&spki.algorithm)?, bytes),
        ED25519 if parameters.is_none() => PublicMaterial::ed25519(bytes),
        RSA | ED25519 => Err(KeyError::Malformed(
            "the public key has parameters that its type does not have",
        )),
        _ => Err(KeyError::UnsupportedType),
    }
}

/// The named curve. Explicit curve parameters are refused: a forger can choose a generator that
/// makes a known point their own key (CVE-2020-0601).
fn curve(identifier: &AlgorithmIdentifierRef<'_>) -> Result<Curve, KeyError> {
    let parameters = identifier
        .parameters
        .ok_or(KeyError::Malformed("the EC key does not name its curve"))?;
    if parameters.tag() == Tag::Sequence {
        return Err(KeyError::Malformed(
            "the EC key has explicit curve parameters: export it with a named curve",
        ));
    }
    let name = parameters
        .decode_as::<ObjectIdentifier>()
        .map_err(|_| KeyError::Malformed("the EC key does not name its curve"))?;
    Curve::ALL
        .into_iter()
        .find(|&curve| oid(curve) == name)
        .ok_or(KeyError::UnsupportedType)
}

const fn oid(curve: Curve) -> ObjectIdentifier {
    match curve {
        Curve::P256 => ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        Curve::P384 => ObjectIdentifier::new_unwrap("1.3.132.0.34"),
        Curve::P521 => ObjectIdentifier::new_unwrap("1.3.132.0.35"),
    }
}

fn skip_rest(reader: &mut SliceReader<'_>) -> x509_cert::der::Result<()> {
    while !reader.is_finished() {
        AnyRef::decode(reader)?;
    }
    Ok(())
}

fn element_tags(reader: &mut SliceReader<'_>) -> x509_cert::der::Result<Vec<Tag>> {
    let mut tags = Vec::new();
    while !reader.is_finished() {
        tags.push(AnyRef::decode(reader)?.tag());
    }
    Ok(tags)
}

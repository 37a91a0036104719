//! PEM: exactly one block with a known label.
//!
//! `jsonwebtoken` is not used: it takes the first bit string or octet string for the key, which is
//! wrong for a certificate.

use memchr::memmem;
use zeroize::Zeroizing;

use crate::error::KeyError;

/// One PEM block.
pub(crate) struct PemBlock {
    pub(crate) label: PemLabel,
    /// The content, which may be a private key.
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// The labels of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PemLabel {
    PublicKey,
    RsaPublicKey,
    Certificate,
    PrivateKey,
    RsaPrivateKey,
    EcPrivateKey,
    EncryptedPrivateKey,
    OpensshPrivateKey,
}

impl PemLabel {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "PUBLIC KEY" => Some(Self::PublicKey),
            "RSA PUBLIC KEY" => Some(Self::RsaPublicKey),
            "CERTIFICATE" => Some(Self::Certificate),
            "PRIVATE KEY" => Some(Self::PrivateKey),
            "RSA PRIVATE KEY" => Some(Self::RsaPrivateKey),
            "EC PRIVATE KEY" => Some(Self::EcPrivateKey),
            "ENCRYPTED PRIVATE KEY" => Some(Self::EncryptedPrivateKey),
            "OPENSSH PRIVATE KEY" => Some(Self::OpensshPrivateKey),
            _ => None,
        }
    }

    /// Whether the block holds a public key, plain or in a certificate.
    pub(crate) fn is_public(self) -> bool {
        matches!(
            self,
            Self::PublicKey | Self::RsaPublicKey | Self::Certificate
        )
    }
}

impl PemBlock {
    /// Parses the only block of a text.
    ///
    /// White space around the block is ignored. Other text is refused: it suggests the wrong file.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, KeyError> {
        let blocks = memmem::find_iter(text, b"-----BEGIN ").count();
        if blocks == 0 {
            return Err(KeyError::Pem(
                "the text is not PEM: it must hold a block that begins with `-----BEGIN PUBLIC KEY-----` or the like",
            ));
        }
        if blocks > 1 {
            return Err(KeyError::Pem(
                "the text holds several PEM blocks: keep only the block of the key",
            ));
        }
        let text = text.trim_ascii();
        if !text.starts_with(b"-----BEGIN ") || !text.ends_with(b"-----") {
            return Err(KeyError::Pem(
                "text stands before or after the PEM block, or its last line is missing: keep only the whole block",
            ));
        }
        let block = pem::parse(text).map_err(|_| {
            KeyError::Pem("the PEM block is damaged: export the key again, and copy it whole")
        })?;
        let label = PemLabel::from_name(block.tag()).ok_or(KeyError::Pem(
            "the PEM block holds something else than a key: use one labelled `PUBLIC KEY`, `RSA PUBLIC KEY`, \
             `CERTIFICATE`, `PRIVATE KEY` or `RSA PRIVATE KEY`",
        ))?;
        let encrypted = block.headers().get("Proc-Type").is_some();
        let der = Zeroizing::new(block.into_contents());
        if encrypted {
            return Ok(Self {
                label: PemLabel::EncryptedPrivateKey,
                der,
            });
        }
        Ok(Self { label, der })
    }
}

//! Access tokens.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};
use tower_bearer::SigningKey;
use tower_bearer::jose::NumericDate;

use super::claims::{Audience, Payload, are_scopes, custom};
use super::{IssueError, TokenIssuer};
use crate::crypto::random;

/// An access token in the making: see [`TokenIssuer::access_token`].
///
/// It has the header and the claims of
/// [RFC 9068 §2](https://www.rfc-editor.org/rfc/rfc9068#section-2): `typ` is `at+jwt`, and `jti`
/// a random number of 128 bits.
#[must_use]
pub struct AccessTokenBuilder<'i> {
    issuer: &'i TokenIssuer,
    subject: String,
    audiences: Vec<String>,
    session: Option<String>,
    client_id: Option<String>,
    scopes: Option<String>,
    roles: Vec<String>,
    lifetime: Option<Duration>,
    custom: Result<Map<String, Value>, IssueError>,
}

impl<'i> AccessTokenBuilder<'i> {
    pub(super) fn new(issuer: &'i TokenIssuer, subject: String) -> Self {
        Self {
            issuer,
            subject,
            audiences: Vec::new(),
            session: None,
            client_id: None,
            scopes: None,
            roles: Vec::new(),
            lifetime: None,
            custom: Ok(Map::new()),
        }
    }

    /// Whom the token is for (`aud`), instead of the issuer's
    /// [audiences](super::TokenIssuerBuilder::audience). With several calls, it is for all of them.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// The session that the token belongs to (`sid`), by which it can be revoked with all others of
    /// the session: commonly the [family](super::RefreshToken::family_id) of the refresh token.
    pub fn session(mut self, session_id: impl Into<String>) -> Self {
        self.session = Some(session_id.into());
        self
    }

    /// The client that asked for the token (`client_id`), instead of the issuer's.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// The scopes that are granted (`scope`), with one space between each two. An empty text is
    /// none.
    pub fn scope(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = Some(scopes.into()).filter(|scopes| !scopes.is_empty());
        self
    }

    /// The roles of the subject (`roles`, by
    /// [RFC 9068 §2.2.3.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3.1)). A verifier
    /// reads them with [`roles_claim("roles")`](tower_bearer::verify::VerifierBuilder::roles_claim).
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// How long the token is good: as long as the issuer says, unless set to less.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// The application's own claims: a struct or a map. None can be one that the issuer sets:
    /// `iss`, `sub`, `aud`, `exp`, `nbf`, `iat`, `jti`, `sid`, `client_id`, `scope`, `scp`
    /// and `roles`.
    pub fn claims(mut self, claims: impl Serialize) -> Self {
        self.custom = custom(&claims);
        self
    }

    /// Signs the token, with the key that signs now.
    ///
    /// # Errors
    ///
    /// [`IssueError::Subject`], [`IssueError::Audience`], [`IssueError::Session`],
    /// [`IssueError::Scope`] and [`IssueError::Lifetime`] for what is empty or otherwise impossible;
    /// [`IssueError::ReservedClaim`] for a claim that the application must not set;
    /// [`IssueError::Claims`] for claims that are no JSON object; [`IssueError::Key`] if the
    /// cryptographic back end fails.
    ///
    /// ```
    /// # use tower_bearer::{Algorithm, SigningKey};
    /// # use tower_bearer_issuer::TokenIssuer;
    /// # let issuer = TokenIssuer::builder()
    /// #     .issuer("https://auth.example.com")
    /// #     .audience("my-api")
    /// #     .key(SigningKey::generate(Algorithm::ES256)?)
    /// #     .build()?;
    /// let claims = serde_json::json!({ "name": "Alice", "exp": 9_999_999_999_i64 });
    /// let error = issuer.access_token("alice").claims(claims).issue().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the claim `exp` is set by the issuer only: use another name"
    /// );
    /// # Ok::<(), tower_bearer_issuer::SetupError>(())
    /// ```
    pub fn issue(self) -> Result<AccessToken, IssueError> {
        let issuer = self.issuer.inner();
        let custom = self.custom?;
        let audiences = if self.audiences.is_empty() {
            &issuer.audiences
        } else {
            &self.audiences
        };
        if self.subject.is_empty() {
            return Err(IssueError::Subject);
        }
        if audiences.iter().any(String::is_empty) {
            return Err(IssueError::Audience);
        }
        if self.session.as_deref() == Some("") {
            return Err(IssueError::Session);
        }
        if self.scopes.as_deref().is_some_and(|text| !are_scopes(text)) {
            return Err(IssueError::Scope);
        }
        let lifetime = self.lifetime.unwrap_or(issuer.lifetime);
        if lifetime.as_secs() == 0 || lifetime > issuer.lifetime {
            return Err(IssueError::Lifetime);
        }
        let token_id = URL_SAFE_NO_PAD.encode(random::<16>()?);
        let now = self.issuer.now();
        let issued_at = NumericDate::from_secs(now.as_secs());
        let lifetime = Duration::from_secs(lifetime.as_secs());
        let expires_at = issued_at.saturating_add(lifetime);
        let payload = Payload {
            iss: &issuer.name,
            sub: &self.subject,
            aud: Audience(audiences),
            exp: expires_at.as_secs(),
            nbf: issued_at.as_secs(),
            iat: issued_at.as_secs(),
            jti: &token_id,
            sid: self.session.as_deref(),
            client_id: self.client_id.as_deref().or(issuer.client_id.as_deref()),
            scope: self.scopes.as_deref(),
            roles: &self.roles,
            custom: &custom,
        };
        Ok(AccessToken {
            text: sign(issuer.keys.at(now).active(), &payload)?,
            token_id,
            expires_at,
            lifetime,
            scopes: self.scopes,
        })
    }
}

fn sign(key: &SigningKey, payload: &Payload<'_>) -> Result<String, IssueError> {
    #[derive(Serialize)]
    struct Header<'a> {
        alg: &'a str,
        kid: Option<&'a str>,
        typ: &'a str,
    }

    let header = Header {
        alg: key.algorithm().name(),
        kid: key.key_id(),
        typ: "at+jwt",
    };
    let (Ok(header), Ok(payload)) = (
        serde_json::to_string(&header),
        serde_json::to_string(payload),
    ) else {
        return Err(IssueError::Claims("the claims cannot be JSON"));
    };
    if payload.contains("$serde_json::private::") {
        return Err(IssueError::Claims(
            "the claims have a name that serde_json reserves: \
             every verifier of this crate refuses such a token",
        ));
    }
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// An access token, signed. `Debug` does not show it.
#[derive(Clone)]
pub struct AccessToken {
    text: String,
    token_id: String,
    expires_at: NumericDate,
    lifetime: Duration,
    scopes: Option<String>,
}

impl AccessToken {
    /// The token, to be sent to the client.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The token, to be sent to the client.
    pub fn into_string(self) -> String {
        self.text
    }

    /// The identifier of the token (`jti`).
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// From when on the token is no longer good (`exp`).
    pub fn expires_at(&self) -> NumericDate {
        self.expires_at
    }

    /// How long the token is good.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The scopes that are granted, with one space between each two; empty where there are none.
    pub fn scopes(&self) -> &str {
        self.scopes.as_deref().unwrap_or_default()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").finish_non_exhaustive()
    }
}

impl fmt::Debug for AccessTokenBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokenBuilder")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

//! What a client is answered with.

use serde::{Serialize, Serializer};

use super::{AccessToken, RefreshToken};

/// An access token and the refresh token that goes with it.
///
/// With `serde` it becomes a token response
/// ([RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)), to be sent with
/// `Cache-Control: no-store`. `Debug` shows neither token.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use tower_bearer_issuer::{Grant, RefreshTokens, TokenIssuer, TokenPair};
/// # use tower_bearer_issuer::store::MemoryStore;
/// # use tower_bearer::{Algorithm, SigningKey};
/// # let issuer = TokenIssuer::builder()
/// #     .issuer("https://auth.example.com")
/// #     .audience("my-api")
/// #     .key(SigningKey::generate(Algorithm::ES256)?)
/// #     .build()?;
/// # let refresh_tokens = <RefreshTokens>::builder(MemoryStore::new()).build()?;
/// let access_token = issuer.access_token("alice").scope("read").issue()?;
/// let refresh_token = refresh_tokens.begin(Grant::new("alice").scope("read")).await?;
/// let answer = serde_json::to_value(TokenPair::new(access_token, refresh_token))?;
/// assert_eq!(answer["token_type"], "Bearer");
/// assert_eq!(answer["expires_in"], 900);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TokenPair {
    access_token: AccessToken,
    refresh_token: RefreshToken,
}

impl TokenPair {
    /// The two as one answer.
    pub fn new(access_token: AccessToken, refresh_token: RefreshToken) -> Self {
        Self {
            access_token,
            refresh_token,
        }
    }

    /// The access token.
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// The id of the session, which is the family of the refresh token.
    pub fn session_id(&self) -> &str {
        self.refresh_token.family_id()
    }

    /// The refresh token.
    pub fn refresh_token(&self) -> &RefreshToken {
        &self.refresh_token
    }
}

impl Serialize for TokenPair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Response<'a> {
            access_token: &'a str,
            token_type: &'a str,
            expires_in: u64,
            refresh_token: &'a str,
            #[serde(skip_serializing_if = "str::is_empty")]
            scope: &'a str,
        }

        Response {
            access_token: self.access_token.as_str(),
            token_type: "Bearer",
            expires_in: self.access_token.lifetime().as_secs(),
            refresh_token: self.refresh_token.as_str(),
            scope: self.access_token.scopes(),
        }
        .serialize(serializer)
    }
}

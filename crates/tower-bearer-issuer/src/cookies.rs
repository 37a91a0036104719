//! Tokens as cookies.

use std::time::Duration;

use http::HeaderValue;
use tower_bearer::extract::Cookie;

use super::{IssueError, SetupError, TokenPair};

/// The two tokens of a [`TokenPair`] as cookies, for web pages: no script can read them, so that
/// none can steal them.
///
/// | | access token | refresh token |
/// |-|-|-|
/// | name, unless [told otherwise](Self::names) | `__Host-access` | `__Secure-refresh` |
/// | `Path` | `/` | the one that is given, so that no other request carries it |
/// | `Max-Age` | the lifetime of the token | the lifetime of the token |
/// | `Secure`, `HttpOnly`, `SameSite=Lax` | yes | yes |
/// | `Domain` | none: the cookie goes to this host only | none |
///
/// Browsers hold to what the [prefixes][prefix] promise: neither cookie can come from a host
/// without TLS, and the first from no other host at all. Therefore pages have to be served by
/// `https`, but for those at `localhost`.
///
/// The second can come from a neighbouring host. If that is an attacker's, it can sign a browser in
/// that is signed out, as *somebody else*: show who is signed in.
///
/// Browsers send cookies also with requests that another site has caused, so the layer that takes
/// them needs [CSRF protection](tower_bearer::auth::Csrf).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use tower_bearer_issuer::store::MemoryStore;
/// # use tower_bearer::{Algorithm, SigningKey};
/// use http::Response;
/// use http::header::SET_COOKIE;
/// use tower_bearer::extract::{Bearer, TokenSource};
/// use tower_bearer_issuer::{Grant, RefreshTokens, SessionCookies, TokenIssuer, TokenPair};
///
/// # let issuer = TokenIssuer::builder()
/// #     .issuer("https://auth.example.com")
/// #     .audience("my-api")
/// #     .key(SigningKey::generate(Algorithm::ES256)?)
/// #     .build()?;
/// # let refresh_tokens = <RefreshTokens>::builder(MemoryStore::new()).build()?;
/// let cookies = SessionCookies::new("/session")?;
///
/// // Alice has signed in.
/// let refresh_token = refresh_tokens.begin(Grant::new("alice")).await?;
/// let access_token = issuer.access_token("alice").issue()?;
/// let pair = TokenPair::new(access_token, refresh_token);
/// let mut response = Response::new(());
/// for cookie in cookies.set(&pair)? {
///     response.headers_mut().append(SET_COOKIE, cookie);
/// }
/// # let value = response.headers()[SET_COOKIE].to_str()?;
/// # assert!(value.starts_with("__Host-access=ey"));
/// # assert!(value.ends_with("; Max-Age=900; Path=/; Secure; HttpOnly; SameSite=Lax"));
///
/// // Where a `BearerAuthLayer` finds them again:
/// let source = Bearer.or(cookies.access_source());
/// # Ok(())
/// # }
/// ```
///
/// [prefix]: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-cookie-name-prefixes
#[derive(Clone, Debug)]
pub struct SessionCookies {
    access: Cookie,
    refresh: Cookie,
    refresh_path: Box<str>,
    cleared: [HeaderValue; 2],
}

impl SessionCookies {
    /// Cookies of the usual names. The refresh token goes to this path and what is below it, which
    /// must be where tokens are refreshed and sessions ended, such as `/session`.
    ///
    /// # Errors
    ///
    /// [`SetupError::CookiePath`]: the path does not begin with a slash, is `/` itself, which
    /// would send the cookie with every request, or has a character that needs an escape.
    ///
    /// ```
    /// use tower_bearer_issuer::SessionCookies;
    ///
    /// assert!(SessionCookies::new("/session").is_ok());
    /// assert!(SessionCookies::new("/").is_err());
    /// ```
    pub fn new(refresh_path: &str) -> Result<Self, SetupError> {
        if !is_path(refresh_path) {
            return Err(SetupError::CookiePath(refresh_path.into()));
        }
        let (access, refresh) = (
            Cookie::new("__Host-access")?,
            Cookie::new("__Secure-refresh")?,
        );
        Self::of(access, refresh, refresh_path.into())
    }

    /// Names the cookies otherwise, where another application of the same host has such cookies.
    ///
    /// # Errors
    ///
    /// [`SetupError`]: the name for the access token does not begin with `__Host-`, or the one for
    /// the refresh token with `__Secure-`; or a name is too long or has an illegal character.
    ///
    /// ```
    /// use tower_bearer_issuer::SessionCookies;
    ///
    /// let cookies = SessionCookies::new("/session")?.names("__Host-shop", "__Secure-shop")?;
    /// assert_eq!(cookies.access_source().name(), "__Host-shop");
    /// # Ok::<(), tower_bearer_issuer::SetupError>(())
    /// ```
    pub fn names(self, access: &str, refresh: &str) -> Result<Self, SetupError> {
        if !access.starts_with("__Host-") || !refresh.starts_with("__Secure-") {
            let (access, refresh) = (access.into(), refresh.into());
            return Err(SetupError::CookiePrefix { access, refresh });
        }
        Self::of(
            Cookie::new(access)?,
            Cookie::new(refresh)?,
            self.refresh_path,
        )
    }

    /// The values of two `Set-Cookie` fields, marked as sensitive: first the access token, then
    /// the refresh token. Each lasts as long as its token.
    ///
    /// # Errors
    ///
    /// [`IssueError::CookieTooLong`]: browsers would ignore the cookie, and nobody would be signed
    /// in.
    pub fn set(&self, tokens: &TokenPair) -> Result<[HeaderValue; 2], IssueError> {
        let (access, refresh) = (tokens.access_token(), tokens.refresh_token());
        let access = set_cookie(&self.access, access.as_str(), access.lifetime(), "/");
        let refresh = set_cookie(
            &self.refresh,
            refresh.as_str(),
            refresh.lifetime(),
            &self.refresh_path,
        );
        match (access, refresh) {
            (Some(access), Some(refresh)) => Ok([access, refresh]),
            _ => Err(IssueError::CookieTooLong),
        }
    }

    /// The values of two `Set-Cookie` fields by which a browser forgets both tokens. That alone
    /// ends no session: revoke the tokens as well.
    pub fn clear(&self) -> [HeaderValue; 2] {
        self.cleared.clone()
    }

    /// Where a request has the access token.
    pub fn access_source(&self) -> Cookie {
        self.access.clone()
    }

    /// Where a request has the refresh token.
    pub fn refresh_source(&self) -> Cookie {
        self.refresh.clone()
    }

    fn of(access: Cookie, refresh: Cookie, refresh_path: Box<str>) -> Result<Self, SetupError> {
        let cleared = [(&access, "/"), (&refresh, &refresh_path)]
            .map(|(cookie, path)| set_cookie(cookie, "", Duration::ZERO, path));
        let [Some(access_cleared), Some(refresh_cleared)] = cleared else {
            let len = access.name().len().max(refresh.name().len());
            return Err(SetupError::CookieNameTooLong(len));
        };
        Ok(Self {
            access,
            refresh,
            refresh_path,
            cleared: [access_cleared, refresh_cleared],
        })
    }
}

/// What browsers take of name and value together: they ignore a longer cookie
/// ([RFC 6265bis](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-storage-model)).
const MAX_LEN: usize = 4096;

/// The value of a `Set-Cookie` field. Tokens of ours have no character that means anything there.
fn set_cookie(cookie: &Cookie, token: &str, max_age: Duration, path: &str) -> Option<HeaderValue> {
    let name = cookie.name();
    if name.len().saturating_add(token.len()) > MAX_LEN {
        return None;
    }
    let max_age = max_age.as_secs();
    let text =
        format!("{name}={token}; Max-Age={max_age}; Path={path}; Secure; HttpOnly; SameSite=Lax");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Whether the text is a path that binds a cookie to something, of characters that stand for
/// themselves in a URI ([RFC 3986 §3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)) and
/// do not end an attribute.
fn is_path(text: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@/".contains(&byte);
    text.starts_with('/') && text != "/" && text.bytes().all(is_legal)
}

//! The list of subprotocols in a WebSocket handshake.

use std::borrow::Cow;

use http::header::SEC_WEBSOCKET_PROTOCOL;

use super::TokenSource;
use super::syntax::{at_most_one, is_token, token68, trim};
use crate::error::{ConfigError, RequestError};
use crate::request::RequestHead;

/// An entry of `Sec-WebSocket-Protocol`
/// ([RFC 6455 §11.3.4](https://www.rfc-editor.org/rfc/rfc6455#section-11.3.4)): the only field of a
/// WebSocket handshake that a script in a browser can set.
///
/// The script offers the protocol that it speaks, and a second one that is the token behind a
/// prefix, by default `bearer.`:
///
/// ```js
/// new WebSocket(url, ["chat.v1", "bearer." + token])
/// ```
///
/// **The server must select the first.** Selecting the entry with the token would send the token
/// back through every proxy's logs; selecting none makes browsers close the connection. In Axum,
/// `upgrade.protocols(["chat.v1"])` selects correctly.
///
/// Entries are case-sensitive. Several fields count as one list. Two entries with the prefix are
/// [`RepeatedField`](RequestError::RepeatedField); a prefix without a token behind it is
/// [`Syntax`](RequestError::Syntax).
///
/// Kubernetes clients base64url-encode the token behind `base64url.bearer.authorization.k8s.io.`:
/// decode it in a [source of your own](super::TokenSource).
///
/// ```
/// use http::Request;
/// use tower_bearer::RequestHead;
/// use tower_bearer::extract::{TokenSource, WebSocketProtocol};
///
/// let source = WebSocketProtocol::default();
///
/// let request = Request::get("/socket")
///     .header("sec-websocket-protocol", "chat.v1, bearer.abc.def.ghi")
///     .body(())
///     .unwrap();
/// let token = source.extract(RequestHead::from(&request)).unwrap();
/// assert_eq!(token.as_deref(), Some(&b"abc.def.ghi"[..]));
/// ```
#[derive(Clone, Debug)]
pub struct WebSocketProtocol {
    prefix: Cow<'static, str>,
}

impl WebSocketProtocol {
    /// The entry that begins with this prefix.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderText`]: the prefix is empty, so every protocol would be a token, or
    /// has a character that no protocol can have.
    pub fn new(prefix: &str) -> Result<Self, ConfigError> {
        if !is_token(prefix) {
            return Err(ConfigError::header_text("subprotocol prefix", prefix));
        }
        Ok(Self {
            prefix: Cow::Owned(prefix.to_owned()),
        })
    }
}

/// The prefix `bearer.`.
impl Default for WebSocketProtocol {
    fn default() -> Self {
        Self {
            prefix: Cow::Borrowed("bearer."),
        }
    }
}

impl TokenSource for WebSocketProtocol {
    fn extract<'a>(&self, request: RequestHead<'a>) -> Result<Option<Cow<'a, [u8]>>, RequestError> {
        let tokens = request
            .headers()
            .get_all(SEC_WEBSOCKET_PROTOCOL)
            .iter()
            .flat_map(|line| line.as_bytes().split(|&byte| byte == b','))
            .filter_map(|entry| trim(entry).strip_prefix(self.prefix.as_bytes()));
        let token = at_most_one(tokens)?.map(token68).transpose()?;
        Ok(token.map(Cow::Borrowed))
    }

    fn is_ambient(&self, _: RequestHead<'_>) -> bool {
        false
    }
}

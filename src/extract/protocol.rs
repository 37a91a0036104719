//! The list of subprotocols in a WebSocket handshake.

use std::borrow::Cow;

use http::header::SEC_WEBSOCKET_PROTOCOL;

use super::TokenSource;
use super::syntax::{at_most_one, is_token, token68, trim};
use crate::error::{ConfigError, RequestError};
use crate::request::RequestHead;

/// An entry of `Sec-WebSocket-Protocol`
/// ([RFC 6455 §11.3.4](https://www.rfc-editor.org/rfc/rfc6455#section-11.3.4)), for scripts in a
/// browser: they can set no other field of a WebSocket handshake.
///
/// The script offers the protocol that it wants to speak, and beside it one that is the token
/// behind a prefix, by default `bearer.`:
///
/// ```js
/// new WebSocket(url, ["chat.v1", "bearer." + token])
/// ```
///
/// **The server must choose the other one.** To choose the entry with the token would send the
/// token back, into the logs of every proxy on the way. To choose none makes browsers close the
/// connection. In Axum, `upgrade.protocols(["chat.v1"])` chooses right.
///
/// A JWT may stand there as it is, since each of its characters may stand in the name of a
/// protocol. Entries are compared with regard to case. All fields of the name are one list. Two
/// entries with the prefix are [`RepeatedField`](RequestError::RepeatedField); an entry of only the
/// prefix, or with anything but a token behind it, is [`Syntax`](RequestError::Syntax).
///
/// Clients of Kubernetes encode the token once more, behind
/// `base64url.bearer.authorization.k8s.io.`: that takes a function of your own
/// ([`from_fn`](super::from_fn)) that decodes it.
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
    /// [`ConfigError::HeaderText`]: the prefix is empty, so that every protocol would be a token,
    /// or has a character that no protocol may have.
    pub fn new(prefix: &str) -> Result<Self, ConfigError> {
        if !is_token(prefix) {
            return Err(ConfigError::HeaderText(
                "the prefix of the subprotocol is empty or has a character that no subprotocol \
                 may have: use letters, digits, dots and hyphens",
            ));
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

        let Some(token) = at_most_one(tokens)? else {
            return Ok(None);
        };
        token68(token).map(|token| Some(Cow::Borrowed(token)))
    }

    fn is_ambient(&self, _: RequestHead<'_>) -> bool {
        false
    }
}

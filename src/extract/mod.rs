//! Where a request carries its token.
//!
//! [`Bearer`] reads the `Authorization` field and is the default. Every other source is off until
//! you ask for it: [`Header`], [`Cookie`], [`WebSocketProtocol`], [`Query`], or a function or type
//! of your own. [`TokenSource::or`] combines two sources.
//!
//! A source tells three cases apart:
//!
//! * `Ok(None)`: the request presents no token here. If no source has one, the answer is 401 with
//!   a bare challenge.
//! * `Ok(Some(token))`: one token, made of legal characters. The verifier checks the rest.
//! * `Err(reason)`: the request presents a token, but is malformed. The answer is 400, even if
//!   anonymous requests are allowed.
//!
//! A source also says whether browsers attach its token by themselves, as they do cookies. Such
//! requests need [CSRF protection](crate::auth::Csrf).
//!
//! ```
//! use http::Request;
//! use tower_bearer::RequestHead;
//! use tower_bearer::extract::{Bearer, Cookie, TokenSource};
//!
//! let source = Bearer.or(Cookie::new("__Host-session")?);
//!
//! let request = Request::get("/").header("cookie", "__Host-session=a.b.c").body(()).unwrap();
//! let token = source.extract(RequestHead::from(&request)).unwrap();
//! assert_eq!(token.as_deref(), Some(&b"a.b.c"[..]));
//! # Ok::<(), tower_bearer::ConfigError>(())
//! ```

mod bearer;
mod cookie;
mod header;
mod or;
mod protocol;
mod query;
mod source;
mod syntax;

pub use bearer::Bearer;
pub use cookie::Cookie;
pub use header::Header;
pub use protocol::WebSocketProtocol;
pub use query::Query;
pub use source::TokenSource;
pub(crate) use syntax::at_most_one;

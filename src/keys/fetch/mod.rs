//! One HTTP exchange, by any client.

mod caching;
mod client;
mod error;
mod exchange;
mod reach;
mod roots;
mod url;

pub(super) use self::client::DefaultClient;
pub(crate) use self::error::FetchError;
pub(super) use self::exchange::{Answer, Client, Content, HttpClient, Order, within};
pub(super) use self::reach::Reach;
pub(super) use self::url::{Url, UrlFault};

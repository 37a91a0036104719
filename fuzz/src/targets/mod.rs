//! The targets.

pub mod cache_headers;
pub mod cookie;
pub mod discovery;
pub mod header;
pub mod jwk_set;
pub mod layer;
pub mod pem;
pub mod refresh;
pub mod token;

/// One target.
pub struct Target {
    /// The name that it goes by, here and on the command line.
    pub name: &'static str,
    /// Takes any input, and panics where something does not hold.
    pub run: fn(&[u8]),
}

macro_rules! targets {
    ($($name:ident),+) => {
        /// Every target.
        pub const ALL: &[Target] = &[$(Target { name: stringify!($name), run: $name::run }),+];
    };
}

targets!(
    header,
    token,
    jwk_set,
    pem,
    cache_headers,
    discovery,
    cookie,
    layer,
    refresh
);

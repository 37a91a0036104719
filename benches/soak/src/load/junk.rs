//! Credentials that were never valid, with the expected verdict; and bytes that are not HTTP.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::client::bearer;
use crate::chance::Chance;
use crate::oracle::{Token, Verdict};
use crate::settings::COOKIE;

pub(super) type Fields = Vec<(&'static str, Vec<u8>)>;

/// Fields with junk, made from a token that may be good, and the HTTP verdict: none if the key is
/// looked up first.
pub(super) fn credentials(chance: &mut Chance, token: &Token) -> (Fields, Option<Verdict>) {
    let field = |value: &[u8]| vec![("authorization", value.to_vec())];
    let token = &*token.text;
    let (header, rest) = token.split_once('.').unwrap();
    let (fields, verdict) = match chance.within(0..14) {
        0 => (Vec::new(), Verdict::Unauthorized),
        1 => (field(b"Basic dGVzdDp0ZXN0"), Verdict::Unauthorized),
        2 => (field(token.as_bytes()), Verdict::Unauthorized),
        3 => (field(b"Bearer"), Verdict::Malformed),
        4 => (field(b"Bearer {\"a\":1}"), Verdict::Malformed),
        5 => (field(b"Bearer ab\xc3\xa9def"), Verdict::Malformed),
        6 => {
            let mut fields = field(&bearer(token));
            fields.extend(field(b"Basic dGVzdDp0ZXN0"));
            (fields, Verdict::Malformed)
        }
        7 => {
            let mut fields = field(&bearer(token));
            fields.push(("cookie", format!("{COOKIE}={token}").into_bytes()));
            (fields, Verdict::Malformed)
        }
        8 => {
            let length = chance.index(9_000) + 1;
            let letters = chance.bytes(length).into_iter();
            let letters = letters.map(|byte| b'a' + byte % 26).collect();
            let text = String::from_utf8(letters).unwrap();
            (field(&bearer(&text)), Verdict::Unauthorized)
        }
        9 => (field(&bearer("....")), Verdict::Unauthorized),
        10 => {
            // {"alg":"none"}
            let text = format!("eyJhbGciOiJub25lIn0.{rest}");
            (field(&bearer(&text)), Verdict::Unauthorized)
        }
        11 => {
            // {"a":
            let text = format!("eyJhIjo.{rest}");
            (field(&bearer(&text)), Verdict::Unauthorized)
        }
        12 => (
            field(&bearer(&format!("{header}.e30."))),
            Verdict::Unauthorized,
        ),
        _ => {
            // Without its last letters, the signature is invalid.
            let text = &token[..token.len() - 1 - chance.index(20)];
            return (field(&bearer(text)), None);
        }
    };
    (fields, Some(verdict))
}

/// Sends an invalid or partial request and hangs up. Returns the server's answer, if any.
pub(super) async fn no_http(address: &str, chance: &mut Chance) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    let bytes = match chance.within(0..5) {
        0 => chance.bytes(200),
        1 => b"GET /whoami HTTP/1.1\r\nhost: a\r\nauthorization: Bearer a\0b\r\n\r\n".to_vec(),
        2 => b"GET /whoami HTTP/1.1\r\nhost: a\r\nauthorization: Bea".to_vec(),
        3 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthese are no frames, whatever they say".to_vec(),
        _ => b"\r\n \r\n: :\r\n\r\n".to_vec(),
    };
    stream.write_all(&bytes).await?;
    sleep(chance.millis(0..200)).await;
    stream.shutdown().await?;
    let mut answer = Vec::new();
    // A request without an answer must still be released.
    timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await??;
    Ok(answer)
}

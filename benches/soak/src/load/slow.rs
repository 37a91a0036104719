//! Slow clients: a few bytes at a time, in both directions.

use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::client::answer;
use crate::chance::Chance;
use crate::clock::{Moment, Span};
use crate::oracle::Answer;

/// Requests `/whoami` with this token. The span begins when the request is complete.
pub(super) async fn ask(address: &str, token: &str, chance: &mut Chance) -> (Answer, Span) {
    let mut complete = Moment::now();
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!(
            "GET /whoami HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             connection: close\r\n\r\n"
        );
        let mut rest = request.as_bytes();
        while !rest.is_empty() {
            let (some, later) = rest.split_at(rest.len().min(chance.index(40) + 1));
            complete = Moment::now();
            stream.write_all(some).await?;
            stream.flush().await?;
            rest = later;
            sleep(chance.millis(1..150)).await;
        }
        let mut response = Vec::new();
        let mut bytes = [0; 16];
        loop {
            let read = stream.read(&mut bytes).await?;
            if read == 0 {
                return Ok::<_, std::io::Error>(response);
            }
            response.extend_from_slice(&bytes[..read]);
            sleep(Duration::from_millis(5)).await;
        }
    };
    let answer = match exchange.await {
        Ok(response) => read(&response),
        Err(error) => Answer::Other(format!("no answer: {error}")),
    };
    (answer, Span::since(complete))
}

/// The status and the body of a response.
fn read(response: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(response);
    let status = text.split(' ').nth(1).and_then(|it| it.parse().ok());
    let status = status.and_then(|it: u16| StatusCode::from_u16(it).ok());
    match (status, text.split_once("\r\n\r\n")) {
        (Some(status), Some((_, body))) => answer(status, body.as_bytes()),
        _ => Answer::Other(format!("no response: {text}")),
    }
}

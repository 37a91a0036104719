//! The issuer's key endpoint, over HTTP, and its faults.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

pub(crate) struct KeyEndpoint {
    address: SocketAddr,
    document: Mutex<String>,
    trouble: watch::Sender<Option<Trouble>>,
}

/// The current fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Refuses connections.
    Refuses,
    /// Takes the request and does not answer.
    Hangs,
    /// 500.
    Fails,
    /// 200, with a body that is not a JWK Set.
    Garbage,
    /// 200, with an empty set.
    Empty,
    /// 200, a byte at a time.
    Trickles,
}

impl KeyEndpoint {
    pub(crate) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            document: Mutex::default(),
            trouble: watch::Sender::new(None),
        });
        tokio::spawn(Arc::clone(&endpoint).listen(listener));
        endpoint
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/jwks.json", self.address)
    }

    /// Serves a JWK Set of these keys.
    pub(crate) fn serve(&self, keys: &[Value]) {
        *self.document.lock().unwrap() = json!({ "keys": keys }).to_string();
    }

    pub(crate) fn set_trouble(&self, trouble: Option<Trouble>) {
        self.trouble.send_replace(trouble);
    }

    async fn listen(self: Arc<Self>, mut listener: TcpListener) {
        let mut trouble = self.trouble.subscribe();
        loop {
            let refuses = |it: &Option<Trouble>| *it == Some(Trouble::Refuses);
            tokio::select! {
                accepted = listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let endpoint = Arc::clone(&self);
                    tokio::spawn(async move {
                        // A client may hang up.
                        let _ = timeout(Duration::from_secs(10), endpoint.answer(stream)).await;
                    });
                }
                _ = async { trouble.wait_for(refuses).await.is_ok() } => {
                    drop(listener);
                    let _ = trouble.wait_for(|it| !refuses(it)).await;
                    listener = TcpListener::bind(self.address).await.unwrap();
                }
            }
        }
    }

    async fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let trouble = *self.trouble.borrow();
        let (status, body) = match trouble {
            None | Some(Trouble::Refuses | Trouble::Trickles) => {
                ("200 OK", self.document.lock().unwrap().clone())
            }
            Some(Trouble::Hangs) => {
                let mut changes = self.trouble.subscribe();
                let _ = changes.wait_for(|it| *it != trouble).await;
                return Ok(());
            }
            Some(Trouble::Fails) => ("500 Internal Server Error", String::new()),
            Some(Trouble::Garbage) => ("200 OK", "<html>it works</html>".repeat(100)),
            Some(Trouble::Empty) => ("200 OK", r#"{"keys":[]}"#.to_owned()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\ncache-control: max-age={}\r\n\
             connection: close\r\n\r\n",
            body.len(),
            crate::settings::TIME_TO_LIVE.as_secs()
        );
        stream.write_all(head.as_bytes()).await?;
        if trouble == Some(Trouble::Trickles) {
            for byte in body.as_bytes() {
                stream.write_all(&[*byte]).await?;
                sleep(Duration::from_millis(100)).await;
            }
        }
        stream.write_all(body.as_bytes()).await?;
        stream.shutdown().await
    }
}

//! The built-in client against servers on loopback that speak HTTP, well or badly.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Answers each connection in its own way, in a task that ends with the test.
async fn serve<F>(answer: impl Fn(TcpStream, String) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => request.push(byte),
                    Err(_) => break,
                }
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            // Whoever hangs up early, as some of these tests do, is no failure of the server.
            tokio::spawn(answer(stream, request));
        }
    });
    address
}

/// Answers with these bytes.
async fn serve_bytes(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let answer = Arc::new(answer.into());
    serve(move |mut stream, _| {
        let answer = Arc::clone(&answer);
        async move { stream.write_all(&answer).await }
    })
    .await
}

fn ok(body: &str) -> String {
    let len = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n{body}")
}

fn keys_at(address: SocketAddr) -> RemoteKeys {
    let keys = RemoteKeys::builder(format!("http://{address}/jwks.json"));
    keys.build().unwrap()
}

async fn assert_fails(address: SocketAddr, text: &str) {
    let error = keys_at(address).ready().await.unwrap_err();
    assert_eq!(error.to_string(), text);
}

async fn assert_times_out(address: SocketAddr) {
    let keys = RemoteKeys::builder(format!("http://{address}/jwks.json"))
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let start = Instant::now();
    let error = keys.ready().await.unwrap_err();
    assert_eq!(error.to_string(), "no complete answer within 200ms");
    assert!(start.elapsed() < secs(3));
}

#[tokio::test]
async fn keys_are_fetched() {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let address = serve(move |mut stream, request| {
        seen.lock().unwrap().push(request);
        async move { stream.write_all(ok(&jwks(&["a"])).as_bytes()).await }
    })
    .await;
    let keys = RemoteKeys::builder(format!("http://{address}/jwks.json?tenant=1"))
        .build()
        .unwrap();
    assert_eq!(verify(&verifier(&keys), "a").await, Ok(()));
    let expected = format!(
        "GET /jwks.json?tenant=1 HTTP/1.1\r\naccept: application/json\r\nhost: {address}\r\n\r\n"
    );
    assert_eq!(*requests.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn the_whole_exchange_has_a_time() {
    let hangs = serve(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
        Ok(())
    });
    assert_times_out(hangs.await).await;
    let drips = serve(|mut stream, _| async move {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            .await?;
        loop {
            stream.write_all(b" ").await?;
            sleep(Duration::from_millis(20)).await;
        }
    });
    assert_times_out(drips.await).await;
    let drips_headers = serve(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await?;
        loop {
            stream.write_all(b"x").await?;
            sleep(Duration::from_millis(20)).await;
        }
    });
    assert_times_out(drips_headers.await).await;
}

#[tokio::test]
async fn a_body_is_cut_while_it_is_read() {
    let long = "the answer is longer than 262144 bytes: raise `max_body_len`, or check the URL";
    assert_fails(serve_bytes(ok(&" ".repeat(2 * 1024 * 1024))).await, long).await;
    // One that says how long it is, and one that never ends.
    let gigabyte = "HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n";
    let sent = Arc::new(Mutex::new(0_usize));
    for head in [gigabyte, "HTTP/1.1 200 OK\r\n\r\n"] {
        let counter = Arc::clone(&sent);
        let address = serve(move |mut stream, _| {
            let counter = Arc::clone(&counter);
            async move {
                stream.write_all(head.as_bytes()).await?;
                loop {
                    stream.write_all(&[b' '; 4096]).await?;
                    *counter.lock().unwrap() += 4096;
                }
            }
        });
        assert_fails(address.await, long).await;
    }
    // The rest is what the buffers of the system hold.
    let sent = *sent.lock().unwrap();
    assert!(sent < 64 * 1024 * 1024, "{sent}");
}

#[tokio::test]
async fn bad_answers_are_refused() {
    let no_set =
        "the document is not a JWK Set: it must be a JSON object with one array named `keys`";
    assert_fails(serve_bytes(ok("<html></html>")).await, no_set).await;
    assert_fails(serve_bytes(ok(r#"{"keys":["#)).await, no_set).await;
    let empty = "the JWK Set is empty: add the keys that verify signatures";
    assert_fails(serve_bytes(ok(r#"{"keys":[]}"#)).await, empty).await;
    let many = "the JWK Set has more keys than are permitted: publish fewer, or raise `max_keys`";
    let keys = r#"{"kty":"EC"},"#.repeat(9_999) + "{}";
    assert_fails(
        serve_bytes(ok(&format!(r#"{{"keys":[{keys}]}}"#))).await,
        many,
    )
    .await;
    let status = |line: &str| format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n");
    let text = "the answer is 500 Internal Server Error, not 200 OK";
    assert_fails(serve_bytes(status("500 Oh No")).await, text).await;
    let text = "the answer is 304 Not Modified, not 200 OK";
    assert_fails(serve_bytes("HTTP/1.1 304 Not Modified\r\n\r\n").await, text).await;

    let elsewhere = serve_bytes(ok(&jwks(&["a"]))).await;
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: http://{elsewhere}/\r\n\r\n");
    let text = "the answer is 302 Found, and redirects are not followed: give the final URL";
    assert_fails(serve_bytes(redirect).await, text).await;
    // Nothing is unpacked.
    let packed =
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\u{8b}\x08";
    assert_fails(serve_bytes(packed).await, no_set).await;
}

#[track_caller]
fn assert_client_error(keys: &Result<(), tower_bearer::keys::NotReady>, text: &str) {
    let error = keys.as_ref().unwrap_err().to_string();
    assert!(error.starts_with("the HTTP client failed: "), "{error}");
    assert!(error.contains(text), "{error}");
}

#[tokio::test]
async fn the_client_says_what_it_failed_at() {
    let cut = serve_bytes("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{").await;
    assert_client_error(
        &keys_at(cut).ready().await,
        "end of file before message length",
    );
    let nonsense = serve_bytes("SSH-2.0-OpenSSH_9.9\r\n").await;
    assert_client_error(&keys_at(nonsense).ready().await, "invalid HTTP version");
    let closed = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        listener.local_addr().unwrap()
    };
    assert_client_error(&keys_at(closed).ready().await, "tcp connect error");
}

#[tokio::test]
async fn the_last_keys_stay_whatever_comes_next() {
    let answers = Arc::new(Mutex::new(vec![ok("<html>"), ok(&jwks(&["a"]))]));
    let address = serve(move |mut stream, _| {
        let answer = answers.lock().unwrap().pop().unwrap();
        async move { stream.write_all(answer.as_bytes()).await }
    })
    .await;
    let keys = RemoteKeys::builder(format!("http://{address}/"))
        .cooldown(Duration::from_millis(1))
        .build()
        .unwrap();
    let verifier = verifier(&keys);
    assert_eq!(verify(&verifier, "a").await, Ok(()));
    sleep(Duration::from_millis(5)).await;
    assert_unavailable(verify(&verifier, "b").await, secs(1));
    assert_eq!(verify(&verifier, "a").await, Ok(()));
}

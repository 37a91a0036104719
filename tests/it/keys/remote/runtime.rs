use std::sync::PoisonError;

use futures::FutureExt;
use tokio::runtime::{Builder, Runtime};

use super::*;

const NO_RUNTIME: &str = "no Tokio runtime is running to fetch keys: verify inside one";

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

#[test]
fn without_a_runtime_there_are_no_keys() {
    let server = Server::with(&["a"]);
    let keys = server.keys();
    let verifier = verifier(&keys);
    for _ in 0..2 {
        let result = verify(&verifier, "a").now_or_never().unwrap();
        assert_eq!(result, Err(AuthError::KeysUnavailable(secs(1))));
        let error = keys.ready().now_or_never().unwrap().unwrap_err();
        assert_eq!(error.to_string(), NO_RUNTIME);
    }
    assert_eq!(server.asked(), 0);
    // There is one later.
    assert_eq!(runtime().block_on(verify(&verifier, "a")), Ok(()));
}

#[test]
fn keys_survive_the_runtime_that_fetched_them() {
    let server = Server::with(&["a"]);
    let keys = server.keys();
    let verifier = verifier(&keys);
    runtime().block_on(keys.ready()).unwrap();
    assert!(verifier.verify_now(token("a")).is_ok());
    let unavailable = verify(&verifier, "b").now_or_never().unwrap();
    assert_unavailable(unavailable, secs(600));
    runtime().block_on(async {
        pass(secs(60)).await;
        server.publish(&["a", "b"]);
        assert_eq!(verify(&verifier, "b").await, Ok(()));
    });
}

#[test]
fn a_fetch_that_died_with_its_runtime_is_made_again() {
    let server = Server::with(&["a"]);
    server.delay(secs(3));
    let keys = server.keys();
    runtime().block_on(async {
        let keys = keys.clone();
        let waiting = tokio::spawn(async move { keys.ready().await });
        settle().await;
        assert!(!waiting.is_finished());
    });
    assert_eq!(server.asked(), 1);
    assert_eq!(runtime().block_on(verify(&verifier(&keys), "a")), Ok(()));
    assert_eq!(server.asked(), 2);
}

#[test]
fn who_waits_elsewhere_is_told_that_the_runtime_died() {
    let server = Server::with(&["a"]);
    server.delay(secs(3));
    let keys = server.keys();
    let first = runtime();
    let mut ready = Box::pin(keys.ready());
    first.block_on(async {
        assert!(ready.as_mut().now_or_never().is_none());
        settle().await;
    });
    drop(first);
    let error = ready.now_or_never().unwrap().unwrap_err();
    assert_eq!(error.to_string(), NO_RUNTIME);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_panics_fails_a_fetch_and_no_more() {
    let mut server = Server::with(&["a"]);
    let mut calls = 0;
    let client = Arc::new(Mutex::new(move |request| {
        calls += 1;
        if calls == 1 {
            // A panic without its noise.
            std::panic::resume_unwind(Box::new(()));
        }
        server.call(request)
    }));
    let client = tower::service_fn(move |request: Request<String>| {
        let mut client = client.lock().unwrap_or_else(PoisonError::into_inner);
        client(request)
    });
    let keys = RemoteKeys::builder(URL).client(client).build().unwrap();
    let error = keys.ready().await.unwrap_err();
    assert_eq!(error.to_string(), "the HTTP client panicked");
    assert!(keys.ready().await.is_ok());
}

/// A client of which no copy can be had, at first.
struct Uncopied(Server, Arc<Mutex<bool>>);

impl Clone for Uncopied {
    fn clone(&self) -> Self {
        let mut is_first = self.1.lock().unwrap();
        if std::mem::replace(&mut *is_first, false) {
            drop(is_first);
            std::panic::resume_unwind(Box::new(()));
        }
        Self(self.0.clone(), Arc::clone(&self.1))
    }
}

impl Service<Request<String>> for Uncopied {
    type Response = Response<String>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Response<String>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        self.0.call(request)
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_copy_panics_fails_a_fetch_and_no_more() {
    let client = Uncopied(Server::with(&["a"]), Arc::new(Mutex::new(true)));
    let keys = RemoteKeys::builder(URL).client(client).build().unwrap();
    let error = keys.ready().await.unwrap_err();
    assert_eq!(error.to_string(), "the HTTP client panicked");
    assert!(keys.ready().await.is_ok());
}

//! Communication between tasks.

pub use real::sync::Notify;

/// Like `tokio::sync::watch`: the latest value, and the waiters for another.
pub mod watch {
    use std::future::poll_fn;
    use std::ops::Deref;
    use std::sync::Arc;
    use std::task::{Poll, Waker};

    use loom::sync::Mutex;

    pub mod error {
        #[derive(Debug)]
        pub struct RecvError(pub(super) ());
    }

    use self::error::RecvError;

    struct State<T> {
        value: T,
        version: usize,
        has_sender: bool,
        receivers: usize,
        waiting: Vec<Waker>,
    }

    type Shared<T> = Arc<Mutex<State<T>>>;

    pub struct Sender<T>(Shared<T>);

    pub struct Receiver<T> {
        shared: Shared<T>,
        seen: usize,
    }

    pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
        let shared = Arc::new(Mutex::new(State {
            value,
            version: 0,
            has_sender: true,
            receivers: 1,
            waiting: Vec::new(),
        }));
        let receiver = Receiver {
            shared: Arc::clone(&shared),
            seen: 0,
        };
        (Sender(shared), receiver)
    }

    impl<T> Sender<T> {
        pub fn send_replace(&self, value: T) -> T {
            let mut former = None;
            self.send_modify(|current| former = Some(std::mem::replace(current, value)));
            former.expect("it was replaced")
        }

        pub fn send_modify(&self, modify: impl FnOnce(&mut T)) {
            let waiting = {
                let mut state = self.0.lock().unwrap();
                modify(&mut state.value);
                state.version += 1;
                std::mem::take(&mut state.waiting)
            };
            waiting.into_iter().for_each(Waker::wake);
        }

        pub fn is_closed(&self) -> bool {
            self.0.lock().unwrap().receivers == 0
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            let waiting = {
                let mut state = self.0.lock().unwrap();
                state.has_sender = false;
                std::mem::take(&mut state.waiting)
            };
            waiting.into_iter().for_each(Waker::wake);
        }
    }

    impl<T: Clone> Receiver<T> {
        pub fn borrow(&self) -> Ref<T> {
            Ref(self.shared.lock().unwrap().value.clone())
        }

        pub async fn changed(&mut self) -> Result<(), RecvError> {
            poll_fn(|cx| {
                let mut state = self.shared.lock().unwrap();
                if state.version != self.seen {
                    self.seen = state.version;
                    return Poll::Ready(Ok(()));
                }
                if !state.has_sender {
                    return Poll::Ready(Err(RecvError(())));
                }
                state.waiting.push(cx.waker().clone());
                Poll::Pending
            })
            .await
        }

        pub async fn wait_for(
            &mut self,
            mut is_awaited: impl FnMut(&T) -> bool,
        ) -> Result<Ref<T>, RecvError> {
            poll_fn(|cx| {
                let mut state = self.shared.lock().unwrap();
                self.seen = state.version;
                if is_awaited(&state.value) {
                    return Poll::Ready(Ok(Ref(state.value.clone())));
                }
                if !state.has_sender {
                    return Poll::Ready(Err(RecvError(())));
                }
                state.waiting.push(cx.waker().clone());
                Poll::Pending
            })
            .await
        }
    }

    impl<T> Clone for Receiver<T> {
        fn clone(&self) -> Self {
            self.shared.lock().unwrap().receivers += 1;
            Self {
                shared: Arc::clone(&self.shared),
                seen: self.seen,
            }
        }
    }

    impl<T> Drop for Receiver<T> {
        fn drop(&mut self) {
            self.shared.lock().unwrap().receivers -= 1;
        }
    }

    #[derive(Debug)]
    pub struct Ref<T>(T);

    impl<T> Deref for Ref<T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.0
        }
    }
}

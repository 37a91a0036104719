//! The task that fetches.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Weak};

use futures::future::{self, Either};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{self, Instant};

use super::Remote;

/// A handle to the one task of a provider. The task ends when this is dropped, or with its runtime.
pub(super) struct Worker {
    wake: watch::Sender<()>,
    /// The number of the last fetch that ended.
    finished: watch::Receiver<u64>,
}

impl Worker {
    /// None if no runtime is running.
    pub(super) fn spawn(remote: &Arc<Remote>) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let (wake, woken) = watch::channel(());
        let (finish, finished) = watch::channel(0);
        runtime.spawn(work(Arc::downgrade(remote), woken, finish));
        Some(Self { wake, finished })
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.wake.is_closed()
    }

    pub(super) fn wake(&self) {
        self.wake.send_replace(());
    }

    /// For waiting until a fetch ends.
    pub(super) fn finished(&self) -> watch::Receiver<u64> {
        self.finished.clone()
    }
}

/// Fetches when due or woken, as long as somebody holds the keys. It holds them only between waits.
async fn work(remote: Weak<Remote>, mut woken: watch::Receiver<()>, finish: watch::Sender<u64>) {
    while let Some(strong) = remote.upgrade() {
        let now = Instant::now();
        let Some((number, fetch)) = strong.take_fetch(now) else {
            let next = strong.next_fetch();
            drop(strong);
            let dropped = match next {
                Some(next) => {
                    let woken = time::timeout_at(next, woken.changed()).await;
                    woken.is_ok_and(|woken| woken.is_err())
                }
                None => woken.changed().await.is_err(),
            };
            if dropped {
                return;
            }
            continue;
        };
        drop(strong);

        let dropped = async { while woken.changed().await.is_ok() {} };
        let answer = match future::select(fetch, pin!(dropped)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => return,
        };
        let Some(strong) = remote.upgrade() else {
            return;
        };
        // A subscriber of the application's may panic; fetches must go on.
        let _ = catch_unwind(AssertUnwindSafe(|| strong.record(answer)));
        finish.send_replace(number);
    }
}

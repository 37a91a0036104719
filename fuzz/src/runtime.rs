//! A runtime whose time advances only when every task waits.

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

thread_local! {
    // Reused: making one takes longer than most inputs.
    static RUNTIME: Runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O needs nothing");
}

/// Runs a future to its end, and then the tasks that it leaves behind.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let result = future.await;
            settle().await;
            result
        })
    })
}

/// Lets the other tasks run until they wait.
pub(crate) async fn settle() {
    for _ in 0..8 {
        yield_now().await;
    }
}

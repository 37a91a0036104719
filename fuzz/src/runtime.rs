//! A runtime whose time passes only where everybody waits.

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

thread_local! {
    // Kept, since to make one takes longer than most inputs do.
    static RUNTIME: Runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O needs nothing");
}

/// Runs to the end, and lets the tasks that it leaves behind come to theirs.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let result = future.await;
            settle().await;
            result
        })
    })
}

/// Lets the others act until they wait for something.
pub(crate) async fn settle() {
    for _ in 0..8 {
        yield_now().await;
    }
}

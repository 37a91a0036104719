//! A task is a thread of its own, which loom interleaves with the others.

use std::cell::RefCell;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use loom::thread::{self, Builder, JoinHandle, Thread};

/// In words. Verifying a token needs more stack than loom's default.
const STACK: usize = 0x1_0000;

thread_local! {
    /// To the standard library, all of loom's threads are one.
    static TASKS: RefCell<Vec<JoinHandle<()>>> = const { RefCell::new(Vec::new()) };
}

/// Runs a model, and waits for its tasks. A task that never ends is a deadlock, which loom reports.
pub fn run(model: impl FnOnce() + Send + 'static) {
    TASKS.take();
    spawn(model).join().unwrap();
    for task in TASKS.take() {
        task.join().unwrap();
    }
}

/// There is a runtime everywhere.
pub struct Handle(());

#[derive(Debug)]
pub struct TryCurrentError(());

impl Handle {
    pub fn try_current() -> Result<Self, TryCurrentError> {
        Ok(Self(()))
    }

    pub fn spawn<F: Future + Send + 'static>(&self, task: F) {
        let task = spawn(|| drop(block_on(task)));
        TASKS.with_borrow_mut(|tasks| tasks.push(task));
    }
}

pub fn spawn<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let builder = Builder::new().stack_size(STACK);
    builder.spawn(act).expect("there are at most five threads")
}

/// Not loom's own: its wakers are counted by loom's means, even under a standard lock.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let task = Arc::new(Task {
        thread: thread::current(),
        is_woken: AtomicBool::new(false),
    });
    let waker = Waker::from(Arc::clone(&task));
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        while !task.is_woken.swap(false, Ordering::SeqCst) {
            thread::park();
        }
    }
}

struct Task {
    thread: Thread,
    /// The standard library's: no thread runs between checking it and parking.
    is_woken: AtomicBool,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

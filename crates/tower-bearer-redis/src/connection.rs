//! How Redis is reached.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{Cmd, FromRedisValue, Pipeline, RedisFuture, RedisResult, Value, cmd};
use tokio::time::{Instant, timeout};

use super::Question;
use super::error::{is_full, panicked, timed_out};
use crate::observe;

/// What is idle for longer may have been cut, by a firewall in between or a restart of Redis.
const RESTED: Duration = Duration::from_secs(1);

type Connecting = BoxFuture<'static, RedisResult<MultiplexedConnection>>;

/// Connections that are made here: one that all operations share, and one to wait on.
///
/// Redis's own connection manager is not used: it hands the failure of its last attempt to the
/// next operation, never tries again where the password was wrong, and keeps what does not answer.
pub(super) struct OwnConnection {
    connect: Arc<dyn Fn() -> Connecting + Send + Sync>,
    shared: Mutex<Option<SharedConnection>>,
    waiting: Mutex<Option<MultiplexedConnection>>,
}

/// A connection, or the attempt to make it.
#[derive(Clone)]
struct SharedConnection {
    connecting: Shared<Connecting>,
    used_at: Instant,
}

impl OwnConnection {
    pub(super) fn new<C>(connect: impl Fn() -> C + Send + Sync + 'static) -> Self
    where
        C: Future<Output = RedisResult<MultiplexedConnection>> + Send + 'static,
    {
        Self {
            connect: Arc::new(move || connect().boxed()),
            shared: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    /// Asks within a time. What is broken then is not used again.
    pub(super) async fn ask<T: FromRedisValue>(
        &self,
        question: Question<'_>,
        limit: Duration,
    ) -> RedisResult<T> {
        let (mut connecting, has_rested) = self.shared();
        let answer = timeout(limit, async {
            if has_rested && !answers(connecting.clone(), limit.mul_f64(0.25)).await {
                self.forget(&connecting);
                (connecting, _) = self.shared();
            }
            let mut connection = connecting.clone().await?;
            question.put_to(&mut connection).await
        });
        let answer = answer.await.unwrap_or_else(|_| Err(timed_out()));
        // Of a primary that has become a replica, for one, there is no other sign than an error.
        if answer.as_ref().is_err_and(|error| !is_full(error)) {
            self.forget(&connecting);
        }
        answer
    }

    /// Asks on a connection of its own, which is as long as `wait` about it, and is cut if nobody
    /// waits for the answer any more.
    pub(super) async fn wait(
        &self,
        command: &Cmd,
        wait: Duration,
        limit: Duration,
    ) -> RedisResult<()> {
        let rested = lock(&self.waiting).take();
        let mut connection = match rested {
            Some(connection) => connection,
            None => timeout(limit, (self.connect)())
                .await
                .unwrap_or_else(|_| Err(timed_out()))?,
        };
        connection.set_response_timeout(wait.saturating_add(limit));
        let waited = command.exec_async(&mut connection).await;
        if waited.is_ok() {
            *lock(&self.waiting) = Some(connection);
        } else {
            // What cut the one has most likely cut the other.
            *lock(&self.shared) = None;
        }
        waited
    }

    /// What all share, and whether nobody has used it for a while.
    fn shared(&self) -> (Shared<Connecting>, bool) {
        let now = Instant::now();
        let mut shared = lock(&self.shared);
        if let Some(shared) = &mut *shared {
            let rested = now.duration_since(shared.used_at) > RESTED;
            shared.used_at = now;
            return (shared.connecting.clone(), rested);
        }
        // The application's, and so not called behind the lock. Its panic would otherwise be that of
        // all who share it from then on.
        let connect = Arc::clone(&self.connect);
        let connecting = async move { tell_of_eviction(connect().await).await };
        let connecting = AssertUnwindSafe(connecting).catch_unwind();
        let connecting = connecting.map(|connected| connected.unwrap_or_else(|_| Err(panicked())));
        let connecting = connecting.boxed().shared();
        *shared = Some(SharedConnection {
            connecting: connecting.clone(),
            used_at: now,
        });
        (connecting, false)
    }

    /// Has the next operation connect anew, unless another one did since.
    fn forget(&self, broken: &Shared<Connecting>) {
        let mut shared = lock(&self.shared);
        if let Some(current) = &*shared
            && current.connecting.ptr_eq(broken)
        {
            *shared = None;
        }
    }
}

/// Whether a connection answers within a time, which is a part of what the operation has.
async fn answers(connecting: Shared<Connecting>, limit: Duration) -> bool {
    let answer = async {
        let mut connection = connecting.await?;
        cmd("PING").exec_async(&mut connection).await
    };
    timeout(limit, answer)
        .await
        .is_ok_and(|answer| answer.is_ok())
}

/// Looks whether Redis may throw entries away, where it lets us.
async fn tell_of_eviction(
    connection: RedisResult<MultiplexedConnection>,
) -> RedisResult<MultiplexedConnection> {
    let mut connection = connection?;
    let info: RedisResult<String> = cmd("INFO").arg("memory").query_async(&mut connection).await;
    let info = info.unwrap_or_default();
    let policy = info
        .lines()
        .find_map(|line| line.strip_prefix("maxmemory_policy:"));
    if let Some(policy) = policy
        && policy != "noeviction"
    {
        observe::store_evicts(policy);
    }
    Ok(connection)
}

/// A connection of the application's, which mends itself.
pub(super) struct GivenConnection(Box<dyn CloneableConnection>);

impl GivenConnection {
    pub(super) fn new(connection: impl ConnectionLike + Clone + Send + Sync + 'static) -> Self {
        Self(Box::new(connection))
    }
}

impl Clone for GivenConnection {
    fn clone(&self) -> Self {
        Self(self.0.cloned())
    }
}

impl ConnectionLike for GivenConnection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.0.req_packed_command(command)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}

trait CloneableConnection: ConnectionLike + Send + Sync {
    fn cloned(&self) -> Box<dyn CloneableConnection>;
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> CloneableConnection for C {
    fn cloned(&self) -> Box<dyn CloneableConnection> {
        Box::new(self.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Waiting for a fetch. Cancelling one waiter cancels no fetch and no other waiter.

use std::sync::Arc;

use tokio::time::Instant;

use super::worker::Worker;
use super::{Remote, State};
use crate::keys::fetch::FetchError;

impl Remote {
    /// Resolves when there are keys. Starts the fetch that this needs at once.
    pub(super) fn first(
        self: &Arc<Self>,
    ) -> impl Future<Output = Result<(), FetchError>> + Send + use<> {
        let remote = Arc::clone(self);
        let begun = self.begin_first(Instant::now());
        async move {
            // `runtime.block_on(keys.ready())` is called outside the runtime, and polled inside.
            let begun = match begun {
                Err(FetchError::NoRuntime) => remote.begin_first(Instant::now()),
                begun => begun,
            };
            match begun? {
                Some(fetched) => fetched.await,
                None => Ok(()),
            }
        }
    }

    /// None if there are keys.
    fn begin_first(
        self: &Arc<Self>,
        now: Instant,
    ) -> Result<Option<impl Future<Output = Result<(), FetchError>> + Send + use<>>, FetchError>
    {
        let mut state = self.state();
        // Checked under the lock: a fetch may just have ended.
        if !self.keys(now).is_empty() {
            return Ok(None);
        }
        self.employ(&mut state)?;
        let number = state.schedule.demand_any(now);
        Ok(Some(self.fetched(&state, number)))
    }

    /// Makes sure that a worker runs.
    pub(super) fn employ(self: &Arc<Self>, state: &mut State) -> Result<(), FetchError> {
        if !state.worker.as_ref().is_some_and(Worker::is_alive) {
            state.worker = Some(Worker::spawn(self).ok_or(FetchError::NoRuntime)?);
        }
        Ok(())
    }

    /// Resolves when the fetch of this number ends, with its result.
    pub(super) fn fetched(
        self: &Arc<Self>,
        state: &State,
        number: u64,
    ) -> impl Future<Output = Result<(), FetchError>> + Send + use<> {
        let remote = Arc::clone(self);
        let ended = state.worker.as_ref().map(|worker| {
            worker.wake();
            worker.finished()
        });
        async move {
            let mut ended = ended.ok_or(FetchError::NoRuntime)?;
            let ended = ended.wait_for(|last| *last >= number).await;
            if ended.is_err() {
                return Err(FetchError::NoRuntime);
            }
            match remote.state().schedule.last_error() {
                Some(error) => Err(error.clone()),
                None => Ok(()),
            }
        }
    }
}

//! The same decision without awaiting, for an interceptor.

use std::time::Duration;

use futures::FutureExt;

use super::layer::BearerAuthLayer;
use super::service::Decision;
use crate::error::AuthError;
use crate::request::RequestHead;
use crate::verify::Caller;

impl<R> BearerAuthLayer<R> {
    /// The caller to add to the request, unless an outer layer has added it already.
    ///
    /// A token whose key must be fetched first is refused. The fetch has begun by then.
    pub(crate) fn decide_now(&self, request: RequestHead<'_>) -> Result<Option<Caller>, AuthError> {
        let config = &self.config;
        let (decided, _) = config.observed(|span| {
            let verified = match config.decide(request, span) {
                Decision::Pass(caller) => return Ok(caller),
                Decision::Reject(error) => return Err(error),
                Decision::Wait(verification) => verification
                    .now_or_never()
                    .unwrap_or(Err(AuthError::KeysUnavailable(Duration::ZERO))),
            };
            let token = config.conclude(request, verified, span)?;
            Ok(Some(Caller::Verified(token)))
        });
        decided
    }
}

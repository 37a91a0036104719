//! What Redis is asked for.

use redis::aio::ConnectionLike;
use redis::{Cmd, FromRedisValue, RedisResult, ScriptInvocation};

/// What Redis is asked for, in one atomic step.
pub(super) enum Question<'a> {
    Command(&'a Cmd),
    Script(&'a ScriptInvocation<'a>),
}

impl Question<'_> {
    pub(super) async fn put_to<T: FromRedisValue>(
        &self,
        connection: &mut (impl ConnectionLike + Send),
    ) -> RedisResult<T> {
        match self {
            Self::Command(command) => command.query_async(connection).await,
            // Sends the script itself where Redis does not know it any more.
            Self::Script(script) => script.invoke_async(connection).await,
        }
    }
}

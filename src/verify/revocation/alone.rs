//! Without the feature `feed`, no list is shared.

use std::sync::Arc;

use super::list::List;
use super::record::Record;
use super::{RevocationError, RevocationStatus};
use crate::error::{AuthError, ConfigError};

pub(super) enum Sharing {}

#[expect(clippy::unused_async, reason = "its twin waits for the feed")]
impl Sharing {
    pub(super) fn check_settings(&self) -> Result<(), ConfigError> {
        match *self {}
    }

    pub(super) fn check(&self, _: &Arc<List>) -> Result<(), AuthError> {
        match *self {}
    }

    pub(super) async fn tell(&self, _: &Arc<List>, _: Record) -> Result<(), RevocationError> {
        match *self {}
    }

    pub(super) async fn ready(&self, _: &Arc<List>) -> Result<(), RevocationError> {
        match *self {}
    }

    pub(super) fn status(&self, _: usize) -> RevocationStatus {
        match *self {}
    }
}

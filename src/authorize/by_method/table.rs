//! The requirements by method.

use std::collections::HashMap;

use http::Request;

use crate::authorize::layer::RequireLayer;
use crate::authorize::requirement::Requirement;
use crate::authorize::service::Check;
use crate::error::{AuthError, ConfigError};

#[derive(Clone, Debug)]
pub(super) enum Access {
    Open,
    Required(RequireLayer),
}

#[derive(Debug)]
pub(super) struct Table {
    /// By path.
    methods: HashMap<Box<str>, Access>,
    /// By name.
    services: HashMap<Box<str>, Access>,
    others: Access,
    malformed: Access,
}

impl Table {
    pub(super) fn new(
        rows: Vec<(String, Access)>,
        others: RequireLayer,
    ) -> Result<Self, ConfigError> {
        let mut table = Self {
            methods: HashMap::new(),
            services: HashMap::new(),
            others: Access::Required(others),
            malformed: Access::Required(RequireLayer::new(Requirement::any_of([]))),
        };
        for (path, access) in rows {
            if let Err(problem) = table.insert(&path, access) {
                return Err(ConfigError::GrpcMethod(path.into(), problem));
            }
        }
        Ok(table)
    }

    fn insert(&mut self, path: &str, access: Access) -> Result<(), &'static str> {
        let service = path
            .strip_suffix("/*")
            .and_then(|path| path.strip_prefix('/'));
        let replaced = match service {
            Some(service) if is_service(service) => self.services.insert(service.into(), access),
            None if service_of(path).is_some() => self.methods.insert(path.into(), access),
            _ => {
                return Err("has another form: write `/package.Service/Method`, \
                     or `/package.Service/*` for a whole service");
            }
        };
        match replaced {
            None => Ok(()),
            Some(_) => Err("has two rows: keep one"),
        }
    }

    pub(super) fn check<B>(&self, request: &Request<B>) -> Result<(), AuthError> {
        match self.access(request.uri().path()) {
            Access::Open => Ok(()),
            Access::Required(layer) => layer.check(request),
        }
    }

    fn access(&self, path: &str) -> &Access {
        if let Some(access) = self.methods.get(path) {
            return access;
        }
        match service_of(path) {
            Some(service) => self.services.get(service).unwrap_or(&self.others),
            None => &self.malformed,
        }
    }
}

/// The service in a method's path, if that is well-formed.
fn service_of(path: &str) -> Option<&str> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    (is_service(service) && is_identifier(method)).then_some(service)
}

fn is_service(name: &str) -> bool {
    name.split('.').all(is_identifier)
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

//! How far an error reaches: to the nearest field that may be null, as the specification has it, and no further.
//!
//! Left to itself the library lets an error of a resolver pass a nullable field and takes the parent with it, because it looks at
//! what the resolver returns and not at its failing. It also forgets, at each list on the way up, which field of an item it was.
//! Here every error is taken where it arises, with its path; what goes on up is only the news that something is missing.

use std::{
    iter,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value,
    async_trait,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
    },
};

/// Keeps errors where the specification has them.
#[derive(Clone, Copy, Debug)]
pub struct Nulls;

impl ExtensionFactory for Nulls {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Found::default())
    }
}

/// What stands for an error that was taken already.
#[derive(Clone, Copy, Debug)]
struct Taken;

/// The errors of an operation, or of one event of a stream.
#[derive(Debug, Default)]
struct Found(Mutex<Vec<ServerError>>);

impl Found {
    fn take(&self, error: ServerError, at: &QueryPathNode<'_>) -> ServerError {
        if is_taken(&error) {
            return error;
        }
        let path = if error.path.is_empty() { path(at) } else { error.path };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(ServerError { path, ..error });
        ServerError { source: Some(Arc::new(Taken)), ..ServerError::new("", None) }
    }

    fn all(&self) -> Vec<ServerError> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait::async_trait]
impl Extension for Found {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        response.errors.retain(|error| !is_taken(error));
        response.errors.append(&mut self.all());
        response
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let (at, may_be_null) = (info.path_node, !info.return_type.ends_with('!'));
        match next.run(ctx, info).await {
            Ok(value) => Ok(value),
            Err(error) => {
                let taken = self.take(error, at);
                if may_be_null { Ok(Some(Value::Null)) } else { Err(taken) }
            }
        }
    }
}

fn is_taken(error: &ServerError) -> bool {
    error.source::<Taken>().is_some()
}

fn path(at: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let mut path: Vec<PathSegment> = iter::successors(Some(at), |node| node.parent)
        .map(|node| match node.segment {
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
            QueryPathSegment::Index(index) => PathSegment::Index(index),
        })
        .collect();
    path.reverse();
    path
}

//! Answering a part of a request as somebody else than who sent it.

use std::{borrow::Cow, fmt, sync::Arc};

use async_graphql::{
    ContextSelectionSet, Data, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};

use super::{
    loaders::{Memory, loaders},
    loading::Loads,
};
use crate::{
    op::Op,
    service::{callers, sessions},
};

/// A value whose fields are resolved under an operation of its own.
///
/// A request that signs in comes from a stranger; what it asks about the person is answered as that person.
#[derive(Debug)]
pub struct ActingAs<T> {
    /// The operation.
    pub op: Op,
    /// The value.
    pub value: T,
}

impl<T: OutputType> OutputType for ActingAs<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let (mut data, loads) = (Data::default(), Loads::default());
        data.insert(self.op.clone());
        data.insert(loaders(self.op.clone(), Memory::Nothing, &loads));
        let mut ctx = ctx.clone();
        ctx.execute_data = Some(&data);
        loads.drive(self.value.resolve(&ctx, field)).await
    }
}

/// How the caller of a stream proved who they are, to be asked again while the stream goes on.
#[derive(Clone, Default)]
pub struct Credential(Option<Arc<str>>);

impl Credential {
    /// A bearer token, or nothing.
    pub fn new(bearer: Option<&str>) -> Self {
        Self(bearer.map(Arc::from))
    }

    /// The operation of whoever the token stands for now, and the epoch of their access; refused once it has ended.
    ///
    /// Without a token the operation goes on as it is, and whoever gets its answers asks for themselves whether they still may.
    pub async fn renew(&self, op: &Op) -> crate::error::Result<(Op, i64)> {
        match &self.0 {
            Some(bearer) => {
                let found = sessions::authenticate(op, bearer).await?;
                Ok((op.acting_as(found.actor), found.epoch))
            }
            None => Ok((op.clone(), callers::epoch_of(op, &op.actor).await?)),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").finish_non_exhaustive()
    }
}

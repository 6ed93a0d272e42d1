//! Dimensions: the trees along which targets are split and facts are placed.

use async_graphql::{Context, Description, InputObject, Object};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    loaders::AliasesOf,
};
use crate::{
    domain::{actor::Side, id::DimensionValueId, target::Dimension},
    entity::dimension_value,
    service::dimensions::{self, NewValue},
};

/// A product line, market segment or geography of a vendor.
#[derive(Clone, Debug, Description)]
pub struct DimensionValue(pub dimension_value::Model);

#[Object(use_type_description)]
impl DimensionValue {
    /// Its id.
    pub async fn id(&self) -> DimensionValueId {
        self.0.id
    }

    /// Which dimension it belongs to.
    async fn dimension(&self) -> Dimension {
        self.0.dimension
    }

    /// What systems call it; facts are placed by it, in whatever case.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The value that it is a part of; null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        let Some(id) = self.0.parent_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(DimensionValue))
    }

    /// Other spellings by which facts are placed here, in lower case. Null for partners.
    async fn aliases(&self, ctx: &Context<'_>) -> Result<Option<Vec<String>>, ApiError> {
        if ctx.op().actor.side() == Some(Side::Partner) {
            return Ok(None);
        }
        let found = ctx.load(AliasesOf(self.0.id)).await?;
        Ok(Some(found.unwrap_or_default()))
    }
}

/// Values that are to be added to a dimension of the own programme.
#[derive(Debug, InputObject)]
pub struct AddDimensionValuesInput {
    /// Which dimension.
    pub dimension: Dimension,
    /// The values, at most 1,000; a parent comes before its parts.
    pub values: Vec<DimensionValueInput>,
}

/// A value that is to be added.
#[derive(Debug, InputObject)]
pub struct DimensionValueInput {
    /// What systems call it; unique in the dimension, in whatever case.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The code of the value that it is a part of; absent at the top.
    pub parent_code: Option<String>,
}

payloads! {
    /// The answer to `addDimensionValues`.
    AddDimensionValuesPayload {
        /// The values, in the order of the input.
        values: Vec<DimensionValue>
    }
}

/// What vendor admins do about dimensions.
#[derive(Debug, Default)]
pub struct DimensionMutation;

#[Object]
impl DimensionMutation {
    /// Adds values to a dimension of the own programme: all of them, or none when one cannot be added. Facts that carry their codes
    /// already are counted anew. For vendor admins.
    async fn add_dimension_values(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The dimension and its new values.")] input: AddDimensionValuesInput,
    ) -> Result<AddDimensionValuesPayload, ApiError> {
        let vendor = ctx.op().member()?.organization;
        let values = input.values.into_iter().map(NewValue::from).collect();
        let result = dimensions::add_values(ctx.op(), vendor, input.dimension, values).await;
        AddDimensionValuesPayload::of(result, |added| {
            added.into_iter().map(DimensionValue).collect()
        })
    }
}

impl From<DimensionValueInput> for NewValue {
    fn from(input: DimensionValueInput) -> Self {
        let DimensionValueInput { code, name, parent_code } = input;
        Self { code, name, parent_code }
    }
}

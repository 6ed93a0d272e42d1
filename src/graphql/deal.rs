//! Deals as their facts leave them.

use async_graphql::{Context, Description, InputObject, Object};

use super::{
    ContextExt,
    dimension::DimensionValue,
    error::ApiError,
    page::{List, PageArgs, Paged, Total},
    scalars::{Date, Decimal, Money},
};
use crate::{
    domain::{
        deal::DealState,
        id::{DealId, DimensionValueId, PartnershipId},
    },
    entity::deal,
    service::deals,
};

/// A deal that a partner registered, as its facts leave it.
#[derive(Clone, Debug, Description)]
pub struct Deal(pub deal::Model);

impl Deal {
    fn money(&self, minor: Option<i64>) -> Option<Money> {
        minor.zip(self.0.currency).map(|(minor, currency)| Money::new(minor, currency))
    }
}

#[Object(use_type_description)]
impl Deal {
    /// Its id.
    pub async fn id(&self) -> DealId {
        self.0.id
    }

    /// What the reporting systems call it; unique within the partnership.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// The partnership's id.
    async fn partnership_id(&self) -> PartnershipId {
        self.0.partnership_id
    }

    /// Where it stands.
    async fn state(&self) -> DealState {
        self.0.state
    }

    /// The end customer.
    async fn customer(&self) -> Option<&str> {
        self.0.customer.as_deref()
    }

    /// The partner's salesperson.
    async fn rep(&self) -> Option<&str> {
        self.0.rep.as_deref()
    }

    /// What it is worth while open.
    async fn amount(&self) -> Option<Money> {
        self.money(self.0.amount)
    }

    /// What it was won at; null unless it is won.
    async fn won_amount(&self) -> Option<Money> {
        self.money(self.0.won_amount)
    }

    /// Its product line or product.
    async fn product_line(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.0.product_line_id).await
    }

    /// Its market segment.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.0.segment_id).await
    }

    /// Its country.
    async fn geography(&self, ctx: &Context<'_>) -> Result<Option<DimensionValue>, ApiError> {
        value(ctx, self.0.geography_id).await
    }

    /// Its stage, in the reporting system's words.
    async fn stage(&self) -> Option<&str> {
        self.0.stage.as_deref()
    }

    /// How likely it is to be won, in percent.
    async fn probability(&self) -> Option<Decimal> {
        self.0.probability.map(|value| Decimal(rust_decimal::Decimal::new(value.into(), 2)))
    }

    /// When it is expected to close.
    async fn expected_close_on(&self) -> Option<Date> {
        self.0.expected_close_on.map(Date)
    }

    /// The day of its first registration.
    async fn registered_on(&self) -> Option<Date> {
        self.0.registered_on.map(Date)
    }

    /// The day of its first approval.
    async fn approved_on(&self) -> Option<Date> {
        self.0.approved_on.map(Date)
    }

    /// The day on which it was won, lost, rejected or expired; null while open.
    async fn closed_on(&self) -> Option<Date> {
        self.0.closed_on.map(Date)
    }

    /// An older open deal of the same customer and product line that it seems to register again.
    async fn duplicate_of_id(&self) -> Option<DealId> {
        self.0.duplicate_of_id
    }
}

async fn value(
    ctx: &Context<'_>,
    id: Option<DimensionValueId>,
) -> Result<Option<DimensionValue>, ApiError> {
    match id {
        Some(id) => Ok(ctx.load(id).await?.map(DimensionValue)),
        None => Ok(None),
    }
}

/// Which deals are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DealFilter {
    /// Only of this partnership.
    pub partnership_id: Option<PartnershipId>,
    /// Only in these states.
    pub states: Option<Vec<DealState>>,
    /// Only those that seem to register another deal again, or only those that do not.
    pub is_duplicate: Option<bool>,
}

/// Queries of deals.
#[derive(Clone, Copy, Debug, Default)]
pub struct DealQuery;

#[Object]
impl DealQuery {
    /// The deals that the viewer may see, the latest registered with us first.
    async fn deals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deals are wanted.")] filter: Option<DealFilter>,
        #[graphql(desc = "Deals from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Deals from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Deal>, ApiError> {
        let filter = filter.unwrap_or_default();
        let pages = List::new("deals", &filter);
        let page = pages.page(&PageArgs { first, after, last, before })?;
        let filter = deals::DealFilter {
            partnership: filter.partnership_id,
            states: filter.states,
            is_duplicate: filter.is_duplicate,
        };
        let op = ctx.op();
        let found = deals::list(op, &filter, page).await?;
        let (op, filter) = (op.clone(), filter);
        let total = Total::new(move || {
            let (op, filter) = (op.clone(), filter.clone());
            async move { deals::count(&op, &filter).await }
        });
        Ok(pages.connection(found, total, |row| row.id.0, Deal))
    }
}

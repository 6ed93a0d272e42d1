//! The gaps report.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{
    ContextExt,
    error::ApiError,
    page::{List, PageArgs, Paged, Total},
    partnership::Partnership,
    plan::Plan,
    scalars::Date,
};
use crate::{
    domain::{gap::GapKind, id::PartnershipId},
    service::gaps::{self, Gap},
};

/// Something that a partnership lacks of plan and agreement.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanningGap {
    /// What is lacking.
    pub kind: GapKind,
    /// To whom.
    pub partnership: Partnership,
    /// The plan that is outside its agreement, or that is on its way to fill the gap; null where the viewer may see none.
    pub plan: Option<Plan>,
    /// What is lacking, in a sentence.
    pub message: String,
    /// From which day on.
    pub since: Date,
}

impl From<Gap> for PlanningGap {
    fn from(gap: Gap) -> Self {
        let Gap { kind, partnership, plan, message, since, .. } = gap;
        Self {
            kind,
            partnership: Partnership(partnership),
            plan: plan.map(Plan::from),
            message,
            since: Date(since),
        }
    }
}

/// Which gaps are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PlanningGapFilter {
    /// Only of these kinds.
    pub kinds: Option<Vec<GapKind>>,
    /// Only of this partnership.
    pub partnership_id: Option<PartnershipId>,
    /// On this day; today in each vendor's time zone when absent.
    pub on: Option<Date>,
}

/// Queries of gaps.
#[derive(Clone, Copy, Debug, Default)]
pub struct GapQuery;

#[Object]
impl GapQuery {
    /// What partnerships lack on a day: a plan in force where tier and partner type are offered one, an agreement that holds; and
    /// plans whose period leaves their agreement's term. Those of the oldest partnerships and plans come first.
    async fn planning_gaps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which gaps are wanted.")] filter: Option<PlanningGapFilter>,
        #[graphql(desc = "Gaps from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Gaps from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<PlanningGap>, ApiError> {
        let filter = filter.unwrap_or_default();
        let pages = List::new("planningGaps", &filter);
        let page = pages.page(&PageArgs { first, after, last, before })?;
        let filter = gaps::GapFilter {
            kinds: filter.kinds,
            partnership: filter.partnership_id,
            on: filter.on.map(|day| day.0),
        };
        let op = ctx.op().clone();
        let found = gaps::list(&op, &filter, page).await?;
        let total = Total::new(move || {
            let (op, filter) = (op.clone(), filter.clone());
            async move { gaps::count(&op, &filter).await }
        });
        Ok(pages.connection(found, total, |gap| gap.place.into(), PlanningGap::from))
    }
}

//! `plan`: what vendor and partner agree to do in a period.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use super::parsed::Parsed;
use crate::domain::{
    actor::{Actor, Side},
    calendar::PeriodKind,
    content::{AddedRates, PlanContent, Termination, WorkingCopy},
    id::{OrganizationId, PartnershipId, PlanId, UserId},
    money::Currency,
    plan::{AmendmentState, PlanStage, PlanState},
    policy::{PlanningMode, PlanningPolicy},
    renewal::Growth,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanId,
    pub vendor_id: OrganizationId,
    pub partner_id: OrganizationId,
    pub partnership_id: PartnershipId,
    pub name: String,
    pub mode: PlanningMode,
    pub state: PlanState,
    pub amendment: Option<AmendmentState>,
    pub working_copy: Option<WorkingCopy>,
    pub termination: Option<Termination>,
    pub drafted_by: Side,
    pub period_kind: PeriodKind,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub currency: Currency,
    pub content: Parsed<PlanContent>,
    pub vendor_sponsor_id: Option<UserId>,
    pub partner_sponsor_id: Option<UserId>,
    pub policy: Parsed<PlanningPolicy>,
    pub override_reason: Option<String>,
    pub renews_id: Option<PlanId>,
    pub renewal_growth: Option<Growth>,
    pub revision: i32,
    pub proposed_version: Option<i32>,
    pub version_in_force: Option<i32>,
    pub activated_on: Option<NaiveDate>,
    pub added_rates: AddedRates,
    pub shared_at: Option<DateTimeUtc>,
    pub watch_on: Option<NaiveDate>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Where it stands, its amendment included.
    pub fn stage(&self) -> PlanStage {
        PlanStage { state: self.state, amendment: self.amendment }
    }
}

impl Entity {
    /// Plans `actor` may see: those of the own organisation that are shared; and the own side's drafts, unless a viewer. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        let plans = Self::find().filter(super::party(actor, Column::VendorId, Column::PartnerId));
        match actor.member() {
            Some(member) if member.reads_private() => {
                let is_own = Column::DraftedBy.eq(member.side);
                plans.filter(super::either(Column::SharedAt.is_not_null(), is_own))
            }
            Some(_) => plans.filter(Column::SharedAt.is_not_null()),
            None => plans,
        }
    }
}

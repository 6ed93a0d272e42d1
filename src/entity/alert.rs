//! `alert`: one cause of concern, as one side sees it.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Side},
    alert::{AlertRule, AlertState, Severity},
    id::{AlertId, AskId, OrganizationId, PartnershipId, PlanId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AlertId,
    pub vendor_id: OrganizationId,
    pub partner_id: OrganizationId,
    pub partnership_id: PartnershipId,
    pub plan_id: PlanId,
    pub side: Side,
    pub rule: AlertRule,
    pub subject_id: Uuid,
    pub severity: Severity,
    pub state: AlertState,
    pub message: String,
    pub opened_at: DateTimeUtc,
    pub times_opened: i32,
    pub acknowledged_at: Option<DateTimeUtc>,
    pub acknowledged_by: Option<UserId>,
    pub resolved_at: Option<DateTimeUtc>,
    pub ask_id: AskId,
    pub asked_at: DateTimeUtc,
    pub snoozed_until: Option<Date>,
    pub assignee_id: Option<UserId>,
    pub escalated_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Warnings of the own side. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        let alerts = Self::find().filter(super::party(actor, Column::VendorId, Column::PartnerId));
        match actor.side() {
            Some(side) => alerts.filter(Column::Side.eq(side)),
            None => alerts,
        }
    }
}

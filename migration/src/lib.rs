//! The tables, one idea a file.
//!
//! Additive and never edited once released: widen, backfill and narrow are steps of their own. `down` is tested.

#![expect(
    elided_lifetimes_in_paths,
    reason = "async-trait keeps the trait's own elision of `SchemaManager`"
)]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m01_parties;
mod m02_sign_in;
mod m03_plans;
mod m04_activities;
mod m05_rollups;
mod m06_alerts;
mod m07_events;
mod m08_amendments;
mod m09_negotiation;
mod m10_reviews;
mod m11_renewal;
mod m12_risk_revision;
mod m13_feeds;
mod m14_sign_in_tries;
mod m15_cursors;
mod m19_integration_mappings;
mod m22_access;
mod m23_summaries;
mod m24_webhooks;
mod m25_event_floors;
mod m26_alert_life;
mod m27_alert_readings;
mod m29_notification_preferences;
mod m30_notifications;
mod m31_deal_snapshots;
mod m32_disputes;
mod m33_rejected_rows;
mod m34_json_as_written;
mod m35_standing_alerts;
mod m36_summary_versions;
mod m37_feed_totals;
mod table;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m01_parties::Migration),
            Box::new(m02_sign_in::Migration),
            Box::new(m03_plans::Migration),
            Box::new(m04_activities::Migration),
            Box::new(m05_rollups::Migration),
            Box::new(m06_alerts::Migration),
            Box::new(m07_events::Migration),
            Box::new(m08_amendments::Migration),
            Box::new(m09_negotiation::Migration),
            Box::new(m10_reviews::Migration),
            Box::new(m11_renewal::Migration),
            Box::new(m12_risk_revision::Migration),
            Box::new(m13_feeds::Migration),
            Box::new(m14_sign_in_tries::Migration),
            Box::new(m15_cursors::Migration),
            Box::new(m19_integration_mappings::Migration),
            Box::new(m22_access::Migration),
            Box::new(m23_summaries::Migration),
            Box::new(m24_webhooks::Migration),
            Box::new(m25_event_floors::Migration),
            Box::new(m26_alert_life::Migration),
            Box::new(m27_alert_readings::Migration),
            Box::new(m29_notification_preferences::Migration),
            Box::new(m30_notifications::Migration),
            Box::new(m31_deal_snapshots::Migration),
            Box::new(m32_disputes::Migration),
            Box::new(m33_rejected_rows::Migration),
            Box::new(m34_json_as_written::Migration),
            Box::new(m35_standing_alerts::Migration),
            Box::new(m36_summary_versions::Migration),
            Box::new(m37_feed_totals::Migration),
        ]
    }
}

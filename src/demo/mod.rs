//! The demo: a vendor and its five partners, half-way through a year of planning together.
//!
//! Everything is done through the services by the people who would do it, on the days on which they would have done it: a clock
//! of the demo's own is put back to when the vendor was set up and runs up to now, so that history, warnings and events read as
//! if the half-year had been lived through. Nothing in it is left to chance, and every day is counted from the one on which the
//! demo was first started.
//!
//! The acts are played in order, and each does only what of it is not done yet. A seeding that was interrupted is therefore
//! completed by the next; the last act leaves a fact by which it is known that all of it is there.

pub mod acts;
pub mod cast;
pub mod deals;
pub mod dice;
pub mod efforts;
pub mod facts;
pub mod markets;
pub mod parties;
pub mod people;
pub mod programme;
pub mod record;
pub mod retell;
pub mod script;
pub mod setting;
pub mod told;
pub mod write;

use self::{acts::Play, people::Company, setting::Setting};
use crate::{
    domain::{
        activity::ActivityKind,
        actor::{Actor, Role},
    },
    error::Result,
    op::Op,
    service::{
        facts::{self as ledger, ActivityFilter},
        organizations,
        page::{Page, PageRequest},
        partnerships,
    },
};

pub use people::users;

/// Plays what of the demo has not been played yet; one process at a time.
///
/// `progress` is told how many of its acts are over.
pub async fn seed(op: &Op, progress: impl Fn(u64, u64)) -> Result<()> {
    let op = op.acting_as(Actor::System);
    if is_seeded(&op).await? {
        return Ok(());
    }
    let play = Play::new(setting(&op).await?)?;
    let total = play.len();
    progress(0, total);
    for (done, act) in (1..).zip(play.acts()) {
        // Boxed, for an act may be anything and its future is as large as the largest.
        Box::pin(play.perform(&op, act)).await?;
        progress(done, total);
    }
    Ok(())
}

/// Whether all of the demo is there.
pub async fn is_seeded(op: &Op) -> Result<bool> {
    let op = op.acting_as(Actor::System);
    let admin = Company::Brandt.email_of(Role::PartnerAdmin);
    let Some(own) = cast::find(&op, admin).await? else { return Ok(false) };
    let today = setting(&op).await?.today;
    let found = partnerships::list(&own, &cast::page()?).await?;
    let Some(partnership) = found.rows.first() else { return Ok(false) };
    let filter = ActivityFilter {
        partnership: Some(partnership.id),
        kinds: Some(vec![ActivityKind::Custom]),
        occurred_from: Some(today),
        occurred_to: Some(today),
        ..ActivityFilter::default()
    };
    // The earliest of that day, among which it is, however many have come since.
    let page = Page::try_new(PageRequest { last: Some(100), ..PageRequest::default() })?;
    let known = ledger::list(&op, &filter, page).await?;
    Ok(known.rows.iter().any(|fact| fact.external_id == facts::CLOSING))
}

/// When the demo plays: as when it was begun, or around today.
async fn setting(op: &Op) -> Result<Setting> {
    let admin = Company::Northwind.email_of(Role::VendorAdmin);
    let Some(own) = cast::find(op, admin).await? else {
        return Setting::on(op.today(setting::ZONE));
    };
    let vendor = organizations::find(&own, own.member()?.organization).await?;
    let vendor = vendor.ok_or_else(|| cast::missing(Company::Northwind.name()))?;
    Setting::since(vendor.created_at)
}

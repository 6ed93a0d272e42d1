//! Plans of one size: twelve targets, ten commitments, four reviews, signed by both sides, and deals that move them.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use jbp::{
    domain::{
        activity::{ActivityKind, DealFact, Payload},
        calendar::PeriodKind,
        commitment::{EnablementKind, OwedBy, PipelineActivityKind, SupportKind},
        content::ReviewCadence,
        id::{DimensionValueId, PlanId},
        money::{Currency, Money},
        phasing::Phasing,
        recording::NewActivity,
        review::{Cadence, ReviewFormat, ReviewKind},
        target::{Dimension, Metric},
        terms::Terms,
    },
    entity::plan,
    error::{Error, Result},
    op::Op,
    service::{
        activities::{self, Batch},
        commitments::{self, CommitmentSpec},
        dimensions,
        drafting::{self, NewPlan},
        page::{Page, PageRequest},
        plans,
        signing::{self, Signing},
        targets::{self, TargetSpec},
        terms,
    },
};
use rust_decimal::Decimal;

use super::vendors::{self, Partner, VALUES, Vendor};

const METRICS: [Metric; 3] = [Metric::Revenue, Metric::DealsWon, Metric::PipelineCreated];

/// Writes, signs and feeds the plan number `at` of a vendor.
pub async fn write(op: &Op, vendor: &Vendor, at: usize, n_deals: usize) -> Result<PlanId> {
    let partner = vendors::begin(op, vendor, at).await?;
    let manager = vendor.manager(op).await?;
    let today = op.now().date_naive();
    let new = NewPlan {
        partnership: partner.partnership,
        name: format!("Joint plan {} of {at:03}", today.year()),
        period_kind: PeriodKind::FiscalYear,
        starts_on: today.with_ordinal(1).unwrap_or(today),
        ends_on: None,
        currency: Some(Currency::USD),
        override_reason: None,
    };
    let mut plan = drafting::create(&manager, None, new).await?;
    let values = values(vendor).await?;
    for n in 0..12 {
        plan = targets::add(&manager, plan.id, plan.revision, target(n, &values)).await?;
    }
    for n in 0..10 {
        let spec = commitment(n, vendor, &partner, &plan);
        plan = commitments::add(&manager, plan.id, plan.revision, spec).await?;
    }
    let cadence = ReviewCadence {
        cadence: Cadence::Quarterly,
        kind: ReviewKind::BusinessReview,
        format: ReviewFormat::Remote,
        offset_days: 10,
        dates: Vec::new(),
    };
    plan = terms::set_cadence(&manager, plan.id, plan.revision, cadence).await?;
    plan = plans::share(&manager, plan.id, plan.revision).await?;
    signing::propose(&manager, plan.id, plan.revision).await?;
    let version = signing::versions_of(&manager, &plan).await?.pop();
    let version = version.ok_or(Error::NotFound("version"))?;
    for own in [&manager, &partner.admin] {
        let signing = Signing { version: version.number, hash: version.hash.clone() };
        signing::sign(own, plan.id, signing).await?;
    }
    let rows: Vec<NewActivity> =
        (0..n_deals).flat_map(|n| deal(partner.partnership, &plan, today, n)).collect();
    for rows in rows.chunks(1_000) {
        let batch = Batch { rows: rows.iter().cloned().map(Ok).collect(), ..Batch::default() };
        for result in activities::record(&manager, batch).await? {
            if let Some(error) = result.error {
                return Err(Error::Inconsistent(error.message));
            }
        }
    }
    Ok(plan.id)
}

async fn values(vendor: &Vendor) -> Result<BTreeMap<String, DimensionValueId>> {
    let page = Page::try_new(PageRequest { first: Some(100), ..PageRequest::default() })?;
    let mut known = BTreeMap::new();
    for (dimension, _) in VALUES {
        let found = dimensions::of_vendor(&vendor.admin, vendor.id, dimension, &page).await?;
        known.extend(found.rows.into_iter().map(|value| (value.code, value.id)));
    }
    Ok(known)
}

/// Four targets for each dimension, of three metrics in turn; what ten deals bring reaches all but the last two.
fn target(n: usize, values: &BTreeMap<String, DimensionValueId>) -> TargetSpec {
    let (dimension, codes) = VALUES[n / 4];
    let code = codes[n % 4];
    let only = |wanted: Dimension| {
        if wanted == dimension { values.get(code).copied() } else { None }
    };
    let metric = METRICS[n % 3];
    let amount = match (metric, n < 10) {
        (Metric::DealsWon, true) => 1,
        (Metric::DealsWon, false) => 100,
        (_, true) => 1_000,
        (_, false) => 9_000_000,
    };
    TargetSpec {
        name: format!("{} in {code}", ["Revenue", "Deals won", "Pipeline"][n % 3]),
        metric,
        metric_key: None,
        part_of: None,
        product_line: only(Dimension::ProductLine),
        segment: only(Dimension::Segment),
        geography: only(Dimension::Geography),
        amount: Decimal::from(amount),
        baseline: None,
        weight: None,
        phasing: Phasing::Even,
    }
}

fn commitment(n: usize, vendor: &Vendor, partner: &Partner, plan: &plan::Model) -> CommitmentSpec {
    let terms = match n % 5 {
        0 => Terms::CoMarketing {
            campaign_type: Some("webinar".to_owned()),
            mdf_allocated: 500_000,
            partner_co_funding: 250_000,
            expected_leads: 40,
        },
        1 => Terms::Enablement { kind: EnablementKind::Certification, code: format!("CERT-{n}") },
        2 => Terms::PipelineActivity {
            kind: PipelineActivityKind::AccountMapping,
            accounts: Vec::new(),
        },
        3 => Terms::VendorSupport { kind: SupportKind::MarketingMaterials },
        _ => Terms::VendorSupport { kind: SupportKind::CoSellResource },
    };
    let is_vendors = n % 5 >= 3;
    CommitmentSpec {
        title: format!("Commitment {n}: what one side has promised the other for the year"),
        owed_by: if is_vendors { OwedBy::Vendor } else { OwedBy::Partner },
        owner: Some(if is_vendors { vendor.manager } else { partner.owner }),
        starts_on: Some(plan.starts_on),
        due_on: Some(plan.ends_on),
        quantity: Decimal::from(4),
        terms,
    }
}

/// A deal registered and won.
fn deal(
    partnership: jbp::domain::id::PartnershipId,
    plan: &plan::Model,
    today: NaiveDate,
    n: usize,
) -> [NewActivity; 2] {
    let said = |dimension: usize| Some(VALUES[dimension].1[n % 4].to_owned());
    let n_days = u64::try_from((today - plan.starts_on).num_days()).unwrap_or(0).max(1);
    let on = plan.starts_on + Days::new(u64::try_from(n).unwrap_or(0) * 7 % n_days);
    [(ActivityKind::DealApproved, "approved"), (ActivityKind::DealWon, "won")].map(
        |(kind, word)| NewActivity {
            partnership,
            source: "crm".to_owned(),
            external_id: format!("deal-{n}-{word}"),
            kind,
            occurred_on: on,
            product_line: said(0),
            segment: said(1),
            country: said(2),
            payload: Payload::Deal(DealFact {
                deal: format!("deal-{n}"),
                amount: Some(Money { minor: 1_000_000, currency: Currency::USD }),
                customer: Some(format!("Customer {n}")),
                rep: None,
                expected_close_on: None,
                stage: None,
                probability: None,
            }),
            supersedes: None,
            reason: None,
        },
    )
}

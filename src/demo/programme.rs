//! The vendor's programme: tiers with their policies, and the dimensions in which facts are placed.

use rust_decimal::Decimal;

use super::{cast, people::Company};
use crate::{
    domain::{id::OrganizationId, policy::PlanningPolicy, target::Dimension},
    error::Result,
    op::Op,
    service::{
        dimensions::{self, NewValue},
        facts::{self, Mapping},
        programmes::{self, NewPolicy, NewTier},
    },
};

/// What systems call a value, what people call it, and what it is a part of.
type Value = (&'static str, &'static str, Option<&'static str>);

const PRODUCT_LINES: [Value; 11] = [
    ("MOBILE", "Mobile robots", None),
    ("DRIFT-150", "Drift 150 carrier", Some("MOBILE")),
    ("DRIFT-600", "Drift 600 tugger", Some("MOBILE")),
    ("ARMS", "Collaborative arms", None),
    ("REACH-5", "Reach 5", Some("ARMS")),
    ("REACH-12", "Reach 12", Some("ARMS")),
    ("SOFTWARE", "Software", None),
    ("FLEET", "Fleet Manager", Some("SOFTWARE")),
    ("VISION", "Vision Studio", Some("SOFTWARE")),
    ("SERVICES", "Services", None),
    ("CARE", "Care plans", Some("SERVICES")),
];

const SEGMENTS: [Value; 5] = [
    ("MANUFACTURING", "Manufacturing", None),
    ("LOGISTICS", "Logistics", None),
    ("RETAIL", "Retail", None),
    ("HEALTHCARE", "Healthcare", None),
    ("FOOD", "Food and beverage", None),
];

const GEOGRAPHIES: [Value; 19] = [
    ("EMEA", "EMEA", None),
    ("DE", "Germany", Some("EMEA")),
    ("AT", "Austria", Some("EMEA")),
    ("CH", "Switzerland", Some("EMEA")),
    ("FR", "France", Some("EMEA")),
    ("IT", "Italy", Some("EMEA")),
    ("NL", "Netherlands", Some("EMEA")),
    ("BE", "Belgium", Some("EMEA")),
    ("GB", "United Kingdom", Some("EMEA")),
    ("IE", "Ireland", Some("EMEA")),
    ("PL", "Poland", Some("EMEA")),
    ("AMER", "Americas", None),
    ("US", "United States", Some("AMER")),
    ("CA", "Canada", Some("AMER")),
    ("MX", "Mexico", Some("AMER")),
    ("APAC", "Asia Pacific", None),
    ("JP", "Japan", Some("APAC")),
    ("SG", "Singapore", Some("APAC")),
    ("AU", "Australia", Some("APAC")),
];

/// What partners' systems write, and what it means.
const ALIASES: [(Dimension, &str, &str); 4] = [
    (Dimension::Geography, "UK", "GB"),
    (Dimension::Geography, "Deutschland", "DE"),
    (Dimension::ProductLine, "Fleet Mgr", "FLEET"),
    (Dimension::Segment, "Warehousing", "LOGISTICS"),
];

/// Describes the programme, as far as it is not there yet.
pub async fn describe(op: &Op) -> Result<()> {
    let admin = cast::admin(op, Company::Northwind).await?;
    let vendor = cast::organization(op, Company::Northwind).await?;
    let gold = PlanningPolicy {
        standard_pipeline_target: Some(Decimal::from(1_500_000)),
        standard_deal_registration_target: Some(Decimal::from(120)),
        mdf_entitlement: Some(Decimal::from(30_000)),
        ..PlanningPolicy::light()
    };
    let tiers = [
        ("STRATEGIC", "Strategic", PlanningPolicy::full()),
        ("GOLD", "Gold", gold),
        ("REGISTERED", "Registered", PlanningPolicy::none()),
    ];
    for (rank, (code, name, policy)) in (1..).zip(tiers) {
        offer(
            &admin,
            NewTier { vendor, code: code.to_owned(), name: name.to_owned(), rank },
            policy,
        )
        .await?;
    }
    add(&admin, vendor, Dimension::ProductLine, &PRODUCT_LINES).await?;
    add(&admin, vendor, Dimension::Segment, &SEGMENTS).await?;
    add(&admin, vendor, Dimension::Geography, &GEOGRAPHIES).await?;
    for (dimension, text, code) in ALIASES {
        let value = cast::values(&admin, vendor, dimension).await?.remove(code);
        let value = value.ok_or_else(|| cast::missing(code))?;
        facts::map_value(&admin, Mapping { dimension, text: text.to_owned(), value }).await?;
    }
    Ok(())
}

async fn offer(admin: &Op, new: NewTier, policy: PlanningPolicy) -> Result<()> {
    let known = programmes::tiers_of(admin, new.vendor).await?;
    let tier = match known.into_iter().find(|tier| tier.code == new.code) {
        Some(tier) => tier,
        None => programmes::create_tier(admin, new).await?,
    };
    if programmes::policies_of_tiers(admin, &[tier.id]).await?.is_empty() {
        let new = NewPolicy { tier: tier.id, partner_type: None, policy };
        programmes::set_policy(admin, new).await?;
    }
    Ok(())
}

async fn add(
    admin: &Op,
    vendor: OrganizationId,
    dimension: Dimension,
    values: &[Value],
) -> Result<()> {
    if dimensions::count_of_vendor(admin, vendor, dimension).await? > 0 {
        return Ok(());
    }
    let new = values.iter().map(|(code, name, parent)| NewValue {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        parent_code: parent.map(str::to_owned),
    });
    dimensions::add_values(admin, vendor, dimension, new.collect()).await?;
    Ok(())
}

//! The companies and their people: set up, invited, put on teams, framed by agreements.

use chrono::NaiveDate;
use futures_util::future::try_join_all;

use super::{
    cast,
    people::{Company, JONAS, PASSWORD, PRIYA, Person},
    setting::{self, Setting},
};
use crate::{
    domain::{actor::Role, partnership::RiskRating, policy::PartnerType},
    error::Result,
    op::Op,
    service::{
        agreements::{self, NewAgreement},
        partnerships::{self, Edited, NewPartner, NewPartnership},
        password, programmes,
        setup::{self, NewVendor},
        teams,
        users::{self, NewUser},
    },
};

/// How a partner stands in the vendor's programme.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    country: &'static str,
    tier: &'static str,
    partner_type: PartnerType,
    /// The channel account manager.
    pub manager: &'static str,
    risk: Option<RiskRating>,
    agreement: &'static str,
    /// Days of the year after on which the agreement ends; none when it runs on.
    expires_in: Option<i64>,
}

impl Company {
    /// How the vendor stands with it.
    pub fn standing(self) -> Standing {
        use PartnerType::{Alliance, Distributor, Msp, Reseller, SystemIntegrator};
        use RiskRating::{High, Low, Moderate};
        let of = |country, tier, partner_type, manager, risk, agreement, expires_in| Standing {
            country,
            tier,
            partner_type,
            manager,
            risk,
            agreement,
            expires_in,
        };
        match self {
            Self::Northwind | Self::Brandt => {
                of("DE", "STRATEGIC", SystemIntegrator, JONAS, Some(Low), "SI-FRAME-0117", None)
            }
            Self::Orchard => {
                of("GB", "GOLD", Distributor, PRIYA, Some(Moderate), "DIST-UKI-0042", Some(400))
            }
            Self::Lumen => of("NL", "GOLD", Msp, JONAS, Some(High), "MSP-BNL-0009", Some(90)),
            Self::Castellan => of("US", "STRATEGIC", Alliance, PRIYA, None, "ALLIANCE-0003", None),
            Self::Ridgeline => {
                of("PL", "REGISTERED", Reseller, JONAS, Some(Moderate), "RES-CEE-0211", Some(-40))
            }
        }
    }
}

/// Sets the vendor up, with everybody who works there.
pub async fn found(op: &Op, setting: &Setting) -> Result<()> {
    let admin = Company::Northwind.email_of(Role::VendorAdmin);
    if cast::find(op, admin).await?.is_none() {
        let new = NewVendor {
            name: Company::Northwind.name().to_owned(),
            time_zone: setting::ZONE.name().to_owned(),
            fiscal_start_month: i32::try_from(chrono::Datelike::month(&setting.year.start))
                .unwrap_or(1),
            currency: setting::currency("EUR")?,
            admin_name: name_of(admin).to_owned(),
            admin_email: admin.to_owned(),
            admin_password: PASSWORD.to_owned(),
        };
        setup::create_vendor(op, new).await?;
    }
    staff(op, Company::Northwind).await
}

/// Begins the partnership with a company: its people, both teams, the agreement.
pub async fn begin(op: &Op, setting: &Setting, company: Company) -> Result<()> {
    let vendor = cast::admin(op, Company::Northwind).await?;
    let admin = company.email_of(Role::PartnerAdmin);
    let standing = company.standing();
    let handed_over = if cast::find(op, admin).await?.is_some() {
        None
    } else {
        let owner = cast::organization(op, Company::Northwind).await?;
        let tiers = programmes::tiers_of(&vendor, owner).await?;
        let tier = tiers.into_iter().find(|tier| tier.code == standing.tier);
        let new = NewPartnership {
            vendor: owner,
            partner: NewPartner::Fresh {
                name: company.name().to_owned(),
                country: Some(standing.country.to_owned()),
                admin_name: name_of(admin).to_owned(),
                admin_email: admin.to_owned(),
            },
            tier: tier.ok_or_else(|| cast::missing(standing.tier))?.id,
            partner_type: standing.partner_type,
        };
        partnerships::create(&vendor, new).await?.password
    };
    settle_password(op, company, admin, handed_over).await?;
    staff(op, company).await?;

    let own = cast::admin(op, company).await?;
    let partnership = cast::partnership(op, company).await?;
    let manager = company.email_of(Role::PartnerManager);
    teams::add(&vendor, partnership.id, cast::user(op, standing.manager).await?).await?;
    teams::add(&own, partnership.id, cast::user(op, manager).await?).await?;

    let manager = cast::acting(op, standing.manager).await?;
    let known = agreements::of_partnerships(&manager, &[partnership.id]).await?;
    if known.is_empty() {
        let expires_on =
            standing.expires_in.map(|days| setting.year.end + chrono::TimeDelta::days(days));
        record_agreement(&manager, setting, partnership.id, standing.agreement, expires_on).await?;
    }
    if partnership.risk_rating != standing.risk {
        let edited = Edited { id: partnership.id, expected_revision: partnership.risk_revision };
        partnerships::set_risk_rating(&manager, edited, standing.risk).await?;
    }
    Ok(())
}

async fn record_agreement(
    op: &Op,
    setting: &Setting,
    partnership: crate::domain::id::PartnershipId,
    reference: &str,
    expires_on: Option<NaiveDate>,
) -> Result<()> {
    let new = NewAgreement {
        partnership,
        reference: reference.to_owned(),
        signed_on: setting.founded_on(),
        effective_on: setting.before.start,
        expires_on,
    };
    agreements::record(op, new).await?;
    Ok(())
}

/// Invites everybody of a company but the admin, who invites them.
async fn staff(op: &Op, company: Company) -> Result<()> {
    let admin = cast::admin(op, company).await?;
    let mut hires = Vec::new();
    for person in company.people().skip(1) {
        hires.push(hire(op, &admin, person));
    }
    try_join_all(hires).await?;
    Ok(())
}

async fn hire(op: &Op, admin: &Op, person: &Person) -> Result<()> {
    let mut handed_over = None;
    if cast::find(op, person.email).await?.is_none() {
        let new = NewUser {
            organization: admin.member()?.organization,
            email: person.email.to_owned(),
            name: person.name.to_owned(),
            role: person.role,
        };
        handed_over = Some(users::invite(admin, new).await?.password);
    }
    settle_password(op, person.company, person.email, handed_over).await
}

/// Gives somebody the password of the demo in place of the one handed over, or of one that was lost half-way.
async fn settle_password(
    op: &Op,
    company: Company,
    email: &str,
    handed_over: Option<String>,
) -> Result<()> {
    let own = cast::acting(op, email).await?;
    let id = cast::user(op, email).await?;
    let current = if let Some(password) = handed_over {
        password
    } else {
        let user = users::by_ids(&own, &[id]).await?.pop();
        let hash = user.and_then(|user| user.password_hash);
        if password::verify(op, PASSWORD, hash.as_deref()).await? {
            return Ok(());
        }
        users::reset_password(&cast::admin(op, company).await?, id).await?.password
    };
    users::change_password(&own, &current, PASSWORD).await?;
    Ok(())
}

fn name_of(email: &str) -> &'static str {
    let person = super::people::PEOPLE.iter().find(|person| person.email == email);
    person.map_or("", |person| person.name)
}

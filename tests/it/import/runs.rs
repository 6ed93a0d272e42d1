//! Imports carried out: what lands, what is refused, and what is left when one is killed.

use std::{collections::BTreeMap, fmt::Write, future::poll_fn, pin::pin, task::Poll};

use jbp::{
    domain::id::OrganizationId,
    import::{Report, Run, RunError, run},
};
use serde_json::json;
use tempfile::TempDir;

use super::{DEALS, HEADER, PRODUCTS, folder};
use crate::support::{
    Client, Draft, Partner, TestApp, Vendor,
    sums::{head, n_facts, sums},
};

/// A house with a vendor and two partners.
struct House {
    app: TestApp,
    vendor: Vendor,
    partners: [Partner; 2],
}

impl House {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let vendor = app.vendor("Hardware").await;
        let acme = app.partner(&vendor, "Acme", "GOLD", "RESELLER").await;
        let byte = app.partner(&vendor, "Byte Works", "GOLD", "RESELLER").await;
        Self { app, vendor, partners: [acme, byte] }
    }

    async fn import(&self, folder: &TempDir) -> Report {
        self.try_import(folder, None, false).await.unwrap()
    }

    async fn try_import(
        &self,
        folder: &TempDir,
        vendor: Option<OrganizationId>,
        is_dry_run: bool,
    ) -> Result<Report, RunError> {
        let mapping = folder.path().join("mapping.toml");
        let request = Run { mapping: &mapping, folder: folder.path(), vendor, is_dry_run };
        run(&self.app.op, request, |_, _| {}).await
    }

    /// A light plan of a partner, signed.
    async fn plan(&self, partner: &Partner) -> String {
        let manager = self.vendor.manager.user_id().await;
        let mut draft =
            Draft::begin(&self.vendor.manager, &partner.partnership, "2017", "2017-01-01").await;
        draft.target(json!({ "name": "Revenue", "metric": "REVENUE", "amount": "100000" })).await;
        draft
            .target(json!({ "name": "Deals", "metric": "DEALS_REGISTERED", "amount": "500" }))
            .await;
        for (owed_by, title, terms) in [
            ("VENDOR", "Material", json!({ "vendorSupport": "MARKETING_MATERIALS" })),
            ("JOINT", "Campaigns", json!({ "coMarketing": { "mdfAllocated": "5000" } })),
        ] {
            draft
                .commitment(json!({
                    "title": title, "owedBy": owed_by, "ownerId": manager, "dueOn": "2017-12-31",
                    "quantity": "4", "terms": terms,
                }))
                .await;
        }
        let cadence =
            json!({ "cadence": "QUARTERLY", "kind": "BUSINESS_REVIEW", "format": "REMOTE" });
        draft.change("setReviewCadence", cadence).await;
        draft.agree(&self.vendor, partner).await
    }
}

/// Deals of both partners, a third of them won, on the days of a year.
fn deals(n_rows: usize) -> String {
    let mut deals = format!("{HEADER}\n");
    for row in 0..n_rows {
        let partner = if row % 3 == 0 { "Acme" } else { "Byte Works" };
        let (opened, closed) = (row % 12 + 1, (row + row / 7) % 12 + 1);
        let product = if row % 5 == 0 { "MG Special" } else { "GTXPro" };
        let rest = if row % 3 == 1 {
            format!("Won,2017-{opened:02}-03,2017-{closed:02}-{:02},{row}.25,USD", row % 28 + 1)
        } else {
            format!("Open,2017-{opened:02}-03,,,USD")
        };
        writeln!(deals, "d{row},{partner},{product},{rest}").unwrap();
    }
    deals
}

#[tokio::test]
async fn a_partner_is_found_by_name_or_by_the_mapping_s_word_for_it() {
    let house = House::start().await;
    let rows = "a,acme,,Open,2017-03-01,,,USD\n\
                b,4711,,Open,2017-03-01,,,USD\n\
                c,Nobody,,Won,2017-03-01,2017-03-02,9,USD\n\
                d,12,,Open,2017-03-01,,,USD\n";
    let partners = "[partners]\n4711 = \" byte works \"\n12 = \"Byte\"\n\n[lookup.product]";
    let mapping = DEALS.replace("[lookup.product]", partners);
    let folder = folder(&mapping, format!("{HEADER}\n{rows}").as_bytes(), PRODUCTS);
    let report = house.import(&folder).await;
    insta::assert_snapshot!(report, @r"
            4 rows read
            2 gave 2 facts
            0 repeated an earlier row
            2 rejected
    facts: 2 recorded, 0 known already, 0 refused
      deals.csv:4 partner: `Nobody` is no partner of the vendor
      deals.csv:5 partner: `12` means “Byte”, which is no partner of the vendor
    ");
    for (partner, reference) in house.partners.iter().zip(["a", "b"]) {
        let asked = "{ deals { nodes { reference } } }";
        let deals = partner.manager.run(asked, json!({})).await;
        assert_eq!(deals, json!({ "deals": { "nodes": [{ "reference": reference }] } }));
    }

    let admin = json!({ "name": "Other admin", "email": "admin@other.example" });
    let input = json!({
        "partner": { "organization": { "name": "BYTE works", "admin": admin } },
        "tierId": house.vendor.tier("GOLD").await,
        "partnerType": "RESELLER",
    });
    house
        .vendor
        .admin
        .done(
            "mutation($input: CreatePartnershipInput!) { createPartnership(input: $input) {
                errors { code message path }
            } }",
            json!({ "input": input }),
        )
        .await;
    let report = house.import(&folder).await;
    let told: Vec<String> = report.rejected.iter().map(ToString::to_string).collect();
    let expected = "deals.csv:3 partner: `4711` means “ byte works ”, which is what 2 partners of the vendor are called";
    assert_eq!((report.n_known, told[0].as_str()), (1, expected));
}

#[tokio::test]
async fn what_is_refused_is_told_with_file_and_line() {
    let house = House::start().await;
    let first = format!("{HEADER}\na,Acme,,Won,2017-03-01,2017-04-01,9,USD\n");
    house.import(&folder(DEALS, first.as_bytes(), PRODUCTS)).await;

    let rows = "a,Acme,,Won,2017-03-01,2017-04-01,10,USD\n\
                b,Acme,,Open,2026-07-01,,,USD\n\
                c,Acme,,Open,2026-06-30,,,USD\n";
    let second = folder(DEALS, format!("{HEADER}\n{rows}").as_bytes(), PRODUCTS);
    let report = house.import(&second).await;
    assert_eq!((report.n_recorded, report.n_known, report.n_refused), (1, 1, 2));
    let told: Vec<String> = report.rejected.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("deals.csv:2 externalId: `a-won` is known with other content"));
    assert_eq!(told[1], "deals.csv:3 occurredOn: 2026-07-01 is in the future");
}

#[tokio::test]
async fn a_dry_run_tells_all_and_does_nothing() {
    let house = House::start().await;
    let plan = house.plan(&house.partners[0]).await;
    let folder = folder(DEALS, deals(900).as_bytes(), PRODUCTS);
    let before = (n_facts(&house.app).await, head(&house.app, &house.vendor).await);
    let dry = house.try_import(&folder, None, true).await.unwrap();
    assert_eq!((n_facts(&house.app).await, head(&house.app, &house.vendor).await), before);
    assert_eq!(sums(&house.app, &plan).await, BTreeMap::new());
    assert_eq!(house.import(&folder).await, dry);
}

#[tokio::test]
async fn the_vendor_is_the_one_that_is_named_or_the_only_one() {
    let app = TestApp::start().await;
    let folder = folder(DEALS, HEADER.as_bytes(), PRODUCTS);
    let mapping = folder.path().join("mapping.toml");
    let check = async |vendor: Option<&str>, expected: &str| {
        let vendor = vendor.map(|id| id.parse().unwrap());
        let request = Run { mapping: &mapping, folder: folder.path(), vendor, is_dry_run: false };
        let told = match run(&app.op, request, |_, _| {}).await {
            Ok(report) => format!("{} rows", report.n_rows),
            Err(refused) => refused.to_string(),
        };
        assert_eq!(told, expected);
    };
    check(None, "there is no vendor yet").await;
    let first = app.vendor("Hardware").await;
    check(None, "0 rows").await;
    let second = app.vendor("Software").await;
    let which = format!(
        "there are several vendors, say which one: Hardware ({}), Software ({})",
        first.id, second.id
    );
    check(None, &which).await;
    check(Some(&second.id), "0 rows").await;
    let partner = app.partner(&first, "Acme", "GOLD", "RESELLER").await;
    check(Some(&partner.id), &format!("{} is no vendor", partner.id)).await;
}

/// Polls an import so many times and drops it where it stands; whether it was done before.
async fn killed_after(house: &House, folder: &TempDir, n_polls: usize) -> bool {
    let mapping = folder.path().join("mapping.toml");
    let request = Run { mapping: &mapping, folder: folder.path(), vendor: None, is_dry_run: false };
    let mut running = pin!(run(&house.app.op, request, |_, _| {}));
    let mut n_left = n_polls;
    poll_fn(|context| {
        if n_left == 0 {
            return Poll::Ready(false);
        }
        n_left -= 1;
        running.as_mut().poll(context).map(|report| report.is_ok())
    })
    .await
}

#[tokio::test]
async fn an_import_that_was_killed_is_finished_by_starting_it_again() {
    let folder = folder(DEALS, deals(3_000).as_bytes(), PRODUCTS);
    let clean = House::start().await;
    let clean_plan = clean.plan(&clean.partners[1]).await;
    let report = clean.import(&folder).await;
    assert_eq!((report.n_facts, report.n_recorded), (4_000, 4_000));

    let killed = House::start().await;
    let killed_plan = killed.plan(&killed.partners[1]).await;
    // How far so many polls get depends on the database: killed a little later each time, until it lives.
    let (mut landed, mut n_polls) = (Vec::new(), 1);
    while !killed_after(&killed, &folder, n_polls).await {
        landed.push(n_facts(&killed.app).await);
        assert_eq!(landed.last().unwrap() % 1_000, 0, "a batch landed in part: {landed:?}");
        n_polls += 7;
    }
    assert!(landed.iter().any(|landed| (1..4_000).contains(landed)), "{landed:?}");
    assert_eq!(n_facts(&killed.app).await, 4_000);
    assert_eq!(sums(&killed.app, &killed_plan).await, sums(&clean.app, &clean_plan).await);
    assert_eq!(
        deals_of(&killed.partners[1].manager).await,
        deals_of(&clean.partners[1].manager).await
    );

    let before = head(&killed.app, &killed.vendor).await;
    let known = killed.import(&folder).await;
    assert_eq!((known.n_recorded, known.n_known, known.n_refused), (0, 4_000, 0));
    assert_eq!(head(&killed.app, &killed.vendor).await, before);
}

/// How many deals there are in each state.
async fn deals_of(client: &Client) -> Vec<String> {
    let mut deals = Vec::new();
    for state in ["OPEN", "WON", "UNREGISTERED"] {
        let asked = format!("{{ deals(filter: {{ states: [{state}] }}) {{ totalCount }} }}");
        deals.push(format!(
            "{state} {}",
            client.run(&asked, json!({})).await["deals"]["totalCount"]
        ));
    }
    deals
}

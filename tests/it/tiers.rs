//! What a tier is offered: what the programme fills in, whom it binds, and what it never touches.

use serde_json::{Value, json};

use crate::support::{
    Client, GivenPlan, TestApp,
    given::{Partner, Vendor},
    planning::bare_mutation,
};

/// Sets the policy of a tier, or of one partner type in it.
async fn offer(northwind: &Vendor, tier: &str, partner_type: Option<&str>, policy: Value) {
    let tier = northwind.tier(tier).await;
    let input = json!({ "tierId": tier, "partnerType": partner_type, "policy": policy });
    northwind.admin.done(&bare_mutation("setPlanningPolicy"), json!({ "input": input })).await;
}

/// A vendor whose gold partners get a light plan filled in, and such a partner.
async fn gold(app: &TestApp) -> (Vendor, Partner) {
    let northwind = app.vendor("Northwind").await;
    let policy = json!({
        "mode": "LIGHT", "standardPipelineTarget": "250000", "standardDealRegistrationTarget": "40",
        "mdfEntitlement": "5000.50",
    });
    offer(&northwind, "GOLD", None, policy).await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    (northwind, acme)
}

const CONTENT: &str = "mode
    targets { name metric amount weight phases { amount } }
    commitments {
        title owedBy quantity startsOn dueOn owner { name }
        ... on CoMarketingCommitment { mdfAllocated { amount currency } }
    }";

async fn content(plan: &GivenPlan, client: &Client) -> Value {
    let query = format!("query($id: ID!) {{ plan(id: $id) {{ {CONTENT} }} }}");
    client.run(&query, json!({ "id": plan.id })).await["plan"].take()
}

#[tokio::test]
async fn a_light_plan_is_filled_in_from_the_programme() {
    let app = TestApp::start().await;
    let (northwind, acme) = gold(&app).await;
    let plan = northwind.plan(&acme).draft().await;
    let mut found = content(&plan, &northwind.manager).await;
    let phases = found["targets"][1]["phases"].take();
    assert_eq!(phases.as_array().unwrap().len(), 12);
    found["targets"][0]["phases"].take();
    assert_eq!(
        found,
        json!({
            "mode": "LIGHT",
            "targets": [
                { "name": "Pipeline created", "metric": "PIPELINE_CREATED", "amount": "250000.00", "weight": null, "phases": null },
                { "name": "Deals registered", "metric": "DEALS_REGISTERED", "amount": "40", "weight": null, "phases": null },
            ],
            "commitments": [{
                "title": "Co-marketing", "owedBy": "JOINT", "quantity": "1",
                "startsOn": "2026-01-01", "dueOn": "2026-12-31",
                "owner": { "name": "Northwind manager" },
                "mdfAllocated": { "amount": "5000.50", "currency": "USD" },
            }],
        })
    );
    let kept = plan.read(&northwind.manager, "history { nodes { action after } }").await;
    let after: Value = serde_json::from_str(kept["nodes"][0]["after"].as_str().unwrap()).unwrap();
    assert_eq!(kept["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(after["filledIn"]["targets"][1]["amount"], 40);
    assert_eq!(after["filledIn"]["commitments"][0]["title"], "Co-marketing");

    // It lacks nothing but a cadence, and each side signs it by its manager.
    let codes = plan.read(&northwind.manager, "readiness { code severity }").await;
    let blocker = |code: &str| json!({ "code": code, "severity": "BLOCKER" });
    assert_eq!(codes[0], blocker("NO_REVIEW_CADENCE"));
    assert_eq!(
        codes.as_array().unwrap().iter().filter(|one| one["severity"] == "BLOCKER").count(),
        1
    );
    let cadence = json!({ "cadence": "HALF_YEARLY", "kind": "CHECK_IN", "format": "REMOTE" });
    plan.change(&northwind.manager, "setReviewCadence", cadence).await;
    plan.change(&northwind.manager, "sharePlan", json!({})).await;
    plan.change(&acme.manager, "proposePlan", json!({})).await;
    plan.sign(&acme.manager).await;
    plan.sign(&northwind.manager).await;
    assert_eq!(plan.read(&acme.viewer, "state").await, "ACTIVE");
    app.check_sums().await;
}

#[tokio::test]
async fn money_is_filled_in_in_the_vendors_currency_alone() {
    let app = TestApp::start().await;
    let (northwind, acme) = gold(&app).await;
    let plan = northwind.plan(&acme).in_currency("EUR").draft().await;
    let found = content(&plan, &northwind.manager).await;
    assert_eq!(found["targets"].as_array().unwrap().len(), 1);
    assert_eq!(found["targets"][0]["metric"], "DEALS_REGISTERED");
    assert_eq!(found["commitments"], json!([]));
}

#[tokio::test]
async fn a_partner_drafts_a_light_plan_too_and_its_manager_owns_it_where_the_vendor_has_none() {
    let app = TestApp::start().await;
    let (northwind, acme) = gold(&app).await;
    let place =
        json!({ "partnershipId": acme.partnership, "userId": northwind.manager.user_id().await });
    northwind.admin.done(&bare_mutation("removeTeamMember"), json!({ "input": place })).await;
    let plan = northwind.plan(&acme).drafted_by(&acme.manager).await;
    let found = content(&plan, &acme.manager).await;
    assert_eq!(found["commitments"][0]["owner"], json!({ "name": "Acme manager" }));
    assert_eq!(content(&plan, &northwind.admin).await, Value::Null);

    let input = json!({ "input": { "userId": acme.manager.user_id().await, "partnershipId": acme.partnership } });
    acme.admin.done(&bare_mutation("removeTeamMember"), input).await;
    let plan = northwind.plan(&acme).drafted_by(&acme.admin).await;
    let found = content(&plan, &acme.admin).await;
    assert_eq!(found["commitments"][0]["owner"], Value::Null);
}

#[tokio::test]
async fn alliances_are_planned_in_full_unless_a_policy_for_them_says_otherwise() {
    let app = TestApp::start().await;
    let (northwind, _) = gold(&app).await;
    let globex = app.partner(&northwind, "Globex", "GOLD", "ALLIANCE").await;
    let plan = northwind.plan(&globex).draft().await;
    let full = json!({ "mode": "FULL", "targets": [], "commitments": [] });
    assert_eq!(content(&plan, &northwind.manager).await, full);
    let policy = plan
        .read(
            &northwind.manager,
            "planningPolicy { needsSponsors minimumCadence requiredSections }",
        )
        .await;
    assert_eq!(policy["needsSponsors"], true);
    assert_eq!(policy["minimumCadence"], "QUARTERLY");
    assert_eq!(policy["requiredSections"].as_array().unwrap().len(), 6);

    offer(&northwind, "GOLD", Some("ALLIANCE"), json!({ "mode": "LIGHT" })).await;
    let plan = northwind.plan(&globex).draft().await;
    assert_eq!(plan.read(&northwind.manager, "mode").await, "LIGHT");
}

#[tokio::test]
async fn neither_policy_nor_tier_touches_a_plan_that_exists() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let active = northwind.plan(&acme).full().active().await;
    let fields = "mode planningPolicy {
        mode needsSponsors minimumCadence requiredSections
        thresholds { ahead onTrack atRisk graceDays } windows { renewalDays signaturePendingDays }
    }";
    let seen = async || {
        let query = format!(
            "query($id: ID!) {{ plan(id: $id) {{
                {fields} revision targets {{ name amount }} progress {{ score health }} readiness {{ code }}
            }} }}"
        );
        active.vendor.viewer.run(&query, json!({ "id": active.id })).await
    };
    let before = seen().await;
    assert_eq!(before["plan"]["planningPolicy"]["mode"], "FULL");
    let policy = json!({
        "mode": "LIGHT", "minimumCadence": "MONTHLY", "standardPipelineTarget": "1",
        "thresholds": { "ahead": "3", "onTrack": "2", "atRisk": "1", "graceDays": 200 },
        "windows": { "renewalDays": 200, "signaturePendingDays": 1 },
    });
    offer(&northwind, "STRATEGIC", None, policy).await;
    assert_eq!(seen().await, before);
    let revision = json!({
        "partnershipId": acme.partnership, "expectedRevision": 1,
        "tierId": northwind.tier("REGISTERED").await,
    });
    northwind.admin.done(&bare_mutation("setTier"), json!({ "input": revision })).await;
    assert_eq!(seen().await, before);
}

#[tokio::test]
async fn a_sponsor_who_left_keeps_a_plan_from_being_proposed() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let blockers = async || {
        let found = plan.read(&acme.manager, "readiness { code severity path message }").await;
        let rows = found.as_array().unwrap().clone();
        let told =
            rows.iter().filter(|row| row["code"] == "SPONSOR_LEFT" || row["code"] == "OWNER_LEFT");
        told.map(|row| {
            let word = |name: &str| row[name].as_str().unwrap().to_owned();
            format!("{} {} {}", word("severity"), row["path"][0].as_str().unwrap(), word("message"))
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(blockers().await, Vec::<String>::new());
    let leave = bare_mutation("deactivateUser");
    let who = json!({ "input": { "userId": northwind.executive.user_id().await } });
    northwind.admin.done(&leave, who.clone()).await;
    let role =
        json!({ "input": { "userId": acme.executive.user_id().await, "role": "PARTNER_VIEWER" } });
    acme.admin.done(&bare_mutation("changeRole"), role).await;
    assert_eq!(
        blockers().await,
        [
            "BLOCKER vendorSponsor the vendor's executive sponsor has left",
            "BLOCKER partnerSponsor the partner's executive sponsor has left",
        ]
    );
    let refused = plan.refused(&northwind.manager, "proposePlan", json!({})).await;
    assert_eq!(refused, "NOT_READY: the plan is not ready, blockers: 2");

    // They come back, but the one who owns promises leaves: that is told, and no more.
    northwind.admin.done(&bare_mutation("reactivateUser"), who).await;
    let role = json!({ "input": { "userId": acme.executive.user_id().await, "role": "PARTNER_EXECUTIVE" } });
    acme.admin.done(&bare_mutation("changeRole"), role).await;
    let owner = json!({ "input": { "userId": northwind.manager.user_id().await } });
    northwind.admin.done(&leave, owner).await;
    assert_eq!(
        blockers().await,
        [
            "WARNING commitments the owner of “Co-sell hours” has left",
            "WARNING commitments the owner of “Registrations” has left",
        ]
    );
    plan.change(&acme.manager, "proposePlan", json!({})).await;
    assert_eq!(plan.read(&acme.viewer, "state").await, "AWAITING_SIGNATURES");
}

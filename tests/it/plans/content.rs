//! What both promise, and what a plan needs before it can be proposed.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{GivenPlan, TestApp, planning::revenue};

async fn shared(app: &TestApp, tier: &str) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", tier, "RESELLER").await;
    northwind.plan(&acme).shared().await
}

fn promise(owed_by: &str, quantity: &str, terms: Value) -> Value {
    json!({ "title": "Promise", "owedBy": owed_by, "quantity": quantity, "dueOn": "2026-09-30", "terms": terms })
}

async fn add(plan: &GivenPlan, commitment: Value) {
    let commitment = plan.owned(commitment).await;
    plan.change(&plan.partner.manager, "addCommitment", json!({ "commitment": commitment })).await;
}

async fn refused(plan: &GivenPlan, commitment: Value) -> String {
    plan.refused(&plan.partner.manager, "addCommitment", json!({ "commitment": commitment })).await
}

#[tokio::test]
async fn either_side_asks_the_other_for_every_kind_of_promise() {
    let app = TestApp::start().await;
    let plan = shared(&app, "STRATEGIC").await;
    for commitment in [
        promise(
            "PARTNER",
            "4",
            json!({ "coMarketing": {
            "campaignType": "webinar", "mdfAllocated": "10000.00", "partnerCoFunding": "2500.5", "expectedLeads": 120,
        } }),
        ),
        promise("PARTNER", "5", json!({ "enablement": { "kind": "TRAINING", "code": "BASICS" } })),
        promise(
            "JOINT",
            "10",
            json!({ "pipelineActivity": { "kind": "TARGET_ACCOUNTS", "accounts": ["Initech"] } }),
        ),
        promise(
            "JOINT",
            "250000.00",
            json!({ "pipelineMilestone": { "kind": "OPPORTUNITY_DEVELOPMENT", "metric": "PIPELINE_CREATED" } }),
        ),
        promise("VENDOR", "80.5", json!({ "vendorSupport": "MARKETING_MATERIALS" })),
        promise("PARTNER", "2", json!({ "resourceInvestment": "PEOPLE" })),
    ] {
        add(&plan, commitment).await;
    }
    let fields = "commitments {
        __typename owedBy quantity startsOn dueOn isWaived owner { email } progress { status }
        ... on CoMarketingCommitment { campaignType mdfAllocated { amount currency } partnerCoFunding { amount } expectedLeads }
        ... on EnablementCommitment { enablement code }
        ... on PipelineActivityCommitment { activity accounts }
        ... on PipelineMilestone { milestone metric }
        ... on VendorSupportCommitment { support }
        ... on ResourceInvestment { resource }
    }";
    let found = plan.read(&plan.vendor.viewer, fields).await;
    let common = |owed_by: &str, quantity: &str, owner: &str, mut own: Value| {
        for (field, value) in [
            ("owedBy", json!(owed_by)),
            ("quantity", json!(quantity)),
            ("startsOn", json!("2026-01-01")),
            ("dueOn", json!("2026-09-30")),
            ("isWaived", json!(false)),
            ("owner", json!({ "email": owner })),
            ("progress", Value::Null),
        ] {
            own[field] = value;
        }
        own
    };
    let (vendor, partner) = ("manager@northwind.example", "manager@acme.example");
    assert_eq!(
        found,
        json!([
            common(
                "PARTNER",
                "4",
                partner,
                json!({
                    "__typename": "CoMarketingCommitment", "campaignType": "webinar",
                    "mdfAllocated": { "amount": "10000.00", "currency": "USD" },
                    "partnerCoFunding": { "amount": "2500.50" }, "expectedLeads": "120",
                })
            ),
            common(
                "PARTNER",
                "5",
                partner,
                json!({
                    "__typename": "EnablementCommitment", "enablement": "TRAINING", "code": "BASICS",
                })
            ),
            common(
                "JOINT",
                "10",
                vendor,
                json!({
                    "__typename": "PipelineActivityCommitment", "activity": "TARGET_ACCOUNTS", "accounts": ["Initech"],
                })
            ),
            common(
                "JOINT",
                "250000.00",
                vendor,
                json!({
                    "__typename": "PipelineMilestone", "milestone": "OPPORTUNITY_DEVELOPMENT", "metric": "PIPELINE_CREATED",
                })
            ),
            common(
                "VENDOR",
                "80.500",
                vendor,
                json!({
                    "__typename": "VendorSupportCommitment", "support": "MARKETING_MATERIALS",
                })
            ),
            common(
                "PARTNER",
                "2.000",
                partner,
                json!({
                    "__typename": "ResourceInvestment", "resource": "PEOPLE",
                })
            ),
        ])
    );
    let milestones = plan.read(&plan.vendor.viewer, "milestones { quantity }").await;
    assert_eq!(milestones, json!([{ "quantity": "250000.00" }]));
}

#[tokio::test]
async fn a_promise_that_cannot_be_is_refused_by_field() {
    let app = TestApp::start().await;
    let plan = shared(&app, "STRATEGIC").await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let support = json!({ "vendorSupport": "CO_SELL_RESOURCE" });
    let marketing = |funds: &str, leads: i32| json!({ "coMarketing": { "mdfAllocated": funds, "expectedLeads": leads } });
    let with = |field: &str, value: Value| {
        let mut commitment = promise("VENDOR", "1", support.clone());
        commitment[field] = value;
        commitment
    };
    let owners = [
        plan.partner.manager.user_id().await,
        globex.manager.user_id().await,
        "user_00000000000000000000000001".to_owned(),
    ];
    let mut told = Vec::new();
    for commitment in [
        promise("PARTNER", "1", support.clone()),
        promise("JOINT", "1", support.clone()),
        with("title", json!(" ")),
        with("quantity", json!("0")),
        with("quantity", json!("-5")),
        with("quantity", json!("1.0001")),
        with("startsOn", json!("2026-10-01")),
        with("ownerId", json!(owners[0])),
        with("ownerId", json!(owners[1])),
        with("ownerId", json!(owners[2])),
        promise("PARTNER", "1.5", marketing("5.00", 1)),
        promise("PARTNER", "1", marketing("5.001", 1)),
        promise("PARTNER", "1", marketing("-5.00", 1)),
        promise("PARTNER", "1", marketing("5.00", -1)),
        promise("PARTNER", "1", json!({ "enablement": { "kind": "TRAINING", "code": "" } })),
        promise(
            "PARTNER",
            "1",
            json!({ "pipelineActivity": { "kind": "TARGET_ACCOUNTS", "accounts": ["a\0"] } }),
        ),
        promise(
            "PARTNER",
            "1",
            json!({ "pipelineMilestone": { "kind": "DEAL_REGISTRATION", "metric": "LEADS" } }),
        ),
    ] {
        told.push(refused(&plan, commitment).await);
    }
    let told = told.join("\n").replace(&owners[0], "PARTNER'S").replace(&owners[1], "RIVAL'S");
    assert_snapshot!(told, @r"
    VALIDATION_FAILED at owedBy: owedBy: vendor support is owed by the vendor
    VALIDATION_FAILED at owedBy: owedBy: vendor support is owed by the vendor
    VALIDATION_FAILED at title: title: must not be empty
    VALIDATION_FAILED at quantity: quantity: 0 is not more than nothing
    VALIDATION_FAILED at quantity: quantity: -5 is not more than nothing
    VALIDATION_FAILED at quantity: quantity: 1.0001 has more than 3 decimal places
    VALIDATION_FAILED at dueOn: dueOn: 2026-09-30 is before 2026-10-01, when it begins
    NOT_FOUND at ownerId: ownerId: `PARTNER'S` is nobody of the side that owes it
    NOT_FOUND at ownerId: ownerId: `RIVAL'S` is nobody of the side that owes it
    NOT_FOUND at ownerId: ownerId: `user_00000000000000000000000001` is nobody of the side that owes it
    VALIDATION_FAILED at quantity: quantity: 1.5 has more than 0 decimal places
    VALIDATION_FAILED at terms.coMarketing.mdfAllocated: terms.coMarketing.mdfAllocated: 5.001 has more than 2 decimal places
    VALIDATION_FAILED at terms.coMarketing.mdfAllocated: terms.coMarketing.mdfAllocated: -5.00 is negative
    VALIDATION_FAILED at terms.coMarketing.expectedLeads: terms.coMarketing.expectedLeads: -1 is negative
    VALIDATION_FAILED at terms.enablement.code: terms.enablement.code: must not be empty
    VALIDATION_FAILED at terms.pipelineActivity.accounts: terms.pipelineActivity.accounts: has the control character U+0000
    VALIDATION_FAILED at terms.pipelineMilestone.metric: terms.pipelineMilestone.metric: a milestone measures deals
    ");
    assert_eq!(plan.read(&plan.vendor.viewer, "commitments { id }").await, json!([]));
}

#[tokio::test]
async fn a_promise_is_changed_and_removed_until_it_is_signed() {
    let app = TestApp::start().await;
    let plan = shared(&app, "STRATEGIC").await;
    add(&plan, promise("VENDOR", "1", json!({ "vendorSupport": "CO_SELL_RESOURCE" }))).await;
    let id = plan.commitment("Promise").await;
    let mut changed = promise("VENDOR", "2", json!({ "vendorSupport": "MARKETING_MATERIALS" }));
    changed["title"] = json!("Brochures");
    let input = json!({ "commitmentId": id, "commitment": changed });
    plan.change(&plan.vendor.manager, "editCommitment", input).await;
    let fields = "commitments { id title quantity ... on VendorSupportCommitment { support } }";
    assert_eq!(
        plan.read(&plan.partner.viewer, fields).await,
        json!([{ "id": id, "title": "Brochures", "quantity": "2.000", "support": "MARKETING_MATERIALS" }])
    );
    let waived = plan
        .refused(
            &plan.vendor.manager,
            "waiveCommitment",
            json!({ "commitmentId": id, "reason": "x" }),
        )
        .await;
    assert_snapshot!(waived, @"INVALID_TRANSITION: waiving a commitment is not possible while the plan is in negotiation");
    plan.change(&plan.vendor.manager, "removeCommitment", json!({ "commitmentId": id })).await;
    assert_eq!(plan.read(&plan.partner.viewer, fields).await, json!([]));
    let gone =
        plan.refused(&plan.vendor.manager, "removeCommitment", json!({ "commitmentId": id })).await;
    assert_snapshot!(gone, @"NOT_FOUND: commitment not found");
}

async fn readiness(plan: &GivenPlan) -> String {
    let found = plan.read(&plan.vendor.viewer, "readiness { code severity }").await;
    let lines = found.as_array().unwrap().iter().map(|finding| {
        format!("{} {}", finding["severity"].as_str().unwrap(), finding["code"].as_str().unwrap())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_full_plan_becomes_ready_step_by_step() {
    let app = TestApp::start().await;
    let plan = shared(&app, "STRATEGIC").await;
    assert_snapshot!(readiness(&plan).await, @r"
    BLOCKER SPONSOR_MISSING
    BLOCKER SPONSOR_MISSING
    BLOCKER NO_TARGET
    BLOCKER NO_VENDOR_COMMITMENT
    BLOCKER NO_REVIEW_CADENCE
    BLOCKER SECTION_EMPTY
    BLOCKER SECTION_EMPTY
    BLOCKER SECTION_EMPTY
    BLOCKER SECTION_EMPTY
    BLOCKER SECTION_EMPTY
    WARNING NO_AGREEMENT
    ");
    let refused = plan.refused(&plan.vendor.manager, "proposePlan", json!({})).await;
    assert_snapshot!(refused, @"NOT_READY: the plan is not ready, blockers: 10");
    let full = plan.vendor.plan(&plan.partner).named("full").full().shared().await;
    assert_snapshot!(readiness(&full).await, @r"
    WARNING NO_BASELINE
    WARNING NO_AGREEMENT
    ");
    full.change(&full.partner.manager, "proposePlan", json!({})).await;
    assert_eq!(full.read(&full.partner.viewer, "state").await, "AWAITING_SIGNATURES");
    assert_eq!(plan.read(&full.partner.viewer, "state").await, "NEGOTIATING");
}

#[tokio::test]
async fn a_light_plan_needs_less() {
    let app = TestApp::start().await;
    let plan = shared(&app, "GOLD").await;
    assert_snapshot!(readiness(&plan).await, @r"
    BLOCKER NO_TARGET
    BLOCKER NO_VENDOR_COMMITMENT
    BLOCKER NO_REVIEW_CADENCE
    BLOCKER SECTION_EMPTY
    BLOCKER SECTION_EMPTY
    WARNING NO_AGREEMENT
    ");
    plan.change(&plan.vendor.manager, "addTarget", json!({ "target": revenue("5.00") })).await;
    add(&plan, promise("PARTNER", "4", json!({ "coMarketing": { "mdfAllocated": "0" } }))).await;
    add(&plan, promise("JOINT", "10", json!({ "pipelineMilestone": { "kind": "DEAL_REGISTRATION", "metric": "DEALS_REGISTERED" } }))).await;
    let cadence =
        json!({ "cadence": "HALF_YEARLY", "kind": "BUSINESS_REVIEW", "format": "ON_SITE" });
    plan.change(&plan.partner.manager, "setReviewCadence", cadence).await;
    assert_snapshot!(readiness(&plan).await, @r"
    WARNING NO_BASELINE
    WARNING NO_AGREEMENT
    ");
}

#[tokio::test]
async fn a_promise_needs_owner_and_days_before_it_is_proposed() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let mut vague = promise("VENDOR", "1", json!({ "vendorSupport": "CO_SELL_RESOURCE" }));
    vague["dueOn"] = Value::Null;
    plan.change(&acme.manager, "addCommitment", json!({ "commitment": vague })).await;
    let mut late = promise("VENDOR", "1", json!({ "vendorSupport": "CO_SELL_RESOURCE" }));
    late["dueOn"] = json!("2027-01-01");
    add(&plan, late).await;
    let found = plan.read(&northwind.viewer, "readiness { severity message }").await;
    let told: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "BLOCKER")
        .map(|finding| finding["message"].as_str().unwrap())
        .collect();
    assert_snapshot!(told.join("\n"), @r"
    “Promise” has no owner
    “Promise” has no due date
    “Promise” has its due date 2027-01-01 outside the period
    ");
}

#[tokio::test]
async fn a_plan_outside_of_its_agreement_is_warned_of() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let record = "mutation($input: RecordAgreementInput!) { recordAgreement(input: $input) { errors { code message path } } }";
    let input = json!({
        "partnershipId": acme.partnership, "reference": "A-1", "signedOn": "2025-12-01",
        "effectiveOn": "2026-02-01", "expiresOn": "2026-11-30",
    });
    northwind.admin.done(record, json!({ "input": input })).await;
    assert_snapshot!(readiness(&plan).await, @r"
    WARNING NO_BASELINE
    WARNING OUTSIDE_AGREEMENT
    WARNING OUTSIDE_AGREEMENT
    ");
    plan.change(&acme.manager, "proposePlan", json!({})).await;
}

#[tokio::test]
async fn an_objective_keeps_its_id_and_takes_no_other() {
    let app = TestApp::start().await;
    let plan = shared(&app, "STRATEGIC").await;
    let manager = &plan.vendor.manager;
    let objectives = |objectives: Value| json!({ "narrative": { "objectives": objectives } });
    let two = json!([{ "title": "Grow" }, { "title": "Train" }]);
    plan.change(manager, "editPlan", objectives(two)).await;
    let before = plan.read(manager, "objectives { id }").await;
    let (grow, train) = (&before[0]["id"], &before[1]["id"]);
    let three = json!([{ "id": train, "title": "Train more" }, { "title": "Sell" }, { "id": grow, "title": "Grow" }]);
    plan.change(manager, "editPlan", objectives(three)).await;
    let after = plan.read(manager, "objectives { id title }").await;
    assert_eq!((&after[0]["id"], &after[2]["id"]), (train, grow));

    let other = plan.vendor.plan(&plan.partner).between("2027-01-01", "2027-12-31").draft().await;
    let mut told = Vec::new();
    for objective in [
        json!([{ "title": "Ours" }, { "id": grow, "title": "Grow" }]),
        json!([{ "id": "objv_00000000000000000000000001", "title": "x" }]),
    ] {
        told.push(other.refused(manager, "editPlan", objectives(objective)).await);
    }
    let twice = json!([{ "id": grow, "title": "Grow" }, { "id": grow, "title": "Grow" }]);
    told.push(plan.refused(manager, "editPlan", objectives(twice)).await);
    assert_snapshot!(told.join("\n").replace(grow.as_str().unwrap(), "ID"), @r"
    NOT_FOUND at narrative.objectives.1.id: narrative.objectives.1.id: `ID` is no objective of the plan, or named twice
    NOT_FOUND at narrative.objectives.0.id: narrative.objectives.0.id: `objv_00000000000000000000000001` is no objective of the plan, or named twice
    NOT_FOUND at narrative.objectives.1.id: narrative.objectives.1.id: `ID` is no objective of the plan, or named twice
    ");
    assert_eq!(plan.read(manager, "objectives { id title }").await, after);
    assert_eq!(other.read(manager, "objectives { id }").await, json!([]));
}

#[tokio::test]
async fn the_narrative_is_what_was_written_last() {
    let app = TestApp::start().await;
    let plan = shared(&app, "STRATEGIC").await;
    let narrative = json!({
        "vision": "First in the market", "valueProposition": "One bill",
        "successFactors": ["Trust"], "strengths": ["Reach"], "weaknesses": [], "opportunities": ["Peru"],
        "threats": ["Price"], "objectives": [{ "title": "Grow", "description": "By half" }],
    });
    plan.change(&plan.partner.manager, "editPlan", json!({ "narrative": narrative })).await;
    let fields = "history(first: 1) { nodes { action side } }";
    assert_eq!(
        plan.read(&plan.vendor.viewer, fields).await["nodes"],
        json!([{ "action": "editPlan", "side": "PARTNER" }])
    );
    let query = "query($id: ID!) { plan(id: $id) {
        vision valueProposition successFactors swot { strengths weaknesses opportunities threats }
        objectives { title description }
    } }";
    let found = plan.vendor.viewer.run(query, json!({ "id": plan.id })).await;
    assert_eq!(
        found["plan"],
        json!({
            "vision": "First in the market", "valueProposition": "One bill", "successFactors": ["Trust"],
            "swot": { "strengths": ["Reach"], "weaknesses": [], "opportunities": ["Peru"], "threats": ["Price"] },
            "objectives": [{ "title": "Grow", "description": "By half" }],
        })
    );
    let factors: Vec<String> = (0..51).map(|n| n.to_string()).collect();
    let mut told = Vec::new();
    for narrative in [
        json!({ "vision": "a\0b" }),
        json!({ "vision": "x".repeat(10_001) }),
        json!({ "successFactors": factors }),
        json!({ "threats": ["\0"] }),
        json!({ "objectives": [{ "title": "" }] }),
    ] {
        told.push(
            plan.refused(&plan.vendor.manager, "editPlan", json!({ "narrative": narrative })).await,
        );
    }
    assert_snapshot!(told.join("\n"), @r"
    VALIDATION_FAILED at narrative.vision: narrative.vision: has the control character U+0000
    VALIDATION_FAILED at narrative.vision: narrative.vision: has 10001 characters; 10000 is the most
    VALIDATION_FAILED at narrative.successFactors: narrative.successFactors: has 51 entries; 50 is the most
    VALIDATION_FAILED at narrative.threats: narrative.threats: has the control character U+0000
    VALIDATION_FAILED at narrative.objectives.title: narrative.objectives.title: must not be empty
    ");
    assert_eq!(plan.read(&plan.vendor.viewer, "vision").await, "First in the market");
}

#[tokio::test]
async fn a_sponsor_is_an_executive_of_the_side() {
    let app = TestApp::start().await;
    let plan = shared(&app, "STRATEGIC").await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let ids = [
        plan.vendor.manager.user_id().await,
        plan.partner.executive.user_id().await,
        globex.executive.user_id().await,
        "user_00000000000000000000000001".to_owned(),
    ];
    let mut told = Vec::new();
    for id in &ids {
        let refused =
            plan.refused(&plan.vendor.manager, "editPlan", json!({ "vendorSponsorId": id })).await;
        told.push(refused.replace(id.as_str(), "ID"));
    }
    assert_snapshot!(told.join("\n"), @r"
    VALIDATION_FAILED at vendorSponsorId: vendorSponsorId: Northwind manager is not an executive
    NOT_FOUND at vendorSponsorId: vendorSponsorId: `ID` is nobody of that side
    NOT_FOUND at vendorSponsorId: vendorSponsorId: `ID` is nobody of that side
    NOT_FOUND at vendorSponsorId: vendorSponsorId: `ID` is nobody of that side
    ");
    assert!(plan.read(&plan.vendor.viewer, "vendorSponsor { id }").await.is_null());
}

#[tokio::test]
async fn a_cadence_that_cannot_be_is_refused() {
    let app = TestApp::start().await;
    let plan = shared(&app, "STRATEGIC").await;
    let cadence = |own: Value| {
        let mut input = json!({ "cadence": "QUARTERLY", "kind": "CHECK_IN", "format": "HYBRID" });
        for (field, value) in own.as_object().unwrap() {
            input[field] = value.clone();
        }
        input
    };
    let mut told = Vec::new();
    for own in [
        json!({ "offsetDays": -1 }),
        json!({ "offsetDays": 91 }),
        json!({ "dates": ["2026-03-01"] }),
        json!({ "cadence": "DATES" }),
        json!({ "cadence": "DATES", "dates": ["2026-03-01", "2026-03-01"] }),
    ] {
        told.push(plan.refused(&plan.vendor.manager, "setReviewCadence", cadence(own)).await);
    }
    assert_snapshot!(told.join("\n"), @r"
    VALIDATION_FAILED at offsetDays: offsetDays: -1 is not between 0 and 90
    VALIDATION_FAILED at offsetDays: offsetDays: 91 is not between 0 and 90
    VALIDATION_FAILED at dates: dates: only the cadence DATES names days
    VALIDATION_FAILED at dates: dates: name at least one day
    VALIDATION_FAILED at dates: dates: a day is named twice
    ");
    assert!(plan.read(&plan.vendor.viewer, "reviewCadence { kind }").await.is_null());
    let dated = cadence(json!({ "cadence": "DATES", "dates": ["2026-03-01", "2026-09-01"] }));
    plan.change(&plan.vendor.manager, "setReviewCadence", dated).await;
    let found = plan
        .read(&plan.partner.viewer, "reviewCadence { cadence kind format offsetDays dates }")
        .await;
    assert_eq!(
        found,
        json!({ "cadence": "DATES", "kind": "CHECK_IN", "format": "HYBRID", "offsetDays": 10, "dates": ["2026-03-01", "2026-09-01"] })
    );
}

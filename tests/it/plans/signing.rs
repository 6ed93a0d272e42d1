//! Proposing, signing, and what ends a proposal.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Client, Fact, GivenPlan, TestApp, given::id_of};

async fn proposed(app: &TestApp) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    northwind.plan(&acme).full().proposed().await
}

/// Signatures as `SIDE version`, those that no longer count in brackets.
async fn signatures(plan: &GivenPlan) -> Vec<String> {
    let found = plan.read(&plan.partner.viewer, "signatures { side version voidedAt }").await;
    let rows = found.as_array().unwrap().iter().map(|row| {
        let text = format!("{} {}", row["side"].as_str().unwrap(), row["version"]);
        if row["voidedAt"].is_null() { text } else { format!("({text})") }
    });
    rows.collect()
}

async fn state(plan: &GivenPlan) -> Value {
    plan.read(&plan.vendor.viewer, "state").await
}

#[tokio::test]
async fn what_is_signed_is_a_version_and_its_sha_256() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    assert_eq!(state(&plan).await, "AWAITING_SIGNATURES");
    let found =
        plan.read(&plan.partner.viewer, "versions { number hash content proposedBy }").await;
    let version = &found[0];
    assert_eq!((&version["number"], &version["proposedBy"]), (&json!(1), &json!("VENDOR")));
    let content = version["content"].as_str().unwrap();
    assert_eq!(version["hash"], hex::encode(Sha256::digest(content)));
    let read: Value = serde_json::from_str(content).unwrap();
    assert_eq!(read["plan"], json!(plan.id));
    assert_eq!((&read["number"], &read["currency"]), (&json!(1), &json!("USD")));
    assert_eq!(read["targets"][0]["amount"], 100_000_000);
    assert_eq!(read["commitments"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_second_signature_puts_the_plan_in_force() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let won = Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("7.00", "USD");
    plan.vendor.manager.recorded(&plan.partner.partnership, &[won]).await;
    assert!(plan.read(&plan.partner.viewer, "progress { score }").await.is_null());

    plan.sign(&plan.partner.executive).await;
    assert_eq!(state(&plan).await, "AWAITING_SIGNATURES");
    assert!(plan.read(&plan.partner.viewer, "progress { score }").await.is_null());
    plan.sign(&plan.vendor.executive).await;
    assert_eq!(state(&plan).await, "ACTIVE");
    assert_eq!(signatures(&plan).await, ["PARTNER 1", "VENDOR 1"]);
    let fields = "signatures { hash role signedAt person { email } }";
    let found = plan.read(&plan.vendor.viewer, fields).await;
    let versions = plan.read(&plan.vendor.viewer, "versions { hash }").await;
    assert_eq!(
        found[0],
        json!({
            "hash": versions[0]["hash"], "role": "PARTNER_EXECUTIVE",
            "signedAt": "2026-06-30T12:00:00+00:00", "person": { "email": "executive@acme.example" },
        })
    );
    let dated = "reviews { number coversFrom coversTo scheduledOn kind format state isOverdue }";
    let reviews = plan.read(&plan.partner.viewer, dated).await;
    assert_eq!(
        reviews[1],
        json!({
            "number": 2, "coversFrom": "2026-04-01", "coversTo": "2026-06-30", "scheduledOn": "2026-07-10",
            "kind": "BUSINESS_REVIEW", "format": "REMOTE", "state": "SCHEDULED", "isOverdue": false,
        })
    );
    let days: Vec<&str> = reviews
        .as_array()
        .unwrap()
        .iter()
        .map(|review| review["scheduledOn"].as_str().unwrap())
        .collect();
    assert_eq!(days, ["2026-04-10", "2026-07-10", "2026-10-10", "2027-01-10"]);
    assert_eq!(reviews[0]["isOverdue"], true);
    // What had happened before it was signed counts.
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "7.00");
    assert_eq!(plan.read(&plan.vendor.viewer, "activatedOn").await, "2026-06-30");
    assert_eq!(plan.read(&plan.vendor.viewer, "versionInForce").await, 1);
    app.check_sums().await;
}

#[tokio::test]
async fn a_signature_is_bound_to_hash_version_and_sponsor() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let right = plan.signature(&plan.partner.executive).await;
    let with = |field: &str, value: Value| {
        let mut input = right.clone();
        input[field] = value;
        input
    };
    let sponsor = &plan.vendor.executive;
    let other = app.invited(&plan.vendor.admin, "other", "Northwind", "VENDOR_EXECUTIVE").await;
    let wrong = "0".repeat(64);
    let mut told = Vec::new();
    for (client, input) in [
        (sponsor, with("hash", json!(wrong))),
        (sponsor, with("hash", json!(""))),
        (sponsor, with("version", json!(2))),
        (sponsor, with("version", json!(0))),
        (&other, right.clone()),
        (&plan.vendor.admin, right.clone()),
        (&plan.vendor.manager, right.clone()),
        (&plan.vendor.viewer, right.clone()),
        (&plan.partner.admin, right.clone()),
    ] {
        told.push(plan.refused(client, "signPlan", input).await);
    }
    assert_snapshot!(told.join("\n"), @r"
    VALIDATION_FAILED at hash: hash: `0000000000000000000000000000000000000000000000000000000000000000` is not the hash of version 1
    VALIDATION_FAILED at hash: hash: `` is not the hash of version 1
    VALIDATION_FAILED at version: version: version 2 is not proposed; 1 is
    VALIDATION_FAILED at version: version: version 0 is not proposed; 1 is
    FORBIDDEN: signing is not for your role
    FORBIDDEN: signing is not for your role
    FORBIDDEN: signing is not for your role
    FORBIDDEN: signing is not for your role
    FORBIDDEN: signing is not for your role
    ");
    assert_eq!(signatures(&plan).await, Vec::<String>::new());

    plan.sign(sponsor).await;
    let twice = plan.refused(sponsor, "signPlan", right).await;
    assert_snapshot!(twice, @"VALIDATION_FAILED at version: version: your side has signed it");
    assert_eq!(signatures(&plan).await, ["VENDOR 1"]);
    assert_eq!(state(&plan).await, "AWAITING_SIGNATURES");
}

/// An integration of an organisation with every scope.
async fn integration(app: &TestApp, admin: &Client) -> (Client, String) {
    let create = "mutation { createIntegration(input: {
        name: \"CRM\", scopes: [ACTIVITIES_WRITE, ACTIVITIES_READ, PLANS_READ, EVENTS_READ]
    }) { integration { id } token errors { code message path } } }";
    let made = admin.done(create, json!({})).await;
    (app.as_bearer(made["token"].as_str().unwrap()), id_of(&made["integration"]))
}

#[tokio::test]
async fn integrations_do_not_sign_or_edit() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let (crm, _) = integration(&app, &plan.vendor.admin).await;
    let input = plan.signature(&crm).await;
    assert_snapshot!(plan.refused(&crm, "signPlan", input).await, @"FORBIDDEN: signing is not for your role");
    assert_snapshot!(plan.refused(&crm, "editPlan", json!({ "name": "x" })).await, @"FORBIDDEN: editing is not for your role");
    assert_eq!(signatures(&plan).await, Vec::<String>::new());
    assert_eq!(state(&plan).await, "AWAITING_SIGNATURES");
}

#[tokio::test]
async fn an_edit_of_a_proposed_plan_voids_its_signatures() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let first = plan.signature(&plan.vendor.executive).await;
    plan.sign(&plan.vendor.executive).await;
    plan.change(&plan.partner.manager, "editPlan", json!({ "name": "Better" })).await;
    assert_eq!(state(&plan).await, "NEGOTIATING");
    assert_eq!(signatures(&plan).await, ["(VENDOR 1)"]);
    assert!(plan.read(&plan.vendor.viewer, "proposedVersion").await.is_null());
    let refused = plan.refused(&plan.partner.executive, "signPlan", first.clone()).await;
    assert_snapshot!(refused, @"INVALID_TRANSITION: signing is not possible while the plan is in negotiation");

    plan.change(&plan.partner.manager, "proposePlan", json!({})).await;
    assert_eq!(plan.read(&plan.vendor.viewer, "proposedVersion").await, 2);
    let refused = plan.refused(&plan.partner.executive, "signPlan", first).await;
    assert_snapshot!(refused, @"VALIDATION_FAILED at version: version: version 1 is not proposed; 2 is");
    plan.sign(&plan.partner.executive).await;
    assert_eq!(state(&plan).await, "AWAITING_SIGNATURES");
    plan.sign(&plan.vendor.executive).await;
    assert_eq!(signatures(&plan).await, ["(VENDOR 1)", "PARTNER 2", "VENDOR 2"]);
    let versions = plan.read(&plan.partner.viewer, "versions { number hash proposedBy }").await;
    assert_ne!(versions[0]["hash"], versions[1]["hash"]);
    assert_eq!(versions[1]["proposedBy"], "PARTNER");
    assert_eq!(plan.read(&plan.partner.viewer, "versionInForce").await, 2);
}

#[tokio::test]
async fn a_proposal_is_refused_or_taken_back_with_a_reason() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    plan.sign(&plan.vendor.executive).await;
    for (client, reason, refused) in [
        (&plan.partner.executive, "", "VALIDATION_FAILED at reason: reason: must not be empty"),
        (&plan.partner.viewer, "no", "FORBIDDEN: rejecting is not for your role"),
    ] {
        let input = json!({ "reason": reason });
        assert_eq!(plan.refused(client, "rejectPlan", input).await, refused);
    }
    plan.change(&plan.partner.executive, "rejectPlan", json!({ "reason": "too much" })).await;
    assert_eq!(state(&plan).await, "NEGOTIATING");
    assert_eq!(signatures(&plan).await, ["(VENDOR 1)"]);

    plan.change(&plan.vendor.manager, "proposePlan", json!({})).await;
    plan.sign(&plan.partner.executive).await;
    plan.change(&plan.vendor.manager, "withdrawProposal", json!({ "reason": "a slip" })).await;
    assert_eq!(state(&plan).await, "NEGOTIATING");
    assert_eq!(signatures(&plan).await, ["(VENDOR 1)", "(PARTNER 2)"]);
    let refused =
        plan.refused(&plan.vendor.manager, "withdrawProposal", json!({ "reason": "x" })).await;
    assert_snapshot!(refused, @"INVALID_TRANSITION: withdrawing the proposal is not possible while the plan is in negotiation");

    let kept = plan.read(&plan.partner.viewer, "history(first: 20) { nodes { action } }").await;
    let actions: Vec<&str> = kept["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "withdrawProposal",
            "signPlan",
            "proposePlan",
            "rejectPlan",
            "signPlan",
            "proposePlan",
            "sharePlan",
        ]
    );
}

#[tokio::test]
async fn one_plan_of_a_partnership_holds_a_day() {
    let app = TestApp::start().await;
    let plan = proposed(&app).await;
    let (northwind, acme) = (&plan.vendor, &plan.partner);
    let other = northwind
        .plan(acme)
        .named("other")
        .between("2026-12-31", "2027-06-30")
        .full()
        .shared()
        .await;
    let next = northwind
        .plan(acme)
        .named("next")
        .between("2027-01-01", "2027-06-30")
        .full()
        .shared()
        .await;
    for state in ["AWAITING_SIGNATURES", "ACTIVE"] {
        assert_eq!(plan.read(&northwind.viewer, "state").await, state);
        let refused = other.refused(&acme.manager, "proposePlan", json!({})).await;
        assert_eq!(refused, "PERIOD_TAKEN: another plan covers 2026-01-01 to 2026-12-31");
        assert_eq!(other.read(&northwind.viewer, "state").await, "NEGOTIATING");
        assert_eq!(other.read(&northwind.viewer, "versions { number }").await, json!([]));
        if state == "AWAITING_SIGNATURES" {
            plan.sign(&northwind.executive).await;
            plan.sign(&acme.executive).await;
        }
    }
    next.change(&acme.manager, "proposePlan", json!({})).await;
    // Another partnership's days are its own.
    let globex = app.partner(northwind, "Globex", "STRATEGIC", "RESELLER").await;
    northwind.plan(&globex).full().active().await;
}

#[tokio::test]
async fn a_light_plan_is_signed_by_those_who_work_on_it() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let plan = northwind.plan(&acme).full().proposed().await;
    let right = plan.signature(&acme.manager).await;
    for client in [&northwind.admin, &northwind.executive, &acme.executive, &acme.viewer] {
        let refused = plan.refused(client, "signPlan", right.clone()).await;
        assert_eq!(refused, "FORBIDDEN: signing is not for your role", "{}", client.email());
    }
    plan.sign(&northwind.manager).await;
    plan.sign(&acme.admin).await;
    assert_eq!(state(&plan).await, "ACTIVE");
}

#[tokio::test]
async fn a_plan_in_force_is_not_edited() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let manager = &plan.vendor.manager;
    let revision = plan.revision().await;
    for (mutation, input) in [
        ("editPlan", json!({ "name": "x" })),
        ("addTarget", json!({ "target": { "name": "x", "metric": "LEADS", "amount": "1" } })),
        ("removeTarget", json!({ "targetId": plan.target("Revenue").await })),
        ("removeCommitment", json!({ "commitmentId": plan.commitment("Webinars").await })),
        ("sharePlan", json!({})),
        ("discardPlan", json!({})),
        ("proposePlan", json!({})),
        ("withdrawPlan", json!({ "reason": "x" })),
        ("rejectPlan", json!({ "reason": "x" })),
    ] {
        let refused = plan.refused(manager, mutation, input).await;
        assert!(refused.starts_with("INVALID_TRANSITION"), "{mutation}: {refused}");
    }
    assert_eq!(plan.revision().await, revision);
    let actions = plan.read(manager, "viewerActions").await;
    assert_eq!(
        actions,
        json!([
            "WAIVE",
            "SET_EXCHANGE_RATE",
            "NOTE",
            "COMMENT",
            "BEGIN_AMENDMENT",
            "HOLD_REVIEW",
            "CONFIRM_REVIEW",
            "SKIP_REVIEW",
            "FOLLOW_UP",
            "RENEW",
            "CLOSE",
            "TERMINATE"
        ])
    );
}

#[tokio::test]
async fn a_promise_is_waived_when_both_sides_agree() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let id = plan.commitment("Webinars").await;
    let executed = Fact::marketing("PROGRAMME_EXECUTED", "a", "2026-03-01")
        .saying("campaignType", json!("webinar"));
    plan.vendor.manager.recorded(&plan.partner.partnership, &[executed]).await;
    let waive = json!({ "commitmentId": id, "reason": "no budget" });
    for client in [&plan.vendor.executive, &plan.partner.viewer] {
        let refused = plan.refused(client, "waiveCommitment", waive.clone()).await;
        assert_eq!(refused, "FORBIDDEN: waiving a commitment is not for your role");
    }
    let nothing = json!({ "commitmentId": id, "reason": "" });
    assert_snapshot!(plan.refused(&plan.partner.manager, "waiveCommitment", nothing).await, @"VALIDATION_FAILED at reason: reason: must not be empty");

    let status =
        async || plan.commitment_progress("Webinars", "2026-06-30", "status delivered").await;
    for _ in 0..2 {
        plan.change(&plan.partner.manager, "waiveCommitment", waive.clone()).await;
        assert_eq!(status().await, json!({ "status": "IN_PROGRESS", "delivered": "1" }));
    }
    plan.change(&plan.vendor.admin, "waiveCommitment", waive).await;
    assert_eq!(status().await, json!({ "status": "WAIVED", "delivered": "0" }));
    let marketing =
        plan.read(&plan.vendor.viewer, "progress { marketing { mdfAllocated { amount } } }").await;
    assert_eq!(marketing["marketing"]["mdfAllocated"]["amount"], "0.00");
    app.check_sums().await;
}

#[tokio::test]
async fn events_tell_a_plans_life_in_order() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let query = "{ events(first: 100) { edges { node {
        ... on PlanChanged { kind version plan { id } }
        ... on AlertChanged { kind }
    } } } }";
    let seen = plan.partner.admin.run(query, json!({})).await;
    let kinds: Vec<(&str, &Value)> = seen["events"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| (edge["node"]["kind"].as_str().unwrap(), &edge["node"]["version"]))
        .collect();
    let (one, none) = (json!(1), Value::Null);
    assert_eq!(
        kinds,
        [
            ("PLAN_SHARED", &none),
            ("PLAN_PROPOSED", &one),
            ("PLAN_SIGNED", &one),
            ("PLAN_SIGNED", &one),
            ("PLAN_ACTIVATED", &one),
            // The revenue is behind, and the second review is due.
            ("ALERT_OPENED", &none),
            ("ALERT_OPENED", &none),
        ]
    );
}

//! Holding a review, skipping one, and what refuses it.

use futures_util::future::join;
use insta::assert_snapshot;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{act, in_april, mutation, read, refused, review, to_do, win};
use crate::support::{Client, Fact, TestApp};

const SCORECARD: &str = "scorecard { asOf frozenAt hash content factsKnown lastRecordedAt planName vendorName partnerName
    startsOn endsOn version score health worstTarget
    targets { name amount actual expected attainment pace status explanation weight }
    commitments { title owedBy ownerName quantity delivered status }
    vendorPromisesKept partnerPromisesKept
    marketing { mdfAllocated { amount } mdfSpent { amount } mdfRemaining { amount } leadsExpected leadsDelivered }
    totals { revenue { amount currency } dealsWon dealsOpen openValue { amount } }
    cuts { by name totals { dealsWon } } openActions { title } }";

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[tokio::test]
async fn holding_freezes_the_figures_of_its_day_with_the_names_in_them() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let open = Fact::deal("DEAL_REGISTERED", "D-2", "2026-04-01")
        .amount("4000.00", "USD")
        .saying("rep", json!("Ana"));
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    manager.recorded(partnership, &[open, Fact::spent("1500.00", "2026-02-01")]).await;
    assert_eq!(
        read(&plan, &plan.partner.viewer, 1, "scorecard { hash }").await["scorecard"],
        Value::Null
    );
    let id = review(&plan, 1).await;
    assert_eq!(act(manager, "holdReview", &id, json!({})).await, "HELD");

    let mut found = read(&plan, &plan.partner.viewer, 1, SCORECARD).await["scorecard"].take();
    let content = found["content"].take();
    let hash = found["hash"].take();
    assert_eq!(hash, hex::encode(Sha256::digest(content.as_str().unwrap())));
    assert_snapshot!(pretty(&found), @r#"
    {
      "asOf": "2026-04-10",
      "commitments": [
        {
          "delivered": "0.000",
          "owedBy": "VENDOR",
          "ownerName": "Northwind manager",
          "quantity": "80.000",
          "status": "IN_PROGRESS",
          "title": "Co-sell hours"
        },
        {
          "delivered": "0",
          "owedBy": "PARTNER",
          "ownerName": "Acme manager",
          "quantity": "4",
          "status": "IN_PROGRESS",
          "title": "Webinars"
        },
        {
          "delivered": "0",
          "owedBy": "PARTNER",
          "ownerName": "Acme manager",
          "quantity": "5",
          "status": "IN_PROGRESS",
          "title": "Certified architects"
        },
        {
          "delivered": "1",
          "owedBy": "JOINT",
          "ownerName": "Northwind manager",
          "quantity": "40",
          "status": "IN_PROGRESS",
          "title": "Registrations"
        }
      ],
      "content": null,
      "cuts": [
        {
          "by": "REP",
          "name": "Ana",
          "totals": {
            "dealsWon": "0"
          }
        }
      ],
      "endsOn": "2026-12-31",
      "factsKnown": "3",
      "frozenAt": "2026-04-10T12:00:00+00:00",
      "hash": null,
      "health": "BEHIND",
      "lastRecordedAt": "2026-04-10T12:00:00+00:00",
      "marketing": {
        "leadsDelivered": "0",
        "leadsExpected": "100",
        "mdfAllocated": {
          "amount": "10000.00"
        },
        "mdfRemaining": {
          "amount": "8500.00"
        },
        "mdfSpent": {
          "amount": "1500.00"
        }
      },
      "openActions": [],
      "partnerName": "Acme",
      "partnerPromisesKept": null,
      "planName": "Plan 2026",
      "score": "36.0000",
      "startsOn": "2026-01-01",
      "targets": [
        {
          "actual": "100000.00",
          "amount": "1000000.00",
          "attainment": "0.1000",
          "expected": "277777.80",
          "explanation": "100000.00 of 277777.80 due by 2026-04-10 (pace 0.36): behind; the pace is below 0.75, and 150000.02 more today would be on track; 900000.00 to go, 3396.23 a day for 265 days, or 9 average deals; open deals of 4000.00 cover 0.0044 of that",
          "name": "Revenue",
          "pace": "0.3600",
          "status": "BEHIND",
          "weight": null
        }
      ],
      "totals": {
        "dealsOpen": "1",
        "dealsWon": "1",
        "openValue": {
          "amount": "4000.00"
        },
        "revenue": {
          "amount": "100000.00",
          "currency": "USD"
        }
      },
      "vendorName": "Northwind",
      "vendorPromisesKept": null,
      "version": 1,
      "worstTarget": "Revenue"
    }
    "#);
    let kept: Value = serde_json::from_str(content.as_str().unwrap()).unwrap();
    assert_eq!(
        (&kept["plan"]["vendor"], &kept["plan"]["partner"]),
        (&json!("Northwind"), &json!("Acme"))
    );
    assert_eq!(kept["targets"][0]["actual"], "100000.00");
}

#[tokio::test]
async fn who_came_and_what_was_said_decided_and_agreed_is_kept() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let (id, target) = (review(&plan, 1).await, plan.target("Revenue").await);
    let input = json!({
        "heldOn": "2026-04-09",
        "attendees": [
            { "userId": plan.partner.executive.user_id().await },
            { "userId": plan.vendor.manager.user_id().await },
            { "name": "Dr. Guest" },
        ],
        "assessments": [{ "targetId": target, "text": "thin pipeline", "outlook": "NEEDS_ACTION" }],
        "decisions": ["two joint campaigns", "weekly calls"],
        "minutes": "It was a long talk.",
        "actions": [to_do("hire", &plan.partner.manager).await, to_do("lend an engineer", &plan.vendor.manager).await],
    });
    act(&plan.partner.manager, "holdReview", &id, input).await;
    let fields = "state heldOn heldAt heldBy { email } minutes decisions
        attendees { name side user { email } } assessments { targetName text outlook } viewerActions";
    let found = read(&plan, &plan.vendor.manager, 1, fields).await;
    assert_eq!(
        found,
        json!({
            "state": "HELD", "heldOn": "2026-04-09", "heldAt": "2026-04-10T12:00:00+00:00",
            "heldBy": { "email": "manager@acme.example" },
            "minutes": "It was a long talk.", "decisions": ["two joint campaigns", "weekly calls"],
            "attendees": [
                { "name": "Acme executive", "side": "PARTNER", "user": { "email": "executive@acme.example" } },
                { "name": "Northwind manager", "side": "VENDOR", "user": { "email": "manager@northwind.example" } },
                { "name": "Dr. Guest", "side": null, "user": null },
            ],
            "assessments": [{ "targetName": "Revenue", "text": "thin pipeline", "outlook": "NEEDS_ACTION" }],
            "viewerActions": ["AMEND_MINUTES", "CONFIRM", "DISPUTE"],
        })
    );
    let items =
        "actionItems { totalCount nodes { title side ownerName dueOn state review { number } } }";
    assert_eq!(
        plan.read(&plan.vendor.viewer, items).await,
        json!({ "totalCount": 2, "nodes": [
            { "title": "lend an engineer", "side": "VENDOR", "ownerName": "Northwind manager", "dueOn": "2026-05-31", "state": "OPEN", "review": { "number": 1 } },
            { "title": "hire", "side": "PARTNER", "ownerName": "Acme manager", "dueOn": "2026-05-31", "state": "OPEN", "review": { "number": 1 } },
        ] })
    );
    let history =
        plan.read(&plan.partner.viewer, "history(first: 3) { nodes { action side } }").await;
    assert_eq!(
        history["nodes"],
        json!([
            { "action": "holdReview", "side": "PARTNER" },
            { "action": "addActionItem", "side": "PARTNER" },
            { "action": "addActionItem", "side": "PARTNER" },
        ])
    );
}

/// Example I of domain §6: a win of 30 March recorded on 12 April.
#[tokio::test]
async fn example_i_a_late_fact_counts_and_leaves_the_frozen_scorecard_as_it_is() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let id = review(&plan, 1).await;
    act(&plan.vendor.manager, "holdReview", &id, json!({})).await;
    let card = async || read(&plan, &plan.partner.viewer, 1, SCORECARD).await;
    let late = async |client: &Client| {
        let fields =
            "lateFacts { count since facts { totalCount nodes { about occurredOn recordedAt } } }";
        read(&plan, client, 1, fields).await["lateFacts"].take()
    };
    let frozen = card().await;
    assert_eq!(frozen["scorecard"]["targets"][0]["actual"], "100000.00");
    let nothing = json!({ "count": "0", "since": "2026-04-10T12:00:00+00:00",
        "facts": { "totalCount": 0, "nodes": [] } });
    assert_eq!(late(&plan.vendor.viewer).await, nothing);

    app.set_time("2026-04-12T09:00:00Z");
    win(&plan, "D-9", "38000.00", "2026-03-30").await;
    for (on, actual) in
        [("2026-03-29", "100000.00"), ("2026-03-30", "138000.00"), ("2026-04-10", "138000.00")]
    {
        assert_eq!(plan.actual("Revenue", on).await, actual, "{on}");
    }
    assert_eq!(card().await, frozen);
    let one = json!({ "count": "1", "since": "2026-04-10T12:00:00+00:00", "facts": { "totalCount": 1, "nodes": [
        { "about": "D-9", "occurredOn": "2026-03-30", "recordedAt": "2026-04-12T09:00:00+00:00" },
    ] } });
    assert_eq!(late(&plan.vendor.viewer).await, one);
    assert_eq!(late(&plan.partner.viewer).await, one);

    // A fact of a later day is not late; the correction of an early one is.
    win(&plan, "D-10", "1.00", "2026-04-11").await;
    let facts = plan.read(&plan.vendor.admin, "activities(last: 1) { nodes { id } }").await;
    let first = facts["nodes"][0]["id"].as_str().unwrap().to_owned();
    let corrected = Fact::adjustment(&first, "2026-03-15");
    plan.vendor.manager.recorded(&plan.partner.partnership, &[corrected]).await;
    assert_eq!(late(&plan.vendor.viewer).await["count"], "2");
    assert_eq!(plan.actual("Revenue", "2026-04-10").await, "38000.00");
    assert_eq!(card().await, frozen);
    app.check_sums().await;
}

#[tokio::test]
async fn a_review_is_held_once_even_by_two_at_the_same_instant() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let id = review(&plan, 1).await;
    let hold = mutation("holdReview", "review { state }");
    let attempt = async |client: &Client| {
        let answer = client.run(&hold, json!({ "input": { "reviewId": id } })).await;
        answer["holdReview"].clone()
    };
    let (vendors, partners) =
        join(attempt(&plan.vendor.manager), attempt(&plan.partner.manager)).await;
    let mut codes: Vec<&str> = [&vendors, &partners]
        .iter()
        .map(|payload| payload["errors"][0]["code"].as_str().unwrap_or("HELD"))
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, ["HELD", "INVALID_TRANSITION"]);

    let typed = "mutation($id: ID!) { holdReview(input: { reviewId: $id }) { review { id } errors {
        code message ... on InvalidReviewTransition { from action allowed } } } }";
    let refused = plan.vendor.manager.run(typed, json!({ "id": id })).await;
    assert_eq!(
        refused["holdReview"],
        json!({ "review": null, "errors": [{
            "code": "INVALID_TRANSITION", "message": "a review that is held cannot be held",
            "from": "HELD", "action": "HOLD", "allowed": ["AMEND_MINUTES", "CONFIRM", "DISPUTE"],
        }] })
    );
    let events = plan
        .vendor
        .viewer
        .run(
            "{ events(first: 100) { edges { node { ... on ReviewChanged { kind } } } } }",
            json!({}),
        )
        .await;
    let told = events["events"]["edges"].as_array().unwrap().iter();
    assert_eq!(told.filter(|edge| edge["node"]["kind"] == "REVIEW_HELD").count(), 1);
}

#[tokio::test]
async fn a_review_that_cannot_have_been_held_is_refused_and_nothing_is_kept() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let (first, second) = (review(&plan, 1).await, review(&plan, 2).await);
    let (manager, target) = (&plan.vendor.manager, plan.target("Revenue").await);
    let guest = json!({ "name": " " });
    let assessed = json!({ "targetId": target, "text": "x", "outlook": "ON_COURSE" });
    let absent = "trgt_00000000000000000000000001";
    let other = json!({ "targetId": absent, "text": "x", "outlook": "ON_COURSE" });
    let mut early = to_do("x", manager).await;
    early["dueOn"] = json!("2026-04-09");
    let mut nameless = to_do("", manager).await;
    nameless["expectedEffect"] = json!("y");
    let mut told = Vec::new();
    for (id, input) in [
        (&first, json!({ "heldOn": "2026-04-11" })),
        (&first, json!({ "heldOn": "2026-03-30" })),
        (&first, json!({ "heldOn": "2026-01-14" })),
        (&second, json!({})),
        (&first, json!({ "attendees": [{ "name": "Ana" }, guest] })),
        (&first, json!({ "attendees": vec![json!({ "name": "Ana" }); 101] })),
        (&first, json!({ "assessments": [assessed, assessed] })),
        (&first, json!({ "assessments": [other] })),
        (&first, json!({ "decisions": ["x", ""] })),
        (&first, json!({ "decisions": vec!["x"; 101] })),
        (&first, json!({ "minutes": "x".repeat(10_001) })),
        (&first, json!({ "actions": [early] })),
        (&first, json!({ "actions": [to_do("x", manager).await, nameless] })),
    ] {
        told.push(refused(manager, "holdReview", id, input).await);
    }
    let told = told.join("\n").replace(&target, "TARGET");
    assert_snapshot!(told, @"
    VALIDATION_FAILED at heldOn: heldOn: 2026-04-11 is in the future
    VALIDATION_FAILED at heldOn: heldOn: 2026-03-30 is before 2026-03-31, the last day that the review looks back on
    VALIDATION_FAILED at heldOn: heldOn: 2026-01-14 is before 2026-01-15, when the plan came in force
    VALIDATION_FAILED at heldOn: heldOn: 2026-04-10 is before 2026-06-30, the last day that the review looks back on
    VALIDATION_FAILED at attendees.1.name: attendees.1.name: must not be empty
    VALIDATION_FAILED at attendees: attendees: 101 entries; 100 is the most
    VALIDATION_FAILED at assessments.1.targetId: assessments.1.targetId: `TARGET` is assessed twice
    NOT_FOUND at assessments.0.targetId: assessments.0.targetId: `trgt_00000000000000000000000001` is no target of the plan
    VALIDATION_FAILED at decisions.1: decisions.1: must not be empty
    VALIDATION_FAILED at decisions: decisions: 101 entries; 100 is the most
    VALIDATION_FAILED at minutes: minutes: has 10001 characters; 10000 is the most
    VALIDATION_FAILED at actions.0.dueOn: actions.0.dueOn: 2026-04-09 is before 2026-04-10
    VALIDATION_FAILED at actions.1.title: actions.1.title: must not be empty
    ");
    let left = plan.read(&plan.vendor.viewer, "actionItems { totalCount }").await;
    assert_eq!(left["totalCount"], 0);
    for number in [1, 2] {
        let found =
            read(&plan, &plan.vendor.viewer, number, "state heldOn scorecard { hash }").await;
        assert_eq!(found, json!({ "state": "SCHEDULED", "heldOn": null, "scorecard": null }));
    }
}

#[tokio::test]
async fn a_review_can_be_held_before_its_day_once_its_quarter_is_over() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    app.set_time("2026-04-01T00:00:00Z");
    let id = review(&plan, 1).await;
    assert_eq!(
        act(&plan.partner.admin, "holdReview", &id, json!({ "heldOn": "2026-03-31" })).await,
        "HELD"
    );
    let found = read(&plan, &plan.vendor.viewer, 1, "heldOn scheduledOn scorecard { asOf }").await;
    assert_eq!(
        found,
        json!({ "heldOn": "2026-03-31", "scheduledOn": "2026-04-10", "scorecard": { "asOf": "2026-03-31" } })
    );
}

#[tokio::test]
async fn a_sponsor_who_left_can_have_been_there_and_nobody_of_another_company_can() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let id = review(&plan, 1).await;
    let there = |user: &str| json!({ "attendees": [{ "userId": user }] });
    let absent = "user_00000000000000000000000001".to_owned();
    for stranger in [globex.executive.user_id().await, contoso.admin.user_id().await, absent] {
        for client in [&plan.vendor.manager, &plan.partner.manager] {
            let told = refused(client, "holdReview", &id, there(&stranger)).await;
            assert_eq!(
                told.replace(&stranger, "ID"),
                "NOT_FOUND at attendees.0.userId: attendees.0.userId: `ID` is nobody of the two parties"
            );
        }
    }
    let sponsor = plan.partner.executive.user_id().await;
    let deactivate = "mutation($id: ID!) { deactivateUser(input: { userId: $id }) { errors { code message path } } }";
    plan.partner.admin.done(deactivate, json!({ "id": sponsor })).await;
    assert_eq!(act(&plan.vendor.manager, "holdReview", &id, there(&sponsor)).await, "HELD");
    let found = read(&plan, &plan.vendor.viewer, 1, "attendees { name user { isActive } }").await;
    assert_eq!(
        found["attendees"],
        json!([{ "name": "Acme executive", "user": { "isActive": false } }])
    );
}

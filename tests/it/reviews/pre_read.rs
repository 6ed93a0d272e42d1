//! What both sides read before a review.

use serde_json::{Value, json};

use super::{act, read, review, to_do, win};
use crate::support::{Client, Fact, GivenPlan, TestApp};

const CHANGES: &str = "changes { beforeOn afterOn scoreBefore scoreAfter
    targets { name before { actual status } after { actual status } } }";

/// A plan in force since 15 January with a vendor's promise for May; it is noon of 10 April.
async fn with_a_promise(app: &TestApp) -> GivenPlan {
    app.set_time("2026-01-15T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let promise = json!({
        "title": "Engineer", "owedBy": "VENDOR", "quantity": "10", "dueOn": "2026-05-31",
        "terms": { "vendorSupport": "CO_SELL_RESOURCE" },
    });
    let plan = northwind.plan(&acme).full().with_commitment(promise).active().await;
    app.set_time("2026-04-10T12:00:00Z");
    plan
}

async fn pre_read(plan: &GivenPlan, client: &Client, number: usize, fields: &str) -> Value {
    read(plan, client, number, &format!("preRead {{ {fields} }}")).await["preRead"].take()
}

#[tokio::test]
async fn the_figures_now_stand_beside_those_of_the_last_review() {
    let app = TestApp::start().await;
    let plan = with_a_promise(&app).await;
    win(&plan, "D-1", "100000.00", "2026-03-15").await;
    let first =
        pre_read(&plan, &plan.partner.viewer, 1, &format!("lastReview {{ number }} {CHANGES}"))
            .await;
    assert_eq!(first, json!({ "lastReview": null, "changes": null }));
    let id = review(&plan, 1).await;
    let actions = json!({ "actions": [to_do("train", &plan.partner.manager).await] });
    act(&plan.vendor.manager, "holdReview", &id, actions).await;
    assert!(read(&plan, &plan.vendor.viewer, 1, "preRead { daysLeft }").await["preRead"].is_null());

    app.set_time("2026-07-01T12:00:00Z");
    win(&plan, "D-2", "400000.00", "2026-06-30").await;
    app.settle().await;
    let fields = format!(
        "lastReview {{ number }} {CHANGES} progress {{ asOf total {{ revenue {{ amount }} }} }}
         lateCommitments {{ title owedBy }} openActions {{ title isOverdue }} mdfUnspent {{ amount }} planEndsOn daysLeft
         alerts {{ totalCount }}"
    );
    let found = pre_read(&plan, &plan.partner.viewer, 2, &fields).await;
    let changes = &found["changes"];
    assert_eq!(
        (&changes["beforeOn"], &changes["afterOn"]),
        (&json!("2026-04-10"), &json!("2026-07-01"))
    );
    assert_eq!(
        (&changes["scoreBefore"], &changes["scoreAfter"]),
        (&json!("36.0000"), &json!("99.4652"))
    );
    assert_eq!(
        changes["targets"],
        json!([{ "name": "Revenue", "before": { "actual": "100000.00", "status": "BEHIND" },
            "after": { "actual": "500000.00", "status": "ON_TRACK" } }])
    );
    assert_eq!(found["lastReview"], json!({ "number": 1 }));
    assert_eq!(
        found["progress"],
        json!({ "asOf": "2026-07-01", "total": { "revenue": { "amount": "500000.00" } } })
    );
    assert_eq!(found["lateCommitments"], json!([{ "title": "Engineer", "owedBy": "VENDOR" }]));
    assert_eq!(found["openActions"], json!([{ "title": "train", "isOverdue": true }]));
    assert_eq!(found["mdfUnspent"], json!({ "amount": "10000.00" }));
    assert_eq!((&found["planEndsOn"], &found["daysLeft"]), (&json!("2026-12-31"), &json!(183)));
    let alerts =
        plan.read(&plan.partner.viewer, "alerts(filter: { states: [OPEN] }) { totalCount }").await;
    assert_eq!(found["alerts"], alerts);
    assert_eq!(alerts["totalCount"], 5);
}

#[tokio::test]
async fn what_lapses_within_thirty_days_is_named_soonest_first() {
    let app = TestApp::start().await;
    let plan = with_a_promise(&app).await;
    let earned = |person: &str, code: &str, until: &str| {
        Fact::training("CERTIFICATION_EARNED", person, code, "2026-02-01")
            .saying("validUntil", json!(until))
    };
    let facts = [
        earned("p1", "ARCH", "2026-05-10"),
        earned("p2", "ARCH", "2026-04-10"),
        earned("p3", "ARCH", "2026-05-11"),
        earned("p4", "ARCH", "2026-04-09"),
        earned("p5", "ARCH", "2026-04-20"),
        Fact::training("CERTIFICATION_REVOKED", "p5", "ARCH", "2026-04-01"),
        earned("p1", "SALES", "2026-04-30"),
        Fact::training("CERTIFICATION_EARNED", "p1", "SALES", "2026-04-05"),
    ];
    plan.vendor.manager.recorded(&plan.partner.partnership, &facts).await;
    let found =
        pre_read(&plan, &plan.vendor.viewer, 1, "lapsingCertifications { person code validUntil }")
            .await;
    assert_eq!(
        found["lapsingCertifications"],
        json!([
            { "person": "p2", "code": "ARCH", "validUntil": "2026-04-10" },
            { "person": "p1", "code": "ARCH", "validUntil": "2026-05-10" },
        ])
    );
}

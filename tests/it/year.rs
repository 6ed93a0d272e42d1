//! A year of one plan, as the people of both sides live it: from its renewal to the next one.

use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    given::id_of,
    planning::{plan_mutation, revenue},
};

async fn move_to(app: &TestApp, day: &str) {
    app.set_time(&format!("{day}T12:00:00Z"));
    app.settle().await;
}

async fn renewed(plan: &GivenPlan, by: &Client, name: &str, growth: &str) -> GivenPlan {
    let input = json!({ "planId": plan.id, "name": name, "growthPercent": growth });
    let made = by.done(&plan_mutation("renewPlan"), json!({ "input": input })).await;
    GivenPlan { id: id_of(&made["plan"]), ..plan.clone() }
}

async fn both_sign(plan: &GivenPlan) {
    plan.sign(&plan.vendor.executive).await;
    plan.sign(&plan.partner.executive).await;
}

async fn win(plan: &GivenPlan, deal: &str, amount: &str, on: &str) {
    let won = Fact::deal("DEAL_WON", deal, on).amount(amount, "USD");
    plan.vendor.manager.recorded(&plan.partner.partnership, &[won]).await;
}

/// Does something that must succeed, by a mutation whose payload has `wanted`.
async fn act(client: &Client, name: &str, wanted: &str, input: Value) -> Value {
    let (first, rest) = name.split_at(1);
    let query = format!(
        "mutation($input: {}{rest}Input!) {{ {name}(input: $input) {{ {wanted} errors {{ code message path }} }} }}",
        first.to_uppercase()
    );
    client.done(&query, json!({ "input": input })).await
}

/// What the plan asks for in revenue, as it is in force.
async fn asked(plan: &GivenPlan) -> Value {
    plan.read(&plan.partner.viewer, "targets { amount }").await[0]["amount"].take()
}

/// The first review as both keep it: its state, its frozen revenue, and how many facts came too late for it.
async fn first_review(plan: &GivenPlan) -> Value {
    let field = "reviews { state scorecard { hash asOf score targets { actual status } } lateFacts { count } }";
    plan.read(&plan.partner.viewer, field).await[0].take()
}

/// A plan of 2025 that brought 800,000.00.
async fn last_year(app: &TestApp) -> GivenPlan {
    app.set_time("2025-01-10T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let sketch = northwind.plan(&acme).between("2025-01-01", "2025-12-31").named("Plan 2025");
    let plan = sketch.full().with_target(revenue("900000.00")).active().await;
    app.set_time("2025-12-20T12:00:00Z");
    win(&plan, "D-0", "800000.00", "2025-11-30").await;
    move_to(app, "2026-01-02").await;
    plan.change(&plan.vendor.manager, "closePlan", json!({})).await;
    plan
}

/// Renewed with a quarter more, negotiated down by counter-proposals, and signed.
async fn agreed(app: &TestApp) -> GivenPlan {
    let old = last_year(app).await;
    let plan = renewed(&old, &old.vendor.manager, "Plan 2026", "25").await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    assert_eq!(plan.read(vendor, "targets { amount }").await[0]["amount"], "1000000.00");
    assert_eq!(plan.read(vendor, "renews { name }").await["name"], "Plan 2025");
    plan.change(vendor, "sharePlan", json!({})).await;

    let target = plan.target("Revenue").await;
    let change = |amount: &str| json!({ "target": { "targetId": target, "amount": amount } });
    let proposed = "counterProposal { id state }";
    let low =
        json!({ "planId": plan.id, "change": change("800000.00"), "reason": "a flat market" });
    let low = act(partner, "counterPropose", proposed, low).await;
    let between = json!({ "planId": plan.id, "change": change("900000.00"), "reason": "the new line",
        "answering": low["counterProposal"]["id"] });
    let between = act(vendor, "counterPropose", proposed, between).await;
    let accepted = json!({ "counterProposalId": between["counterProposal"]["id"],
        "expectedRevision": plan.revision().await });
    let accepted = act(partner, "acceptCounterProposal", proposed, accepted).await;
    assert_eq!(accepted["counterProposal"]["state"], "ACCEPTED");
    assert_eq!(plan.read(partner, "targets { amount }").await[0]["amount"], "900000.00");

    plan.change(vendor, "proposePlan", json!({})).await;
    both_sign(&plan).await;
    assert_eq!(plan.read(partner, "state").await, "ACTIVE");
    plan
}

#[tokio::test]
async fn a_year_from_one_renewal_to_the_next() {
    let app = TestApp::start().await;
    let plan = Box::pin(agreed(&app)).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);

    // The first quarter, and its review.
    move_to(&app, "2026-03-20").await;
    win(&plan, "D-1", "200000.00", "2026-03-10").await;
    move_to(&app, "2026-04-10").await;
    let review = id_of(&plan.read(vendor, "reviews { id }").await[0]);
    let owner = plan.partner.manager.user_id().await;
    let held = json!({ "reviewId": review, "minutes": "On the way.",
        "actions": [{ "title": "Call the ten largest accounts", "ownerId": owner, "dueOn": "2026-05-15" }] });
    act(vendor, "holdReview", "review { state }", held).await;
    for side in [vendor, partner] {
        act(side, "confirmReview", "review { state }", json!({ "reviewId": review })).await;
    }
    let frozen = first_review(&plan).await;
    assert_eq!(frozen["state"], "CONFIRMED");
    assert_eq!(
        frozen["scorecard"]["targets"][0],
        json!({ "actual": "200000.00", "status": "AT_RISK" })
    );
    assert_eq!(frozen["lateFacts"]["count"], "0");

    // A win of the quarter arrives late: it counts on its day, and leaves what was frozen alone.
    move_to(&app, "2026-04-12").await;
    win(&plan, "D-2", "50000.00", "2026-03-30").await;
    assert_eq!(plan.actual("Revenue", "2026-03-31").await, "250000.00");
    let now = first_review(&plan).await;
    assert_eq!(now["scorecard"], frozen["scorecard"]);
    assert_eq!(now["lateFacts"]["count"], "1");

    // Both amend: more from the second quarter on.
    let score = |on: &str| format!("progress(asOf: \"{on}\") {{ version score }}");
    let march = plan.read(partner, &score("2026-03-31")).await;
    plan.change(partner, "beginAmendment", json!({ "reason": "a new line" })).await;
    let edit = json!({ "targetId": plan.target("Revenue").await, "target": revenue("1200000.00") });
    plan.change(vendor, "editTarget", edit).await;
    plan.change(partner, "proposeAmendment", json!({ "effectiveOn": "2026-05-01" })).await;
    both_sign(&plan).await;
    assert_eq!(asked(&plan).await, "900000.00");
    move_to(&app, "2026-05-01").await;
    assert_eq!(asked(&plan).await, "1200000.00");
    assert_eq!(plan.read(partner, &score("2026-03-31")).await, march);
    assert_eq!(plan.read(partner, &score("2026-05-01")).await["version"], 2);

    // The second quarter under the new version: 181 of the year's 365 days are due, as the dates are the parties' own.
    win(&plan, "D-3", "200000.00", "2026-04-30").await;
    move_to(&app, "2026-06-30").await;
    let june =
        plan.target_progress(partner, "Revenue", "2026-06-30", "actual expected pace status").await;
    assert_eq!(
        june,
        json!({ "actual": "450000.00", "expected": "595068.50", "pace": "0.7562", "status": "AT_RISK" })
    );
    let open =
        plan.read(vendor, "reviews { openActions { title } }").await[1]["openActions"].take();
    assert_eq!(open, json!([{ "title": "Call the ten largest accounts" }]));

    // The year ends: the plan is closed as it stands, and the next one proposed from what it brought.
    move_to(&app, "2027-01-04").await;
    plan.change(partner, "closePlan", json!({})).await;
    win(&plan, "D-4", "1000000.00", "2026-12-30").await;
    assert_eq!(plan.actual("Revenue", "2026-12-31").await, "450000.00");
    app.check_sums().await;
    let next = renewed(&plan, partner, "Plan 2027", "10").await;
    assert_eq!(next.read(partner, "targets { amount }").await[0]["amount"], "495000.00");
    assert_eq!(next.read(partner, "state").await, "DRAFT");
    let misses =
        next.read(partner, "renewal { misses { ... on MissedTarget { target { name } } } }").await;
    assert_eq!(misses["misses"][0]["target"]["name"], "Revenue");
    assert_eq!(next.read(vendor, "id").await, Value::Null);
}

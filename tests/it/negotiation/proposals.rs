//! A value proposed for a single field.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{
    accept, acceptance, amount, answer, comment, counter, leave_team, proposal_mutation, propose,
    proposing, shared, states,
};
use crate::support::{Client, GivenPlan, TestApp};

const FIELDS: &str = "subjectId field before { text json } value { text } valueNow { text }
    reason side proposedBy { email } state answeredBy { email } answerReason";

async fn all(client: &Client, plan: &GivenPlan) -> Value {
    let field = format!("counterProposals {{ totalCount nodes {{ {FIELDS} }} }}");
    plan.read(client, &field).await
}

#[tokio::test]
async fn both_sides_haggle_over_one_figure_until_one_accepts() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let before = plan.revision().await;
    let first = propose(partner, &plan, amount(&plan, "800000").await).await;
    let second = counter(vendor, &plan, amount(&plan, "950000.00").await, &first).await;
    let third = counter(partner, &plan, amount(&plan, "900000.00").await, &second).await;
    assert_eq!(plan.revision().await, before, "a proposal is no edit");

    let (mutation, input) = acceptance(&plan, &third).await;
    let accepted = vendor.done(&mutation, input).await;
    assert_eq!(accepted["counterProposal"]["state"], "ACCEPTED");
    let revision = before.as_i64().unwrap() + 1;
    assert_eq!(accepted["counterProposal"]["plan"]["revision"], revision);
    let found = plan.read(&plan.partner.viewer, "targets { name amount }").await;
    assert_eq!(found, json!([{ "name": "Revenue", "amount": "900000.00" }]));

    let target = plan.target("Revenue").await;
    let proposal = |value: &str, side: &str, by: &str, state: &str, answer: [Value; 2]| {
        let [by_whom, why] = answer;
        json!({
            "subjectId": target, "field": "target.amount",
            "before": { "text": "1000000.00", "json": "\"1000000.00\"" },
            "value": { "text": value }, "valueNow": { "text": "900000.00" },
            "reason": "the market is smaller", "side": side, "proposedBy": { "email": by },
            "state": state, "answeredBy": by_whom, "answerReason": why,
        })
    };
    let why = json!("the market is smaller");
    let (northwind, acme) = ("manager@northwind.example", "manager@acme.example");
    let thread = [
        proposal(
            "800000.00",
            "PARTNER",
            acme,
            "COUNTERED",
            [json!({ "email": northwind }), why.clone()],
        ),
        proposal("950000.00", "VENDOR", northwind, "COUNTERED", [json!({ "email": acme }), why]),
        proposal(
            "900000.00",
            "PARTNER",
            acme,
            "ACCEPTED",
            [json!({ "email": "manager@northwind.example" }), Value::Null],
        ),
    ];
    let reversed: Vec<&Value> = thread.iter().rev().collect();
    for client in [&plan.vendor.manager, &plan.partner.admin] {
        let found = all(client, &plan).await;
        assert_eq!(found, json!({ "totalCount": 3, "nodes": reversed }));
    }
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ id ... on CounterProposal {{ answersId thread {{ {FIELDS} }} }} }} }}"
    );
    let found = partner.run(&query, json!({ "id": second })).await;
    assert_eq!(found["node"], json!({ "id": second, "answersId": first, "thread": thread }));
}

#[tokio::test]
async fn any_single_field_can_be_proposed_and_is_edited_as_its_own_mutation_would() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let (target, promise) = (plan.target("Revenue").await, plan.commitment("Webinars").await);
    let executive = plan.vendor.executive.user_id().await;
    let other = app.invited(&plan.vendor.admin, "second", "Northwind", "VENDOR_EXECUTIVE").await;
    let other = other.user_id().await;
    let of_target =
        |field: &str, value: Value| json!({ "target": { "targetId": target, field: value } });
    let of_promise = |field: &str, value: Value| json!({ "commitment": { "commitmentId": promise, field: value } });
    let of_plan = |field: &str, value: Value| json!({ "plan": { field: value } });
    let mut told = Vec::new();
    for change in [
        of_plan("name", json!("Plan of record")),
        of_plan("vision", json!("first in the region")),
        of_plan("vision", Value::Null),
        of_plan("valueProposition", json!("one contract")),
        of_plan("successFactors", json!(["focus", "speed"])),
        of_plan("strengths", json!(["reach"])),
        of_plan("weaknesses", json!(["price"])),
        of_plan("opportunities", json!(["cloud"])),
        of_plan("threats", json!(["churn"])),
        of_plan("vendorSponsorId", json!(other)),
        of_plan(
            "reviewCadence",
            json!({ "cadence": "MONTHLY", "kind": "CHECK_IN", "format": "REMOTE" }),
        ),
        of_plan("exchangeRate", json!({ "currency": "EUR", "rate": "1.085" })),
        of_target("name", json!("New revenue")),
        of_target("baseline", json!("700000.00")),
        of_target("baseline", Value::Null),
        of_target("weight", json!(100)),
        of_target("phasing", json!({ "quarterlyWeights": ["15", "20", "25", "40"] })),
        of_target("metric", json!("PIPELINE_CREATED")),
        of_promise("title", json!("Talks")),
        of_promise("owedBy", json!("JOINT")),
        of_promise("ownerId", Value::Null),
        of_promise("startsOn", json!("2026-02-01")),
        of_promise("dueOn", json!("2026-09-30")),
        of_promise("quantity", json!("7")),
        of_promise("mdfAllocated", json!("12000.00")),
        of_promise("partnerCoFunding", json!("3000.5")),
        of_promise("expectedLeads", json!(40)),
        of_promise(
            "terms",
            json!({ "coMarketing": { "mdfAllocated": "5.00", "campaignType": "webinar" } }),
        ),
    ] {
        let id = propose(partner, &plan, change).await;
        accept(vendor, &plan, &id).await;
        let query = "query($id: ID!) { node(id: $id) { ... on CounterProposal {
            field state before { text } value { text } valueNow { text }
        } } }";
        let node = vendor.run(query, json!({ "id": id })).await["node"].take();
        assert_eq!(node["state"], "ACCEPTED");
        assert_eq!(node["value"]["text"], node["valueNow"]["text"]);
        let text = |value: &Value| value["text"].as_str().unwrap_or("–").to_owned();
        told.push(format!(
            "{}: {} → {}",
            node["field"].as_str().unwrap(),
            text(&node["before"]),
            text(&node["valueNow"])
        ));
    }
    let told = told.join("\n").replace(&executive, "EXECUTIVE").replace(&other, "OTHER");
    let manager = plan.partner.manager.user_id().await;
    assert_snapshot!(told.replace(&manager, "MANAGER"), @"
    plan.name: Plan 2026 → Plan of record
    plan.vision: – → first in the region
    plan.vision: first in the region → –
    plan.valueProposition: – → one contract
    plan.successFactors: – → focus, speed
    plan.strengths: – → reach
    plan.weaknesses: – → price
    plan.opportunities: – → cloud
    plan.threats: – → churn
    plan.vendorSponsorId: EXECUTIVE → OTHER
    plan.reviewCadence: cadence quarterly; format remote; kind business_review; offset_days 10 → cadence monthly; format remote; kind check_in; offset_days 10
    plan.exchangeRate.EUR: – → 1.085
    target.name: Revenue → New revenue
    target.baseline: – → 700000.00
    target.baseline: 700000.00 → –
    target.weight: – → 100
    target.phasing: kind even → kind quarterly; weights 15, 20, 25, 40
    target.metric: revenue → pipeline_created
    commitment.title: Webinars → Talks
    commitment.owedBy: partner → joint
    commitment.ownerId: MANAGER → –
    commitment.startsOn: 2026-01-01 → 2026-02-01
    commitment.dueOn: 2026-12-31 → 2026-09-30
    commitment.quantity: 4 → 7
    commitment.mdfAllocated: 10000.00 → 12000.00
    commitment.partnerCoFunding: 0.00 → 3000.50
    commitment.expectedLeads: 100 → 40
    commitment.terms: campaign_type webinar; expected_leads 40; mdf_allocated 1200000; partner_co_funding 300050; type co_marketing → campaign_type webinar; expected_leads 0; mdf_allocated 500; partner_co_funding 0; type co_marketing
    ");
    let edits = plan
        .read(vendor, "history(filter: { side: VENDOR, actions: [\"editTarget\"] }) { totalCount }")
        .await;
    assert_eq!(edits["totalCount"], 6);
}

#[tokio::test]
async fn exactly_one_field_with_a_value_it_could_have() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let partner = &plan.partner.manager;
    let target = plan.target("Revenue").await;
    let (webinars, support) =
        (plan.commitment("Webinars").await, plan.commitment("Co-sell hours").await);
    let mutation = proposal_mutation("counterPropose");
    let of_target = |fields: Value| {
        let mut change = json!({ "targetId": target });
        for (field, value) in fields.as_object().unwrap() {
            change[field] = value.clone();
        }
        json!({ "target": change })
    };
    let mut told = Vec::new();
    for change in [
        json!({}),
        of_target(json!({})),
        of_target(json!({ "amount": "5.00", "weight": 30 })),
        json!({ "plan": { "name": "x", "vision": null }, "target": { "targetId": target, "name": "y" } }),
        of_target(json!({ "amount": "1000000" })),
        of_target(json!({ "amount": "0" })),
        of_target(json!({ "amount": "1.005" })),
        of_target(json!({ "weight": 101 })),
        of_target(json!({ "name": "a\0b" })),
        of_target(json!({ "name": "y".repeat(2_000_000) })),
        json!({ "plan": { "vision": "a\0b" } }),
        json!({ "plan": { "reviewCadence": { "cadence": "DATES", "kind": "CHECK_IN", "format": "REMOTE" } } }),
        json!({ "plan": { "exchangeRate": { "currency": "USD", "rate": "1" } } }),
        json!({ "commitment": { "commitmentId": webinars, "mdfAllocated": "-1.00" } }),
        json!({ "commitment": { "commitmentId": webinars, "mdfAllocated": "1.005" } }),
        json!({ "commitment": { "commitmentId": support, "mdfAllocated": "5.00" } }),
    ] {
        told.push(partner.refused(&mutation, proposing(&plan, change, None)).await);
    }
    for reason in [" ", "a\0b", &"z".repeat(2_000_000)] {
        let mut input = proposing(&plan, amount(&plan, "5.00").await, None);
        input["input"]["reason"] = json!(reason);
        told.push(partner.refused(&mutation, input).await);
    }
    assert_snapshot!(told.join("\n"), @"
    VALIDATION_FAILED at change: change: names no field; propose a value for exactly one
    VALIDATION_FAILED at change: change: names no field; propose a value for exactly one
    VALIDATION_FAILED at change: change: names target.amount, target.weight; propose a value for exactly one
    VALIDATION_FAILED at change: change: names plan.name, plan.vision, target.name; propose a value for exactly one
    VALIDATION_FAILED at change.target.amount: change.target.amount: is 1000000.00 already
    VALIDATION_FAILED at change.target.amount: change.target.amount: 0 is not more than nothing
    VALIDATION_FAILED at change.target.amount: change.target.amount: 1.005 has more than 2 decimal places
    VALIDATION_FAILED at change.target.weight: change.target.weight: 101 is not between 1 and 100
    VALIDATION_FAILED at change.target.name: change.target.name: has the control character U+0000
    VALIDATION_FAILED at change.target.name: change.target.name: has 2000000 characters; 200 is the most
    VALIDATION_FAILED at change.plan.vision: change.plan.vision: has the control character U+0000
    VALIDATION_FAILED at change.plan.reviewCadence: change.plan.reviewCadence: name at least one day
    VALIDATION_FAILED at change.plan.exchangeRate.USD: change.plan.exchangeRate.USD: `USD` is the plan's own currency
    VALIDATION_FAILED at change.commitment.mdfAllocated: change.commitment.mdfAllocated: -1.00 is negative
    VALIDATION_FAILED at change.commitment.mdfAllocated: change.commitment.mdfAllocated: 1.005 has more than 2 decimal places
    VALIDATION_FAILED at change.commitment.mdfAllocated: change.commitment.mdfAllocated: only co-marketing has funds and leads
    VALIDATION_FAILED at reason: reason: must not be empty
    VALIDATION_FAILED at reason: reason: has the control character U+0000
    VALIDATION_FAILED at reason: reason: has 2000000 characters; 10000 is the most
    ");
    assert_eq!(states(partner, &plan).await, json!([]));
    let history = plan.read(partner, "history(filter: { side: PARTNER }) { totalCount }").await;
    assert_eq!(history["totalCount"], 0, "what was tried out left nothing");
}

#[tokio::test]
async fn a_counter_is_about_the_same_field_and_answers_the_other_side() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let first = propose(partner, &plan, amount(&plan, "800000").await).await;
    let mutation = proposal_mutation("counterPropose");
    let target = plan.target("Revenue").await;
    let weight = json!({ "target": { "targetId": target, "weight": 30 } });
    let unknown = "cpro_00000000000000000000000001";
    let mut told = vec![
        partner
            .refused(&mutation, proposing(&plan, amount(&plan, "700000").await, Some(&first)))
            .await,
        vendor
            .refused(&mutation, proposing(&plan, weight, Some(&first)))
            .await
            .replace(&first, "ID"),
        vendor
            .refused(&mutation, proposing(&plan, amount(&plan, "7.00").await, Some(unknown)))
            .await,
    ];
    counter(vendor, &plan, amount(&plan, "950000").await, &first).await;
    told.push(
        vendor
            .refused(&mutation, proposing(&plan, amount(&plan, "7.00").await, Some(&first)))
            .await,
    );
    assert_snapshot!(told.join("\n"), @"
    FORBIDDEN: only the other side answers a counter-proposal
    VALIDATION_FAILED at answering: answering: `ID` is about target.amount
    NOT_FOUND: counter-proposal not found
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is countered; the value is 1000000.00 now
    ");
    assert_eq!(states(vendor, &plan).await, json!(["OPEN", "COUNTERED"]));
}

#[tokio::test]
async fn lists_narrow_by_state_and_by_what_the_field_is_of() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let name = propose(partner, &plan, json!({ "plan": { "name": "x" } })).await;
    let due = json!({ "commitmentId": plan.commitment("Webinars").await, "dueOn": "2026-06-30" });
    propose(vendor, &plan, json!({ "commitment": due })).await;
    propose(partner, &plan, amount(&plan, "800000").await).await;
    let (mutation, input) = answer("rejectCounterProposal", &name);
    vendor.done(&mutation, input).await;
    let fields = async |filter: String| {
        let field =
            format!("counterProposals(filter: {{ {filter} }}) {{ totalCount nodes {{ field }} }}");
        let found = plan.read(&plan.partner.viewer, &field).await;
        let nodes = found["nodes"].as_array().unwrap();
        assert_eq!(found["totalCount"], nodes.len());
        nodes.iter().map(|node| node["field"].clone()).collect::<Value>()
    };
    assert_eq!(fields("states: [OPEN]".into()).await, json!(["target.amount", "commitment.dueOn"]));
    assert_eq!(fields("states: [REJECTED, ACCEPTED]".into()).await, json!(["plan.name"]));
    let target = plan.target("Revenue").await;
    assert_eq!(fields(format!("subjectId: {target:?}")).await, json!(["target.amount"]));
    assert_eq!(fields(format!("subjectId: {:?}, states: [OPEN]", plan.id)).await, json!([]));
    assert_eq!(fields("subjectId: \"plan_x\"".into()).await, json!([]));
    let nul = partner.try_run(
        "query($id: ID!, $of: ID!) { plan(id: $id) { counterProposals(filter: { subjectId: $of }) { totalCount } } }",
        json!({ "id": plan.id, "of": "a\0b" }),
    );
    assert_eq!(nul.await["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn only_a_plan_that_is_negotiated_has_them_made_and_answered() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().draft().await;
    let mutation = proposal_mutation("counterPropose");
    let change = json!({ "plan": { "name": "x" } });
    let mut told =
        vec![plan.vendor.manager.refused(&mutation, proposing(&plan, change.clone(), None)).await];
    plan.change(&plan.vendor.manager, "sharePlan", json!({})).await;
    let id = propose(&plan.partner.manager, &plan, change.clone()).await;
    plan.change(&plan.vendor.manager, "proposePlan", json!({})).await;
    told.push(plan.partner.manager.refused(&mutation, proposing(&plan, change, None)).await);
    let (mutation, input) = acceptance(&plan, &id).await;
    told.push(plan.vendor.manager.refused(&mutation, input).await);
    assert_snapshot!(told.join("\n"), @"
    INVALID_TRANSITION: counter-proposing is not possible while the plan is a draft
    INVALID_TRANSITION: counter-proposing is not possible while the plan is awaiting signatures
    INVALID_TRANSITION: answering a counter-proposal is not possible while the plan is awaiting signatures
    ");
    // Once it is negotiated again, so is the proposal.
    plan.change(&plan.partner.manager, "rejectPlan", json!({ "reason": "not yet" })).await;
    accept(&plan.vendor.manager, &plan, &id).await;
    assert_eq!(plan.read(&plan.partner.viewer, "name").await, "x");
}

#[tokio::test]
async fn whoever_does_not_work_on_the_plan_neither_proposes_nor_answers() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let id = propose(&plan.partner.manager, &plan, json!({ "plan": { "name": "x" } })).await;
    leave_team(&plan, &plan.vendor.admin, &plan.vendor.manager).await;
    let change = json!({ "plan": { "name": "y" } });
    let made = proposal_mutation("counterPropose");
    let mut told = Vec::new();
    for client in [&plan.vendor.manager, &plan.vendor.executive, &plan.vendor.viewer] {
        told.push(client.refused(&made, proposing(&plan, change.clone(), None)).await);
        let (mutation, input) = acceptance(&plan, &id).await;
        told.push(client.refused(&mutation, input).await);
        let (mutation, input) = answer("rejectCounterProposal", &id);
        told.push(client.refused(&mutation, input).await);
    }
    let (manager, mutation) = (&plan.vendor.manager, super::ADD_COMMENT);
    told.push(manager.refused(mutation, comment(&plan, "hm", json!({}))).await);
    told.push(plan.refused(manager, "editPlan", json!({ "name": "z" })).await);
    assert_snapshot!(told.join("\n"), @"
    FORBIDDEN: counter-proposing is not for your role
    FORBIDDEN: answering a counter-proposal is not for your role
    FORBIDDEN: answering a counter-proposal is not for your role
    FORBIDDEN: counter-proposing is not for your role
    FORBIDDEN: answering a counter-proposal is not for your role
    FORBIDDEN: answering a counter-proposal is not for your role
    FORBIDDEN: counter-proposing is not for your role
    FORBIDDEN: answering a counter-proposal is not for your role
    FORBIDDEN: answering a counter-proposal is not for your role
    FORBIDDEN: commenting is not for your role
    FORBIDDEN: editing is not for your role
    ");
    assert_eq!(states(&plan.vendor.viewer, &plan).await, json!(["OPEN"]));
}

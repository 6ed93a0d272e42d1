//! Who answers a proposal, once, and what overtakes it.

use futures_util::future::join;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{accept, acceptance, amount, answer, counter, propose, shared, states};
use crate::support::{Client, GivenPlan, TestApp};

async fn refused(client: &Client, (mutation, input): (String, Value)) -> String {
    client.refused(&mutation, input).await
}

#[tokio::test]
async fn only_the_other_side_answers_and_only_the_own_takes_back() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let id = propose(partner, &plan, amount(&plan, "800000").await).await;
    let told = [
        refused(partner, acceptance(&plan, &id).await).await,
        refused(&plan.partner.admin, acceptance(&plan, &id).await).await,
        refused(partner, answer("rejectCounterProposal", &id)).await,
        refused(vendor, answer("withdrawCounterProposal", &id)).await,
    ];
    assert_snapshot!(told.join("\n"), @"
    FORBIDDEN: only the other side answers a counter-proposal
    FORBIDDEN: only the other side answers a counter-proposal
    FORBIDDEN: only the other side answers a counter-proposal
    FORBIDDEN: only the side that proposed it takes it back
    ");
    assert_eq!(states(vendor, &plan).await, json!(["OPEN"]));
    // Anybody who works on the plan for the side that proposed it takes it back.
    let (mutation, input) = answer("withdrawCounterProposal", &id);
    plan.partner.admin.done(&mutation, input).await;
    assert_eq!(states(vendor, &plan).await, json!(["WITHDRAWN"]));
    assert_eq!(plan.read(vendor, "targets { amount }").await, json!([{ "amount": "1000000.00" }]));
}

#[tokio::test]
async fn what_is_settled_stays_settled() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let mut told = Vec::new();
    for end in ["rejectCounterProposal", "withdrawCounterProposal", "accept"] {
        let id = propose(partner, &plan, json!({ "plan": { "name": end } })).await;
        match end {
            "accept" => accept(vendor, &plan, &id).await,
            "rejectCounterProposal" => {
                let (mutation, input) = answer(end, &id);
                vendor.done(&mutation, input).await;
            }
            _ => {
                let (mutation, input) = answer(end, &id);
                partner.done(&mutation, input).await;
            }
        }
        told.push(refused(vendor, acceptance(&plan, &id).await).await);
        told.push(refused(vendor, answer("rejectCounterProposal", &id)).await);
        told.push(refused(partner, answer("withdrawCounterProposal", &id)).await);
    }
    assert_snapshot!(told.join("\n"), @"
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is rejected; the value is Plan 2026 now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is rejected; the value is Plan 2026 now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is rejected; the value is Plan 2026 now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is withdrawn; the value is Plan 2026 now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is withdrawn; the value is Plan 2026 now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is withdrawn; the value is Plan 2026 now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is accepted; the value is accept now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is accepted; the value is accept now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is accepted; the value is accept now
    ");
    assert_eq!(states(vendor, &plan).await, json!(["ACCEPTED", "WITHDRAWN", "REJECTED"]));
}

#[tokio::test]
async fn an_edit_of_the_field_overtakes_it_and_the_refusal_shows_the_value_now() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let target = plan.target("Revenue").await;
    let theirs = propose(partner, &plan, amount(&plan, "800000").await).await;
    let own = propose(vendor, &plan, amount(&plan, "990000").await).await;
    let name = json!({ "target": { "targetId": target, "name": "New revenue" } });
    let beside = propose(partner, &plan, name).await;

    let edit = json!({ "name": "Revenue", "metric": "REVENUE", "amount": "970000.00" });
    plan.change(vendor, "editTarget", json!({ "targetId": target, "target": edit })).await;
    assert_eq!(states(partner, &plan).await, json!(["OPEN", "OUTDATED", "OUTDATED"]));
    let (mutation, input) = acceptance(&plan, &theirs).await;
    let payload = vendor.run(&mutation, input).await["acceptCounterProposal"].take();
    assert_eq!(
        payload,
        json!({ "counterProposal": null, "errors": [{
            "code": "COUNTER_PROPOSAL_SETTLED", "path": null, "state": "OUTDATED", "valueNow": "970000.00",
            "message": "the counter-proposal is outdated; the value is 970000.00 now",
            "counterProposal": { "state": "OUTDATED" },
        }] })
    );
    accept(vendor, &plan, &beside).await;
    let found = plan.read(vendor, "targets { name amount }").await;
    assert_eq!(found, json!([{ "name": "New revenue", "amount": "970000.00" }]));

    // What the field is of can go altogether.
    let last =
        propose(partner, &plan, json!({ "target": { "targetId": target, "weight": 30 } })).await;
    plan.change(vendor, "removeTarget", json!({ "targetId": target })).await;
    let mut told = vec![refused(vendor, acceptance(&plan, &last).await).await];
    told.push(refused(partner, acceptance(&plan, &own).await).await);
    assert_snapshot!(told.join("\n"), @"
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is outdated; the value is empty now
    COUNTER_PROPOSAL_SETTLED: the counter-proposal is outdated; the value is empty now
    ");
    let node = partner
        .run(
            "query($id: ID!) { node(id: $id) { ... on CounterProposal { state valueNow { text } thread { state } } } }",
            json!({ "id": last }),
        )
        .await;
    let expected =
        json!({ "state": "OUTDATED", "valueNow": null, "thread": [{ "state": "OUTDATED" }] });
    assert_eq!(node["node"], expected);
}

#[tokio::test]
async fn accepting_one_overtakes_the_others_for_the_field() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    propose(partner, &plan, amount(&plan, "800000").await).await;
    let id = propose(partner, &plan, amount(&plan, "850000").await).await;
    propose(vendor, &plan, amount(&plan, "990000").await).await;
    accept(vendor, &plan, &id).await;
    assert_eq!(states(partner, &plan).await, json!(["OUTDATED", "ACCEPTED", "OUTDATED"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_answers_at_once_one_wins_and_the_other_is_told_how_it_ended() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let code = |payload: &Value| payload["errors"][0]["code"].as_str().unwrap_or("–").to_owned();
    let run = async |client: &Client, (mutation, input): (String, Value)| {
        client.run(&mutation, input).await.as_object().unwrap().values().next().unwrap().clone()
    };
    for round in 0..5 {
        let name = format!("round {round}");
        let id = propose(partner, &plan, json!({ "plan": { "name": name } })).await;
        let rejected = answer("rejectCounterProposal", &id);
        let pair = join(run(vendor, rejected.clone()), run(&plan.vendor.admin, rejected)).await;
        let mut codes = [code(&pair.0), code(&pair.1)];
        codes.sort();
        assert_eq!(codes, ["COUNTER_PROPOSAL_SETTLED", "–"]);

        let id = propose(partner, &plan, json!({ "plan": { "name": name } })).await;
        let accepted = acceptance(&plan, &id).await;
        let taken_back = answer("withdrawCounterProposal", &id);
        let pair = join(run(vendor, accepted), run(partner, taken_back)).await;
        let state = &states(vendor, &plan).await[0];
        let won = if state == "ACCEPTED" { [&pair.0, &pair.1] } else { [&pair.1, &pair.0] };
        assert_eq!((code(won[0]), code(won[1])), ("–".into(), "COUNTER_PROPOSAL_SETTLED".into()));
        assert_eq!(won[1]["errors"][0]["state"], *state);
        let is_named = plan.read(vendor, "name").await == name;
        assert_eq!(is_named, state == "ACCEPTED");

        let id = propose(partner, &plan, json!({ "plan": { "vision": name } })).await;
        let accepted = acceptance(&plan, &id).await;
        let pair = join(run(vendor, accepted.clone()), run(&plan.vendor.admin, accepted)).await;
        let mut codes = [code(&pair.0), code(&pair.1)];
        codes.sort();
        assert_eq!(codes, ["REVISION_CONFLICT", "–"]);
    }
}

#[tokio::test]
async fn each_step_is_told_to_both_sides_and_kept_in_the_history() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let after = vendor.run("{ events(first: 100) { pageInfo { endCursor } } }", json!({})).await;
    let after = &after["events"]["pageInfo"]["endCursor"];
    let first = propose(partner, &plan, amount(&plan, "800000").await).await;
    let second = counter(vendor, &plan, amount(&plan, "950000.00").await, &first).await;
    propose(partner, &plan, amount(&plan, "930000.00").await).await;
    accept(partner, &plan, &second).await;

    let query = "query($after: String) { events(after: $after) { edges { node {
        __typename
        ... on Event { kind actor { side } }
        ... on CounterProposalChanged { state counterProposal { value { text } } }
        ... on PlanContentChanged { change }
    } } } }";
    let told = async |client: &Client| {
        let found = client.run(query, json!({ "after": after })).await;
        let edges = found["events"]["edges"].as_array().unwrap().clone();
        let lines = edges.iter().map(|edge| {
            let node = &edge["node"];
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            [
                word(&node["kind"]),
                word(&node["actor"]["side"]),
                word(&node["counterProposal"]["value"]["text"]),
                word(&node["state"]),
                word(&node["change"]),
            ]
            .join(" ")
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let heard = told(vendor).await;
    assert_snapshot!(heard, @"
    COUNTER_PROPOSAL_MADE PARTNER 800000.00 OPEN 
    COUNTER_PROPOSAL_ANSWERED VENDOR 800000.00 COUNTERED 
    COUNTER_PROPOSAL_MADE VENDOR 950000.00 OPEN 
    COUNTER_PROPOSAL_MADE PARTNER 930000.00 OPEN 
    PLAN_EDITED PARTNER   editTarget
    COUNTER_PROPOSAL_ANSWERED PARTNER 950000.00 ACCEPTED 
    COUNTER_PROPOSAL_ANSWERED PARTNER 930000.00 OUTDATED
    ");
    assert_eq!(told(&plan.partner.viewer).await, heard);

    let entries = plan
        .read(vendor, "history(first: 5) { nodes { action side subjectId before after } }")
        .await;
    let target = plan.target("Revenue").await;
    let lines: Vec<String> = entries["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |field: &str| entry[field].as_str().unwrap_or("–").to_owned();
            let is_edit = entry["subjectId"] == json!(target);
            let values = if is_edit {
                String::new()
            } else {
                format!(" {} → {}", text("before"), text("after"))
            };
            format!("{} {}{values}", text("side"), text("action")).replace(&target, "TARGET")
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    PARTNER editTarget
    PARTNER acceptCounterProposal {"field":"target.amount","value":"1000000.00"} → {"field":"target.amount","reason":"the market is smaller","state":"ACCEPTED","subject":"TARGET","value":"950000.00"}
    PARTNER counterPropose {"field":"target.amount","value":"1000000.00"} → {"field":"target.amount","reason":"the market is smaller","state":"OPEN","subject":"TARGET","value":"930000.00"}
    VENDOR counterPropose {"field":"target.amount","value":"1000000.00"} → {"field":"target.amount","reason":"the market is smaller","state":"OPEN","subject":"TARGET","value":"950000.00"}
    PARTNER counterPropose {"field":"target.amount","value":"1000000.00"} → {"field":"target.amount","reason":"the market is smaller","state":"OPEN","subject":"TARGET","value":"800000.00"}
    "#);
}

#[tokio::test]
async fn an_outsider_learns_of_none() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let id = propose(&plan.partner.manager, &plan, amount(&plan, "800000").await).await;
    let absent = "cpro_00000000000000000000000001";
    let query = "query($id: ID!) { node(id: $id) { id } events(first: 100) { edges { cursor } } }";
    let none: GivenPlan =
        GivenPlan { id: "plan_00000000000000000000000001".into(), ..plan.clone() };
    for outsider in [&globex.admin, &contoso.admin] {
        let found = outsider.run(query, json!({ "id": id })).await;
        assert_eq!(found, json!({ "node": null, "events": { "edges": [] } }));
        for name in ["acceptCounterProposal", "rejectCounterProposal", "withdrawCounterProposal"] {
            let tried = async |id: &str| {
                let (mutation, mut input) = answer(name, id);
                if name == "acceptCounterProposal" {
                    input["input"]["expectedRevision"] = json!(1);
                }
                outsider.refused(&mutation, input).await
            };
            assert_eq!(tried(&id).await, "NOT_FOUND: counter-proposal not found");
            assert_eq!(tried(absent).await, "NOT_FOUND: counter-proposal not found");
        }
        let mutation = super::proposal_mutation("counterPropose");
        let change = json!({ "plan": { "name": "x" } });
        for plan in [&plan, &none] {
            let told =
                outsider.refused(&mutation, super::proposing(plan, change.clone(), None)).await;
            assert_eq!(told, "NOT_FOUND: plan not found");
        }
    }
    // A target of another plan is none of this one's.
    let there = contoso.clone();
    let hooli = app.partner(&there, "Hooli", "STRATEGIC", "RESELLER").await;
    let other = there.plan(&hooli).full().shared().await;
    let mutation = super::proposal_mutation("counterPropose");
    for target in [other.target("Revenue").await, "trgt_00000000000000000000000001".to_owned()] {
        let change = json!({ "target": { "targetId": target, "amount": "5.00" } });
        let told =
            plan.partner.manager.refused(&mutation, super::proposing(&plan, change, None)).await;
        assert_eq!(told, "NOT_FOUND: target not found");
    }
    assert_eq!(states(&plan.vendor.manager, &plan).await, json!(["OPEN"]));
}

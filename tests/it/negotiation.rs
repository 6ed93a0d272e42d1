//! Two companies over one document: values proposed and answered, things said, what is new, who was first.

use serde_json::{Value, json};

use crate::support::{Client, GivenPlan, TestApp, given::id_of, planning::revenue};

mod comments;
mod editing;
mod history;
mod mentions;
mod proposals;
mod settling;
mod visits;

/// A plan that both sides negotiate, with a revenue target of a million.
async fn shared(app: &TestApp) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    northwind.plan(&acme).with_target(revenue("1000000.00")).full().shared().await
}

/// Takes somebody off the team of the plan's partnership.
async fn leave_team(plan: &GivenPlan, admin: &Client, leaver: &Client) {
    let remove = "mutation($input: RemoveTeamMemberInput!) { removeTeamMember(input: $input) {
        errors { code message path }
    } }";
    let input =
        json!({ "partnershipId": plan.partner.partnership, "userId": leaver.user_id().await });
    admin.done(remove, json!({ "input": input })).await;
}

/// A mutation whose payload has a counter-proposal.
fn proposal_mutation(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!(
        "mutation($input: {}{rest}Input!) {{ {name}(input: $input) {{
            counterProposal {{ id state plan {{ revision }} }}
            errors {{ code message path ... on CounterProposalSettled {{ state valueNow counterProposal {{ state }} }} }}
        }} }}",
        first.to_uppercase()
    )
}

fn proposing(plan: &GivenPlan, change: Value, answering: Option<&str>) -> Value {
    json!({ "input": { "planId": plan.id, "change": change, "reason": "the market is smaller", "answering": answering } })
}

/// Proposes, and gives the proposal's id.
async fn propose(client: &Client, plan: &GivenPlan, change: Value) -> String {
    let mutation = proposal_mutation("counterPropose");
    id_of(&client.done(&mutation, proposing(plan, change, None)).await["counterProposal"])
}

/// Counters another proposal, and gives the new one's id.
async fn counter(client: &Client, plan: &GivenPlan, change: Value, answered: &str) -> String {
    let mutation = proposal_mutation("counterPropose");
    let made = client.done(&mutation, proposing(plan, change, Some(answered))).await;
    id_of(&made["counterProposal"])
}

/// Another amount for the revenue target.
async fn amount(plan: &GivenPlan, amount: &str) -> Value {
    json!({ "target": { "targetId": plan.target("Revenue").await, "amount": amount } })
}

fn answer(name: &str, id: &str) -> (String, Value) {
    let input = match name {
        "rejectCounterProposal" => json!({ "counterProposalId": id, "reason": "too low" }),
        _ => json!({ "counterProposalId": id }),
    };
    (proposal_mutation(name), json!({ "input": input }))
}

/// What it takes to accept a proposal at the plan's revision now.
async fn acceptance(plan: &GivenPlan, id: &str) -> (String, Value) {
    let input = json!({ "counterProposalId": id, "expectedRevision": plan.revision().await });
    (proposal_mutation("acceptCounterProposal"), json!({ "input": input }))
}

async fn accept(client: &Client, plan: &GivenPlan, id: &str) {
    let (mutation, input) = acceptance(plan, id).await;
    client.done(&mutation, input).await;
}

/// The states of the plan's proposals, the latest first.
async fn states(client: &Client, plan: &GivenPlan) -> Value {
    let found = plan.read(client, "counterProposals { nodes { state } }").await;
    found["nodes"].as_array().unwrap().iter().map(|node| node["state"].clone()).collect()
}

const ADD_COMMENT: &str = "mutation($input: AddCommentInput!) { addComment(input: $input) {
    comment { id subjectId visibility side author { email } body mentions { email } }
    errors { code message path }
} }";

/// A comment on a plan, to both sides unless `more` says otherwise.
fn comment(plan: &GivenPlan, body: &str, more: Value) -> Value {
    let mut input = json!({ "planId": plan.id, "body": body, "visibility": "SHARED" });
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
    json!({ "input": input })
}

/// Comments, and gives the comment's id.
async fn say(client: &Client, plan: &GivenPlan, body: &str, more: Value) -> String {
    id_of(&client.done(ADD_COMMENT, comment(plan, body, more)).await["comment"])
}

/// The texts that somebody hears, the latest first.
async fn heard(client: &Client, plan: &GivenPlan, filter: &str) -> Vec<String> {
    let field =
        format!("comments(filter: {{ {filter} }}, first: 100) {{ totalCount nodes {{ body }} }}");
    let found = plan.read(client, &field).await;
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    nodes.iter().map(|node| node["body"].as_str().unwrap_or("–").to_owned()).collect()
}

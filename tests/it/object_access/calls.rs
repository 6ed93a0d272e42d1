//! Calls that name something, with a thing of the right kind in every place for an id: a thing `$name` is found in the house.

use serde_json::{Value, json};

use crate::{
    permissions::attempts::attempts,
    support::{facts, planning::bare_mutation},
};

/// Something to ask or to do.
pub struct Call {
    /// The mutation; none when it asks.
    pub mutation: Option<&'static str>,
    pub document: String,
    pub variables: Value,
    /// Where ids stand: the place in the schema, and the pointer into the variables.
    pub places: Vec<(String, String)>,
}

impl Call {
    fn does(name: &'static str, document: String, input: Value) -> Self {
        let variables = json!({ "input": input });
        let mut pointers = Vec::new();
        named(&variables, "", &mut pointers);
        let place = |pointer: &String| {
            let steps = pointer.split('/').filter(|step| !step.is_empty());
            let steps: Vec<&str> = steps.filter(|step| step.parse::<usize>().is_err()).collect();
            format!("{name}.{}", steps.join("."))
        };
        let places = pointers.iter().map(|pointer| (place(pointer), pointer.clone())).collect();
        Self { mutation: Some(name), document, variables, places }
    }

    /// A query in which what stands in `place` is the variable `id`, or are the variables `ids`.
    fn asks(place: &str, query: &str, variables: Value) -> Self {
        let mut pointers = Vec::new();
        named(&variables["id"], "/id", &mut pointers);
        named(&variables["ids"], "/ids", &mut pointers);
        let places = pointers.into_iter().map(|pointer| (place.to_owned(), pointer)).collect();
        Self { mutation: None, document: query.to_owned(), variables, places }
    }
}

/// Pointers to what is named in `value`.
fn named(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with('$') => found.push(pointer.to_owned()),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                named(item, &format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                named(field, &format!("{pointer}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// Places in which an id makes no difference: the plan's own is meant in any case, and a part stays where it is.
pub const UNREAD: [&str; 3] = [
    "Plan.activities.filter.partnershipId",
    "Plan.alerts.filter.planId",
    "editTarget.input.target.partOf.parentId",
];

/// Things of each type that can be found by its id.
pub const NODES: [(&str, &str); 36] = [
    ("ActionItem", "action"),
    ("Activity", "activity"),
    ("Alert", "partnersAlert"),
    ("Alert", "vendorsAlert"),
    ("CoMarketingCommitment", "commitment"),
    ("Comment", "comment"),
    ("CounterProposal", "counterProposal"),
    ("Deal", "deal"),
    ("DimensionValue", "line"),
    ("EnablementCommitment", "enablement"),
    ("HistoryEntry", "historyEntry"),
    ("Integration", "partnersIntegration"),
    ("Integration", "vendorsIntegration"),
    ("Note", "partnersNote"),
    ("Note", "vendorsNote"),
    ("Organization", "partnerCompany"),
    ("PartnerAgreement", "agreement"),
    ("Partnership", "partnership"),
    ("PipelineActivityCommitment", "work"),
    ("PipelineMilestone", "milestone"),
    ("Plan", "plan"),
    ("PlanObjective", "objective"),
    ("PlanVersion", "versionNode"),
    ("ResourceInvestment", "investment"),
    ("Review", "held"),
    ("Signature", "signature"),
    ("Target", "target"),
    ("Tier", "gold"),
    ("TierPolicy", "policy"),
    ("User", "partnersManager"),
    ("User", "vendorsManager"),
    ("VendorSupportCommitment", "support"),
    ("WebhookDelivery", "partnersDelivery"),
    ("WebhookDelivery", "vendorsDelivery"),
    ("WebhookEndpoint", "partnersEndpoint"),
    ("WebhookEndpoint", "vendorsEndpoint"),
];

/// Everything that asks.
pub fn queries() -> Vec<Call> {
    let node = "query($id: ID!) { node(id: $id) { __typename id } }";
    let nodes = NODES.iter().map(|(_, thing)| format!("${thing}"));
    let mut calls: Vec<Call> =
        nodes.map(|thing| Call::asks("Query.node.id", node, json!({ "id": thing }))).collect();
    // One of each type: of two, it is chance whether they are asked for together.
    let each = NODES.chunk_by(|(one, _), (other, _)| one == other).map(|alike| alike[0]);
    let ids: Vec<String> = each.map(|(_, thing)| format!("${thing}")).collect();
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    calls.push(Call::asks("Query.nodes.ids", nodes, json!({ "ids": ids })));
    let plan = "query($id: ID!) { plan(id: $id) { id name } }";
    calls.push(Call::asks("Query.plan.id", plan, json!({ "id": "$plan" })));
    for (place, thing) in [
        ("Query.activities.filter.partnershipId", "partnership"),
        ("Query.activities.filter.unconvertedInPlanId", "plan"),
        ("Query.alerts.filter.planId", "plan"),
        ("Query.deals.filter.partnershipId", "partnership"),
        ("Query.planningGaps.filter.partnershipId", "partnership"),
        ("Query.plans.filter.partnershipId", "partnership"),
        ("Viewer.alerts.filter.planId", "plan"),
        ("Viewer.inbox.filter.partnerId", "partnerCompany"),
        ("Viewer.inbox.filter.planId", "plan"),
        ("Viewer.plans.filter.partnershipId", "partnership"),
        ("Plan.actionItems.filter.ownerId", "vendorsManager"),
        ("Plan.actionItems.filter.reviewId", "held"),
        ("Plan.activities.filter.partnershipId", "partnership"),
        ("Plan.activities.filter.unconvertedInPlanId", "plan"),
        ("Plan.alerts.filter.planId", "plan"),
        ("Plan.comments.filter.subjectId", "plan"),
        ("Plan.counterProposals.filter.subjectId", "target"),
        ("Plan.history.filter.subjectId", "plan"),
        ("Plan.history.filter.subjectId", "comment"),
    ] {
        let steps: Vec<&str> = place.split('.').collect();
        let [of, field, argument, name] = steps[..] else { panic!("{place}") };
        let page =
            format!("{field}({argument}: {{ {name}: $id }}) {{ totalCount edges {{ cursor }} }}");
        let query = match of {
            "Query" => format!("query($id: ID!) {{ {page} }}"),
            "Viewer" => format!("query($id: ID!) {{ viewer {{ {page} }} }}"),
            _ => format!("query($id: ID!, $plan: ID!) {{ plan(id: $plan) {{ {page} }} }}"),
        };
        let variables = match of {
            "Plan" => json!({ "id": format!("${thing}"), "plan": "$plan" }),
            _ => json!({ "id": format!("${thing}") }),
        };
        calls.push(Call::asks(place, &query, variables));
    }
    let dry_run =
        "query($ids: [ID!]!) { alertDryRun(planIds: $ids, since: \"2026-01-01\") { toOn } }";
    calls.push(Call::asks("Query.alertDryRun.planIds", dry_run, json!({ "ids": ["$plan"] })));
    let assigned =
        "query($id: ID!) { viewer { inbox(filter: { assigneeId: $id, states: [RESOLVED] }) {
        totalCount edges { cursor } } } }";
    let variables = json!({ "id": "$vendorsManager" });
    calls.push(Call::asks("Viewer.inbox.filter.assigneeId", assigned, variables));
    let comparison = "query($id: ID!, $held: ID!) { node(id: $held) { ... on Review {
        comparison(with: $id) { __typename } } } }";
    let variables = json!({ "id": "$earlier", "held": "$held" });
    calls.push(Call::asks("Review.comparison.with", comparison, variables));
    calls
}

/// Everything that does something: what the table of permissions tries, and what else can be said in the same inputs.
pub fn mutations() -> Vec<Call> {
    let tried = attempts().into_iter();
    let tried = tried.map(|one| Call::does(one.name, one.mutation(), one.input.clone()));
    let more = planning().into_iter().chain(meeting()).chain(reporting());
    let more = more.map(|(name, input)| {
        let document = match name {
            "recordActivities" => facts::RECORD.to_owned(),
            name => bare_mutation(name),
        };
        Call::does(name, document, input)
    });
    tried.chain(more).collect()
}

fn planning() -> Vec<(&'static str, Value)> {
    let narrowed = json!({ "name": "Part", "metric": "REVENUE", "amount": "1100.00",
        "productLineId": "$line", "segmentId": "$segment", "geographyId": "$country" });
    let part = json!({ "name": "Part", "metric": "REVENUE", "amount": "1200.00", "productLineId": "$line",
        "partOf": { "parentId": "$target", "dimension": "PRODUCT_LINE" } });
    let add = |target: &Value| json!({ "planId": "$plan", "expectedRevision": "$revision", "target": target });
    let edit = |target: &Value| json!({ "targetId": "$target", "expectedRevision": "$revision", "target": target });
    let edit_plan = |mut input: Value| {
        input["planId"] = json!("$plan");
        input["expectedRevision"] = json!("$revision");
        ("editPlan", input)
    };
    let propose = |part: &str, change: Value| {
        let input = json!({ "planId": "$plan", "change": { part: change }, "reason": "better" });
        ("counterPropose", input)
    };
    let objectives = || json!([{ "id": "$objective", "title": "Grow more" }]);
    vec![
        ("addTarget", add(&narrowed)),
        ("addTarget", add(&part)),
        ("editTarget", edit(&narrowed)),
        ("editTarget", edit(&part)),
        (
            "splitTarget",
            json!({ "targetId": "$target", "expectedRevision": "$revision",
            "dimension": "SEGMENT", "valueIds": ["$segment"], "withOther": true }),
        ),
        edit_plan(json!({ "vendorSponsorId": "$vendorsExecutive" })),
        edit_plan(json!({ "partnerSponsorId": "$partnersExecutive" })),
        edit_plan(json!({ "narrative": { "objectives": objectives() } })),
        propose("plan", json!({ "objectives": objectives() })),
        propose("plan", json!({ "vendorSponsorId": "$vendorsExecutive" })),
        propose("plan", json!({ "partnerSponsorId": "$partnersExecutive" })),
        propose("target", json!({ "targetId": "$target", "productLineId": "$line" })),
        propose("target", json!({ "targetId": "$target", "segmentId": "$segment" })),
        propose("target", json!({ "targetId": "$target", "geographyId": "$country" })),
        propose(
            "commitment",
            json!({ "commitmentId": "$commitment", "ownerId": "$partnersExecutive" }),
        ),
        (
            "counterPropose",
            json!({ "planId": "$plan", "answering": "$counterProposal", "reason": "less",
            "change": { "target": { "targetId": "$target", "amount": "1150.00" } } }),
        ),
        (
            "createPartnership",
            json!({ "partner": { "organizationId": "$partnerCompany" },
            "tierId": "$gold", "partnerType": "RESELLER" }),
        ),
    ]
}

fn meeting() -> Vec<(&'static str, Value)> {
    let action = json!({ "title": "call", "ownerId": "$partnersManager", "dueOn": "2026-08-31",
        "targetId": "$target", "commitmentId": "$commitment" });
    let say = |mut input: Value| {
        input["planId"] = json!("$plan");
        input["body"] = json!("well");
        input["visibility"] = json!("SHARED");
        ("addComment", input)
    };
    vec![
        ("addActionItem", json!({ "planId": "$plan", "reviewId": "$held", "action": action })),
        (
            "holdReview",
            json!({ "reviewId": "$due", "attendees": [{ "userId": "$vendorsManager" }],
            "assessments": [{ "targetId": "$target", "text": "bad", "outlook": "ON_COURSE" }],
            "actions": [action] }),
        ),
        (
            "recordRecoveryAction",
            json!({
            "source": { "reviewed": { "reviewId": "$held", "targetId": "$target" } },
            "title": "call", "ownerId": "$partnersManager", "dueOn": "2026-08-31", "expectedEffect": "more" }),
        ),
        say(json!({ "subjectId": "$target" })),
        say(json!({ "subjectId": "$commitment" })),
        say(json!({ "subjectId": "$held" })),
        say(json!({ "subjectId": "$counterProposal" })),
        say(json!({ "replyTo": "$comment" })),
        say(json!({ "mentionIds": ["$vendorsManager", "$partnersManager"] })),
    ]
}

fn reporting() -> Vec<(&'static str, Value)> {
    let fact = |kind: &str, details: Value| {
        let fact = json!({ "partnershipId": "$partnership", "source": "crm", "externalId": "1",
            "kind": kind, "occurredOn": "2025-01-12", "details": details });
        ("recordActivities", json!({ "activities": [fact] }))
    };
    let leads = json!({ "marketing": { "leads": 3, "commitmentId": "$commitment" } });
    let hours = json!({ "support": { "kind": "CO_SELL_RESOURCE", "quantity": "1", "commitmentId": "$support" } });
    let calls =
        json!({ "custom": { "metricKey": "calls", "quantity": "1", "commitmentId": "$work" } });
    let mut corrected = fact("DEAL_REGISTERED", json!({ "deal": { "reference": "D-2" } }));
    corrected.1["activities"][0]["supersedes"] = json!("$activity");
    let heard = |mut input: Value| {
        input["filter"] = json!({ "planIds": ["$plan"] });
        input
    };
    vec![
        ("createWebhookEndpoint", heard(json!({ "url": "https://crm.somewhere.example/hooks" }))),
        ("updateWebhookEndpoint", heard(json!({ "endpointId": "$vendorsEndpoint" }))),
        ("updateWebhookEndpoint", heard(json!({ "endpointId": "$partnersEndpoint" }))),
        fact("LEADS_DELIVERED", leads),
        fact("SUPPORT_DELIVERED", hours),
        fact("CUSTOM", calls),
        corrected,
    ]
}

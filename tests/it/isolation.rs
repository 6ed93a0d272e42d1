//! What somebody may not see does not exist, whichever way they ask.

use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    given::{Vendor, id_of},
    planning::{plan_mutation, revenue},
};

/// A plan in force with something of everything in it, and everybody who has no business with it.
struct World {
    app: TestApp,
    plan: GivenPlan,
    ids: Vec<(&'static str, String)>,
    /// Another partner of the same vendor.
    rival: Client,
    /// Another vendor.
    other_vendor: Vendor,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let northwind = app.vendor("Northwind").await;
        let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
        let target = revenue("1000.00");
        let plan = northwind.plan(&acme).full().with_target(target).shared().await;
        let narrative = json!({ "objectives": [{ "title": "Grow" }] });
        plan.change(&northwind.manager, "editPlan", json!({ "narrative": narrative })).await;
        plan.change(&northwind.manager, "proposePlan", json!({})).await;
        plan.sign(&northwind.executive).await;
        plan.sign(&plan.partner.executive).await;
        let facts = [Fact::deal("DEAL_REGISTERED", "D-1", "2026-02-01")
            .amount("5.00", "USD")
            .saying("customer", json!("Initech"))];
        let activity = northwind.manager.recorded(&acme.partnership, &facts).await.remove(0);
        let first = async |query: &str, list: &str| {
            let found = northwind.admin.run(query, json!({})).await;
            id_of(&found[list]["nodes"][0])
        };
        let mut ids = vec![
            ("plan", plan.id.clone()),
            ("partnership", acme.partnership.clone()),
            ("target", plan.target("Revenue").await),
            ("commitment", plan.commitment("Webinars").await),
            ("review", id_of(&plan.read(&northwind.admin, "reviews { id }").await[0])),
            ("activity", activity),
            ("deal", first("{ deals { nodes { id } } }", "deals").await),
            ("alert", first("{ alerts { nodes { id } } }", "alerts").await),
        ];
        let said = json!({ "planId": plan.id, "body": "well done", "visibility": "SHARED" });
        let comment = plain("comment { id }", "addComment");
        let comment = northwind.manager.done(&comment, json!({ "input": said })).await;
        ids.push(("comment", id_of(&comment["comment"])));
        for (name, field, path) in [
            ("objective", "objectives { id }", "/0"),
            ("version", "versions { id }", "/0"),
            ("signature", "signatures { id }", "/0"),
            ("history", "history(first: 1) { nodes { id } }", "/nodes/0"),
        ] {
            let found = plan.read(&northwind.admin, field).await;
            ids.push((name, id_of(found.pointer(path).unwrap())));
        }
        let globex = app.partner(&northwind, "Globex", "STRATEGIC", "RESELLER").await;
        let contoso = app.vendor("Contoso").await;
        Self { app, plan, ids, rival: globex.admin, other_vendor: contoso }
    }

    fn id(&self, of: &str) -> &str {
        &self.ids.iter().find(|(name, _)| *name == of).unwrap().1
    }

    fn outsiders(&self) -> [&Client; 2] {
        [&self.rival, &self.other_vendor.admin]
    }
}

/// A mutation with a payload of its own.
fn plain(payload: &str, name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!(
        "mutation($input: {}{rest}Input!) {{ {name}(input: $input) {{ {payload} errors {{ code message path }} }} }}",
        first.to_uppercase()
    )
}

/// An id of the same kind that nothing has.
fn unknown(id: &str) -> String {
    format!("{}_00000000000000000000000001", id.rsplit_once('_').unwrap().0)
}

#[tokio::test]
async fn an_outsiders_node_is_null() {
    let world = World::new().await;
    let query = "query($id: ID!) { node(id: $id) { id __typename } }";
    for (name, id) in &world.ids {
        let own = world.plan.vendor.admin.run(query, json!({ "id": id })).await;
        assert_eq!(own["node"]["id"], json!(id), "{name}");
        for outsider in world.outsiders() {
            let found = outsider.run(query, json!({ "id": id })).await;
            assert_eq!(found["node"], Value::Null, "{name} to {}", outsider.email());
        }
    }
    let ids: Vec<&String> = world.ids.iter().map(|(_, id)| id).collect();
    let all = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }";
    let found = world.plan.partner.admin.run(all, json!({ "ids": ids })).await;
    let types: Vec<&str> = found["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["__typename"].as_str().unwrap_or("–"))
        .collect();
    // The vendor's alert is not the partner's.
    assert_eq!(
        types,
        [
            "Plan",
            "Partnership",
            "Target",
            "CoMarketingCommitment",
            "Review",
            "Activity",
            "Deal",
            "–",
            "Comment",
            "PlanObjective",
            "PlanVersion",
            "Signature",
            "HistoryEntry",
        ]
    );
    for outsider in world.outsiders() {
        let found = outsider.run(all, json!({ "ids": ids })).await;
        assert_eq!(found["nodes"], json!(vec![Value::Null; ids.len()]));
    }
}

#[tokio::test]
async fn what_one_side_keeps_to_itself_is_no_node_to_the_other() {
    let world = World::new().await;
    let (vendor, partner) = (&world.plan.vendor, &world.plan.partner);
    let query = "query($id: ID!) { node(id: $id) { id __typename } }";
    let seen = async |who: &Client, id: &str| {
        let found = who.run(query, json!({ "id": id })).await;
        found["node"]["__typename"].as_str().unwrap_or("–").to_owned()
    };
    let note = async |who: &Client| {
        let input = json!({ "planId": world.id("plan"), "body": "they will accept less" });
        let add = plain("note { id }", "addPrivateNote");
        id_of(&who.done(&add, json!({ "input": input })).await["note"])
    };
    let theirs = note(&vendor.manager).await;
    let ours = note(&partner.manager).await;
    let tiers = "{ viewer { organization { tiers { policies { id } } } } }";
    let tiers = vendor.admin.run(tiers, json!({})).await;
    let policy = tiers["viewer"]["organization"]["tiers"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|tier| tier["policies"].get(0))
        .map(id_of)
        .unwrap();
    let draft = vendor.plan(partner).between("2027-01-01", "2027-12-31").draft().await;
    let narrative = json!({ "objectives": [{ "title": "Squeeze them" }] });
    draft.change(&vendor.manager, "editPlan", json!({ "narrative": narrative })).await;
    let objective = id_of(&draft.read(&vendor.admin, "objectives { id }").await[0]);
    let entry = draft.read(&vendor.admin, "history(first: 1) { nodes { id } }").await;
    let entry = id_of(&entry["nodes"][0]);
    for (id, kind, insiders, others) in [
        (&theirs, "Note", [&vendor.admin, &vendor.executive], [&partner.admin, &vendor.viewer]),
        (&ours, "Note", [&partner.admin, &partner.executive], [&vendor.admin, &vendor.manager]),
        (
            &policy,
            "TierPolicy",
            [&vendor.admin, &vendor.viewer],
            [&partner.admin, &partner.manager],
        ),
        (
            &objective,
            "PlanObjective",
            [&vendor.admin, &vendor.manager],
            [&partner.admin, &vendor.viewer],
        ),
        (
            &entry,
            "HistoryEntry",
            [&vendor.admin, &vendor.manager],
            [&partner.admin, &vendor.viewer],
        ),
    ] {
        for insider in insiders {
            assert_eq!(seen(insider, id).await, kind, "{id} to {}", insider.email());
        }
        for other in others.into_iter().chain(world.outsiders()) {
            assert_eq!(seen(other, id).await, "–", "{id} to {}", other.email());
        }
    }
}

#[tokio::test]
async fn an_outsiders_lists_and_counts_are_empty() {
    let world = World::new().await;
    let query = "query($plan: ID!, $partnership: ID!) {
        plan(id: $plan) { id }
        plans { totalCount nodes { id } }
        ofPartnership: plans(filter: { partnershipId: $partnership }) { totalCount }
        portfolio { totalCount nodes { plan { id } } }
        activities { totalCount nodes { id } }
        facts: activities(filter: { partnershipId: $partnership }) { totalCount }
        deals { totalCount nodes { id } }
        alerts { totalCount nodes { id } }
        ofPlan: alerts(filter: { planId: $plan }) { totalCount }
        unmappedValues(dimension: PRODUCT_LINE) { text }
        events(first: 100) { edges { cursor } pageInfo { hasNextPage } }
        viewer { unreadAlertCount plans { totalCount } alerts { totalCount } mentions { totalCount } }
    }";
    let variables = json!({ "plan": world.id("plan"), "partnership": world.id("partnership") });
    let empty = json!({ "totalCount": 0, "nodes": [] });
    let none = json!({ "totalCount": 0 });
    for outsider in world.outsiders() {
        let found = outsider.run(query, variables.clone()).await;
        assert_eq!(
            found,
            json!({
                "plan": null, "plans": empty, "ofPartnership": none, "portfolio": empty,
                "activities": empty, "facts": none, "deals": empty, "alerts": empty, "ofPlan": none,
                "unmappedValues": [],
                "events": { "edges": [], "pageInfo": { "hasNextPage": false } },
                "viewer": { "unreadAlertCount": 0, "plans": none, "alerts": none, "mentions": none },
            }),
            "{}",
            outsider.email()
        );
    }
    let unconverted =
        "query($plan: ID!) { activities(filter: { unconvertedInPlanId: $plan }) { totalCount } }";
    let plan = world.id("plan");
    let told = [plan.to_owned(), unknown(plan)];
    let told = [
        world.rival.try_run(unconverted, json!({ "plan": told[0] })).await,
        world.rival.try_run(unconverted, json!({ "plan": told[1] })).await,
    ];
    assert_eq!(told[0]["data"]["activities"]["totalCount"], 0);
    assert_eq!(told[0], told[1]);
}

/// Every mutation that names something of the plan, with the thing it names.
fn mutations(world: &World) -> Vec<(String, Value, &'static str)> {
    let target = json!({ "name": "x", "metric": "LEADS", "amount": "1" });
    let commitment = json!({ "title": "x", "owedBy": "VENDOR", "quantity": "1", "terms": { "vendorSupport": "CO_SELL_RESOURCE" } });
    let of_plan = |name: &str, own: Value| (plan_mutation(name), own, "planId");
    let rev = || json!({ "expectedRevision": 1 });
    let with = |mut input: Value, field: &str, value: Value| {
        input[field] = value;
        input
    };
    let mut all = vec![
        of_plan("editPlan", rev()),
        of_plan("sharePlan", rev()),
        of_plan("discardPlan", rev()),
        of_plan("withdrawPlan", with(rev(), "reason", json!("x"))),
        of_plan("proposePlan", rev()),
        of_plan("signPlan", json!({ "version": 1, "hash": "x" })),
        of_plan("rejectPlan", json!({ "reason": "x" })),
        of_plan("withdrawProposal", json!({ "reason": "x" })),
        of_plan(
            "setExchangeRate",
            json!({ "expectedRevision": 1, "currency": "EUR", "rate": "1" }),
        ),
        of_plan("addTarget", with(rev(), "target", target.clone())),
        of_plan("addCommitment", with(rev(), "commitment", commitment.clone())),
        of_plan(
            "setReviewCadence",
            json!({ "expectedRevision": 1, "cadence": "MONTHLY", "kind": "CHECK_IN", "format": "REMOTE" }),
        ),
        (plain("note { id }", "addPrivateNote"), json!({ "body": "x" }), "planId"),
        (
            plain("comment { id }", "addComment"),
            json!({ "body": "x", "visibility": "SHARED" }),
            "planId",
        ),
        (plain("comment { id }", "retractComment"), json!({}), "commentId"),
        (
            plain("counterProposal { id }", "counterPropose"),
            json!({ "change": { "plan": { "name": "x" } }, "reason": "x" }),
            "planId",
        ),
        (plain("plan { id }", "markPlanVisited"), json!({}), "planId"),
        of_plan("renewPlan", json!({ "name": "x", "growthPercent": "1" })),
        of_plan("beginAmendment", with(rev(), "reason", json!("x"))),
        of_plan("proposeAmendment", with(rev(), "effectiveOn", json!("2026-07-01"))),
        of_plan("withdrawAmendment", json!({ "reason": "x" })),
        of_plan("closePlan", rev()),
        of_plan(
            "terminatePlan",
            json!({ "expectedRevision": 1, "effectiveOn": "2026-07-01", "reason": "x" }),
        ),
        (plan_mutation("editTarget"), with(rev(), "target", target), "targetId"),
        (plan_mutation("removeTarget"), rev(), "targetId"),
        (
            plan_mutation("splitTarget"),
            json!({ "expectedRevision": 1, "dimension": "SEGMENT", "valueIds": [], "withOther": true }),
            "targetId",
        ),
        (plan_mutation("editCommitment"), with(rev(), "commitment", commitment), "commitmentId"),
        (plan_mutation("removeCommitment"), rev(), "commitmentId"),
        (plan_mutation("waiveCommitment"), json!({ "reason": "x" }), "commitmentId"),
        (plain("alert { id }", "acknowledgeAlert"), json!({}), "alertId"),
        (
            plan_mutation("createPlan"),
            json!({ "name": "x", "periodKind": "FISCAL_YEAR", "startsOn": "2026-01-01" }),
            "partnershipId",
        ),
    ];
    for (_, input, field) in &mut all {
        input[*field] = json!(world.id(field.trim_end_matches("Id")));
    }
    all
}

#[tokio::test]
async fn an_outsider_changes_nothing_and_learns_nothing_from_trying() {
    let world = World::new().await;
    let before = world
        .plan
        .read(&world.plan.vendor.admin, "revision history(first: 1) { totalCount }")
        .await;
    for (mutation, input, field) in mutations(&world) {
        let mut absent = input.clone();
        absent[field] = json!(unknown(input[field].as_str().unwrap()));
        for outsider in world.outsiders() {
            let refused = outsider.refused(&mutation, json!({ "input": input })).await;
            let nothing = outsider.refused(&mutation, json!({ "input": absent })).await;
            assert!(refused.starts_with("NOT_FOUND: "), "{mutation}: {refused}");
            assert_eq!(refused, nothing, "{mutation}");
        }
        let stranger = world.app.as_stranger().refused(&mutation, json!({ "input": input })).await;
        assert_eq!(stranger, "UNAUTHENTICATED: sign in first", "{mutation}");
    }
    let after = world
        .plan
        .read(&world.plan.vendor.admin, "revision history(first: 1) { totalCount }")
        .await;
    assert_eq!(before, after);
    world.app.check_sums().await;
}

#[tokio::test]
async fn another_vendors_value_is_no_value() {
    let world = World::new().await;
    let (northwind, acme) = (&world.plan.vendor, &world.plan.partner);
    let own = northwind.add_values("PRODUCT_LINE", &[("cloud", None)]).await.remove(0);
    let theirs = world.other_vendor.add_values("PRODUCT_LINE", &[("cloud", None)]).await.remove(0);
    let absent = unknown(&theirs);
    let draft = app_plan(&world).await;
    let target = draft.target("Revenue").await;
    let mut told = Vec::new();
    for value in [&theirs, &absent] {
        let mut narrowed = revenue("5.00");
        narrowed["productLineId"] = json!(value);
        let added = draft.refused(&acme.manager, "addTarget", json!({ "target": narrowed })).await;
        let split =
            json!({ "targetId": target, "dimension": "PRODUCT_LINE", "valueIds": [own, value] });
        let split = draft.refused(&acme.manager, "splitTarget", split).await;
        told.push([added.replace(value, "ID"), split.replace(value, "ID")]);
        let node = acme
            .admin
            .run("query($id: ID!) { node(id: $id) { id } }", json!({ "id": value }))
            .await;
        assert_eq!(node["node"], Value::Null);
    }
    assert_eq!(
        told[0],
        [
            "NOT_FOUND at productLineId: productLineId: `ID` is no value of this dimension",
            "NOT_FOUND at valueIds: valueIds: `ID` is no value of this dimension",
        ]
    );
    assert_eq!(told[0], told[1]);
}

/// A plan of the next year that is still negotiated.
async fn app_plan(world: &World) -> GivenPlan {
    let sketch = world.plan.vendor.plan(&world.plan.partner);
    sketch.named("next").between("2027-01-01", "2027-12-31").full().shared().await
}

#[tokio::test]
async fn a_partner_of_two_vendors_tells_neither_of_the_other() {
    let world = World::new().await;
    let (contoso, acme) = (&world.other_vendor, &world.plan.partner);
    let linked = world.app.link(contoso, acme, "STRATEGIC").await;
    let mut there = acme.clone();
    there.partnership = linked.clone();
    contoso.admin.add_to_team(&linked, &contoso.manager.user_id().await).await;
    acme.admin.add_to_team(&linked, &acme.manager.user_id().await).await;
    let theirs = contoso.plan(&there).named("theirs").full().active().await;
    let won = Fact::deal("DEAL_WON", "D-9", "2026-02-01").amount("9.00", "USD");
    acme.manager.recorded(&linked, &[won]).await;

    let query = "{ plans { nodes { name } } deals { nodes { reference } } viewer { partnerships { totalCount } } }";
    let seen = async |client: &Client| client.run(query, json!({})).await;
    let both = seen(&acme.admin).await;
    assert_eq!(both["plans"]["nodes"], json!([{ "name": "theirs" }, { "name": "Plan 2026" }]));
    assert_eq!(both["viewer"]["partnerships"]["totalCount"], 2);
    let one = |plan: &str, deal: &str| {
        json!({
            "plans": { "nodes": [{ "name": plan }] }, "deals": { "nodes": [{ "reference": deal }] },
            "viewer": { "partnerships": { "totalCount": if plan == "theirs" { 1 } else { 2 } } },
        })
    };
    assert_eq!(seen(&contoso.admin).await, one("theirs", "D-9"));
    assert_eq!(seen(&world.plan.vendor.admin).await, one("Plan 2026", "D-1"));
    let read = theirs.read(&world.plan.vendor.admin, "id").await;
    assert_eq!(read, Value::Null);
    world.app.check_sums().await;
}

#[tokio::test]
async fn a_revoked_token_opens_nothing() {
    let world = World::new().await;
    let admin = &world.plan.vendor.admin;
    let create = "mutation { createIntegration(input: {
        name: \"CRM\", scopes: [ACTIVITIES_WRITE, ACTIVITIES_READ, PLANS_READ, EVENTS_READ]
    }) { integration { id } token errors { code message path } } }";
    let made = admin.done(create, json!({})).await;
    let crm = world.app.as_bearer(made["token"].as_str().unwrap());
    let query = "{ plans { totalCount } activities { totalCount } deals { totalCount } alerts { totalCount } }";
    let found = crm.run(query, json!({})).await;
    assert_eq!(found["plans"]["totalCount"], 1);
    crm.recorded(&world.plan.partner.partnership, &[Fact::leads(1, "2026-02-01")]).await;

    let revoke = "mutation($id: ID!) { revokeIntegration(input: { integrationId: $id }) { errors { code message path } } }";
    admin.done(revoke, json!({ "id": made["integration"]["id"] })).await;
    for query in
        ["{ plans { totalCount } }", "{ events { edges { cursor } } }", "{ viewer { role } }"]
    {
        let answer = crm.try_run(query, json!({})).await;
        assert_eq!(answer["data"], Value::Null);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    let facts = admin.run("{ activities { totalCount } }", json!({})).await;
    assert_eq!(facts["activities"]["totalCount"], 2);
}

#[tokio::test]
async fn a_token_opens_its_scopes_and_no_more() {
    let world = World::new().await;
    let admin = &world.plan.partner.admin;
    let open = async |scope: &str| {
        let create = "mutation($scope: Scope!) { createIntegration(input: { name: \"x\", scopes: [$scope] }) {
            token errors { code message path }
        } }";
        let made = admin.done(create, json!({ "scope": scope })).await;
        world.app.as_bearer(made["token"].as_str().unwrap())
    };
    let plan = world.id("plan");
    let queries = [
        ("PLANS_READ", "query($id: ID!) { plan(id: $id) { id } plans { totalCount } }"),
        (
            "ACTIVITIES_READ",
            "query($id: ID!) { activities { totalCount } deals { totalCount } unmappedValues(dimension: SEGMENT) { text } node(id: $id) { id } }",
        ),
        (
            "EVENTS_READ",
            "{ alerts { totalCount } events { edges { cursor } } viewer { unreadAlertCount } }",
        ),
    ];
    for scope in ["PLANS_READ", "ACTIVITIES_READ", "EVENTS_READ", "ACTIVITIES_WRITE"] {
        let client = open(scope).await;
        for (needed, query) in &queries {
            let id = if *needed == "ACTIVITIES_READ" { world.id("deal") } else { plan };
            let answer = client.try_run(query, json!({ "id": id })).await;
            if scope == *needed {
                assert!(answer.get("errors").is_none(), "{scope}: {answer}");
            } else {
                let message = format!("the token does not have the scope {needed}");
                assert_eq!(answer["errors"][0]["message"], message, "{scope}");
                assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
                assert_eq!(answer["data"], Value::Null);
            }
        }
    }
}

#[tokio::test]
async fn whoever_leaves_a_team_writes_no_more() {
    let world = World::new().await;
    let (plan, manager) = (&world.plan, &world.plan.partner.manager);
    let remove = "mutation($input: RemoveTeamMemberInput!) { removeTeamMember(input: $input) { errors { code message path } } }";
    let input =
        json!({ "partnershipId": plan.partner.partnership, "userId": manager.user_id().await });
    plan.partner.admin.done(remove, json!({ "input": input })).await;
    let payload = manager.record(&plan.partner.partnership, &[Fact::leads(1, "2026-02-01")]).await;
    assert_eq!(payload["results"][0]["errors"][0]["code"], "FORBIDDEN");
    let refused =
        plan.refused(manager, "setExchangeRate", json!({ "currency": "EUR", "rate": "1" })).await;
    assert_eq!(refused, "FORBIDDEN: setting an exchange rate is not for your role");
    assert_eq!(plan.read(manager, "state").await, "ACTIVE");
    assert_eq!(plan.read(manager, "viewerActions").await, json!([]));
}

//! What partnerships lack of plan and agreement, as each side may know it.

use serde_json::{Value, json};

use crate::support::{Client, TestApp, given::Vendor, planning::bare_mutation};

const GAPS: &str =
    "query($filter: PlanningGapFilter, $first: Int, $after: String, $last: Int, $before: String) {
    planningGaps(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        nodes { kind partnership { id partner { name } } plan { name state } message since }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

/// Somebody's gaps, a line each.
async fn gaps(client: &Client, filter: Value) -> Vec<String> {
    let variables = json!({ "filter": filter, "first": 100 });
    let found = client.run(GAPS, variables).await["planningGaps"].take();
    let lines = lines(&found);
    assert_eq!(found["totalCount"], lines.len());
    lines
}

fn lines(found: &Value) -> Vec<String> {
    let line = |gap: &Value| {
        let word = |value: &Value| value.as_str().unwrap_or("–").to_owned();
        format!(
            "{} {} since {}: {} ({})",
            word(&gap["partnership"]["partner"]["name"]),
            word(&gap["kind"]),
            word(&gap["since"]),
            word(&gap["message"]),
            word(&gap["plan"]["name"]),
        )
    };
    found["nodes"].as_array().unwrap().iter().map(line).collect()
}

async fn agree(client: &Client, partnership: &str, effective_on: &str, expires_on: Option<&str>) {
    let input = json!({
        "partnershipId": partnership, "reference": "MSA", "signedOn": "2024-01-01",
        "effectiveOn": effective_on, "expiresOn": expires_on,
    });
    client.done(&bare_mutation("recordAgreement"), json!({ "input": input })).await;
}

/// A vendor with a partner in each tier: Acme strategic, Globex gold, Initech registered, and Umbrella a registered alliance.
async fn four(app: &TestApp) -> (Vendor, [crate::support::Partner; 4]) {
    let northwind = app.vendor("Northwind").await;
    let partners = [
        app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await,
        app.partner(&northwind, "Globex", "GOLD", "RESELLER").await,
        app.partner(&northwind, "Initech", "REGISTERED", "RESELLER").await,
        app.partner(&northwind, "Umbrella", "REGISTERED", "ALLIANCE").await,
    ];
    (northwind, partners)
}

#[tokio::test]
async fn whoever_is_offered_a_plan_and_has_none_is_listed() {
    let app = TestApp::start().await;
    let (northwind, [acme, globex, initech, umbrella]) = four(&app).await;
    for partner in [&acme, &globex, &initech, &umbrella] {
        agree(&northwind.admin, &partner.partnership, "2020-01-01", None).await;
    }
    let missing = |name: &str| {
        format!("{name} PLAN_MISSING since 2026-06-30: no plan is in force on 2026-06-30 (–)")
    };
    assert_eq!(
        gaps(&northwind.viewer, json!({})).await,
        [missing("Acme"), missing("Globex"), missing("Umbrella")]
    );
    northwind.plan(&acme).full().active().await;
    northwind.plan(&umbrella).full().named("Joint").shared().await;
    assert_eq!(
        gaps(&northwind.viewer, json!({})).await,
        [
            missing("Globex"),
            "Umbrella PLAN_MISSING since 2026-06-30: no plan is in force on 2026-06-30; “Joint” is in negotiation (Joint)".to_owned(),
        ]
    );
    // On another day; the plan of 2026 is over by then.
    let filter = json!({ "on": "2027-02-01", "partnershipId": acme.partnership });
    assert_eq!(
        gaps(&northwind.viewer, filter).await,
        ["Acme PLAN_MISSING since 2027-01-01: no plan is in force on 2027-02-01 (–)"]
    );
    // What the programme offers changes the report, also for one partner type.
    let none = json!({ "tierId": northwind.tier("GOLD").await, "partnerType": "RESELLER", "policy": { "mode": "NONE" } });
    northwind.admin.done(&bare_mutation("setPlanningPolicy"), json!({ "input": none })).await;
    assert_eq!(gaps(&northwind.viewer, json!({})).await.len(), 1);
}

#[tokio::test]
async fn whoever_has_no_agreement_is_listed_and_plans_that_leave_one() {
    let app = TestApp::start().await;
    let (northwind, [acme, globex, initech, umbrella]) = four(&app).await;
    agree(&northwind.manager, &acme.partnership, "2020-01-01", Some("2026-06-29")).await;
    agree(&northwind.manager, &globex.partnership, "2026-06-30", None).await;
    agree(&northwind.manager, &umbrella.partnership, "2026-03-01", Some("2026-06-30")).await;
    let kinds = |kinds: &[&str]| json!({ "kinds": kinds });
    assert_eq!(
        gaps(&northwind.viewer, kinds(&["AGREEMENT_MISSING"])).await,
        [
            "Acme AGREEMENT_MISSING since 2026-06-30: no agreement holds on 2026-06-30 (–)",
            "Initech AGREEMENT_MISSING since 2026-06-30: no agreement holds on 2026-06-30 (–)",
        ]
    );
    northwind.plan(&acme).named("Ends late").full().active().await;
    northwind.plan(&globex).named("Begins early").light().draft().await;
    northwind.plan(&umbrella).named("Inside").between("2026-03-01", "2026-06-30").draft().await;
    let gone = northwind.plan(&umbrella).named("Given up").draft().await;
    gone.change(&northwind.manager, "discardPlan", json!({})).await;
    assert_eq!(
        gaps(&northwind.manager, kinds(&["PLAN_OUTSIDE_AGREEMENT"])).await,
        [
            "Acme PLAN_OUTSIDE_AGREEMENT since 2026-06-30: the agreement expires on 2026-06-29, before “Ends late” ends on 2026-12-31 (Ends late)",
            "Globex PLAN_OUTSIDE_AGREEMENT since 2026-01-01: “Begins early” starts on 2026-01-01, before the agreement does on 2026-06-30 (Begins early)",
        ]
    );
    // Over on that day, and so no gap any more.
    let later = json!({ "kinds": ["PLAN_OUTSIDE_AGREEMENT"], "on": "2027-01-01" });
    assert_eq!(gaps(&northwind.manager, later).await, Vec::<String>::new());
    assert_eq!(gaps(&northwind.manager, kinds(&[])).await, Vec::<String>::new());
    assert_eq!(
        initech.manager.run("{ planningGaps { totalCount } }", json!({})).await["planningGaps"]["totalCount"],
        1
    );
}

#[tokio::test]
async fn each_sees_the_gaps_of_the_own_partnerships_alone() {
    let app = TestApp::start().await;
    let (northwind, [acme, globex, ..]) = four(&app).await;
    let contoso = app.vendor("Contoso").await;
    let linked = app.link(&contoso, &acme, "GOLD").await;
    agree(&northwind.admin, &acme.partnership, "2026-03-01", None).await;
    // A draft that the other side keeps to itself is no part of the other side's report.
    let hidden = northwind.plan(&acme).named("Secret").draft().await;
    let own = gaps(&northwind.manager, json!({ "partnershipId": acme.partnership })).await;
    assert_eq!(
        own,
        [
            "Acme PLAN_MISSING since 2026-06-30: no plan is in force on 2026-06-30; “Secret” is a draft (Secret)",
            "Acme PLAN_OUTSIDE_AGREEMENT since 2026-01-01: “Secret” starts on 2026-01-01, before the agreement does on 2026-03-01 (Secret)",
        ]
    );
    for client in [&northwind.viewer, &acme.admin, &acme.viewer] {
        assert_eq!(
            gaps(client, json!({ "partnershipId": acme.partnership })).await,
            ["Acme PLAN_MISSING since 2026-06-30: no plan is in force on 2026-06-30 (–)"],
            "{}",
            client.email()
        );
    }
    let partnerships = async |client: &Client| {
        let found = client.run(GAPS, json!({ "first": 100 })).await["planningGaps"].take();
        let mut ids: Vec<String> = found["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|gap| gap["partnership"]["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let mut both = vec![acme.partnership.clone(), linked.clone()];
    both.sort();
    assert_eq!(partnerships(&acme.viewer).await, both);
    assert_eq!(partnerships(&globex.viewer).await, vec![globex.partnership.clone()]);
    assert_eq!(partnerships(&contoso.viewer).await, vec![linked.clone()]);
    assert_eq!(partnerships(&northwind.viewer).await.len(), 4);
    // Another's partnership is as good as none.
    for (client, of) in [
        (&globex.admin, &acme.partnership),
        (&contoso.admin, &acme.partnership),
        (&northwind.admin, &linked),
    ] {
        assert_eq!(gaps(client, json!({ "partnershipId": of })).await, Vec::<String>::new());
    }
    let refused = app.as_stranger().try_run(GAPS, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(hidden.read(&acme.admin, "id").await, Value::Null);
}

#[tokio::test]
async fn a_token_needs_the_scope_to_read_plans() {
    let app = TestApp::start().await;
    let (northwind, _) = four(&app).await;
    let create =
        "mutation($scope: Scope!) { createIntegration(input: { name: \"x\", scopes: [$scope] }) {
        token errors { code message path }
    } }";
    for (scope, may) in [("PLANS_READ", true), ("EVENTS_READ", false)] {
        let made = northwind.admin.done(create, json!({ "scope": scope })).await;
        let answer = app.as_bearer(made["token"].as_str().unwrap()).try_run(GAPS, json!({})).await;
        assert_eq!(answer.get("errors").is_none(), may, "{answer}");
    }
}

#[tokio::test]
async fn the_report_is_paged_both_ways() {
    let app = TestApp::start().await;
    let (northwind, _) = four(&app).await;
    let all = gaps(&northwind.viewer, json!({})).await;
    // Three without a plan, four without an agreement, two and two of the same partnership side by side.
    assert_eq!(all.len(), 7);
    let walk = async |size: &str, from: &str, cursor: &str, more: &str| {
        let mut variables = json!({});
        let mut pages = Vec::new();
        loop {
            variables[size] = json!(3);
            let page = northwind.viewer.run(GAPS, variables.clone()).await["planningGaps"].take();
            assert_eq!(page["totalCount"], 7);
            pages.push(lines(&page));
            if page["pageInfo"][more] == false {
                return pages;
            }
            variables[from] = page["pageInfo"][cursor].clone();
        }
    };
    let forward = walk("first", "after", "endCursor", "hasNextPage").await;
    assert_eq!(forward.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(forward.concat(), all);
    let mut backward = walk("last", "before", "startCursor", "hasPreviousPage").await;
    backward.reverse();
    assert_eq!(backward.concat(), all);

    for (variables, told) in [
        (json!({ "first": 101 }), "first: 101 is not between 1 and 100"),
        (json!({ "after": "x" }), "after: not a cursor of this list"),
    ] {
        let refused = northwind.viewer.try_run(GAPS, variables).await;
        assert_eq!(refused["errors"][0]["message"], told);
    }
}

#[tokio::test]
async fn today_is_today_where_the_vendor_is() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    agree(&northwind.admin, &acme.partnership, "2026-07-01", None).await;
    let kinds = json!({ "kinds": ["AGREEMENT_MISSING"] });
    assert_eq!(gaps(&acme.viewer, kinds.clone()).await.len(), 1);
    let zone = json!({ "input": { "timeZone": "Pacific/Kiritimati" } });
    northwind.admin.done(&bare_mutation("setVendorSettings"), zone).await;
    assert_eq!(gaps(&acme.viewer, kinds).await, Vec::<String>::new());
}

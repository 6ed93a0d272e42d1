//! What a load records, and what it says of each row.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{CSV, NDJSON, answered, leads, lines, load, loaded, n_facts, packed, told};
use crate::support::{Fact, TestApp, given::id_of};

#[tokio::test]
async fn a_load_is_recorded_chunk_by_chunk_and_again_changes_nothing() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let body = leads(&plan.partner.partnership, 2_500);
    let first = loaded(&house, &plan.vendor.manager, NDJSON, "", &body).await;
    assert_snapshot!(told(&first), @r"
    chunk 1: 1000 read, 1000 recorded
    chunk 2: 2000 read, 2000 recorded
    chunk 3: 2500 read, 2500 recorded
    complete: 2500 read, 2500 recorded
    ");
    assert_eq!(n_facts(&plan).await, 2_500);
    let total = plan.read(&plan.vendor.viewer, "progress { total { leads } }").await;
    assert_eq!(total["total"]["leads"], "2500");
    app.check_sums().await;

    let request = load(&house, &plan.partner.manager, NDJSON, "").await;
    let request = request.header("content-encoding", "gzip").body(packed(&body));
    let again = answered(request.send().await.unwrap()).await;
    assert_eq!(again.len(), 2_500 + 3 + 1);
    assert_eq!(again[0]["outcome"], "DUPLICATE");
    assert_eq!(again[0]["externalId"], "lead 1");
    assert_snapshot!(told(&again[again.len() - 1..]), @"complete: 2500 read, 2500 duplicates");
    let short = loaded(&house, &plan.vendor.manager, NDJSON, "?report=rejected", &body).await;
    assert_eq!(short.len(), 4);
    assert_eq!(n_facts(&plan).await, 2_500);
}

#[tokio::test]
async fn each_bad_row_comes_back_with_its_line_and_field() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let ours = &plan.partner.partnership;
    let won = |name: &str| Fact::deal("DEAL_WON", name, "2026-02-01").amount("5.00", "USD");
    let good = lines(ours, [won("D-1")]);
    let mut body = good.clone();
    body.push_str("\nnonsense\n[]\n");
    let bad = [
        won("D-2").with("occurredOn", json!("2027-01-01")),
        won("D-3").amount("5.005", "USD"),
        won("D-4").amount("5.00", "QQQ"),
        won("D-5").with("kind", json!("DEAL_LOVED")),
        won("D-6").with("colour", json!("red")),
        won("D-7").with("occurredOn", json!(20_260_201)),
        won("D-1").amount("6.00", "USD"),
        won("D-8").superseding(ours),
    ];
    body.push_str(&lines(ours, bad));
    body.push_str(&lines("pshp_01h455vb4pex5vsknk084sn02q", [won("D-9")]));
    body.push_str(&lines(ours, [won("D-10")]));
    body.push_str(&good);
    let answer = loaded(&house, &plan.vendor.manager, NDJSON, "", &body).await;
    let told = told(&answer).replace(ours, "OURS");
    let known = answer.iter().find_map(|line| line["errors"][0]["existingId"].as_str()).unwrap();
    assert_snapshot!(told.replace(known, "KNOWN"), @r#"
    3 REJECTED VALIDATION_FAILED row: is no JSON: expected ident at line 1 column 2
    4 REJECTED VALIDATION_FAILED row: expected type "ActivityInput"
    5 REJECTED VALIDATION_FAILED occurredOn=2027-01-01: 2027-01-01 is in the future
    6 REJECTED VALIDATION_FAILED deal.amount=5.005: 5.005 has more than 2 decimal places
    7 REJECTED VALIDATION_FAILED details.deal.amount.currency=QQQ: Failed to parse "CurrencyCode": `QQQ` is not a currency code of ISO 4217
    8 REJECTED VALIDATION_FAILED kind=DEAL_LOVED: expected type "ActivityKind"
    9 REJECTED VALIDATION_FAILED row: "ActivityInput" has no field "colour"
    10 REJECTED VALIDATION_FAILED occurredOn=20260201: Expected input type "Date", found 20260201.
    11 REJECTED ACTIVITY_CONFLICT externalId=D-1 DEAL_WON 2026-02-01: `D-1 DEAL_WON 2026-02-01` is known with other content; say `supersedes: "KNOWN"`
    12 REJECTED VALIDATION_FAILED activity: Failed to parse "ID": `OURS` is not an id of the form `actv_…` (occurred while parsing "ActivityInput")
    13 REJECTED NOT_FOUND partnershipId=pshp_01h455vb4pex5vsknk084sn02q: `pshp_01h455vb4pex5vsknk084sn02q` not found
    15 DUPLICATE
    chunk 1: 14 read, 2 recorded, 1 duplicates, 11 rejected
    complete: 14 read, 2 recorded, 1 duplicates, 11 rejected
    "#);
    assert_eq!(n_facts(&plan).await, 2);
    app.check_sums().await;
}

#[tokio::test]
async fn a_dry_run_leaves_nothing_and_all_or_nothing_means_each_chunk() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let ours = &plan.partner.partnership;
    let manager = &plan.vendor.manager;
    let mut body = leads(ours, 1_000);
    body.push_str(&lines(ours, [Fact::leads(0, "2026-02-01"), Fact::leads(7, "2026-02-01")]));
    let dry = loaded(&house, manager, NDJSON, "?dryRun=true", &body).await;
    assert_snapshot!(told(&dry), @r"
    chunk 1: 1000 read, 1000 recorded
    1001 REJECTED VALIDATION_FAILED marketing.leads=0: 0 leads cannot be delivered
    chunk 2: 1002 read, 1001 recorded, 1 rejected
    complete: 1002 read, 1001 recorded, 1 rejected
    ");
    assert_eq!(n_facts(&plan).await, 0);
    let all = loaded(&house, manager, NDJSON, "?mode=all-or-nothing", &body).await;
    assert_snapshot!(told(&all), @r"
    chunk 1: 1000 read, 1000 recorded
    1001 REJECTED VALIDATION_FAILED marketing.leads=0: 0 leads cannot be delivered
    1002 REJECTED BATCH_REFUSED mode: another row of this all-or-nothing batch is bad
    chunk 2: 1002 read, 1000 recorded, 2 rejected
    complete: 1002 read, 1000 recorded, 2 rejected
    ");
    assert_eq!(n_facts(&plan).await, 1_000);
}

#[tokio::test]
async fn a_table_names_its_columns_as_the_fields_of_a_fact() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let ours = &plan.partner.partnership;
    let table = format!(
        "partnershipId,source,externalId,kind,occurredOn,details.deal.reference,details.deal.amount.amount,\
         details.deal.amount.currency,details.marketing.leads\r\n\
         {ours},crm,1,DEAL_WON,2026-02-01,\"D-1, big\",10.50,USD,\r\n\
         {ours},crm,2,LEADS_DELIVERED,2026-02-02,,,,12\r\n\
         {ours},crm,3,LEADS_DELIVERED,2026-02-02,,,,many\r\n\
         {ours},crm,4,DEAL_WON,2026-02-01,D-2,10.50\r\n"
    );
    let answer = loaded(&house, &plan.partner.manager, CSV, "", &table).await;
    assert_snapshot!(told(&answer), @r#"
    4 REJECTED VALIDATION_FAILED details.marketing.leads=many: expected type "Int"
    5 REJECTED VALIDATION_FAILED row: has 7 cells instead of 9
    chunk 1: 4 read, 2 recorded, 2 rejected
    complete: 4 read, 2 recorded, 2 rejected
    "#);
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "10.50");
    let total = plan.read(&plan.vendor.viewer, "progress { total { leads } }").await;
    assert_eq!(total["total"]["leads"], "12");
    let found = plan.vendor.viewer.run("{ activities { nodes { provenance } } }", json!({})).await;
    assert_eq!(found["activities"]["nodes"][0]["provenance"], "SELF_REPORTED");
}

#[tokio::test]
async fn loads_are_recorded_by_those_who_may_record() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let ours = &plan.partner.partnership;
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    for (client, expected) in [
        (&plan.vendor.viewer, "FORBIDDEN"),
        (&plan.partner.executive, "FORBIDDEN"),
        (&globex.admin, "NOT_FOUND"),
        (&contoso.admin, "NOT_FOUND"),
    ] {
        let answer = loaded(&house, client, NDJSON, "", &leads(ours, 1)).await;
        assert_eq!(answer[0]["errors"][0]["code"], expected, "{}", client.email());
        // The rival is told what anybody is told of a partnership that does not exist.
        let none = "pshp_01h455vb4pex5vsknk084sn02q";
        let nobody = loaded(&house, client, NDJSON, "", &leads(none, 1)).await;
        let told = told(&answer).replace(ours, none);
        assert_eq!(told == super::told(&nobody), expected == "NOT_FOUND");
    }
    assert_eq!(n_facts(&plan).await, 0);

    let url = format!("http://{}/ingest/activities", house.address);
    let send = |token: Option<&str>, kind: &str, encoding: &str, query: &str| {
        let request = reqwest::Client::new().post(format!("{url}{query}"));
        let request = request.header("content-type", kind).header("content-encoding", encoding);
        let request = request.body(leads(ours, 1));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
        .send()
    };
    let token = plan.vendor.manager.bearer().await;
    let create = "mutation { createIntegration(input: { name: \"BI\", scopes: [PLANS_READ] }) {
        integration { id } token errors { code message path } } }";
    let reading = plan.vendor.admin.done(create, json!({})).await;
    let reading = reading["token"].as_str();
    for (token, kind, encoding, query, status, code) in [
        (None, NDJSON, "identity", "", 401, "UNAUTHENTICATED"),
        (Some("jbp_nobody"), NDJSON, "identity", "", 401, "UNAUTHENTICATED"),
        (reading, NDJSON, "identity", "", 403, "FORBIDDEN"),
        (Some(token.as_str()), "application/json", "identity", "", 415, "BAD_USER_INPUT"),
        (Some(token.as_str()), "text/csv; charset=latin1", "identity", "", 415, "BAD_USER_INPUT"),
        (Some(token.as_str()), NDJSON, "br", "", 415, "BAD_USER_INPUT"),
        (Some(token.as_str()), NDJSON, "gzip", "", 400, "BAD_USER_INPUT"),
        (Some(token.as_str()), NDJSON, "identity", "?dryrun=true", 400, "BAD_USER_INPUT"),
        (Some(token.as_str()), NDJSON, "identity", "?mode=some", 400, "BAD_USER_INPUT"),
        (
            Some(token.as_str()),
            NDJSON,
            "identity",
            "?mapping=none&mapping=none",
            400,
            "BAD_USER_INPUT",
        ),
        (Some(token.as_str()), CSV, "identity", "?mapping=plan_1", 400, "BAD_USER_INPUT"),
    ] {
        let response = send(token, kind, encoding, query).await.unwrap();
        assert_eq!(response.status(), status, "{kind} {encoding} {query}");
        assert_eq!(response.headers().contains_key("www-authenticate"), status == 401);
        let answer = answered(response).await;
        assert_eq!(answer[0]["error"]["code"], code, "{kind} {encoding} {query}");
        assert_eq!((answer.len(), &answer[0]["complete"]), (1, &Value::Bool(false)));
    }
    let get = reqwest::Client::new().get(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(get.status(), 405);
    assert_eq!(n_facts(&plan).await, 0);

    // An integration with the scope records, and what it records is its vendor's word.
    let create = create.replace("PLANS_READ", "ACTIVITIES_WRITE");
    let writing = plan.vendor.admin.done(&create, json!({})).await;
    id_of(&writing["integration"]);
    let response = send(writing["token"].as_str(), NDJSON, "identity", "").await.unwrap();
    assert_eq!(
        told(&answered(response).await),
        "chunk 1: 1 read, 1 recorded\ncomplete: 1 read, 1 recorded"
    );
}

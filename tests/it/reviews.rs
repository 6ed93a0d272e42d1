//! Reviews: held, frozen, confirmed; what they leave to be done, and what brings a plan back on course.

mod actions;
mod around;
mod comparing;
mod holding;
mod isolation;
mod minutes;
mod pre_read;
mod recovery;

use serde_json::{Value, json};

use crate::support::{Client, Fact, GivenPlan, TestApp, given::id_of};

/// A plan of 2026 in force since 15 January, one deal of it won on 15 March; it is noon of 10 April, the day of the first review.
async fn in_april(app: &TestApp) -> GivenPlan {
    app.set_time("2026-01-15T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().active().await;
    app.set_time("2026-03-20T12:00:00Z");
    win(&plan, "D-1", "100000.00", "2026-03-15").await;
    app.set_time("2026-04-10T12:00:00Z");
    plan
}

async fn win(plan: &GivenPlan, deal: &str, amount: &str, on: &str) {
    let won = Fact::deal("DEAL_WON", deal, on).amount(amount, "USD");
    plan.vendor.manager.recorded(&plan.partner.partnership, &[won]).await;
}

/// A mutation by its name and what is wanted of its payload: `("holdReview", "review { state }")`.
fn mutation(name: &str, wanted: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!(
        "mutation($input: {}{rest}Input!) {{ {name}(input: $input) {{ {wanted} errors {{ code message path }} }} }}",
        first.to_uppercase()
    )
}

/// The id of a review by its number.
async fn review(plan: &GivenPlan, number: usize) -> String {
    id_of(&plan.read(&plan.vendor.admin, "reviews { id }").await[number - 1])
}

/// Fields of a review, as somebody sees it.
async fn read(plan: &GivenPlan, client: &Client, number: usize, fields: &str) -> Value {
    let field = format!("reviews {{ {fields} }}");
    plan.read(client, &field).await[number - 1].take()
}

/// Does something with a review that must succeed, and gives its state.
async fn act(client: &Client, name: &str, id: &str, mut input: Value) -> Value {
    input["reviewId"] = json!(id);
    let query = mutation(name, "review { state }");
    client.done(&query, json!({ "input": input })).await["review"]["state"].take()
}

/// Why something with a review is refused.
async fn refused(client: &Client, name: &str, id: &str, mut input: Value) -> String {
    input["reviewId"] = json!(id);
    client.refused(&mutation(name, "review { state }"), json!({ "input": input })).await
}

/// Something that somebody is to do by the end of May.
async fn to_do(title: &str, owner: &Client) -> Value {
    json!({ "title": title, "ownerId": owner.user_id().await, "dueOn": "2026-05-31" })
}

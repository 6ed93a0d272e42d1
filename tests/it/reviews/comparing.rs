//! Two reviews of a plan, side by side.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{act, in_april, read, review, win};
use crate::support::TestApp;

#[tokio::test]
async fn two_held_reviews_are_compared_by_their_frozen_figures() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let (first, second) = (review(&plan, 1).await, review(&plan, 2).await);
    act(&plan.vendor.manager, "holdReview", &first, json!({})).await;
    let compared = async |number: usize, with: &str, fields: &str| {
        let field = format!("comparison(with: \"{with}\") {{ {fields} }}");
        read(&plan, &plan.partner.viewer, number, &field).await["comparison"].take()
    };
    for (number, with) in [(1, second.as_str()), (2, first.as_str()), (2, second.as_str())] {
        assert_eq!(compared(number, with, "beforeOn").await, Value::Null, "{number}");
    }
    app.set_time("2026-07-10T12:00:00Z");
    win(&plan, "D-2", "450000.00", "2026-06-30").await;
    act(&plan.partner.manager, "holdReview", &second, json!({})).await;
    // What comes later changes neither of them.
    app.set_time("2026-07-11T12:00:00Z");
    win(&plan, "D-3", "1.00", "2026-03-31").await;
    let fields = "beforeOn afterOn scoreBefore scoreAfter healthBefore healthAfter
        vendorPromisesKeptBefore vendorPromisesKeptAfter partnerPromisesKeptBefore partnerPromisesKeptAfter
        targets { name before { actual attainment pace status } after { actual attainment pace status } }";
    assert_snapshot!(serde_json::to_string_pretty(&compared(2, &first, fields).await).unwrap(), @r#"
    {
      "afterOn": "2026-07-10",
      "beforeOn": "2026-04-10",
      "healthAfter": "ON_TRACK",
      "healthBefore": "BEHIND",
      "partnerPromisesKeptAfter": null,
      "partnerPromisesKeptBefore": null,
      "scoreAfter": "100.0000",
      "scoreBefore": "36.0000",
      "targets": [
        {
          "after": {
            "actual": "550000.00",
            "attainment": "0.5500",
            "pace": "1.0439",
            "status": "ON_TRACK"
          },
          "before": {
            "actual": "100000.00",
            "attainment": "0.1000",
            "pace": "0.3600",
            "status": "BEHIND"
          },
          "name": "Revenue"
        }
      ],
      "vendorPromisesKeptAfter": null,
      "vendorPromisesKeptBefore": null
    }
    "#);
    let days = compared(1, &second, "beforeOn afterOn").await;
    assert_eq!(days, json!({ "beforeOn": "2026-07-10", "afterOn": "2026-04-10" }));
    let same = compared(1, &first, "scoreBefore scoreAfter").await;
    assert_eq!(same["scoreBefore"], same["scoreAfter"]);
}

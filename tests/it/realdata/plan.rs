//! The plans of the expected file, and how they are drafted and signed.

use serde_json::{Value, json};

use super::{
    house::{Dimensions, House},
    raw::Deal,
};
use crate::support::{Draft, Partner};

/// A target of a plan, as the test knows it.
#[derive(Clone, Debug)]
pub struct Aim {
    pub name: String,
    pub metric: &'static str,
    /// In whole dollars, deals, courses or leads.
    pub amount: i64,
    /// Its share of the score; parts of a split have none.
    pub weight: Option<i64>,
    /// Its percentages by quarter; none where every month is the same.
    pub quarters: Option<[i64; 4]>,
    pub part: Option<Part>,
}

/// A part of the split of the revenue.
#[derive(Clone, Debug)]
pub struct Part {
    pub dimension: &'static str,
    /// What the part names; none for the rest.
    pub value: Option<String>,
    /// All that the split names.
    pub named: Vec<String>,
}

impl Aim {
    /// Whether a deal counts towards it.
    pub fn admits(&self, deal: &Deal) -> bool {
        let Some(part) = &self.part else { return true };
        let of = match part.dimension {
            "PRODUCT_LINE" => deal.series.as_str(),
            "SEGMENT" => &deal.segment,
            _ => deal.country,
        };
        match &part.value {
            Some(value) => value == of,
            None => !part.named.iter().any(|named| named == of),
        }
    }

    pub fn is_about_deals(&self) -> bool {
        matches!(self.metric, "REVENUE" | "DEALS_REGISTERED")
    }
}

/// The targets that the expected file plans: revenue with its three splits, registrations, training, leads.
pub fn aims(planned: &Value) -> Vec<Aim> {
    let amounts = |name: &str| -> Vec<(String, i64)> {
        let of = planned[name].as_object().unwrap();
        of.iter().map(|(value, amount)| (value.clone(), amount.as_i64().unwrap())).collect()
    };
    let lines = amounts("revenue_target_usd_by_product_line");
    let total: i64 = lines.iter().map(|(_, amount)| amount).sum();
    let top = |name: &str, metric, amount: Option<i64>, weight, quarters| Aim {
        name: name.to_owned(),
        metric,
        amount: amount.unwrap(),
        weight: Some(weight),
        quarters,
        part: None,
    };
    let revenue = top("Revenue", "REVENUE", Some(total), 50, Some([15, 20, 25, 40]));
    let registrations = planned["cumulative_registrations_milestones"]["2017-12-31"].as_i64();
    let mut aims = vec![
        revenue.clone(),
        top("Deals", "DEALS_REGISTERED", registrations, 20, Some([20, 27, 42, 11])),
        top(
            "Training",
            "TRAINING_COMPLETIONS",
            planned["training_completions_target"].as_i64(),
            15,
            None,
        ),
        top("Leads", "LEADS", planned["expected_leads_target"].as_i64(), 15, None),
    ];
    let us = planned["revenue_target_usd_by_geography"]["US"].as_i64().unwrap();
    for (dimension, parts) in [
        ("PRODUCT_LINE", lines),
        ("SEGMENT", amounts("revenue_target_usd_by_segment")),
        ("GEOGRAPHY", vec![("US".to_owned(), us)]),
    ] {
        let named: Vec<String> = parts.iter().map(|(value, _)| value.clone()).collect();
        let rest = total - parts.iter().map(|(_, amount)| amount).sum::<i64>();
        let parts = parts.into_iter().map(|(value, amount)| (Some(value), amount));
        for (value, amount) in parts.chain((rest > 0).then_some((None, rest))) {
            let shown = value.as_deref().unwrap_or("other");
            aims.push(Aim {
                name: format!("Revenue {dimension} {shown}"),
                amount,
                weight: None,
                part: Some(Part { dimension, value, named: named.clone() }),
                ..revenue.clone()
            });
        }
    }
    aims
}

/// The milestones that the expected file plans: how many registrations by which day.
pub fn milestones(planned: &Value) -> Vec<(String, i64)> {
    let of = planned["cumulative_registrations_milestones"].as_object().unwrap();
    of.iter().map(|(day, count)| (day.clone(), count.as_i64().unwrap())).collect()
}

/// Drafts what the expected file plans for a partner, with all else that makes it ready, and has both sign it; gives its id.
pub async fn agreed(
    house: &House,
    partner: &Partner,
    planned: &Value,
    known: &Dimensions,
) -> String {
    let manager = &house.vendor.manager;
    let (ours, theirs) = (manager.user_id().await, partner.manager.user_id().await);
    let mut draft = Draft::begin(manager, &partner.partnership, "FY 2017", "2017-01-01").await;
    let mut revenue = String::new();
    for aim in aims(planned) {
        let mut target = json!({ "name": aim.name, "metric": aim.metric, "weight": aim.weight });
        target["amount"] = json!(aim.amount.to_string());
        if let Some(quarters) = aim.quarters {
            let weights = quarters.map(|weight| weight.to_string());
            target["phasing"] = json!({ "quarterlyWeights": weights });
        }
        if let Some(part) = &aim.part {
            target["partOf"] = json!({
                "parentId": revenue, "dimension": part.dimension, "isOther": part.value.is_none(),
            });
            let field = match part.dimension {
                "PRODUCT_LINE" => "productLineId",
                "SEGMENT" => "segmentId",
                _ => "geographyId",
            };
            target[field] = json!(part.value.as_ref().map(|code| known.id(part.dimension, code)));
        }
        let id = draft.target(target).await;
        if aim.name == "Revenue" {
            revenue = id;
        }
    }

    for (day, count) in milestones(planned) {
        let terms = json!({ "kind": "DEAL_REGISTRATION", "metric": "DEALS_REGISTERED" });
        draft
            .commitment(json!({
                "title": format!("{count} registrations"), "owedBy": "PARTNER", "ownerId": theirs,
                "dueOn": day, "quantity": count.to_string(), "terms": { "pipelineMilestone": terms },
            }))
            .await;
    }
    let programmes = json!({
        "mdfAllocated": planned["mdf_budget_usd"].to_string(),
        "expectedLeads": planned["expected_leads_target"],
    });
    for (title, owed_by, owner, due_on, quantity, terms) in [
        ("Programmes", "JOINT", &ours, "2017-12-31", "16", json!({ "coMarketing": programmes })),
        (
            "Co-selling",
            "VENDOR",
            &ours,
            "2017-06-15",
            "40",
            json!({ "vendorSupport": "CO_SELL_RESOURCE" }),
        ),
        (
            "Material",
            "VENDOR",
            &ours,
            "2017-05-31",
            "10",
            json!({ "vendorSupport": "MARKETING_MATERIALS" }),
        ),
    ] {
        draft
            .commitment(json!({
                "title": title, "owedBy": owed_by, "ownerId": owner, "dueOn": due_on,
                "quantity": quantity, "terms": terms,
            }))
            .await;
    }
    let cadence = json!({ "cadence": "QUARTERLY", "kind": "BUSINESS_REVIEW", "format": "REMOTE" });
    draft.change("setReviewCadence", cadence).await;
    let sponsors = json!({
        "vendorSponsorId": house.vendor.executive.user_id().await,
        "partnerSponsorId": partner.executive.user_id().await,
    });
    draft.change("editPlan", sponsors).await;
    draft.agree(&house.vendor, partner).await
}

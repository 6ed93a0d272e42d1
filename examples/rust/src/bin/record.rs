//! Records the life of a deal: `record [DAY]`. Run it again, and the server knows all of it already.

use anyhow::{Context, Result, bail};
use chrono::Utc;
use jbp_example::{
    Partnerships, Record, ask, partnerships,
    record::{
        ActivityDetailsInput, ActivityInput, ActivityKind, DealFactInput, MoneyInput,
        RecordActivitiesInput, RecordingMode, Variables,
    },
};

const KINDS: [ActivityKind; 3] =
    [ActivityKind::DEAL_REGISTERED, ActivityKind::DEAL_APPROVED, ActivityKind::DEAL_WON];

#[tokio::main]
async fn main() -> Result<()> {
    let day = std::env::args().nth(1).unwrap_or_else(|| Utc::now().date_naive().to_string());
    let viewer = ask::<Partnerships>(partnerships::Variables {}).await?.viewer;
    let partnership = viewer.partnerships.nodes.first().context("you have no partnership")?;

    let activities = KINDS.iter().map(|kind| fact(&partnership.id, &day, kind)).collect();
    let input = RecordActivitiesInput {
        activities,
        mode: RecordingMode::PER_ITEM,
        dry_run: false,
        idempotency_key: None,
    };
    let recorded = ask::<Record>(Variables { input }).await?.record_activities;
    if let Some(error) = recorded.errors.first() {
        bail!("{}", error.message);
    }
    for (kind, row) in KINDS.iter().zip(recorded.results.unwrap_or_default()) {
        println!("{kind:?} {:?}", row.outcome);
        for error in row.errors {
            println!("  {}", error.message);
        }
    }
    Ok(())
}

/// Source and external id name a fact for good: whatever is sent under them again is known.
fn fact(partnership: &str, day: &str, kind: &ActivityKind) -> ActivityInput {
    let deal = DealFactInput {
        reference: format!("{day}-1001"),
        amount: Some(MoneyInput { amount: "36500.00".to_owned(), currency: "EUR".to_owned() }),
        customer: None,
        rep: None,
        expected_close_on: None,
        stage: None,
        probability: None,
    };
    ActivityInput {
        partnership_id: partnership.to_owned(),
        source: "my-crm".to_owned(),
        external_id: format!("{day}-1001-{kind:?}"),
        kind: kind.clone(),
        occurred_on: day.to_owned(),
        details: ActivityDetailsInput::Deal(deal),
        product_line: None,
        segment: None,
        country: None,
        supersedes: None,
        reason: None,
    }
}

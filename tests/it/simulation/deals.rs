//! What fifty partners do with deals in a year: as the real export tells it, or made up in the same shape where there is none.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::{N_PLANS, YEAR};
use crate::support::Fact;

/// The product lines that the vendor knows.
pub const LINES: [&str; 3] = ["GTK", "GTX", "MG"];

/// Something that happened to a deal.
#[derive(Clone, Debug)]
pub struct Happening {
    pub on: NaiveDate,
    pub kind: &'static str,
    pub deal: String,
    pub line: String,
    pub amount: String,
}

impl Happening {
    /// The fact that tells of it.
    pub fn fact(&self) -> Fact {
        let fact = Fact::deal(self.kind, &self.deal, &self.on.to_string());
        let fact = if self.kind == "DEAL_LOST" { fact } else { fact.amount(&self.amount, "USD") };
        fact.with("productLine", json!(self.line))
    }

    /// What it brought in dollars.
    pub fn won(&self) -> f64 {
        if self.kind == "DEAL_WON" { self.amount.parse().unwrap() } else { 0.0 }
    }
}

/// What happened to the deals of each partner, day by day.
pub type Story = Vec<Vec<Happening>>;

/// As the export tells it: each of the first fifty customers of the vendor is one of its partners here.
pub fn exported(data: &Path) -> Story {
    let mut reader = csv::Reader::from_path(data.join("maven-crm/replay-events.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> =
        reader.deserialize().map(|row| row.unwrap()).collect();
    let accounts: BTreeSet<&str> = rows.iter().map(|row| row["account"].as_str()).collect();
    let accounts: Vec<&str> =
        accounts.into_iter().filter(|account| !account.is_empty()).take(N_PLANS).collect();
    let mut story = vec![Vec::new(); accounts.len()];
    for row in &rows {
        let Some(of) = accounts.iter().position(|account| *account == row["account"]) else {
            continue;
        };
        let (kind, amount) = match row["event_type"].as_str() {
            "deal.registered" => ("DEAL_REGISTERED", &row["list_amount_usd"]),
            "deal.won" => ("DEAL_WON", &row["amount_usd"]),
            _ => ("DEAL_LOST", &row["amount_usd"]),
        };
        let on: NaiveDate = row["event_date"].parse().unwrap();
        if on < NaiveDate::from_ymd_opt(YEAR, 1, 1).unwrap() {
            continue;
        }
        story[of].push(Happening {
            on,
            kind,
            deal: row["deal_id"].clone(),
            line: row["product_line"].clone(),
            amount: amount.clone(),
        });
    }
    sorted(story)
}

/// Made up: some win early, some late, some little.
pub fn made_up() -> Story {
    let mut state = 20_170_101_u64;
    let mut dice = |n: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let first = NaiveDate::from_ymd_opt(YEAR, 1, 1).unwrap();
    let mut story = vec![Vec::new(); N_PLANS];
    for (of, happenings) in story.iter_mut().enumerate() {
        for n in 0..40 + dice(40) {
            let registered = first + Days::new(dice(340));
            let amount =
                [55, 550, 1_096, 3_393, 4_821, 5_482, 26_768][usize::try_from(dice(7)).unwrap()];
            let line = LINES[usize::try_from(dice(3)).unwrap()];
            let mut happens = |on, kind| {
                happenings.push(Happening {
                    on,
                    kind,
                    deal: format!("M{of}-{n}"),
                    line: line.to_owned(),
                    amount: amount.to_string(),
                });
            };
            happens(registered, "DEAL_REGISTERED");
            let closed = registered + Days::new(8 + dice(90));
            match dice(10) {
                0..5 => happens(closed, "DEAL_WON"),
                5..8 => happens(closed, "DEAL_LOST"),
                _ => {}
            }
        }
    }
    sorted(story)
}

fn sorted(mut story: Story) -> Story {
    for happenings in &mut story {
        happenings.sort_by(|one, other| (one.on, &one.deal).cmp(&(other.on, &other.deal)));
    }
    story
}

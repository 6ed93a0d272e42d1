//! Where a plan has to stand, by the rules of the domain and the raw files: computed here once more, by other means.

use std::cmp::Ordering;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::{
    plan::{Aim, aims, milestones},
    raw::{Deal, Raw},
};

const MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// An exact ratio; the denominator is positive.
#[derive(Clone, Copy, Debug)]
struct Ratio(i128, i128);

impl Ratio {
    fn of(numerator: i64, denominator: i64) -> Self {
        Self(numerator.into(), denominator.into())
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0 * other.1 + other.0 * self.1, self.1 * other.1).lowest()
    }

    fn over(self, other: Self) -> Self {
        Self(self.0 * other.1, self.1 * other.0).lowest()
    }

    fn lowest(self) -> Self {
        let (mut a, mut b) = (self.0.abs(), self.1);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Self(self.0 / a.max(1), self.1 / a.max(1))
    }

    fn cmp(self, other: Self) -> Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }

    fn is_at_least(self, percent: i64) -> bool {
        self.cmp(Self::of(percent, 100)) != Ordering::Less
    }

    /// As a decimal with so many places, half to even.
    fn decimal(self, places: usize) -> String {
        let scale = 10_i128.pow(u32::try_from(places).unwrap());
        let (scaled, rest) = (self.0 * scale / self.1, self.0 * scale % self.1);
        let rounded = match (2 * rest).cmp(&self.1) {
            Ordering::Less => scaled,
            Ordering::Equal => scaled + scaled % 2,
            Ordering::Greater => scaled + 1,
        };
        if places == 0 {
            return rounded.to_string();
        }
        format!("{}.{:0places$}", rounded / scale, rounded % scale)
    }
}

/// `total` in proportion to `weights`: the largest remainders get what is left over, the earliest first among equals.
fn shared(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i64 = weights.iter().sum();
    let mut parts: Vec<i64> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| -(total * weights[*at] % sum));
    let left = total - parts.iter().sum::<i64>();
    for at in order.into_iter().take(usize::try_from(left).unwrap()) {
        parts[at] += 1;
    }
    parts
}

/// The day's number in 2017, from 1.
fn ordinal(day: &str) -> i64 {
    let first: NaiveDate = "2016-12-31".parse().unwrap();
    (day.parse::<NaiveDate>().unwrap() - first).num_days()
}

/// What is due of an aim by a day, in smallest units.
fn expected(aim: &Aim, total: i64, day: &str) -> Ratio {
    let (weights, lengths) = match aim.quarters {
        Some(quarters) => {
            (quarters.to_vec(), MONTHS.chunks(3).map(|months| months.iter().sum()).collect())
        }
        None => (vec![1; 12], MONTHS.to_vec()),
    };
    let mut left = ordinal(day);
    let mut due = Ratio(0, 1);
    for (amount, length) in shared(total, &weights).into_iter().zip(lengths) {
        let elapsed = left.clamp(0, length);
        due = due.plus(Ratio::of(amount * elapsed, length));
        left -= length;
    }
    due
}

/// The eight rules of domain §5, in the year itself.
fn status(actual: i64, total: i64, pace: Option<Ratio>, day: &str) -> &'static str {
    match pace {
        _ if actual >= total => "ACHIEVED",
        None => "ON_TRACK",
        Some(_) if ordinal(day) <= 14 => "ON_TRACK",
        Some(pace) if pace.is_at_least(110) => "AHEAD",
        Some(pace) if pace.is_at_least(90) => "ON_TRACK",
        Some(pace) if pace.is_at_least(75) => "AT_RISK",
        Some(_) => "BEHIND",
    }
}

/// One partner's plan held against the raw files.
pub struct Rules<'a> {
    pub raw: &'a Raw,
    pub partner: &'static str,
    pub planned: &'a Value,
}

impl Rules<'_> {
    /// Where the plan stands on a day.
    pub fn standing(&self, day: &str) -> Value {
        let mut targets = Map::new();
        // Weighted paces, and whether a heavy target is behind.
        let (mut earned, mut is_held_back) = (Ratio(0, 1), false);
        for aim in aims(self.planned) {
            let (target, pace) = self.target(&aim, day);
            if let Some(weight) = aim.weight {
                let counted = match pace {
                    Some(pace) if target["status"] != "ACHIEVED" => pace,
                    _ => Ratio(1, 1),
                };
                let counted = if counted.is_at_least(100) { Ratio(1, 1) } else { counted };
                earned = earned.plus(Ratio(counted.0 * i128::from(weight), counted.1));
                is_held_back |= weight >= 25 && target["status"] == "BEHIND";
            }
            targets.insert(aim.name, target);
        }
        let health = match earned.over(Ratio(100, 1)) {
            score if !score.is_at_least(75) => "BEHIND",
            score if is_held_back || !score.is_at_least(90) => "AT_RISK",
            _ => "ON_TRACK",
        };
        let (commitments, kept) = self.commitments(day);
        // Co-selling was given on 05-10; the material, due on 05-31, never.
        let vendor_kept = match ordinal(day) {
            ..151 => Value::Null,
            151..166 => json!("0.0000"),
            _ if day < "2017-12-31" => json!("0.5000"),
            _ => {
                let programmes = commitments["Programmes"]["status"] == "FULFILLED";
                json!(Ratio::of(1 + i64::from(programmes), 3).decimal(4))
            }
        };
        json!({
            "targets": targets,
            "commitments": commitments,
            "score": earned.decimal(4),
            "health": health,
            "vendorPromisesKept": vendor_kept,
            "partnerPromisesKept": kept,
        })
    }

    fn deals(&self) -> impl Iterator<Item = &Deal> {
        self.raw.deals_of(self.partner)
    }

    fn target(&self, aim: &Aim, day: &str) -> (Value, Option<Ratio>) {
        let deals = || self.deals().filter(|deal| aim.is_about_deals() && aim.admits(deal));
        let won = || deals().filter(|deal| deal.is_won(day));
        let open = || deals().filter(|deal| deal.is_open(day));
        // Money is counted in cents.
        let (unit, places) = if aim.metric == "REVENUE" { (100, 2) } else { (1, 0) };
        let count = |figures: Value, name: &str| figures[name].as_i64().unwrap();
        let actual = match aim.metric {
            "REVENUE" => won().map(|deal| deal.value * 100).sum(),
            "DEALS_REGISTERED" => {
                let registered = deals().filter(|deal| deal.is_registered_in_year(day));
                i64::try_from(registered.count()).unwrap()
            }
            "LEADS" => count(self.raw.marketing(self.partner, day), "distinct_leads_created"),
            _ => count(self.raw.training(self.partner, day), "completed_in_plan_year"),
        };
        let total = aim.amount * unit;
        let due = expected(aim, total, day);
        let pace = (due.0 != 0).then(|| Ratio::of(actual, 1).over(due));
        let target = json!({
            "actual": Ratio::of(actual, unit).decimal(places),
            "expected": Ratio(due.0, due.1 * i128::from(unit)).decimal(places),
            "attainment": Ratio::of(actual, total).decimal(4),
            "pace": pace.map(|pace| pace.decimal(4)),
            "status": status(actual, total, pace, day),
            "verifiedShare": (actual != 0).then_some("1.0000"),
            "wonDeals": won().count().to_string(),
            "openDeals": open().count().to_string(),
            "openValue": { "amount": format!("{}.00", open().map(|deal| deal.price).sum::<i64>()) },
        });
        (target, pace)
    }

    /// The commitments, and the partner's share of promises kept.
    fn commitments(&self, day: &str) -> (Map<String, Value>, Value) {
        let mut commitments = Map::new();
        let row = |delivered: String, reached: Option<&str>, status: &str| {
            json!({
                "delivered": delivered, "reachedOn": reached, "status": status,
                "leadsDelivered": "0", "mdfSpent": { "amount": "0.00" },
            })
        };
        let mut registered: Vec<&str> = self
            .deals()
            .filter(|deal| deal.is_registered_in_year(day))
            .map(|deal| deal.engaged.as_str())
            .collect();
        registered.sort_unstable();
        let (mut n_due, mut n_kept) = (0, 0);
        let mut count = |is_due: bool, status: &str| {
            n_due += i64::from(is_due);
            n_kept += i64::from(is_due && status == "FULFILLED");
        };
        for (due, quantity) in milestones(self.planned) {
            let at = usize::try_from(quantity).unwrap();
            let n_registered = i64::try_from(registered.len()).unwrap();
            let reached = registered.get(at - 1).copied();
            let status = promise(reached, &due, n_registered, quantity, day);
            count(due.as_str() <= day, status);
            let title = format!("{quantity} registrations");
            commitments.insert(title, row(n_registered.to_string(), reached, status));
        }

        let marketing = self.raw.marketing(self.partner, day);
        let n_executed = marketing["programmes_executed"].as_i64().unwrap();
        let reached = self.raw.executed_on(self.partner, day, 16);
        let status = promise(reached.as_deref(), "2017-12-31", n_executed, 16, day);
        count("2017-12-31" <= day, status);
        let mut programmes = row(n_executed.to_string(), reached.as_deref(), status);
        programmes["leadsDelivered"] = json!(marketing["distinct_leads_created"].to_string());
        programmes["mdfSpent"]["amount"] = json!(format!("{}.00", marketing["mdf_claimed_usd"]));
        commitments.insert("Programmes".to_owned(), programmes);

        let hours = if day >= "2017-05-10" { 40 } else { 0 };
        let reached = (hours == 40).then_some("2017-05-10");
        let status = promise(reached, "2017-06-15", hours, 40, day);
        commitments.insert("Co-selling".to_owned(), row(format!("{hours}.000"), reached, status));
        let status = promise(None, "2017-05-31", 0, 10, day);
        commitments.insert("Material".to_owned(), row("0.000".to_owned(), None, status));
        let kept = (n_due > 0).then(|| Ratio::of(n_kept, n_due).decimal(4));
        (commitments, json!(kept))
    }
}

/// How a promise that runs from the first of January stands, by domain §7, in the year itself.
fn promise(
    reached: Option<&str>,
    due: &str,
    delivered: i64,
    quantity: i64,
    day: &str,
) -> &'static str {
    match reached {
        Some(reached) if reached <= due => return "FULFILLED",
        Some(_) => return "FULFILLED_LATE",
        None if day > due => return "OVERDUE",
        None => {}
    }
    let (elapsed, whole) = (ordinal(day), ordinal(due));
    // Three quarters of what the elapsed share asks for.
    if whole - elapsed <= 14 && 4 * delivered * whole < 3 * quantity * elapsed {
        return "AT_RISK";
    }
    "IN_PROGRESS"
}

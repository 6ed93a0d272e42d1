//! Deals of the demo: registered, approved, pursued, and won, lost, reopened or forgotten.

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::{dice::Dice, retell, told::Told};
use crate::domain::{actor::Side, money::Currency};

/// Where and to whom a partner sells.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    /// Words for product lines; a rare one that the vendor does not know is among them.
    pub products: &'static [(&'static str, i64)],
    /// Words for segments.
    pub segments: &'static [(&'static str, i64)],
    /// Words for countries.
    pub countries: &'static [(&'static str, i64)],
    /// What customers are called, in two halves.
    pub customers: [&'static [&'static str]; 2],
    /// The partner's salespeople.
    pub reps: &'static [&'static str],
}

/// What a partner trades in a stretch of days; amounts are in the smallest unit of the home currency.
#[derive(Clone, Copy, Debug)]
pub struct Trade {
    /// How its deals are numbered.
    pub prefix: &'static str,
    /// The number of its first deal.
    pub number: i64,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Deals registered.
    pub registered: i64,
    /// Deals won, those carried in among them.
    pub won: i64,
    /// Deals registered before the first day and won after it.
    pub carried_in: i64,
    /// What the won deals add up to.
    pub revenue: i64,
    /// What the approved deals add up to.
    pub pipeline: i64,
    /// Whether every deal is decided by the last day.
    pub is_settled: bool,
}

/// How amounts are written in a country: the currency, and what one of it is worth, in ten-thousandths.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// The country's word.
    pub country: &'static str,
    /// Its currency.
    pub currency: Currency,
    /// Its worth.
    pub rate: i64,
}

/// What becomes of a deal, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    Rejected,
    Won(NaiveDate),
    WonTwice(NaiveDate, NaiveDate, NaiveDate),
    TakenBack(NaiveDate, NaiveDate),
    Lost(NaiveDate),
    LostAndFound(NaiveDate, NaiveDate),
    Expired(NaiveDate),
}

/// A deal as it went.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub(super) number: i64,
    pub(super) registered_on: NaiveDate,
    pub(super) approved_on: Option<NaiveDate>,
    pub(super) was_returned: bool,
    pub(super) fate: Fate,
    pub(super) amount: i64,
    pub(super) won_percent: i64,
    pub(super) product: &'static str,
    pub(super) segment: &'static str,
    pub(super) country: &'static str,
    pub(super) customer: String,
    pub(super) rep: &'static str,
    pub(super) told_by: Side,
}

impl Fate {
    /// When it is decided first.
    pub(super) fn day(self) -> Option<NaiveDate> {
        match self {
            Self::Open | Self::Rejected => None,
            Self::Won(day)
            | Self::WonTwice(day, ..)
            | Self::TakenBack(day, _)
            | Self::Lost(day)
            | Self::LostAndFound(day, _)
            | Self::Expired(day) => Some(day),
        }
    }
}

impl Deal {
    pub(super) fn won_amount(&self) -> i64 {
        rounded(self.amount * self.won_percent / 100)
    }

    pub(super) fn is_won(&self) -> bool {
        matches!(self.fate, Fate::Won(_) | Fate::WonTwice(..))
    }
}

/// Everything that is told of a trade's deals.
pub fn told(trade: &Trade, market: &Market, prices: &[Price], dice: &mut Dice) -> Vec<Told> {
    let mut deals = struck(trade, market, dice);
    decide(trade, &mut deals, dice);
    price(trade, &mut deals);
    let mut told = Vec::new();
    for deal in &deals {
        retell::tell(trade, deal, prices, dice, &mut told);
    }
    told
}

fn struck(trade: &Trade, market: &Market, dice: &mut Dice) -> Vec<Deal> {
    let n_days = (trade.to - trade.from).num_days() + 1;
    let carried = (0..trade.carried_in).map(|_| -15).collect::<Vec<i64>>();
    let fresh = (0..trade.registered).map(|at| at * n_days / trade.registered.max(1));
    let mut deals = Vec::new();
    for (number, offset) in (trade.number..).zip(carried.into_iter().chain(fresh)) {
        let shift = if offset < 0 { -dice.below(50) } else { dice.below(3) };
        let day = (trade.from + TimeDelta::days(offset + shift)).min(trade.to);
        let registered_on = if offset < 0 { day } else { workday(day).max(trade.from) };
        let was_returned = dice.chance(7);
        let approved_on =
            registered_on + TimeDelta::days(dice.between(1, 4) + if was_returned { 5 } else { 0 });
        deals.push(Deal {
            number,
            registered_on,
            approved_on: Some(approved_on).filter(|day| *day <= trade.to),
            was_returned,
            fate: Fate::Open,
            amount: 1_000_000 * dice.between(8, 40) / 10 * dice.between(1, 3),
            won_percent: dice.between(86, 102),
            product: dice.draw(market.products),
            segment: dice.draw(market.segments),
            country: dice.draw(market.countries),
            customer: customer(market, dice),
            rep: one_of(market.reps, dice),
            told_by: if dice.chance(35) { Side::Partner } else { Side::Vendor },
        });
    }
    deals
}

fn customer(market: &Market, dice: &mut Dice) -> String {
    let [first, second] = market.customers;
    format!("{} {}", one_of(first, dice), one_of(second, dice))
}

fn one_of(words: &'static [&'static str], dice: &mut Dice) -> &'static str {
    let at = dice.below(i64::try_from(words.len()).unwrap_or(1));
    usize::try_from(at).ok().and_then(|at| words.get(at)).copied().unwrap_or_default()
}

/// Sales are registered on working days.
fn workday(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day - TimeDelta::days(1),
        Weekday::Sun => day - TimeDelta::days(2),
        _ => day,
    }
}

fn decide(trade: &Trade, deals: &mut [Deal], dice: &mut Dice) {
    let mut old_enough = Vec::new();
    let mut wins = trade.won;
    for (at, deal) in deals.iter_mut().enumerate() {
        let Some(approved_on) = deal.approved_on else { continue };
        if deal.registered_on < trade.from {
            wins -= 1;
            deal.fate =
                Fate::Won((trade.from + TimeDelta::days(dice.between(4, 70))).min(trade.to));
        } else if dice.chance(4) {
            (deal.fate, deal.approved_on) = (Fate::Rejected, Some(approved_on));
        } else if (trade.to - approved_on).num_days() >= 12 {
            old_enough.push(at);
        }
    }
    dice.shuffle(&mut old_enough);
    let n_wins = usize::try_from(wins.max(0)).unwrap_or_default().min(old_enough.len());
    let (winners, others) = old_enough.split_at(n_wins);
    let (mut is_twice, mut is_taken_back, mut is_found) = (false, false, false);
    for at in winners {
        let Some((deal, left)) = deals.get_mut(*at).and_then(|deal| room(trade, deal)) else {
            continue;
        };
        let won_on = workday(deal.0 + TimeDelta::days(dice.between(10, left.min(70))));
        let again = won_on + TimeDelta::days(24);
        deal.1.fate = if !is_twice && again <= trade.to {
            is_twice = true;
            Fate::WonTwice(won_on, won_on + TimeDelta::days(9), again)
        } else {
            Fate::Won(won_on)
        };
    }
    for at in others {
        let Some((deal, left)) = deals.get_mut(*at).and_then(|deal| room(trade, deal)) else {
            continue;
        };
        let decided_on = workday(deal.0 + TimeDelta::days(dice.between(10, left.min(80))));
        let later = decided_on + TimeDelta::days(11);
        let share = dice.below(100);
        deal.1.fate = if !trade.is_settled && !is_taken_back && later <= trade.to {
            is_taken_back = true;
            Fate::TakenBack(decided_on, later)
        } else if !trade.is_settled && !is_found && later <= trade.to {
            is_found = true;
            Fate::LostAndFound(decided_on, later)
        } else if left >= 88 && share < 12 {
            Fate::Expired(deal.0 + TimeDelta::days(88))
        } else if trade.is_settled || share < 42 {
            Fate::Lost(decided_on)
        } else {
            Fate::Open
        };
    }
}

/// The day of an approval with its deal, and the days that are left to decide it.
fn room<'a>(trade: &Trade, deal: &'a mut Deal) -> Option<((NaiveDate, &'a mut Deal), i64)> {
    let approved_on = deal.approved_on?;
    Some(((approved_on, deal), (trade.to - approved_on).num_days()))
}

/// Brings the amounts to what the trade is to add up to.
fn price(trade: &Trade, deals: &mut [Deal]) {
    let won: i64 = deals.iter().filter(|deal| deal.is_won()).map(Deal::won_amount).sum();
    for deal in deals.iter_mut().filter(|deal| deal.is_won()) {
        deal.amount = scaled(deal.amount, trade.revenue, won);
    }
    let counts = |deal: &Deal| {
        deal.registered_on >= trade.from
            && deal.approved_on.is_some()
            && deal.fate != Fate::Rejected
    };
    let of = |deals: &[Deal], is_won: bool| -> i64 {
        let counted = deals.iter().filter(|deal| counts(deal) && deal.is_won() == is_won);
        counted.map(|deal| deal.amount).sum()
    };
    let (fixed, rest) = (of(deals, true), of(deals, false));
    let goal = (trade.pipeline - fixed).max(rest / 4);
    for deal in deals.iter_mut().filter(|deal| !deal.is_won()) {
        deal.amount = scaled(deal.amount, goal, rest);
    }
}

fn scaled(amount: i64, goal: i64, total: i64) -> i64 {
    let scaled = i128::from(amount) * i128::from(goal) / i128::from(total.max(1));
    rounded(i64::try_from(scaled).unwrap_or(amount)).max(150_000)
}

/// Prices end on fifties.
fn rounded(amount: i64) -> i64 {
    amount / 5_000 * 5_000
}

//! What systems report of a deal, from its registration to its end.

use chrono::{NaiveDate, TimeDelta};

use super::{
    deals::{Deal, Fate, Price, Trade},
    dice::Dice,
    told::Told,
};
use crate::domain::{
    activity::{ActivityKind, DealFact, Payload},
    actor::Side,
    money::{Currency, Money},
};

/// Tells what became of a deal, step by step, as far as it has come to pass.
pub(super) fn tell(
    trade: &Trade,
    deal: &Deal,
    prices: &[Price],
    dice: &mut Dice,
    told: &mut Vec<Told>,
) {
    use ActivityKind::{
        DealApproved, DealExpired, DealLost, DealRegistered, DealRejected, DealReopened,
        DealReturned, DealUpdated, DealWon,
    };
    let reference = format!("{}-{}", trade.prefix, deal.number);
    let money = |amount| in_country(deal.country, amount, prices);
    let days = TimeDelta::days;
    let mut say = |day: NaiveDate, kind, step: &str, by, details: DealFact| {
        let fact = Told::new(day, kind, format!("{reference}/{step}"), Payload::Deal(details));
        if day <= trade.to {
            told.push(fact.by(by).at(deal.product, deal.segment, deal.country));
        }
    };
    let plain = || DealFact {
        deal: reference.clone(),
        amount: None,
        customer: None,
        rep: None,
        expected_close_on: None,
        stage: None,
        probability: None,
    };
    let close = deal.registered_on + days(dice.between(70, 260));
    let opening = DealFact {
        amount: Some(money(deal.amount)),
        customer: Some(deal.customer.clone()),
        rep: Some(deal.rep.to_owned()),
        expected_close_on: Some(close),
        stage: Some("Registered".to_owned()),
        probability: Some(1_000),
        ..plain()
    };
    say(deal.registered_on, DealRegistered, "registered", deal.told_by, opening);
    if deal.was_returned {
        say(deal.registered_on + days(2), DealReturned, "returned", Side::Vendor, plain());
    }
    let Some(approved_on) = deal.approved_on else { return };
    if deal.fate == Fate::Rejected {
        return say(approved_on, DealRejected, "rejected", Side::Vendor, plain());
    }
    say(approved_on, DealApproved, "approved", Side::Vendor, plain());

    let end = deal.fate.day().unwrap_or(trade.to);
    let stages = [("Site survey", 2_500), ("Proposal", 5_000), ("Negotiation", 7_500)];
    let n_stages = i64::try_from(stages.len()).unwrap_or_default();
    let n_told = if deal.is_won() { dice.between(1, n_stages) } else { dice.below(n_stages) };
    for (at, (stage, probability)) in (1..=n_told).zip(stages) {
        let day = approved_on + days((end - approved_on).num_days() * at / (n_told + 1));
        let news = DealFact {
            stage: Some(stage.to_owned()),
            probability: Some(probability),
            expected_close_on: Some(close.max(day + days(10))),
            ..plain()
        };
        say(day, DealUpdated, &format!("stage-{at}"), deal.told_by, news);
    }

    let won = |amount| DealFact {
        amount: Some(money(amount)),
        stage: Some("Closed won".to_owned()),
        ..plain()
    };
    let final_amount = deal.won_amount();
    match deal.fate {
        Fate::Open | Fate::Rejected => {}
        Fate::Won(day) => say(day, DealWon, "won", deal.told_by, won(final_amount)),
        Fate::WonTwice(day, reopened, again) => {
            say(day, DealWon, "won", Side::Vendor, won(deal.amount));
            say(reopened, DealReopened, "reopened", Side::Vendor, plain());
            say(again, DealWon, "won-again", Side::Vendor, won(final_amount));
        }
        Fate::TakenBack(day, reopened) => {
            say(day, DealWon, "won", Side::Partner, won(final_amount));
            say(reopened, DealReopened, "reopened", Side::Vendor, plain());
        }
        Fate::Lost(day) => say(day, DealLost, "lost", deal.told_by, plain()),
        Fate::LostAndFound(day, reopened) => {
            say(day, DealLost, "lost", Side::Vendor, plain());
            say(reopened, DealReopened, "reopened", Side::Partner, plain());
        }
        Fate::Expired(day) => say(day, DealExpired, "expired", Side::Vendor, plain()),
    }
}

/// An amount of the home currency as it is written in a country.
fn in_country(country: &str, amount: i64, prices: &[Price]) -> Money {
    let price = prices.iter().find(|price| price.country == country).or(prices.first());
    let (currency, rate) =
        price.map_or((Currency::USD, 10_000), |price| (price.currency, price.rate));
    let minor = if rate == 10_000 { amount } else { amount * 10_000 / rate / 1_000 * 1_000 };
    Money { minor, currency }
}

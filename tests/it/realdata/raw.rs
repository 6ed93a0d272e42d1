//! The figures of any day, summed up straight from the CSV files: no mapping, no facts, none of the house's code.
//!
//! What each figure means is said in the `definitions` of the expected file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::{Value, json};

const YEAR: &str = "2017-";

/// A row of a CSV file by column.
type Row = BTreeMap<String, String>;

/// The files, read.
pub struct Raw {
    pub deals: Vec<Deal>,
    trainings: Vec<Row>,
    executions: Vec<Row>,
    leads: BTreeSet<Vec<(String, String)>>,
}

/// A row of the CRM export with what the other files say about it. Days are texts, which sort as days do.
pub struct Deal {
    pub partner: &'static str,
    pub product: String,
    pub series: String,
    pub segment: String,
    pub country: &'static str,
    pub rep: String,
    pub has_account: bool,
    pub price: i64,
    pub value: i64,
    pub engaged: String,
    closed: String,
    stage: String,
}

impl Deal {
    /// Whether the deal had been won on `day`.
    pub fn is_won(&self, day: &str) -> bool {
        self.stage == "Won" && self.closed.as_str() <= day
    }

    fn is_lost(&self, day: &str) -> bool {
        self.stage == "Lost" && self.closed.as_str() <= day
    }

    /// Whether the deal was open on `day`.
    pub fn is_open(&self, day: &str) -> bool {
        self.is_registered(day) && (self.closed.is_empty() || self.closed.as_str() > day)
    }

    fn is_registered(&self, day: &str) -> bool {
        !self.engaged.is_empty() && self.engaged.as_str() <= day
    }

    /// Whether the deal was registered in the plan's year, up to `day`.
    pub fn is_registered_in_year(&self, day: &str) -> bool {
        self.is_registered(day) && self.engaged.starts_with(YEAR)
    }
}

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn by<'a>(rows: &'a [Row], key: &str) -> BTreeMap<&'a str, &'a Row> {
    rows.iter().map(|row| (row[key].as_str(), row)).collect()
}

fn partner(manager: &str) -> &'static str {
    match manager {
        "Cara Losch" => "prt-losch",
        "Celia Rouche" => "prt-rouche",
        "Dustin Brinkmann" => "prt-brinkmann",
        "Melvin Marxen" => "prt-marxen",
        "Rocco Neubert" => "prt-neubert",
        "Summer Sewald" => "prt-sewald",
        other => panic!("{other}"),
    }
}

fn country(location: &str) -> &'static str {
    match location {
        "Belgium" => "BE",
        "Brazil" => "BR",
        "China" => "CN",
        "Germany" => "DE",
        "Italy" => "IT",
        "Japan" => "JP",
        "Jordan" => "JO",
        "Kenya" => "KE",
        "Korea" => "KR",
        "Norway" => "NO",
        "Panama" => "PA",
        "Philipines" => "PH",
        "Poland" => "PL",
        "Romania" => "RO",
        "United States" => "US",
        other => panic!("{other}"),
    }
}

/// Sums by key, without those that are nothing.
fn sums<'a, T: 'a>(
    rows: impl Iterator<Item = &'a T>,
    key: impl Fn(&T) -> String,
    amount: impl Fn(&T) -> i64,
) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        *sums.entry(key(row)).or_default() += amount(row);
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

impl Raw {
    /// Reads the files.
    pub fn read(data: &Path) -> Self {
        let crm = data.join("maven-crm");
        let (products, accounts) =
            (rows(&crm.join("products.csv")), rows(&crm.join("accounts.csv")));
        let teams = rows(&crm.join("sales_teams.csv"));
        let (products, accounts) = (by(&products, "product"), by(&accounts, "account"));
        let teams = by(&teams, "sales_agent");
        let deals = rows(&crm.join("sales_pipeline.csv")).into_iter().map(|row| {
            let product = row["product"].replace("GTXPro", "GTX Pro");
            let account = accounts.get(row["account"].as_str());
            let sector = account.map_or("", |account| &account["sector"]);
            Deal {
                partner: partner(&teams[row["sales_agent"].as_str()]["manager"]),
                series: products[product.as_str()]["series"].clone(),
                price: products[product.as_str()]["sales_price"].parse().unwrap(),
                segment: sector.replace("technolgy", "technology"),
                country: account.map_or("", |account| country(&account["office_location"])),
                has_account: account.is_some(),
                rep: row["sales_agent"].clone(),
                value: row["close_value"].parse().unwrap_or(0),
                engaged: row["engage_date"].clone(),
                closed: row["close_date"].clone(),
                stage: row["deal_stage"].clone(),
                product,
            }
        });
        let deals = deals.collect();
        let marketing = data.join("synthetic-marketing");
        let leads = rows(&marketing.join("marketing-leads.csv"));
        Self {
            deals,
            trainings: rows(&data.join("oulad-training/training-feed.csv")),
            executions: rows(&marketing.join("marketing-executions.csv")),
            // Exact duplicates count once.
            leads: leads.into_iter().map(|row| row.into_iter().collect()).collect(),
        }
    }

    /// The deals of a partner.
    pub fn deals_of<'a>(&'a self, partner: &'a str) -> impl Iterator<Item = &'a Deal> + Clone {
        self.deals.iter().filter(move |deal| deal.partner == partner)
    }

    /// What the CRM export says of a partner on a day, as the expected file puts it.
    pub fn crm(&self, partner: &str, day: &str) -> Value {
        let deals = || self.deals_of(partner);
        let won = || deals().filter(|deal| deal.is_won(day));
        let open = || deals().filter(|deal| deal.is_open(day));
        let registered = || deals().filter(|deal| deal.is_registered_in_year(day));
        let n_lost = deals().filter(|deal| deal.is_lost(day)).count();
        let to_date = deals().filter(|deal| deal.is_registered(day)).count();
        let (value, price) = (|deal: &Deal| deal.value, |deal: &Deal| deal.price);
        let series = |deal: &Deal| deal.series.clone();
        json!({
            "deals_registered_to_date": to_date,
            "deals_registered_in_plan_year": registered().count(),
            "deals_carried_in": to_date - registered().count(),
            "deals_registered_in_plan_year_by_product_line": sums(registered(), series, |_| 1),
            "won_deals": won().count(),
            "lost_deals": n_lost,
            "win_rate": win_rate(won().count(), n_lost),
            "won_revenue_usd": won().map(value).sum::<i64>(),
            "won_revenue_usd_by_product_line": sums(won(), series, value),
            "won_revenue_usd_by_product": sums(won(), |deal| deal.product.clone(), value),
            "won_revenue_usd_by_segment": sums(won(), |deal| deal.segment.clone(), value),
            "won_revenue_usd_by_country": sums(won(), |deal| deal.country.to_owned(), value),
            "won_revenue_usd_by_rep": sums(won(), |deal| deal.rep.clone(), value),
            "won_revenue_usd_by_month": sums(won(), |deal| deal.closed[..7].to_owned(), value),
            "open_deals": open().count(),
            "open_pipeline_list_value_usd": open().map(price).sum::<i64>(),
            "open_deals_by_product_line": sums(open(), series, |_| 1),
            "open_pipeline_list_value_usd_by_product_line": sums(open(), series, price),
            "open_deals_without_account": open().filter(|deal| !deal.has_account).count(),
            "on_cut_off_day": {
                "registered": deals().filter(|deal| deal.engaged == day).count(),
                "won": won().filter(|deal| deal.closed == day).count(),
                "lost": deals().filter(|deal| deal.is_lost(day) && deal.closed == day).count(),
                "won_revenue_usd": won().filter(|deal| deal.closed == day).map(value).sum::<i64>(),
            },
        })
    }

    /// What the training feed says of a partner on a day. Rows without a day are rejected.
    pub fn training(&self, partner: &str, day: &str) -> Value {
        let completed = || {
            self.trainings.iter().filter(|row| {
                let on = row["event_date"].as_str();
                row["partner_id"] == partner
                    && row["event_type"] == "training.completed"
                    && (1..=day.len()).contains(&on.len())
                    && on <= day
            })
        };
        let in_year = || completed().filter(|row| row["event_date"].starts_with(YEAR));
        let people: BTreeSet<&str> = in_year().map(|row| row["learner_id"].as_str()).collect();
        json!({
            "completed": completed().count(),
            "completed_in_plan_year": in_year().count(),
            "completed_in_plan_year_by_course": sums(in_year(), |row| row["course_code"].clone(), |_| 1),
            "distinct_people_certified_in_plan_year": people.len(),
        })
    }

    /// What the marketing files say of a partner on a day.
    pub fn marketing(&self, partner: &str, day: &str) -> Value {
        let executed = || self.executed(partner, day);
        let is_theirs = |lead: &&Vec<(String, String)>| {
            let is = |column: &str, test: &dyn Fn(&str) -> bool| {
                lead.iter().any(|(name, cell)| name == column && test(cell))
            };
            is("partner_id", &|cell| cell == partner) && is("created_date", &|cell| cell <= day)
        };
        json!({
            "programmes_executed": executed().count(),
            "programmes_executed_by_type": sums(executed(), |row| row["programme_type"].clone(), |_| 1),
            "programmes_reported_by_cut_off": executed().count(),
            "mdf_claimed_usd": executed().map(|row| row["mdf_claimed"].parse::<i64>().unwrap()).sum::<i64>(),
            "distinct_leads_created": self.leads.iter().filter(is_theirs).count(),
        })
    }

    /// The day on which a partner's programmes, carried out by `day`, became `count`.
    pub fn executed_on(&self, partner: &str, day: &str, count: usize) -> Option<String> {
        let mut days: Vec<&String> =
            self.executed(partner, day).map(|row| &row["reported_on"]).collect();
        days.sort_unstable();
        days.get(count - 1).map(|day| (*day).clone())
    }

    fn executed<'a>(&'a self, partner: &'a str, day: &'a str) -> impl Iterator<Item = &'a Row> {
        self.executions.iter().filter(move |row| {
            row["partner_id"] == partner
                && row["status"] == "executed"
                && row["reported_on"].as_str() <= day
        })
    }
}

/// Won ÷ (won + lost) with four places, half up; null where nothing closed.
fn win_rate(won: usize, lost: usize) -> Value {
    if won + lost == 0 {
        return Value::Null;
    }
    let ten_thousandths = (20_000 * won + won + lost) / (2 * (won + lost));
    let rate = format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000);
    serde_json::from_str(&rate).unwrap()
}

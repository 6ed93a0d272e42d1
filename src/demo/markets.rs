//! Where and to whom the partners sell, and with which campaigns.
//!
//! Some words are not the vendor's: a spelling that it has an alias for, and a few that wait to be mapped.

use super::{deals::Market, efforts::Campaign};

/// The integrator sells to plants around Stuttgart.
#[rustfmt::skip]
pub const BRANDT: Market = Market {
    products: &[
        ("DRIFT-150", 30), ("DRIFT-600", 18), ("REACH-5", 14), ("REACH-12", 8), ("FLEET", 12), ("Fleet Mgr", 4),
        ("VISION", 7), ("CARE", 6), ("DRIFT-75", 2),
    ],
    segments: &[
        ("MANUFACTURING", 55), ("LOGISTICS", 20), ("Warehousing", 5), ("FOOD", 12), ("HEALTHCARE", 6), ("Public sector", 2),
    ],
    countries: &[("DE", 58), ("Deutschland", 6), ("AT", 14), ("CH", 12), ("FR", 4), ("SI", 5), ("US", 6)],
    customers: [
        &[
            "Falken", "Kessler", "Aurel", "Hansa", "Nordlicht", "Rheintal", "Alpen", "Sauer", "Brenner", "Lindau", "Ostsee",
            "Vogtland",
        ],
        &[
            "Automotive", "Drives", "Foods", "Parcel", "Pharma", "Castings", "Polymers", "Brewery", "Optics", "Paper",
            "Tools", "Furniture",
        ],
    ],
    reps: &["K. Albrecht", "J. Hofer", "M. Steiner", "T. Wagner", "S. Yilmaz"],
};

/// The integrator's campaigns of the half-year.
#[rustfmt::skip]
pub const BRANDT_CAMPAIGNS: [Campaign; 11] = [
    ("Material flow in a week, part 1", "webinar"),
    ("Smart-factory roadshow Ulm", "roadshow"),
    ("Material flow in a week, part 2", "webinar"),
    ("Supplier park mailing", "email"),
    ("Intralogistics fair Stuttgart", "trade-show"),
    ("Material flow in a week, part 3", "webinar"),
    ("Smart-factory roadshow Linz", "roadshow"),
    ("Material flow in a week, part 4", "webinar"),
    ("Reference visit at Kessler Drives", "customer-visit"),
    ("Autumn mailing to plant managers", "email"),
    ("Material flow in a week, part 5", "webinar"),
];

/// The distributor sells through resellers in Britain and Ireland.
#[rustfmt::skip]
pub const ORCHARD: Market = Market {
    products: &[
        ("DRIFT-150", 46), ("DRIFT-600", 8), ("REACH-5", 14), ("FLEET", 14), ("Fleet Mgr", 5), ("CARE", 9),
        ("Drift 150 refurbished", 2),
    ],
    segments: &[("LOGISTICS", 38), ("Warehousing", 8), ("RETAIL", 26), ("FOOD", 14), ("MANUFACTURING", 14)],
    countries: &[("GB", 56), ("UK", 14), ("IE", 26), ("SE", 2), ("NL", 2)],
    customers: [
        &[
            "Thornbury", "Severn", "Kilmore", "Harlow", "Pennine", "Ashdown", "Claremont", "Lagan", "Wexford", "Tyne",
            "Mersey", "Foxhill", "Dunmore", "Cotswold",
        ],
        &[
            "Parcels", "Grocers", "Fulfilment", "Bakeries", "Home Stores", "Cold Chain", "Wholesale", "Textiles", "Freight",
            "Dairies",
        ],
    ],
    reps: &["Reseller desk north", "Reseller desk south", "Reseller desk Dublin"],
};

/// The distributor's campaigns of the half-year.
#[rustfmt::skip]
pub const ORCHARD_CAMPAIGNS: [Campaign; 8] = [
    ("Warehouse managers, wave 1", "telemarketing"),
    ("Reseller day Leeds", "reseller-day"),
    ("Warehouse managers, wave 2", "telemarketing"),
    ("Peak-season mailing", "email"),
    ("Warehouse managers, wave 3", "telemarketing"),
    ("Reseller day Dublin", "reseller-day"),
    ("Warehouse managers, wave 4", "telemarketing"),
    ("Care-plan mailing", "email"),
];

/// The service provider sells by the month in the Benelux.
#[rustfmt::skip]
pub const LUMEN: Market = Market {
    products: &[("DRIFT-150", 60), ("FLEET", 20), ("CARE", 20)],
    segments: &[("LOGISTICS", 60), ("RETAIL", 25), ("HEALTHCARE", 15)],
    countries: &[("NL", 70), ("BE", 30)],
    customers: [
        &["Maasland", "Veluwe", "Scheldt", "Polder", "Brabant", "Zuider", "Amstel", "Kempen"],
        &["Logistics", "Flowers", "Outlet", "Hospital Supplies", "E-Commerce", "Spare Parts"],
    ],
    reps: &["P. Bakker", "L. Maes"],
};

/// The ally sells to everybody in America.
#[rustfmt::skip]
pub const CASTELLAN: Market = Market {
    products: &[("FLEET", 46), ("VISION", 30), ("DRIFT-600", 14), ("CARE", 10)],
    segments: &[("LOGISTICS", 30), ("MANUFACTURING", 30), ("RETAIL", 30), ("HEALTHCARE", 10)],
    countries: &[("US", 72), ("CA", 16), ("MX", 12)],
    customers: [
        &["Blue Mesa", "Great Plains", "Harborview", "Cascade", "Sierra", "Lakeshore", "Red River", "Summit"],
        &["Retail Group", "Distribution", "Motors", "Health", "Freight Lines", "Outfitters", "Grocery", "Components"],
    ],
    reps: &["D. Alvarez", "H. Stone", "R. Patel"],
};

/// The reseller sells in Poland.
#[rustfmt::skip]
pub const RIDGELINE: Market = Market {
    products: &[("DRIFT-150", 60), ("REACH-5", 25), ("FLEET", 15)],
    segments: &[("LOGISTICS", 50), ("MANUFACTURING", 35), ("FOOD", 15)],
    countries: &[("PL", 1)],
    customers: [
        &["Silesia", "Warta", "Odra", "Baltic", "Tatra", "Mazovia"],
        &["Cold Stores", "Automotive Parts", "Courier", "Dairy", "Appliances", "Printing"],
    ],
    reps: &["P. Zielinski", "A. Wojcik"],
};

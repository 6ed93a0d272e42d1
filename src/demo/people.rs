//! Who takes part in the demo, and the password that they all share.

use sea_orm::ActiveEnum;

use crate::{
    domain::actor::{Role, Side},
    http::dashboard::DemoUser,
};

/// The password of everybody in the demo: no secret, it is printed when the demo starts.
pub const PASSWORD: &str = "we-plan-together";

/// The companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Company {
    /// The vendor: makes robots that carry, sort and pick.
    Northwind,
    /// A system integrator in Germany, the closest partner.
    Brandt,
    /// A distributor in Britain.
    Orchard,
    /// A managed service provider in the Netherlands.
    Lumen,
    /// A cloud company in America, an ally.
    Castellan,
    /// A reseller in Poland, new to the programme.
    Ridgeline,
}

impl Company {
    /// The partners, in the order of their partnerships.
    pub const PARTNERS: [Self; 5] =
        [Self::Brandt, Self::Orchard, Self::Lumen, Self::Castellan, Self::Ridgeline];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Northwind => "Northwind Robotics",
            Self::Brandt => "Brandt & Keller Systems",
            Self::Orchard => "Orchard Distribution",
            Self::Lumen => "Lumen Managed Services",
            Self::Castellan => "Castellan Cloud",
            Self::Ridgeline => "Ridgeline Supply",
        }
    }

    /// The side it is on.
    pub fn side(self) -> Side {
        if self == Self::Northwind { Side::Vendor } else { Side::Partner }
    }

    /// Its people; the first is the admin who sets it up.
    pub fn people(self) -> impl Iterator<Item = &'static Person> {
        PEOPLE.iter().filter(move |person| person.company == self)
    }

    /// Who has the role there; the first of several.
    pub fn email_of(self, role: Role) -> &'static str {
        self.people().find(|person| person.role == role).map_or("", |person| person.email)
    }
}

/// Somebody of the demo.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Where they work.
    pub company: Company,
    /// What they may do there.
    pub role: Role,
    /// What they are called.
    pub name: &'static str,
    /// What they sign in with.
    pub email: &'static str,
}

/// Channel account manager of the integrator, the service provider and the reseller.
pub const JONAS: &str = "jonas.adler@northwind.example";
/// Channel account manager of the distributor and the ally.
pub const PRIYA: &str = "priya.raman@northwind.example";

/// Everybody, company by company.
#[rustfmt::skip]
pub const PEOPLE: [Person; 22] = {
    use Company::{Brandt, Castellan, Lumen, Northwind, Orchard, Ridgeline};
    use Role::{
        ChannelAccountManager, PartnerAdmin, PartnerExecutive, PartnerManager, PartnerViewer, VendorAdmin, VendorExecutive,
        VendorViewer,
    };
    const fn person(company: Company, role: Role, name: &'static str, email: &'static str) -> Person {
        Person { company, role, name, email }
    }
    [
        person(Northwind, VendorAdmin, "Marta Lindqvist", "marta.lindqvist@northwind.example"),
        person(Northwind, ChannelAccountManager, "Jonas Adler", JONAS),
        person(Northwind, ChannelAccountManager, "Priya Raman", PRIYA),
        person(Northwind, VendorExecutive, "Helena Brooks", "helena.brooks@northwind.example"),
        person(Northwind, VendorViewer, "Tom Okafor", "tom.okafor@northwind.example"),
        person(Brandt, PartnerAdmin, "Stefan Brandt", "stefan.brandt@brandt-keller.example"),
        person(Brandt, PartnerManager, "Lena Keller", "lena.keller@brandt-keller.example"),
        person(Brandt, PartnerExecutive, "Ulrich Sommer", "ulrich.sommer@brandt-keller.example"),
        person(Brandt, PartnerViewer, "Mia Vogel", "mia.vogel@brandt-keller.example"),
        person(Orchard, PartnerAdmin, "Fiona Grant", "fiona.grant@orchard.example"),
        person(Orchard, PartnerManager, "Callum Reid", "callum.reid@orchard.example"),
        person(Orchard, PartnerExecutive, "Alistair Shaw", "alistair.shaw@orchard.example"),
        person(Lumen, PartnerAdmin, "Sanne de Vries", "sanne.devries@lumen.example"),
        person(Lumen, PartnerManager, "Daan Visser", "daan.visser@lumen.example"),
        person(Lumen, PartnerExecutive, "Eva Jansen", "eva.jansen@lumen.example"),
        person(Castellan, PartnerAdmin, "Rachel Kim", "rachel.kim@castellan.example"),
        person(Castellan, PartnerManager, "Marcus Hill", "marcus.hill@castellan.example"),
        person(Castellan, PartnerExecutive, "Olivia Tran", "olivia.tran@castellan.example"),
        person(Castellan, PartnerViewer, "Ben Soto", "ben.soto@castellan.example"),
        person(Ridgeline, PartnerAdmin, "Piotr Zielinski", "piotr.zielinski@ridgeline.example"),
        person(Ridgeline, PartnerManager, "Anna Wojcik", "anna.wojcik@ridgeline.example"),
        person(Ridgeline, PartnerExecutive, "Karol Nowak", "karol.nowak@ridgeline.example"),
    ]
};

/// Whom one can sign in as, with the password that all of them have.
pub fn users() -> Vec<DemoUser> {
    let shown = |person: &Person| DemoUser {
        email: person.email.to_owned(),
        name: person.name.to_owned(),
        side: person.company.side().to_value().to_uppercase(),
        organization: person.company.name().to_owned(),
        role: person.role.to_value().to_uppercase(),
        password: PASSWORD.to_owned(),
    };
    PEOPLE.iter().map(shown).collect()
}

//! A fact of the demo before anybody has recorded it.

use chrono::NaiveDate;

use crate::domain::{
    activity::{ActivityKind, Feed, Payload},
    actor::Side,
    id::{CommitmentId, PartnershipId},
    recording::NewActivity,
};

/// Something that somebody will tell.
#[derive(Clone, Debug)]
pub struct Told {
    /// Who tells it.
    pub by: Side,
    /// When it happened.
    pub day: NaiveDate,
    /// The title of the commitment that it names.
    pub commitment: Option<&'static str>,
    /// What its system calls it.
    pub external_id: String,
    kind: ActivityKind,
    place: Option<[&'static str; 3]>,
    payload: Payload,
}

impl Told {
    /// Something that the vendor tells, and that belongs nowhere in particular.
    pub fn new(day: NaiveDate, kind: ActivityKind, external_id: String, payload: Payload) -> Self {
        Self { by: Side::Vendor, day, commitment: None, external_id, kind, place: None, payload }
    }

    /// The same, told by a side.
    #[must_use]
    pub fn by(self, side: Side) -> Self {
        Self { by: side, ..self }
    }

    /// The same, of a product line, a segment and a country.
    #[must_use]
    pub fn at(self, product: &'static str, segment: &'static str, country: &'static str) -> Self {
        Self { place: Some([product, segment, country]), ..self }
    }

    /// The same, towards a commitment.
    #[must_use]
    pub fn towards(self, commitment: &'static str) -> Self {
        Self { commitment: Some(commitment), ..self }
    }

    /// As it is handed in, with the commitment that it names.
    pub fn activity(
        &self,
        partnership: PartnershipId,
        commitment: Option<CommitmentId>,
    ) -> NewActivity {
        let mut payload = self.payload.clone();
        match &mut payload {
            Payload::Marketing(marketing) => marketing.commitment = commitment,
            Payload::Support(support) => support.commitment = commitment,
            Payload::Custom(custom) => custom.commitment = commitment,
            Payload::Deal(_) | Payload::Training(_) | Payload::Adjustment => {}
        }
        let word = |at: usize| {
            let words = self.place.as_ref().and_then(|place| place.get(at));
            words.filter(|word| !word.is_empty()).map(|word| (*word).to_owned())
        };
        NewActivity {
            partnership,
            source: self.source().to_owned(),
            external_id: self.external_id.clone(),
            kind: self.kind,
            occurred_on: self.day,
            product_line: word(0),
            segment: word(1),
            country: word(2),
            payload,
            supersedes: None,
            reason: None,
        }
    }

    fn source(&self) -> &'static str {
        match (self.by, self.kind.feed()) {
            (Side::Partner, _) => "partner-portal",
            (Side::Vendor, Feed::Deals) => "crm",
            (Side::Vendor, Feed::Training) => "academy",
            (Side::Vendor, Feed::Marketing) => "campaigns",
            (Side::Vendor, Feed::VendorSupport) => "service-desk",
            (Side::Vendor, Feed::Custom | Feed::Adjustment) => "activity-log",
        }
    }

    /// Whether it is a deal that was won.
    pub fn is_win(&self) -> bool {
        self.kind == ActivityKind::DealWon
    }

    /// The same with the money that it states changed by so many hundredths.
    #[must_use]
    pub fn repriced(mut self, percent: i64) -> Self {
        if let Payload::Deal(deal) = &mut self.payload
            && let Some(amount) = &mut deal.amount
        {
            amount.minor = amount.minor * percent / 100;
        }
        self
    }
}

//! The partners that files speak of, by the key that they use.

use std::collections::{BTreeMap, HashMap};

use super::{flaw::Flaw, mapping::Mapping};
use crate::{
    domain::id::{OrganizationId, PartnershipId},
    error::Result,
    op::Op,
    service::partnerships,
};

/// A vendor's partnerships by the names of the partners, and the names by the keys of a mapping.
pub struct Partners {
    /// Names by key; a key that is not here is the name itself.
    names: BTreeMap<String, String>,
    by_name: HashMap<String, Vec<PartnershipId>>,
}

impl Partners {
    /// The partners of `vendor` that the caller may see, under the keys of `mapping`.
    pub async fn of(op: &Op, vendor: OrganizationId, mapping: &Mapping) -> Result<Self> {
        let mut by_name: HashMap<String, Vec<PartnershipId>> = HashMap::new();
        for (id, name) in partnerships::named(op, vendor).await? {
            by_name.entry(folded(&name)).or_default().push(id);
        }
        Ok(Self { names: mapping.partners.clone(), by_name })
    }

    /// The partnership that a key means.
    pub fn find(&self, key: &str) -> Result<PartnershipId, Flaw> {
        let mapped = self.names.get(key);
        let name = mapped.map_or(key, String::as_str);
        let found = self.by_name.get(&folded(name)).map_or(&[][..], Vec::as_slice);
        let message = match found {
            [one] => return Ok(*one),
            [] => "is no partner of the vendor".to_owned(),
            several => format!("is what {} partners of the vendor are called", several.len()),
        };
        let message = match mapped {
            Some(name) => format!("means “{}”, which {message}", name.escape_debug()),
            None => message,
        };
        Err(Flaw::of_cell("partner", key, message))
    }
}

/// Upper and lower case are the same, and so is space around a name.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

//! Deals, as CRMs hand them in.

/// Takes in deals and tells what became of each.
pub const UPSERT: &str = "mutation($input: UpsertDealsInput!) { upsertDeals(input: $input) {
    results { index outcome activities { kind occurredOn supersedesId }
        errors { code message path value existingId } }
    recorded unchanged rejected
    errors { code message path }
} }";

//! What each target does with the bytes that it is given: it fails by a panic.
//!
//! `tests/it/corpus.rs` includes this file and goes through the kept corpus with it, so it names nothing but the server and what
//! the server is made of.

use std::sync::LazyLock;

use async_graphql::{ScalarType, Value, connection::CursorType};
use jbp::{
    domain::{
        event::EventCursor,
        id::{
            ActionItemId, ActivityId, AgreementId, AlertId, AliasId, AnswerId, CommentId,
            CommitmentId, CounterProposalId, DealId, DimensionValueId, EventId, HistoryId, Id,
            IntegrationId, NoteId, ObjectiveId, OrganizationId, PartnershipId, PlanId, PolicyId,
            RequestId, ReviewId, ScorecardId, SessionId, SignatureId, TargetId, TeamMemberId,
            TierId, UserId, VersionId,
        },
        money::{Currency, LARGEST_AMOUNT, Unit},
    },
    graphql::{
        self,
        page::Cursor,
        scalars::{Date, Decimal},
    },
    http::guard::{
        self, Asked, Object,
        documents::Documents,
        outline::{Outline, PageSizes},
    },
    service::cursors::Sealer,
};

/// The real schema, as the doors know it.
static OUTLINE: LazyLock<Outline> = LazyLock::new(|| {
    let pages = PageSizes { usual: 20, largest: 100 };
    Outline::read(&graphql::sdl(), pages, graphql::scalars::read).unwrap()
});

/// A request, whole or nothing but its document: it is let in or refused, to a friend and to a stranger.
///
/// How long it takes is bounded by `-timeout` of the fuzzer, and by `benches/attack.rs`.
pub fn guard(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let asked = |stranger: bool| {
        let asked = match serde_json::from_str::<Object<Asked>>(text) {
            Ok(Object(asked)) => asked,
            Err(_) => serde_json::from_value(serde_json::json!({ "query": text })).unwrap(),
        };
        guard::admit(asked, &Documents::new([]), &OUTLINE, !stranger)
    };
    if let Err(refusal) = asked(false) {
        assert!(!refusal.message.is_empty());
        assert!(asked(true).is_err(), "a stranger is let in where a friend is not");
    }
}

/// The cursor of a list: what is read is written the same.
pub fn page_cursor(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(cursor) = Cursor::decode_cursor(text) {
        assert_eq!(cursor.encode_cursor(), text);
    }
}

/// The cursor of a stream: what is read is written the same, and nobody can make up a sealed one.
pub fn event_cursor(bytes: &[u8]) {
    let sealer = Sealer::new([7; 32]);
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert_eq!(sealer.open(text), None);
    }
    let Ok(cursor) = EventCursor::from_bytes(bytes) else { return };
    assert_eq!(EventCursor::from_bytes(&cursor.to_bytes()).unwrap(), cursor);
    let text = sealer.seal(&cursor).unwrap();
    assert_eq!(sealer.open(&text), Some(cursor));
    assert_eq!(Sealer::new([8; 32]).open(&text), None);
}

/// An id of any kind: only one kind reads it, and writes it the same.
pub fn id(bytes: &[u8]) {
    fn read<I: Id>(text: &str) -> usize {
        match text.parse::<I>() {
            Ok(id) => {
                assert_eq!(id.to_string(), text);
                assert!(text.starts_with(I::PREFIX));
                1
            }
            Err(invalid) => {
                assert!(!invalid.to_string().is_empty());
                0
            }
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let kinds = [
        read::<ActionItemId>,
        read::<ActivityId>,
        read::<AgreementId>,
        read::<AlertId>,
        read::<AliasId>,
        read::<AnswerId>,
        read::<CommentId>,
        read::<CommitmentId>,
        read::<CounterProposalId>,
        read::<DealId>,
        read::<DimensionValueId>,
        read::<EventId>,
        read::<HistoryId>,
        read::<IntegrationId>,
        read::<NoteId>,
        read::<ObjectiveId>,
        read::<OrganizationId>,
        read::<PartnershipId>,
        read::<PlanId>,
        read::<PolicyId>,
        read::<RequestId>,
        read::<ReviewId>,
        read::<ScorecardId>,
        read::<SessionId>,
        read::<SignatureId>,
        read::<TargetId>,
        read::<TeamMemberId>,
        read::<TierId>,
        read::<UserId>,
        read::<VersionId>,
    ];
    assert!(kinds.iter().map(|read| read(text)).sum::<usize>() <= 1, "{text} is of two kinds");
}

/// A decimal, and the amounts that it states in money and in things: whatever is kept goes out as it came in.
pub fn decimal(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (text, currency) = text.split_once(' ').unwrap_or((text, "USD"));
    let Ok(Decimal(value)) = <Decimal as ScalarType>::parse(Value::String(text.to_owned())) else {
        return;
    };
    let written = Decimal(value).to_value();
    assert_eq!(<Decimal as ScalarType>::parse(written).ok(), Some(Decimal(value)));
    let money = currency.parse::<Currency>().ok().map(Unit::Money);
    for unit in [Unit::Count, Unit::Quantity].into_iter().chain(money) {
        match unit.parse(value) {
            Ok(units) => {
                assert!(units.abs() <= LARGEST_AMOUNT);
                assert_eq!(unit.decimal(units), value);
            }
            Err(invalid) => assert!(!invalid.to_string().is_empty()),
        }
    }
}

/// A day: what is read is written the same.
pub fn date(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let value = Value::String(text.to_owned());
    if let Ok(day) = <Date as ScalarType>::parse(value.clone()) {
        assert_eq!(day.to_value(), value);
    }
    // An instant is the library's to read; it may refuse, and not break.
    if let Err(reason) = graphql::scalars::read("DateTime", &value) {
        assert!(!reason.is_empty());
    }
}

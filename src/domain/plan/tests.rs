//! The tables of domain §2 and §4: what moves a plan, and who may.

use std::fmt::Write;

use insta::assert_snapshot;
use uuid::Uuid;

use super::*;
use crate::domain::id::{IntegrationId, OrganizationId};

const STATES: [PlanState; 7] = [
    PlanState::Draft,
    PlanState::Negotiating,
    PlanState::AwaitingSignatures,
    PlanState::Active,
    PlanState::Completed,
    PlanState::Terminated,
    PlanState::Withdrawn,
];

#[test]
fn what_moves_a_plan_where() {
    let mut table = String::new();
    for state in STATES {
        for action in PlanAction::ALL {
            if let Ok(next) = state.after(action) {
                writeln!(table, "{state:?}: {action:?} → {next:?}").unwrap();
            }
        }
        if let Ok(next) = state.activate() {
            writeln!(table, "{state:?}: both signatures → {next:?}").unwrap();
        }
    }
    assert_snapshot!(table, @r"
    Draft: Edit → Draft
    Draft: Discard → Withdrawn
    Draft: Share → Negotiating
    Draft: SetExchangeRate → Draft
    Draft: Note → Draft
    Negotiating: Edit → Negotiating
    Negotiating: Propose → AwaitingSignatures
    Negotiating: Withdraw → Withdrawn
    Negotiating: SetExchangeRate → Negotiating
    Negotiating: Note → Negotiating
    AwaitingSignatures: Edit → Negotiating
    AwaitingSignatures: Sign → AwaitingSignatures
    AwaitingSignatures: Reject → Negotiating
    AwaitingSignatures: WithdrawProposal → Negotiating
    AwaitingSignatures: SetExchangeRate → Negotiating
    AwaitingSignatures: Note → AwaitingSignatures
    AwaitingSignatures: both signatures → Active
    Active: Waive → Active
    Active: SetExchangeRate → Active
    Active: Note → Active
    Completed: Note → Completed
    Terminated: Note → Terminated
    Withdrawn: Note → Withdrawn
    ");
}

#[test]
fn a_plan_holds_its_days_while_it_is_to_be_signed_or_in_force_and_counts_once_it_was() {
    for (state, holds_period, counts) in [
        (PlanState::Draft, false, false),
        (PlanState::Negotiating, false, false),
        (PlanState::AwaitingSignatures, true, false),
        (PlanState::Active, true, true),
        (PlanState::Completed, false, true),
        (PlanState::Terminated, false, true),
        (PlanState::Withdrawn, false, false),
    ] {
        assert_eq!((state.holds_period(), state.counts()), (holds_period, counts), "{state:?}");
    }
}

const SPONSORS: [UserId; 2] = [UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2))];
const PLANNED: PartnershipId = PartnershipId(Uuid::from_u128(3));

fn member(side: Side, who: Who) -> Member {
    Member { organization: OrganizationId(Uuid::from_u128(4)), side, who }
}

fn person(role: Role, id: UserId, teams: &[PartnershipId]) -> Member {
    member(role.side(), Who::User { id, role, teams: teams.to_vec() })
}

/// Everybody who could try, by what they are called.
fn everybody() -> Vec<(&'static str, Member)> {
    let somebody = UserId(Uuid::from_u128(9));
    let elsewhere = [PartnershipId(Uuid::from_u128(8))];
    let integration =
        |side| member(side, Who::Integration { id: IntegrationId::default(), scopes: Vec::new() });
    vec![
        ("vendor admin", person(Role::VendorAdmin, somebody, &[])),
        ("account manager", person(Role::ChannelAccountManager, somebody, &[PLANNED])),
        ("account manager elsewhere", person(Role::ChannelAccountManager, somebody, &elsewhere)),
        ("vendor sponsor", person(Role::VendorExecutive, SPONSORS[0], &[])),
        ("other vendor executive", person(Role::VendorExecutive, somebody, &[PLANNED])),
        ("vendor viewer", person(Role::VendorViewer, somebody, &[PLANNED])),
        ("vendor integration", integration(Side::Vendor)),
        ("partner admin", person(Role::PartnerAdmin, somebody, &[])),
        ("partner manager", person(Role::PartnerManager, somebody, &[PLANNED])),
        ("partner manager elsewhere", person(Role::PartnerManager, somebody, &elsewhere)),
        ("partner sponsor", person(Role::PartnerExecutive, SPONSORS[1], &[])),
        ("other partner executive", person(Role::PartnerExecutive, somebody, &[PLANNED])),
        ("partner viewer", person(Role::PartnerViewer, somebody, &[PLANNED])),
        ("partner integration", integration(Side::Partner)),
    ]
}

fn table(mode: PlanningMode) -> String {
    let standing = PlanStanding {
        partnership: PLANNED,
        mode,
        vendor_sponsor: Some(SPONSORS[0]),
        partner_sponsor: Some(SPONSORS[1]),
    };
    let mut table = String::new();
    for (name, member) in everybody() {
        table.push_str(name);
        table.push(':');
        for action in PlanAction::ALL.iter().filter(|action| standing.allows(&member, **action)) {
            write!(table, " {action:?}").unwrap();
        }
        table.push('\n');
    }
    table
}

#[test]
fn who_may_do_what_to_a_full_plan() {
    assert_snapshot!(table(PlanningMode::Full), @r"
    vendor admin: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note
    account manager: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note
    account manager elsewhere:
    vendor sponsor: Sign Reject Note
    other vendor executive: Note
    vendor viewer:
    vendor integration:
    partner admin: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note
    partner manager: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note
    partner manager elsewhere:
    partner sponsor: Sign Reject Note
    other partner executive: Note
    partner viewer:
    partner integration:
    ");
}

#[test]
fn who_may_do_what_to_a_light_plan() {
    assert_snapshot!(table(PlanningMode::Light), @r"
    vendor admin: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note
    account manager: Edit Discard Share Propose Sign Reject WithdrawProposal Withdraw Waive SetExchangeRate Note
    account manager elsewhere:
    vendor sponsor: Note
    other vendor executive: Note
    vendor viewer:
    vendor integration:
    partner admin: Edit Discard Share Propose Sign Reject WithdrawProposal Withdraw Waive SetExchangeRate Note
    partner manager: Edit Discard Share Propose Sign Reject WithdrawProposal Withdraw Waive SetExchangeRate Note
    partner manager elsewhere:
    partner sponsor: Note
    other partner executive: Note
    partner viewer:
    partner integration:
    ");
}

#[test]
fn a_sponsor_of_one_side_does_not_sign_for_the_other() {
    let standing = PlanStanding {
        partnership: PLANNED,
        mode: PlanningMode::Full,
        vendor_sponsor: Some(SPONSORS[0]),
        partner_sponsor: None,
    };
    let partner = person(Role::PartnerExecutive, SPONSORS[0], &[]);
    assert!(!standing.allows(&partner, PlanAction::Sign));
    let vendor = person(Role::VendorExecutive, SPONSORS[0], &[]);
    assert!(standing.allows(&vendor, PlanAction::Sign));
}

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

fn name(stage: PlanStage) -> String {
    let amendment = stage.amendment.map_or(String::new(), |state| format!("+{state:?}"));
    format!("{:?}{amendment}", stage.state)
}

#[test]
fn what_moves_a_plan_where() {
    let mut table = String::new();
    let amended = [AmendmentState::Open, AmendmentState::Proposed]
        .map(|amendment| PlanStage { state: PlanState::Active, amendment: Some(amendment) });
    for stage in STATES.map(PlanStage::from).into_iter().chain(amended) {
        for action in PlanAction::ALL {
            if let Ok(next) = stage.after(action) {
                writeln!(table, "{}: {action:?} → {}", name(stage), name(next)).unwrap();
            }
        }
        if let Ok(next) = stage.sealed() {
            writeln!(table, "{}: both signatures → {}", name(stage), name(next)).unwrap();
        }
    }
    assert_snapshot!(table, @"
    Draft: Edit → Draft
    Draft: Discard → Withdrawn
    Draft: Share → Negotiating
    Draft: SetExchangeRate → Draft
    Draft: Note → Draft
    Draft: Comment → Draft
    Negotiating: Edit → Negotiating
    Negotiating: Propose → AwaitingSignatures
    Negotiating: Withdraw → Withdrawn
    Negotiating: SetExchangeRate → Negotiating
    Negotiating: Note → Negotiating
    Negotiating: Comment → Negotiating
    Negotiating: CounterPropose → Negotiating
    Negotiating: AnswerCounterProposal → Negotiating
    AwaitingSignatures: Edit → Negotiating
    AwaitingSignatures: Sign → AwaitingSignatures
    AwaitingSignatures: Reject → Negotiating
    AwaitingSignatures: WithdrawProposal → Negotiating
    AwaitingSignatures: SetExchangeRate → Negotiating
    AwaitingSignatures: Note → AwaitingSignatures
    AwaitingSignatures: Comment → AwaitingSignatures
    AwaitingSignatures: both signatures → Active
    Active: Waive → Active
    Active: SetExchangeRate → Active
    Active: Note → Active
    Active: Comment → Active
    Active: BeginAmendment → Active+Open
    Active: HoldReview → Active
    Active: ConfirmReview → Active
    Active: SkipReview → Active
    Active: FollowUp → Active
    Active: Renew → Active
    Active: Close → Completed
    Active: Terminate → Terminated
    Completed: Note → Completed
    Completed: Comment → Completed
    Completed: HoldReview → Completed
    Completed: ConfirmReview → Completed
    Completed: SkipReview → Completed
    Completed: FollowUp → Completed
    Completed: Renew → Completed
    Terminated: Note → Terminated
    Terminated: Comment → Terminated
    Terminated: FollowUp → Terminated
    Terminated: Renew → Terminated
    Withdrawn: Note → Withdrawn
    Withdrawn: Comment → Withdrawn
    Active+Open: Edit → Active+Open
    Active+Open: Waive → Active+Open
    Active+Open: SetExchangeRate → Active+Open
    Active+Open: Note → Active+Open
    Active+Open: Comment → Active+Open
    Active+Open: CounterPropose → Active+Open
    Active+Open: AnswerCounterProposal → Active+Open
    Active+Open: ProposeAmendment → Active+Proposed
    Active+Open: WithdrawAmendment → Active
    Active+Open: HoldReview → Active+Open
    Active+Open: ConfirmReview → Active+Open
    Active+Open: SkipReview → Active+Open
    Active+Open: FollowUp → Active+Open
    Active+Open: Renew → Active+Open
    Active+Open: Close → Completed
    Active+Open: Terminate → Terminated
    Active+Proposed: Edit → Active+Open
    Active+Proposed: Sign → Active+Proposed
    Active+Proposed: Reject → Active+Open
    Active+Proposed: WithdrawProposal → Active+Open
    Active+Proposed: Waive → Active+Proposed
    Active+Proposed: SetExchangeRate → Active+Proposed
    Active+Proposed: Note → Active+Proposed
    Active+Proposed: Comment → Active+Proposed
    Active+Proposed: WithdrawAmendment → Active
    Active+Proposed: HoldReview → Active+Proposed
    Active+Proposed: ConfirmReview → Active+Proposed
    Active+Proposed: SkipReview → Active+Proposed
    Active+Proposed: FollowUp → Active+Proposed
    Active+Proposed: Renew → Active+Proposed
    Active+Proposed: Close → Completed
    Active+Proposed: Terminate → Terminated
    Active+Proposed: both signatures → Active
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
    assert_snapshot!(table(PlanningMode::Full), @"
    vendor admin: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note Comment CounterPropose AnswerCounterProposal BeginAmendment ProposeAmendment WithdrawAmendment HoldReview ConfirmReview SkipReview FollowUp Renew Close Terminate
    account manager: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note Comment CounterPropose AnswerCounterProposal BeginAmendment ProposeAmendment WithdrawAmendment HoldReview ConfirmReview SkipReview FollowUp Renew Close Terminate
    account manager elsewhere:
    vendor sponsor: Sign Reject Note Comment ConfirmReview
    other vendor executive: Note Comment
    vendor viewer:
    vendor integration:
    partner admin: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note Comment CounterPropose AnswerCounterProposal BeginAmendment ProposeAmendment WithdrawAmendment HoldReview ConfirmReview SkipReview FollowUp Renew Close Terminate
    partner manager: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note Comment CounterPropose AnswerCounterProposal BeginAmendment ProposeAmendment WithdrawAmendment HoldReview ConfirmReview SkipReview FollowUp Renew Close Terminate
    partner manager elsewhere:
    partner sponsor: Sign Reject Note Comment ConfirmReview
    other partner executive: Note Comment
    partner viewer:
    partner integration:
    ");
}

#[test]
fn who_may_do_what_to_a_light_plan() {
    assert_snapshot!(table(PlanningMode::Light), @"
    vendor admin: Edit Discard Share Propose Reject WithdrawProposal Withdraw Waive SetExchangeRate Note Comment CounterPropose AnswerCounterProposal BeginAmendment ProposeAmendment WithdrawAmendment HoldReview ConfirmReview SkipReview FollowUp Renew Close Terminate
    account manager: Edit Discard Share Propose Sign Reject WithdrawProposal Withdraw Waive SetExchangeRate Note Comment CounterPropose AnswerCounterProposal BeginAmendment ProposeAmendment WithdrawAmendment HoldReview ConfirmReview SkipReview FollowUp Renew Close Terminate
    account manager elsewhere:
    vendor sponsor: Note Comment
    other vendor executive: Note Comment
    vendor viewer:
    vendor integration:
    partner admin: Edit Discard Share Propose Sign Reject WithdrawProposal Withdraw Waive SetExchangeRate Note Comment CounterPropose AnswerCounterProposal BeginAmendment ProposeAmendment WithdrawAmendment HoldReview ConfirmReview SkipReview FollowUp Renew Close Terminate
    partner manager: Edit Discard Share Propose Sign Reject WithdrawProposal Withdraw Waive SetExchangeRate Note Comment CounterPropose AnswerCounterProposal BeginAmendment ProposeAmendment WithdrawAmendment HoldReview ConfirmReview SkipReview FollowUp Renew Close Terminate
    partner manager elsewhere:
    partner sponsor: Note Comment
    other partner executive: Note Comment
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

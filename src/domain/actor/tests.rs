//! The roles of domain §2.

use std::fmt::Write;

use insta::assert_snapshot;
use sea_orm::Iterable;
use uuid::Uuid;

use super::*;

const OURS: PartnershipId = PartnershipId(Uuid::from_u128(1));
const THEIRS: PartnershipId = PartnershipId(Uuid::from_u128(2));
const HOUSE: OrganizationId = OrganizationId(Uuid::from_u128(3));

fn person(role: Role) -> Member {
    let who = Who::User { id: UserId::default(), role, teams: vec![OURS] };
    Member { organization: HOUSE, side: role.side(), who }
}

fn integration(scopes: &[Scope]) -> Member {
    let who = Who::Integration { id: IntegrationId::default(), scopes: scopes.to_vec() };
    Member { organization: HOUSE, side: Side::Vendor, who }
}

#[test]
fn what_each_role_may() {
    let mut table = String::new();
    for role in Role::iter() {
        let member = person(role);
        let actor = Actor::Member(member.clone());
        let may = [
            ("works on the team's", member.works_on(OURS)),
            ("works on others'", member.works_on(THEIRS)),
            ("records on the team's", member.records_for(OURS)),
            ("records on others'", member.records_for(THEIRS)),
            ("reads private", member.reads_private()),
            ("administers", actor.administers(HOUSE)),
            ("runs the programme", actor.runs_programme(HOUSE)),
        ];
        let may: Vec<&str> = may.iter().filter(|(_, may)| *may).map(|(what, _)| *what).collect();
        writeln!(table, "{role:?} ({:?}): {}.", role.side(), may.join(", ")).unwrap();
    }
    assert_snapshot!(table, @r"
    VendorAdmin (Vendor): works on the team's, works on others', records on the team's, records on others', reads private, administers, runs the programme.
    ChannelAccountManager (Vendor): works on the team's, records on the team's, reads private.
    VendorExecutive (Vendor): reads private.
    VendorViewer (Vendor): .
    PartnerAdmin (Partner): works on the team's, works on others', records on the team's, records on others', reads private, administers.
    PartnerManager (Partner): works on the team's, records on the team's, reads private.
    PartnerExecutive (Partner): reads private.
    PartnerViewer (Partner): .
    ");
}

#[test]
fn an_integration_does_what_its_token_opens_and_no_more() {
    for (scopes, records) in
        [(&[][..], false), (&[Scope::PlansRead], false), (&[Scope::ActivitiesWrite], true)]
    {
        let member = integration(scopes);
        assert_eq!(member.records_for(OURS), records, "{scopes:?}");
        assert!(!member.works_on(OURS) && !member.reads_private());
        assert!(!Actor::Member(member).administers(HOUSE));
    }
    let reader = integration(&[Scope::PlansRead]);
    assert!(reader.has_scope(Scope::PlansRead) && !reader.has_scope(Scope::EventsRead));
    assert!(person(Role::VendorViewer).has_scope(Scope::EventsRead));
}

#[test]
fn an_admin_runs_the_own_organisation_alone() {
    let other = OrganizationId(Uuid::from_u128(4));
    let admin = Actor::Member(person(Role::VendorAdmin));
    assert!(admin.administers(HOUSE) && !admin.administers(other));
    assert!(admin.runs_programme(HOUSE) && !admin.runs_programme(other));
}

#[test]
fn private_things_are_read_by_the_own_side() {
    let manager = Actor::Member(person(Role::PartnerManager));
    assert!(manager.reads_private_of(Side::Partner) && !manager.reads_private_of(Side::Vendor));
    assert!(!Actor::Member(person(Role::PartnerViewer)).reads_private_of(Side::Partner));
}

#[test]
fn a_stranger_may_nothing_and_the_house_everything() {
    for (actor, expected) in [(Actor::Stranger, false), (Actor::System, true)] {
        let may = [
            actor.administers(HOUSE),
            actor.runs_programme(HOUSE),
            actor.works_on(OURS),
            actor.reads_private_of(Side::Vendor),
            actor.has_scope(Scope::ActivitiesWrite),
        ];
        assert_eq!(may, [expected; 5], "{actor:?}");
        assert_eq!((actor.side(), actor.member()), (None, None));
    }
}

#[test]
fn either_side_is_the_other_of_the_other() {
    for side in Side::BOTH {
        assert_ne!(side.other(), side);
        assert_eq!(side.other().other(), side);
    }
}

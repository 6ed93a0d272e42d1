//! What keeps a draft from being proposed, and what its parties should know before they sign (domain §4).

use serde::{Deserialize, Serialize};

use super::{
    actor::Side,
    commitment::{CommitmentKind, OwedBy},
    draft::{AgreementTerm, Draft, DraftTarget, SplitOf},
    money::{Exact, exact},
    policy::{PlanningMode, Section},
    review::{Cadence, ReviewPlan},
    target::{Dimension, Metric, check_split, check_weights},
};

/// What a finding is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum ReadinessCode {
    /// A side has no executive sponsor, and a full plan or the policy asks for one of each.
    SponsorMissing,
    /// A side's executive sponsor has been deactivated, or is no longer an executive.
    SponsorLeft,
    /// The plan has no target.
    NoTarget,
    /// The weights of top-level targets are neither all absent nor 100 together.
    WeightsInvalid,
    /// The children of a split do not add up to their parent.
    SplitNotAddingUp,
    /// The vendor owes nothing, neither alone nor jointly.
    NoVendorCommitment,
    /// A commitment has no owner person.
    CommitmentWithoutOwner,
    /// The owner person of a commitment has been deactivated.
    OwnerLeft,
    /// A commitment lacks its start or its due date.
    CommitmentWithoutDate,
    /// A commitment promises no quantity.
    CommitmentWithoutQuantity,
    /// A commitment is due before it starts.
    DatesReversed,
    /// A date lies outside the plan's period.
    DateOutsidePeriod,
    /// The plan has no review cadence, or one of named dates without a date.
    NoReviewCadence,
    /// Reviews are rarer than the policy asks.
    CadenceTooRare,
    /// A section that the policy requires is empty.
    SectionEmpty,
    /// The partnership has no agreement.
    NoAgreement,
    /// The period leaves the agreement's term.
    OutsideAgreement,
    /// A top-level target has no baseline to compare with.
    NoBaseline,
}

/// How much a finding weighs.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum FindingSeverity {
    /// The plan cannot be proposed before it is mended.
    Blocker,
    /// The plan can be proposed as it is.
    Warning,
}

/// Something to mend, or to know, before a draft is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub code: ReadinessCode,
    /// How much it weighs.
    pub severity: FindingSeverity,
    /// Where it is: names of fields, with the id of the target or commitment between them.
    pub path: Vec<String>,
    /// The finding in plain English.
    pub message: String,
}

/// What keeps `draft` from being proposed, then what its parties should know, both in the order of a plan.
pub fn check(draft: &Draft) -> Vec<Finding> {
    let mut findings = Findings::default();
    sponsors(draft, &mut findings);
    targets(draft, &mut findings);
    commitments(draft, &mut findings);
    reviews(draft, &mut findings);
    sections(draft, &mut findings);
    agreement(draft, &mut findings);
    // Stable, so that both kinds keep the order of the plan.
    findings.0.sort_by_key(|finding| finding.severity);
    findings.0
}

/// Whether nothing among `findings` keeps the plan from being proposed.
pub fn is_ready(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity != FindingSeverity::Blocker)
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn block(&mut self, code: ReadinessCode, path: &[&str], message: String) {
        self.add(code, FindingSeverity::Blocker, path, message);
    }

    fn warn(&mut self, code: ReadinessCode, path: &[&str], message: String) {
        self.add(code, FindingSeverity::Warning, path, message);
    }

    fn add(
        &mut self,
        code: ReadinessCode,
        severity: FindingSeverity,
        path: &[&str],
        message: String,
    ) {
        let path = path.iter().copied().map(str::to_owned).collect();
        self.0.push(Finding { code, severity, path, message });
    }
}

/// A full plan is signed by the sponsors, so it needs them whatever its policy says.
fn sponsors(draft: &Draft, findings: &mut Findings) {
    if draft.mode != PlanningMode::Full && !draft.policy.needs_sponsors {
        return;
    }
    let sides = [
        (Side::Vendor, "vendorSponsor", "vendor", draft.vendor_sponsor),
        (Side::Partner, "partnerSponsor", "partner", draft.partner_sponsor),
    ];
    for (side, field, name, sponsor) in sides {
        if sponsor.is_none() {
            let message = format!("the {name} has no executive sponsor");
            findings.block(ReadinessCode::SponsorMissing, &[field], message);
        } else if draft.sponsors_left.contains(&side) {
            let message = format!("the {name}'s executive sponsor has left");
            findings.block(ReadinessCode::SponsorLeft, &[field], message);
        }
    }
}

fn targets(draft: &Draft, findings: &mut Findings) {
    if draft.targets.is_empty() {
        let message = "the plan has no target".to_owned();
        findings.block(ReadinessCode::NoTarget, &["targets"], message);
    }
    let top_level = || draft.targets.iter().filter(|target| target.split.is_none());
    let weights: Vec<Option<u8>> = top_level().map(|target| target.weight).collect();
    if let Err(refused) = check_weights(&weights) {
        findings.block(ReadinessCode::WeightsInvalid, &["targets", "weight"], refused.to_string());
    }
    for parent in &draft.targets {
        splits_of(parent, draft, findings);
    }
    for target in top_level().filter(|target| target.baseline.is_none()) {
        let message = format!("“{}” has no baseline", target.name);
        let path = ["targets", &target.id.to_string(), "baseline"];
        findings.warn(ReadinessCode::NoBaseline, &path, message);
    }
}

fn splits_of(parent: &DraftTarget, draft: &Draft, findings: &mut Findings) {
    for dimension in [Dimension::ProductLine, Dimension::Segment, Dimension::Geography] {
        let split = Some(SplitOf { parent: parent.id, dimension });
        let children = draft.targets.iter().filter(|child| child.split == split);
        let amounts: Vec<i64> = children.map(|child| child.amount).collect();
        if amounts.is_empty() {
            continue;
        }
        if let Err(mismatch) = check_split(parent.amount, &amounts) {
            let unit = parent.metric.unit(draft.currency);
            let message = format!(
                "the split of “{}” by {} adds up to {}, not to {}",
                parent.name,
                dimension.label(),
                unit.round(&Exact::from(mismatch.sum)),
                unit.round(&exact(mismatch.parent)),
            );
            let path = ["targets", &parent.id.to_string(), "split", dimension.field()];
            findings.block(ReadinessCode::SplitNotAddingUp, &path, message);
        }
    }
}

/// A joint commitment binds the vendor too.
fn commitments(draft: &Draft, findings: &mut Findings) {
    let binds_vendor = |owed_by| matches!(owed_by, OwedBy::Vendor | OwedBy::Joint);
    if !draft.commitments.iter().any(|commitment| binds_vendor(commitment.owed_by)) {
        let message = "the vendor has committed to nothing".to_owned();
        findings.block(ReadinessCode::NoVendorCommitment, &["commitments"], message);
    }
    for commitment in &draft.commitments {
        let id = commitment.id.to_string();
        let at = |field| ["commitments", &id, field];
        let name = &commitment.name;
        if commitment.owner.is_none() {
            let message = format!("“{name}” has no owner");
            findings.block(ReadinessCode::CommitmentWithoutOwner, &at("owner"), message);
        }
        if commitment.owner.is_some_and(|owner| draft.owners_left.contains(&owner)) {
            let message = format!("the owner of “{name}” has left");
            findings.warn(ReadinessCode::OwnerLeft, &at("owner"), message);
        }
        let dates =
            [("startsOn", "start", commitment.starts_on), ("dueOn", "due", commitment.due_on)];
        for (field, which, date) in dates {
            match date {
                None => {
                    let message = format!("“{name}” has no {which} date");
                    findings.block(ReadinessCode::CommitmentWithoutDate, &at(field), message);
                }
                Some(date) if !draft.period.contains(date) => {
                    let message =
                        format!("“{name}” has its {which} date {date} outside the period");
                    findings.block(ReadinessCode::DateOutsidePeriod, &at(field), message);
                }
                Some(_) => {}
            }
        }
        if let (Some(starts_on), Some(due_on)) = (commitment.starts_on, commitment.due_on)
            && due_on < starts_on
        {
            let message = format!("“{name}” is due on {due_on}, before it starts on {starts_on}");
            findings.block(ReadinessCode::DatesReversed, &at("dueOn"), message);
        }
        if commitment.quantity.is_none_or(|quantity| quantity <= 0) {
            let message = format!("“{name}” promises no quantity");
            findings.block(ReadinessCode::CommitmentWithoutQuantity, &at("quantity"), message);
        }
    }
}

/// A review may come after the period, as the last one usually does, but not before it.
fn reviews(draft: &Draft, findings: &mut Findings) {
    let dates = &draft.review_dates;
    let named = draft.cadence.filter(|cadence| *cadence != Cadence::Dates || !dates.is_empty());
    let Some(cadence) = named else {
        let message = "the plan has no review cadence".to_owned();
        return findings.block(ReadinessCode::NoReviewCadence, &["reviewCadence"], message);
    };
    if cadence == Cadence::Dates {
        for date in dates.iter().filter(|date| **date < draft.period.start) {
            let message = format!("the review on {date} is before the period");
            findings.block(ReadinessCode::DateOutsidePeriod, &["reviewCadence", "dates"], message);
        }
    }
    let offset_days = draft.policy.windows.review_offset_days;
    let plan = ReviewPlan { period: draft.period, cadence, offset_days, dates };
    if let Some(minimum) = draft.policy.minimum_cadence
        && !plan.is_as_frequent_as(minimum)
    {
        let message = format!(
            "reviews {} are rarer than the {} ones that the policy asks for",
            cadence.label(),
            minimum.label(),
        );
        findings.block(ReadinessCode::CadenceTooRare, &["reviewCadence"], message);
    }
}

/// An empty section of reviews is a missing cadence, which is told already.
fn sections(draft: &Draft, findings: &mut Findings) {
    let has_target =
        |metrics: &[Metric]| draft.targets.iter().any(|target| metrics.contains(&target.metric));
    let has_commitment = |kinds: &[CommitmentKind]| {
        draft.commitments.iter().any(|commitment| kinds.contains(&commitment.kind))
    };
    for section in Section::ALL {
        let is_filled = match section {
            Section::Revenue => has_target(&[Metric::Revenue]),
            Section::Pipeline => {
                has_target(&[Metric::PipelineCreated, Metric::DealsRegistered, Metric::Leads])
                    || has_commitment(&[
                        CommitmentKind::PipelineActivity,
                        CommitmentKind::PipelineMilestone,
                    ])
            }
            Section::CoMarketing => has_commitment(&[CommitmentKind::CoMarketing]),
            Section::Enablement => {
                has_target(&[Metric::TrainingCompletions, Metric::CertifiedPeople])
                    || has_commitment(&[CommitmentKind::Enablement])
            }
            Section::VendorSupport => has_commitment(&[CommitmentKind::VendorSupport]),
            Section::Reviews => true,
        };
        if !is_filled && draft.policy.required_sections.contains(&section) {
            let message =
                format!("the policy requires the section {}, which is empty", section.label());
            findings.block(ReadinessCode::SectionEmpty, &["sections", section.field()], message);
        }
    }
}

fn agreement(draft: &Draft, findings: &mut Findings) {
    let Some(term) = draft.agreement else {
        let message = "the partnership has no agreement".to_owned();
        return findings.warn(ReadinessCode::NoAgreement, &["agreement"], message);
    };
    let AgreementTerm { effective_on, expires_on } = term;
    if draft.period.start < effective_on {
        let message = format!("the period starts before the agreement, on {effective_on}");
        findings.warn(ReadinessCode::OutsideAgreement, &["period", "start"], message);
    }
    if let Some(expires_on) = expires_on.filter(|expires_on| *expires_on < draft.period.end) {
        let message = format!("the agreement expires on {expires_on}, before the period ends");
        findings.warn(ReadinessCode::OutsideAgreement, &["period", "end"], message);
    }
}

#[cfg(test)]
mod tests;

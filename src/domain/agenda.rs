//! What a review talks about, and in which order (domain §8).

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// Items of one agenda at most.
pub const MOST_ITEMS: usize = 50;

/// What an item of an agenda is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "snake_case")]
pub enum AgendaKind {
    /// What earlier reviews left to be done.
    OpenActions,
    /// Targets, and how far they are.
    Performance,
    /// Deals and milestones.
    Pipeline,
    /// Programmes, funds and leads.
    Marketing,
    /// Training and certification.
    Enablement,
    /// What stands in the way.
    Issues,
    /// What both sides promise next.
    NextCommitments,
    /// Something else, as its title says.
    Other,
}

impl AgendaKind {
    /// What a review talks about unless somebody says otherwise: what was promised last time comes first.
    pub const USUAL: [Self; 7] = [
        Self::OpenActions,
        Self::Performance,
        Self::Pipeline,
        Self::Marketing,
        Self::Enablement,
        Self::Issues,
        Self::NextCommitments,
    ];

    /// Whether an item of this kind lists what is to be done.
    pub fn lists_open_actions(self) -> bool {
        self == Self::OpenActions
    }

    /// What an item is called unless it says otherwise; one about something else has to say.
    pub fn title(self) -> Option<&'static str> {
        match self {
            Self::OpenActions => Some("Last review's commitments"),
            Self::Performance => Some("Performance"),
            Self::Pipeline => Some("Pipeline"),
            Self::Marketing => Some("Marketing"),
            Self::Enablement => Some("Enablement"),
            Self::Issues => Some("Issues"),
            Self::NextCommitments => Some("Next commitments"),
            Self::Other => None,
        }
    }
}

/// An item of an agenda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaItem {
    /// What it is about.
    pub kind: AgendaKind,
    /// What it is called.
    pub title: String,
    /// What there is to say about it beforehand.
    pub notes: Option<String>,
}

/// What a review talks about, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Agenda(pub Vec<AgendaItem>);

impl Default for Agenda {
    fn default() -> Self {
        let item = |kind: AgendaKind| {
            Some(AgendaItem { kind, title: kind.title()?.to_owned(), notes: None })
        };
        Self(AgendaKind::USUAL.into_iter().filter_map(item).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_promised_last_time_comes_first() {
        let titles: Vec<String> = Agenda::default().0.into_iter().map(|item| item.title).collect();
        assert_eq!(
            titles,
            [
                "Last review's commitments",
                "Performance",
                "Pipeline",
                "Marketing",
                "Enablement",
                "Issues",
                "Next commitments",
            ]
        );
    }
}

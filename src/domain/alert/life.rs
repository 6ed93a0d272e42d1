//! What can be done with a warning, and what becomes of it: by people, by the clock, by its cause (domain §9).

use super::AlertState;

/// Days that a warning sleeps at most.
pub const LONGEST_SNOOZE_DAYS: u64 = 90;

/// Something done with a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertDeed {
    /// Somebody of the side takes note of it.
    Acknowledge,
    /// Somebody of the side wants to hear of it later.
    Snooze,
    /// Somebody of the side is to see to it, or no longer.
    Assign,
    /// The day has come until which it was to sleep.
    Wake,
    /// Nobody took note of it for too long: it is brought before the sponsor.
    Escalate,
    /// Its cause is gone.
    Resolve,
    /// Its cause is back.
    Reopen,
}

/// A deed that a warning does not allow where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an alert that is {} cannot be {}", .state.label(), .deed.label())]
pub struct AlertBlocked {
    /// Where it stands.
    pub state: AlertState,
    /// What was asked.
    pub deed: AlertDeed,
}

impl AlertState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Acknowledged, Self::Snoozed, Self::Resolved];

    /// Those in which the cause stands.
    pub const STANDING: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Snoozed];

    /// Those in which it asks for attention, or has got it.
    pub const ASKING: [Self; 2] = [Self::Open, Self::Acknowledged];

    /// Whether the cause still stands.
    pub fn is_standing(self) -> bool {
        Self::STANDING.contains(&self)
    }

    /// The state after a deed.
    ///
    /// To take note of what somebody has taken note of, or of what is over, changes nothing; what is over cannot be put off or given
    /// to anybody.
    pub fn after(self, deed: AlertDeed) -> Result<Self, AlertBlocked> {
        match (self, deed) {
            (Self::Open | Self::Acknowledged | Self::Snoozed, AlertDeed::Acknowledge) => {
                Ok(Self::Acknowledged)
            }
            (Self::Open | Self::Acknowledged | Self::Snoozed, AlertDeed::Snooze) => {
                Ok(Self::Snoozed)
            }
            (Self::Open | Self::Acknowledged | Self::Snoozed, AlertDeed::Resolve)
            | (Self::Resolved, AlertDeed::Acknowledge) => Ok(Self::Resolved),
            (Self::Snoozed, AlertDeed::Wake)
            | (Self::Open, AlertDeed::Escalate)
            | (Self::Resolved, AlertDeed::Reopen) => Ok(Self::Open),
            (Self::Open | Self::Acknowledged | Self::Snoozed, AlertDeed::Assign) => Ok(self),
            (Self::Open | Self::Acknowledged, AlertDeed::Wake)
            | (Self::Acknowledged | Self::Snoozed, AlertDeed::Escalate)
            | (Self::Open | Self::Acknowledged | Self::Snoozed, AlertDeed::Reopen)
            | (
                Self::Resolved,
                AlertDeed::Snooze
                | AlertDeed::Assign
                | AlertDeed::Wake
                | AlertDeed::Escalate
                | AlertDeed::Resolve,
            ) => Err(AlertBlocked { state: self, deed }),
        }
    }

    /// Its name in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
        }
    }
}

impl AlertDeed {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Acknowledge,
        Self::Snooze,
        Self::Assign,
        Self::Wake,
        Self::Escalate,
        Self::Resolve,
        Self::Reopen,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledged",
            Self::Snooze => "snoozed",
            Self::Assign => "assigned",
            Self::Wake => "woken",
            Self::Escalate => "escalated",
            Self::Resolve => "resolved",
            Self::Reopen => "reopened",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_a_warning() {
        const NO: &str = "-";
        let table = [
            (AlertDeed::Acknowledge, ["acknowledged", "acknowledged", "acknowledged", "resolved"]),
            (AlertDeed::Snooze, ["snoozed", "snoozed", "snoozed", NO]),
            (AlertDeed::Assign, ["open", "acknowledged", "snoozed", NO]),
            (AlertDeed::Wake, [NO, NO, "open", NO]),
            (AlertDeed::Escalate, ["open", NO, NO, NO]),
            (AlertDeed::Resolve, ["resolved", "resolved", "resolved", NO]),
            (AlertDeed::Reopen, [NO, NO, NO, "open"]),
        ];
        assert_eq!(table.map(|(deed, _)| deed), AlertDeed::ALL);
        for (deed, expected) in table {
            let found =
                AlertState::ALL.map(|state| state.after(deed).map_or(NO, AlertState::label));
            assert_eq!(found, expected, "{deed:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_and_where() {
        let refused = AlertState::Resolved.after(AlertDeed::Snooze).unwrap_err();
        assert_eq!(refused.to_string(), "an alert that is resolved cannot be snoozed");
    }

    #[test]
    fn what_is_over_does_not_stand() {
        let standing = AlertState::ALL.map(AlertState::is_standing);
        assert_eq!(standing, [true, true, true, false]);
    }
}

use super::*;

/// A state, what the own side says, and what can be done then with the state that it leads to.
type Row<'a> = (ReviewState, Option<MinutesAnswer>, &'a [(ReviewAction, ReviewState)]);

/// Every state and every answer of the own side, with what can be done then and the state that it leads to.
#[test]
fn a_review_moves_as_the_table_says() {
    use MinutesAnswer as Said;
    use ReviewAction::{AmendMinutes, Confirm, Dispute, Hold, SetAgenda, Skip};
    use ReviewState::{Confirmed, Held, Scheduled, Skipped};
    let rows: [Row<'_>; 6] = [
        (Scheduled, None, &[(SetAgenda, Scheduled), (Hold, Held), (Skip, Skipped)]),
        (Held, None, &[(AmendMinutes, Held), (Confirm, Held), (Dispute, Held)]),
        (Held, Some(Said::Confirmed), &[(AmendMinutes, Held), (Dispute, Held)]),
        (Held, Some(Said::Disputed), &[(AmendMinutes, Held)]),
        (Confirmed, Some(Said::Confirmed), &[]),
        (Skipped, None, &[]),
    ];
    for (state, own, expected) in rows {
        let stage = ReviewStage { state, own };
        let moves: Vec<_> = ReviewAction::ALL
            .into_iter()
            .filter_map(|action| Some((action, stage.after(action).ok()?)))
            .collect();
        assert_eq!(moves, expected, "{stage:?}");
    }
    assert_eq!(Held.agreed(), Some(Confirmed));
    assert_eq!([Scheduled, Confirmed, Skipped].map(ReviewState::agreed), [None, None, None]);
}

#[test]
fn a_refusal_says_where_the_review_stands() {
    use MinutesAnswer as Said;
    use ReviewAction::{AmendMinutes, Confirm, Dispute, Hold, SetAgenda};
    use ReviewState::{Confirmed, Held, Scheduled, Skipped};
    for (state, own, action, told) in [
        (Held, None, Hold, "a review that is held cannot be held"),
        (Skipped, None, Hold, "a review that is skipped cannot be held"),
        (Scheduled, None, Confirm, "the minutes of a review that is scheduled cannot be confirmed"),
        (Held, None, SetAgenda, "the agenda of a review that is held cannot be set"),
        (
            Confirmed,
            None,
            AmendMinutes,
            "the minutes of a review that is confirmed cannot be amended",
        ),
        (Held, Some(Said::Confirmed), Confirm, "your side has confirmed these minutes"),
        (Held, Some(Said::Disputed), Dispute, "your side disputes these minutes"),
        (
            Held,
            Some(Said::Disputed),
            Confirm,
            "your side disputes these minutes; once they are amended it can confirm them",
        ),
    ] {
        let refused = ReviewStage { state, own }.after(action).unwrap_err();
        assert_eq!(refused.to_string(), told);
    }
}

//! Notifications by e-mail: how people want to be told, what they are to be told, and the mails that tell them.
//!
//! Three steps, each of which can be done again: events become rows for those whom they concern ([`noticing`]), rows that are due
//! become a mail, and a mail is sent until a server has taken it ([`sending`]). Whom something concerns ([`audience`]) and what is said
//! of it ([`composing`]) is judged when it is sent, by what that person may see then.

pub mod audience;
pub mod composing;
pub mod noticing;
pub mod preferences;
pub mod sending;
pub mod unsubscribing;

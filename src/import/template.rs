//! Values put together from cells: `{opportunity_id}-won`.

use std::{fmt, str::FromStr};

use serde::Deserialize;

use super::{cells::Cells, flaw::Flaw};

/// A text with places for cells.
///
/// A place names a column of the file (`{deal_stage}`) or, through a lookup, one of another file (`{product.series}`). A
/// text in which any place stays empty is empty as a whole: half a reference refers to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Cell(String),
}

impl Template {
    /// The cells that it names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Cell(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text for one row; none where a cell is empty.
    pub fn fill(&self, cells: &Cells<'_>) -> Option<String> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Cell(name) => match cells.get(name) {
                    "" => return None,
                    cell => filled.push_str(cell),
                },
            }
        }
        Some(filled)
    }

    /// The text for one row, which needs it; `purpose` says what for.
    pub fn require(&self, purpose: &'static str, cells: &Cells<'_>) -> Result<String, Flaw> {
        self.fill(cells).ok_or_else(|| {
            let empty = self.names().find(|name| cells.get(name).is_empty());
            empty.map_or_else(
                || Flaw::of_row(format!("has no {purpose}")),
                |name| cells.why_empty(name),
            )
        })
    }

    /// That the text made of it cannot be used, told of the first cell that it names.
    pub fn flaw(&self, purpose: &'static str, value: &str, message: impl Into<String>) -> Flaw {
        Flaw::of_cell(self.names().next().unwrap_or(purpose), value, message)
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from_brace) = rest.split_at(at);
            let Some((name, after)) =
                from_brace.strip_prefix('{').and_then(|inner| inner.split_once('}'))
            else {
                return Err(format!("`{text}`: each `{{` needs its `}}`"));
            };
            if name.is_empty() || name.contains('{') {
                return Err(format!("`{text}`: a place is written `{{column}}`"));
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Cell(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if parts.is_empty() {
            return Err("a value must not be empty; leave its line out".to_owned());
        }
        Ok(Self(parts))
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Cell(name) => write!(f, "{{{name}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_names_its_cells() {
        let template: Template = "{agent.manager}-{id}-won".parse().unwrap();
        assert_eq!(template.names().collect::<Vec<_>>(), ["agent.manager", "id"]);
        assert_eq!(template.to_string(), "{agent.manager}-{id}-won");
        assert_eq!("USD".parse::<Template>().unwrap().names().count(), 0);
    }

    #[test]
    fn a_brace_without_its_fellow_is_refused() {
        for text in ["{id", "id}", "{}", "{a{b}}", "{a}}", ""] {
            assert!(text.parse::<Template>().is_err(), "{text}");
        }
    }
}

//! Elixir: `mix.exs`.
//!
//! Source: the documentation of `mix release` and `Mix.Project`.

use super::super::{Context, join};
use super::Setting;
use super::lex::{self, ELIXIR, Node, items, lists, literal, mentions, skip_lines};
use super::reader::{Broken, Reader};

/// What a `mix.exs` states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mix {
    /// Its path in the context.
    pub file: String,
    /// The name of the application. A release has it, too, if none is stated.
    pub app: Setting,
    /// The version.
    pub version: Setting,
    /// The names of the releases that are stated; `None` if they are computed.
    pub releases: Option<Vec<String>>,
    /// The dependencies.
    pub dependencies: Vec<String>,
    /// Whether it holds several applications (`apps_path`).
    pub is_umbrella: bool,
}

impl Mix {
    /// The name of the only release; `None` if there are several or it is not known.
    pub fn release(&self) -> Option<&str> {
        match self.releases.as_deref()? {
            [] => self.app.stated().filter(|_| !self.is_umbrella),
            [name] => Some(name),
            _ => None,
        }
    }
}

/// The `mix.exs` in a folder; `None` if there is none.
pub fn mix(context: &Context, folder: &str) -> Result<Option<Mix>, Broken> {
    let file = join(folder, "mix.exs");
    let Some(text) = Reader::new(context).read(&file)? else { return Ok(None) };
    let Some(nodes) = lex::parse(&text, &ELIXIR) else {
        return Err(Broken::malformed(&file, "its brackets do not fit together"));
    };
    let lists = lists(&nodes);
    // The first of each is the project's.
    let first =
        |key: &str| lists.iter().find_map(|list| lex::behind(list, &[key, ":"]).first().copied());
    let dependencies =
        lists.iter().flat_map(|list| list.iter()).filter_map(|node| {
            match skip_lines(node.group('{')?) {
                [Node::Mark(':'), Node::Word(name), Node::Mark(','), ..] => Some(name.clone()),
                _ => None,
            }
        });
    Ok(Some(Mix {
        app: match first("app") {
            Some([Node::Mark(':'), Node::Word(name), ..]) => Setting::Stated(name.clone()),
            Some(_) => Setting::Unknown,
            None => Setting::Absent,
        },
        version: first("version").map_or(Setting::Absent, |start| {
            literal(start).map_or(Setting::Unknown, |text| Setting::Stated(text.to_owned()))
        }),
        releases: releases(&nodes, first("releases")),
        dependencies: dependencies.collect(),
        is_umbrella: mentions(&nodes, "apps_path"),
        file,
    }))
}

/// The names in `releases: [...]`, or in the function that stands there: `defp releases do [...]`.
fn releases(nodes: &[Node], start: Option<&[Node]>) -> Option<Vec<String>> {
    let Some(start) = start else { return Some(Vec::new()) };
    if let Some(Node::Group('[', inner)) = start.first() {
        return names(inner);
    }
    let Some(Node::Word(function)) = start.first() else { return None };
    let lists = lists(nodes);
    let mut bodies = ["def", "defp"].into_iter().flat_map(|word| {
        let starts = lists.iter().flat_map(move |list| lex::behind(list, &[word, function]));
        starts.filter_map(|start| {
            let start = match start {
                [Node::Group('(', inner), rest @ ..] if inner.is_empty() => rest,
                start => start,
            };
            let body = match start {
                [Node::Mark(','), Node::Word(word), Node::Mark(':'), rest @ ..] if word == "do" => {
                    rest
                }
                [Node::Word(word), rest @ ..] if word == "do" => rest,
                _ => return None,
            };
            skip_lines(body).first()?.group('[')
        })
    });
    let body = bodies.next()?;
    let is_only = bodies.next().is_none();
    names(body).filter(|_| is_only)
}

/// The keys of a keyword list.
fn names(list: &[Node]) -> Option<Vec<String>> {
    items(list)
        .map(|item| match item {
            [Node::Word(name), Node::Mark(':'), ..] => Some(name.clone()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::context;
    use super::*;

    fn read(text: &str) -> Mix {
        mix(&context(&[("mix.exs", text)]), "").expect("read").expect("there")
    }

    const SHOP: &str = "defmodule Shop.MixProject do\n  use Mix.Project\n\n  def project do\n    [\n      app: :shop,\n\
        version: \"0.1.0\", # x\n      releases: releases(),\n      deps: deps()\n    ]\n  end\n\n\
        def application do\n    [mod: {Shop.Application, []}]\n  end\n\n\
        defp releases do\n    [\n      web: [include_executables_for: [:unix]]\n    ]\n  end\n\n\
        defp deps do\n    [\n      {:phoenix, \"~> 1.7\"},\n      {:ecto_sql, \"~> 3.0\"}\n    ]\n  end\nend\n";

    #[test]
    fn a_project() {
        let mix = read(SHOP);
        assert_eq!(mix.app, Setting::Stated("shop".into()));
        assert_eq!(mix.version, Setting::Stated("0.1.0".into()));
        assert_eq!(mix.release(), Some("web"));
        assert_eq!(mix.dependencies, ["phoenix", "ecto_sql"]);
        assert!(!mix.is_umbrella);
    }

    #[test]
    fn releases_of_projects() {
        assert_eq!(read("[app: :a, releases: [b: [], c: []]]").release(), None);
        assert_eq!(read("[app: :a, releases: [b: []]]").release(), Some("b"));
        assert_eq!(read("[app: :a]").release(), Some("a"));
        assert_eq!(read("[app: :a, releases: Mine.releases()]").release(), None);
        assert_eq!(read("[app: @app]").release(), None);
        assert_eq!(read("[apps_path: \"apps\", app: :a]").release(), None);
        assert_eq!(mix(&context(&[("mix.exs", "[")]), "").expect_err("broken").file, "mix.exs");
        assert_eq!(mix(&context(&[]), ""), Ok(None));
    }
}

//! Who imports whom inside a crate, read from the sources.
//!
//! A file is a node. An arrow goes to the file in which the imported thing stands, past whatever room re-exports it; code for tests is left out, and so
//! are calls of methods, which need no import.

use anyhow::{Context as _, Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// A module, by its path from the crate's root; the root is empty.
pub(crate) type Module = Vec<String>;
/// Which modules each module imports from.
pub(crate) type Graph = BTreeMap<Module, BTreeSet<Module>>;

/// What one file says.
#[derive(Debug, Default)]
struct Said {
    /// Paths in `use` and elsewhere.
    paths: Vec<Vec<String>>,
    /// Paths that are given on under the name of this module.
    reexported: Vec<Vec<String>>,
    /// Modules that are there for tests only.
    tests: BTreeSet<String>,
}

/// The graph of the crate whose sources lie in `folder`.
pub(crate) fn graph(folder: &Path) -> Result<Graph> {
    let mut files = BTreeMap::new();
    find(folder, folder, &mut files)?;
    let mut said = BTreeMap::new();
    for (module, path) in &files {
        let text = std::fs::read_to_string(path)?;
        let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{}: {error}", path.display()))?;
        let children = files.keys().filter(|other| other.split_last().is_some_and(|(_, parent)| parent == module));
        let children = children.filter_map(|child| child.last().map(String::as_str)).collect();
        let mut one = Said::default();
        read(tokens, &children, &mut one);
        said.insert(module.clone(), one);
    }
    let tests: Vec<Module> = said.iter().flat_map(|(module, said)| said.tests.iter().map(|name| child(module, name))).collect();
    said.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
    let arrows = |(module, one): (&Module, &Said)| {
        let targets = one.paths.iter().filter_map(|path| target(&said, absolute(&said, module, path)?, 0));
        (module.clone(), targets.filter(|target| target != module).collect())
    };
    Ok(said.iter().map(arrows).collect())
}

fn find(root: &Path, folder: &Path, files: &mut BTreeMap<Module, PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            find(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let mut module: Module =
                path.with_extension("").strip_prefix(root)?.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            // A program beside a library is a crate of its own, which nobody imports.
            let is_beside = path == root.join("main.rs") && root.join("lib.rs").exists();
            if !is_beside && matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
                module.pop();
            }
            files.insert(module, path);
        }
    }
    Ok(())
}

fn child(module: &[String], name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// Note what a stretch of source imports. `children` are the modules that the file may name without `self`.
fn read(tokens: TokenStream, children: &BTreeSet<&str>, said: &mut Said) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut at, mut public) = (0, false);
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' && is_for_tests(tokens.get(at + 1)) => {
                at = skipped(&tokens, at + 2, said);
                continue;
            }
            TokenTree::Ident(name) if name == "pub" => public = true,
            TokenTree::Ident(name) if name == "use" => {
                let end = (at..tokens.len()).find(|at| is_mark(tokens.get(*at), ';')).unwrap_or(tokens.len());
                let mut paths = Vec::new();
                tree(tokens.get(at + 1..end).unwrap_or_default(), &[], &mut paths);
                if public { &mut said.reexported } else { &mut said.paths }.append(&mut paths);
                (at, public) = (end, false);
            }
            TokenTree::Ident(name) if follows_nothing(&tokens, at) && is_root(&name.to_string(), children) => {
                let (path, end) = path(&tokens, at);
                if path.len() > 1 {
                    said.paths.push(path);
                }
                (at, public) = (end, false);
                continue;
            }
            // `pub(crate)` is not over with its bracket.
            TokenTree::Group(group) => {
                public &= group.delimiter() == Delimiter::Parenthesis;
                read(group.stream(), children, said);
            }
            _ => public = false,
        }
        at += 1;
    }
}

fn is_root(name: &str, children: &BTreeSet<&str>) -> bool {
    matches!(name, "crate" | "super" | "self") || children.contains(name)
}

fn is_mark(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == wanted)
}

/// Not in the middle of a path or of a call of a method.
fn follows_nothing(tokens: &[TokenTree], at: usize) -> bool {
    at == 0 || !(is_mark(tokens.get(at - 1), ':') && at > 1 && is_mark(tokens.get(at - 2), ':') || is_mark(tokens.get(at - 1), '.'))
}

/// The path that begins at `at`, and where it is over.
fn path(tokens: &[TokenTree], mut at: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    while let Some(TokenTree::Ident(name)) = tokens.get(at) {
        path.push(name.to_string());
        at += 1;
        if !(is_mark(tokens.get(at), ':') && is_mark(tokens.get(at + 1), ':')) {
            break;
        }
        at += 2;
    }
    (path, at)
}

/// Every path of what stands behind `use`.
fn tree(tokens: &[TokenTree], before: &[String], paths: &mut Vec<Vec<String>>) {
    let mut whole = before.to_vec();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(name) if name == "as" => break,
            TokenTree::Ident(name) => whole.push(name.to_string()),
            TokenTree::Punct(mark) if mark.as_char() == '*' => whole.push("*".into()),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in inner.split(|token| is_mark(Some(token), ',')).filter(|part| !part.is_empty()) {
                    tree(part, &whole, paths);
                }
                return;
            }
            _ if at == 0 => return,
            _ => {}
        }
    }
    if whole.last().is_some_and(|last| last == "self") && whole.len() > 1 {
        whole.pop();
    }
    paths.push(whole);
}

fn is_for_tests(attribute: Option<&TokenTree>) -> bool {
    matches!(attribute, Some(TokenTree::Group(group)) if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// Where an item is over that is there for tests only.
fn skipped(tokens: &[TokenTree], mut at: usize, said: &mut Said) -> usize {
    let mut imports = false;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Ident(word) if word == "use" => imports = true,
            TokenTree::Ident(word) if word == "mod" => {
                if let Some(TokenTree::Ident(name)) = tokens.get(at) {
                    said.tests.insert(name.to_string());
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !imports => break,
            _ => {}
        }
    }
    at
}

/// A path from the crate's root; `None` when it leads out of the crate.
fn absolute(said: &BTreeMap<Module, Said>, module: &[String], path: &[String]) -> Option<Vec<String>> {
    let mut rest = path.iter().peekable();
    let mut from = match rest.peek()?.as_str() {
        "crate" => {
            rest.next();
            return Some(rest.cloned().collect());
        }
        "self" => {
            rest.next();
            module.to_vec()
        }
        "super" => module.to_vec(),
        name => {
            said.get(&child(module, name))?;
            module.to_vec()
        }
    };
    while rest.next_if(|name| *name == "super").is_some() {
        from.pop()?;
    }
    from.extend(rest.cloned());
    Some(from)
}

/// The module in which what a path names stands.
fn target(said: &BTreeMap<Module, Said>, path: Vec<String>, depth: u32) -> Option<Module> {
    let module = (0..=path.len()).rev().map(|length| path.get(..length).unwrap_or_default()).find(|module| said.contains_key(*module))?;
    let Some(name) = path.get(module.len()).filter(|_| depth < 8) else { return Some(module.to_vec()) };
    let given_on = said.get(module)?.reexported.iter().filter(|path| path.last() == Some(name));
    let further = given_on.filter_map(|path| target(said, absolute(said, module, path)?, depth + 1)).next();
    Some(further.unwrap_or_else(|| module.to_vec()))
}

/// The circles of a graph: each a way from a module back to itself.
pub(crate) fn circles(graph: &Graph) -> Vec<Vec<Module>> {
    let reach = |from: &Module| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(module) = next.pop() {
            for target in graph.get(&module).into_iter().flatten() {
                if seen.insert(target.clone()) {
                    next.push(target.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> = graph.keys().map(|module| (module, reach(module))).collect();
    let mut circles: Vec<Vec<Module>> = Vec::new();
    for (module, targets) in &reached {
        if targets.contains(*module) && !circles.iter().any(|circle| circle.contains(module)) {
            let back = |other: &&Module| targets.contains(*other) && reached.get(*other).is_some_and(|back| back.contains(*module));
            circles.push(graph.keys().filter(back).cloned().collect());
        }
    }
    circles
}

#[test]
fn the_finder_finds_a_circle_and_leaves_tests_and_methods_out() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| -> Result<()> {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().context("a folder")?)?;
        Ok(std::fs::write(path, text)?)
    };
    write("lib.rs", "mod a;\nmod b;\npub use b::inner::Thing;\n")?;
    write(
        "a.rs",
        "use crate::{b::{self, Other}, Thing};\n/// crate::c::Doc\nfn f() { x.b(); }\n#[cfg(test)]\nmod tests { use crate::b::Never; }\n",
    )?;
    write("b.rs", "pub mod inner;\n#[cfg(test)]\nuse crate::a::T;\npub struct Other;\n")?;
    write("b/inner.rs", "fn g() -> crate::a::X { super::super::a::y() }\n")?;
    let found = graph(folder.path())?;
    let name = |module: &str| -> Module { module.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect() };
    anyhow::ensure!(found[&name("a")] == BTreeSet::from([name("b"), name("b/inner")]), "{found:?}");
    anyhow::ensure!(found[&name("b")].is_empty(), "{found:?}");
    anyhow::ensure!(circles(&found) == [vec![name("a"), name("b/inner")]], "{found:?}");
    Ok(())
}

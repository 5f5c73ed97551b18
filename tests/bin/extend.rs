//! Adds a kind, a dialect and a command to a copy of the sources and has the compilers look at it: `cargo xtask test architecture --extend`.

fn main() -> anyhow::Result<()> {
    watchdeck_tests::extend::prove()
}

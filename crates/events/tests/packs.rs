//! A folder of packs that a user keeps.

use std::fs;
use watchdeck_events::{Catalogue, Domain, catalogue::PackProblem};

const PACK: &str = r#"
    [[kind]]
    kind = "oven:hot"
    title = { zh = "炉温过高", en = "Oven too hot" }
    domain = "other"
    channels = ["kiln"]
    fields = [{ name = "oven" }]
    subject = ["oven:{oven}"]

    [[prefix]]
    prefix = "oven"
    domain = "system"
"#;

#[test]
fn every_good_file_counts_and_every_wrong_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("10-kiln.toml", PACK);
    write("20-kiln.TOML", &PACK.replace("Oven too hot", "Oven hot"));
    write("15-wrong.toml", &PACK.replace("{oven}", "{stove}"));
    write("16-typo.toml", &PACK.replace("title =", "titel ="));
    write("17-latin1.toml", "");
    fs::write(folder.path().join("17-latin1.toml"), [b'#', 0xe9]).unwrap();
    write("18-long.toml", &"#".repeat((1 << 20) + 1));
    write("notes.txt", "not a pack");
    fs::create_dir(folder.path().join("30-folder.toml")).unwrap();

    let (catalogue, wrong) = Catalogue::with_packs(folder.path());
    assert_eq!(catalogue.get(&"oven:hot".into(), &"kiln".into()).unwrap().title.en.as_ref(), "Oven hot", "the later file wins");
    assert_eq!(catalogue.domain(&"oven:cold".into(), &"kiln".into()), Domain::System);
    assert!(catalogue.get(&"inventory:change".into(), &"inventory".into()).is_some(), "ours are still there");
    let said: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    assert_eq!(
        wrong.iter().map(|error| error.file.as_str()).collect::<Vec<_>>(),
        ["15-wrong.toml", "16-typo.toml", "17-latin1.toml", "18-long.toml", "30-folder.toml"]
    );
    assert_eq!(said[0], "15-wrong.toml: kind[0].subject[0]: `stove` is not among the fields of `oven:hot`");
    assert!(said[1].starts_with("16-typo.toml: ") && said[1].contains("titel") && said[1].contains("line 4"), "{}", said[1]);
    assert!(matches!(wrong[2].problem, PackProblem::Unreadable(_)), "{}", said[2]);
    assert!(matches!(wrong[3].problem, PackProblem::TooLong(_)), "{}", said[3]);
}

#[test]
fn no_folder_means_no_packs() {
    let folder = tempfile::tempdir().unwrap();
    let (catalogue, wrong) = Catalogue::with_packs(&folder.path().join("absent"));
    assert!(wrong.is_empty());
    assert_eq!(catalogue.kinds().len(), Catalogue::builtin().kinds().len());
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let (_, wrong) = Catalogue::with_packs(&file);
    assert_eq!(wrong.len(), 1, "what is no folder is said");
}

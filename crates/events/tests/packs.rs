//! A folder of packs that a user keeps.

use std::{collections::BTreeMap, fs};
use watchdeck_events::{
    Catalogue, Conventions, Domain, Incoming, Millis, Payload,
    catalogue::{Assembled, PackProblem},
};

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

    let all = Catalogue::assembled(Catalogue::pack_files(folder.path()).unwrap(), &BTreeMap::new());
    let catalogue = &all.catalogue;
    assert_eq!(catalogue.get(&"oven:hot".into(), &"kiln".into()).unwrap().title.en.as_ref(), "Oven hot", "the later file wins");
    assert_eq!(catalogue.domain(&"oven:cold".into(), &"kiln".into()), Domain::System);
    assert!(catalogue.get(&"inventory:change".into(), &"inventory".into()).is_some(), "ours are still there");
    let wrong: Vec<_> = all.problems().collect();
    let said: Vec<_> = wrong.iter().map(|(_, problem)| problem.to_string()).collect();
    assert_eq!(
        wrong.iter().map(|(file, _)| *file).collect::<Vec<_>>(),
        ["15-wrong.toml", "16-typo.toml", "17-latin1.toml", "18-long.toml", "30-folder.toml"]
    );
    assert_eq!(
        said[0],
        "line 8, column 16: kind[0].subject[0]: `stove` is not among the fields of `oven:hot` (oven); declare it in `fields`"
    );
    assert!(said[1].starts_with("line 4, column 5: unknown field `titel`, expected one of `kind`, `title`"), "{}", said[1]);
    assert!(matches!(wrong[2].1, PackProblem::Unreadable(_)), "{}", said[2]);
    assert!(matches!(wrong[3].1, PackProblem::TooLong(_)), "{}", said[3]);
}

#[test]
fn what_a_file_said_when_it_was_good_counts_until_it_is_mended_or_gone() {
    let folder = tempfile::tempdir().unwrap();
    let assembled = |known: &BTreeMap<String, String>| Catalogue::assembled(Catalogue::pack_files(folder.path()).unwrap(), known);
    let title = |all: &Assembled| all.catalogue.get(&"oven:hot".into(), &"kiln".into()).map(|info| info.title.en.to_string());
    let file = folder.path().join("kiln.toml");
    fs::write(&file, PACK).unwrap();
    let first = assembled(&BTreeMap::new());
    assert_eq!((first.packs[0].kinds, first.packs[0].in_force), (1, true));

    fs::write(&file, PACK.replace("Oven too hot\" }", "Oven hot\"")).unwrap();
    let broken = assembled(&first.good);
    let PackProblem::Wrong(error) = broken.packs[0].problem.as_ref().unwrap() else { panic!("{:?}", broken.packs) };
    assert_eq!((error.line, title(&broken).as_deref()), (5, Some("Oven too hot")), "{error}");
    assert!(broken.packs[0].in_force);
    assert_eq!(title(&assembled(&BTreeMap::new())), None, "nothing is known of what was never good");

    fs::write(&file, PACK.replace("Oven too hot", "Oven hot")).unwrap();
    let mended = assembled(&broken.good);
    assert_eq!((title(&mended).as_deref(), mended.problems().count()), (Some("Oven hot"), 0));
    fs::remove_file(&file).unwrap();
    assert_eq!(title(&assembled(&mended.good)), None);
}

#[test]
fn an_error_names_its_line_and_what_to_write_instead() {
    let cases = [
        ("domain = \"other\"", "domain = \"ovens\"", 5, "unknown variant `ovens`, expected one of `inventory`, `orders`"),
        ("channels = [\"kiln\"]", "channels = [\"kiln\"", 7, ""),
        ("channels = [\"kiln\"]", "", 3, "no pack knows `oven:hot`; say where it is published: channels = [\"…\"]"),
        ("domain = \"other\"", "", 2, "write the part of the business that it belongs to"),
        ("fields = [", "version = 2\nfields = [", 7, "say which field tells the version, as version_field = \"schemaVersion\""),
        (
            "fields = [",
            "version = 3\nversion_field = \"v\"\nupcast = [{ from = 1, steps = [] }]\nfields = [",
            9,
            "add [[kind.upcast]] with from = 2",
        ),
        ("fields = [", "derive = [{ copy = \"a\" }]\nfields = [", 7, "`copy` needs `to` beside it: write { rename"),
        ("fields = [", "derive = [{ copy = \"a\", drop = \"b\" }]\nfields = [", 7, "a step does one thing"),
        ("fields = [", "derive = [{ multiply = \"a\", by = \"much\" }]\nfields = [", 7, "`by` is a number, as `by = \"0.01\"` for cents"),
        ("fields = [", "family = \"inventory\"\nfields = [", 7, "write one of inventory:change, order:status"),
        ("fields = [", "family = \"inventory:change\"\nfields = [", 7, "derive `productId`, as derive = [{ copy"),
        ("{ name = \"oven\" }", "{ name = \"oven\", words = \"leval\" }", 7, "write one of data_action"),
        ("{ name = \"oven\" }", "{ name = \"oven\", mask = true }", 8, "`oven` is masked and must not be shown here"),
        ("kind = \"oven:hot\"", "kind = \"watchdeck:gap\"\nfamily = \"inventory:change\"", 3, "read by Watchdeck alone"),
        ("[[prefix]]", "[[channel]]\nname = \"invent*\"\ndomain = \"other\"\nkind = \"x\"\n[[prefix]]", 13, "name a channel of your own"),
    ];
    let mut elsewhere = Vec::new();
    for (from, to, line, expected) in cases {
        let error = Catalogue::builtin().clone().add_pack(&PACK.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(expected), "{to}: expected {expected}, got {error}");
        if error.line != line {
            elsewhere.push(format!("{to}: {line}, said {error}"));
        }
    }
    assert_eq!(elsewhere, [""; 0]);
}

#[test]
fn a_kind_of_ours_is_given_a_title_and_stays_what_it_was() {
    let mut catalogue = Catalogue::builtin().clone();
    let pack = "[[kind]]\nkind = \"inventory:change\"\ntitle = { zh = \"库存流水\", en = \"Stock ledger\" }\nfields = [{ name = \"operator\", label = { zh = \"经办\", en = \"Clerk\" } }]";
    assert_eq!(catalogue.add_pack(pack).unwrap(), 1);
    let [new, old] = [&catalogue, Catalogue::builtin()].map(|all| all.get(&"inventory:change".into(), &"inventory".into()).unwrap());
    assert_eq!((&*new.title.en, new.titled, old.titled), ("Stock ledger", true, false));
    assert_eq!(new.fields.len(), old.fields.len(), "its fields are still there");
    let operator = new.fields.iter().find(|field| &*field.name == "operator").unwrap();
    assert_eq!((operator.label.as_ref().map(|label| &*label.en), operator.optional), (Some("Clerk"), true));
    let incoming = |json: &str| Incoming {
        channel: "inventory".into(),
        offset: None,
        id: None,
        server_at: None,
        kind: None,
        payload: Payload::from_json(json),
    };
    let json = r#"{"type":"inventory:change","action":"outbound","productId":"p1","oldQuantity":5,"newQuantity":3,"operator":"王芳"}"#;
    let [new, old] = [&catalogue, Catalogue::builtin()].map(|all| {
        let event = all.normalise(incoming(json), &"s".into(), Millis(1));
        (all.row(&event, Conventions::plain()), event)
    });
    assert_eq!(new, old);
    assert_eq!((catalogue.way(), catalogue.kinds().len()), (0, Catalogue::builtin().kinds().len()), "what is stored is read as before");
}

#[test]
fn no_folder_means_no_packs() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Catalogue::pack_files(&folder.path().join("absent")).unwrap().is_empty());
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(Catalogue::pack_files(&file).is_err(), "what is no folder is said");
}

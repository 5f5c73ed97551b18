//! A file of a version whose summaries were other ones.

use watchdeck_events::{Channel, Event, Kind, Millis, Payload, Severity};
use watchdeck_filter::Sieve;
use watchdeck_store::{BLOCK, Batch, NewEvent, Options, Search, Store};

/// What the version before made, and a summary of it that says the block holds nothing.
const BEFORE: &str = "
DROP TABLE summaries;
CREATE TABLE summaries(block INTEGER PRIMARY KEY, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, severities INTEGER NOT NULL, bits BLOB NOT NULL);
INSERT INTO summaries VALUES (0, 1, 0, 0, x'00');
PRAGMA user_version = 3;";

#[tokio::test]
async fn summaries_of_an_older_version_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.db");
    let store = Store::open(&path, Options::CONSOLE).unwrap();
    let event = |id: u64| Event {
        id: id.to_string().into(),
        kind: Kind::from("inventory:change"),
        channel: Channel::from("inventory"),
        occurred_at: Millis(1_000),
        received_at: Millis(2_000),
        source: "s".into(),
        subject: None,
        actor: None,
        severity: Severity::Warning,
        payload: Payload::from_json(format!(r#"{{"n":"PO-{id}"}}"#)),
    };
    let events = (1..=BLOCK).map(|id| NewEvent { event: event(id), offset: None }).collect();
    store.append(Batch { events, ..Batch::default() }).await.unwrap();
    store.close().await;
    rusqlite::Connection::open(&path).unwrap().execute_batch(BEFORE).unwrap();

    let store = Store::open(&path, Options::CONSOLE).unwrap();
    let find = |text: &str| {
        let search = Search { sieve: Sieve { texts: vec![vec![text.to_owned()]], ..Sieve::default() }, ..Search::default() };
        let text = text.to_owned();
        store.search(search, move |stored| stored.event.payload.as_str().contains(&text))
    };
    assert_eq!(find("PO-1234").await.unwrap().hits.len(), 1, "what the old one ruled out is found");
    let summarised = || {
        let connection = rusqlite::Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        connection.query_row("SELECT count(*) FROM summaries", [], |row| row.get::<_, u64>(0)).unwrap()
    };
    while summarised() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(find("PO-1234").await.unwrap().hits.len(), 1);
    store.close().await;
}

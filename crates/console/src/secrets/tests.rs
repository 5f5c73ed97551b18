//! A keychain that is there, is locked, fails, vanishes and comes back.

use super::*;
use std::sync::Condvar;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Mood {
    Open,
    Failing(&'static str),
    /// Asks a person, who does not answer yet.
    Locked,
}

/// In the form of the system's: blocking, by account.
struct Fake {
    kept: Mutex<BTreeMap<String, String>>,
    mood: Mutex<Mood>,
    moved: Condvar,
}

impl Fake {
    fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self { kept: Mutex::default(), mood: Mutex::new(mood), moved: Condvar::new() })
    }

    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
        self.moved.notify_all();
    }

    fn kept(&self) -> Vec<String> {
        self.kept.lock().unwrap().values().cloned().collect()
    }

    fn opened(&self) -> Result<(), KeychainError> {
        let mood = self.moved.wait_while(self.mood.lock().unwrap(), |mood| *mood == Mood::Locked).unwrap();
        match &*mood {
            Mood::Failing(why) => Err(KeychainError((*why).to_owned())),
            _ => Ok(()),
        }
    }
}

impl Keychain for Fake {
    fn get(&self, account: &str) -> Result<Option<String>, KeychainError> {
        self.opened().map(|()| self.kept.lock().unwrap().get(account).cloned())
    }

    fn set(&self, account: &str, secret: &str) -> Result<(), KeychainError> {
        self.opened().map(|()| drop(self.kept.lock().unwrap().insert(account.to_owned(), secret.to_owned())))
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.opened().map(|()| drop(self.kept.lock().unwrap().remove(account)))
    }
}

struct Rig {
    dir: tempfile::TempDir,
    store: Store,
    secrets: Arc<Secrets>,
}

impl Rig {
    async fn new(keychain: Option<Arc<Fake>>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("events.db"), watchdeck_store::Options::CONSOLE).unwrap();
        let secrets = open(&store, dir.path(), keychain).await;
        Self { dir, store, secrets }
    }

    /// As after a restart, with a keychain that waits for a person, whom this start does not wait for.
    async fn locked(&self, keychain: &Arc<Fake>) -> Arc<Secrets> {
        keychain.is(Mood::Locked);
        let secrets = Secrets::open(&self.store, self.dir.path(), Some(Arc::clone(keychain) as _)).await.unwrap();
        let secrets = Arc::new(Secrets { patience: Duration::from_millis(50), ..secrets });
        secrets.load().await;
        secrets
    }

    /// As after a restart, with this keychain.
    async fn again(&self, keychain: Option<Arc<Fake>>) -> Arc<Secrets> {
        open(&self.store, self.dir.path(), keychain).await
    }

    async fn put(&self, value: Option<&str>) -> anyhow::Result<()> {
        put(&self.secrets, &self.store, value).await
    }

    fn file(&self) -> Option<String> {
        std::fs::read_to_string(self.dir.path().join("secrets.json")).ok()
    }
}

async fn open(store: &Store, dir: &Path, keychain: Option<Arc<Fake>>) -> Arc<Secrets> {
    let secrets = Arc::new(Secrets::open(store, dir, keychain.map(|keychain| keychain as Arc<dyn Keychain>)).await.unwrap());
    secrets.load().await;
    secrets
}

async fn put(secrets: &Arc<Secrets>, store: &Store, value: Option<&str>) -> anyhow::Result<()> {
    let change = Change { name: token(), value: value.map(Secret::from) };
    let mut prepared = secrets.prepare(vec![change]).await?;
    let documents = std::mem::take(&mut prepared.documents);
    store.append(Batch { documents, ..Batch::default() }).await?;
    secrets.settle(prepared);
    secrets.tidy().await;
    Ok(())
}

fn token() -> Name {
    Name::new("east", Purpose::Token)
}

fn east() -> Source {
    Source { id: "east".into(), ..Source::default() }
}

fn place(secrets: &Secrets) -> SecretPlace {
    secrets.places([east()].iter())["east"].token
}

fn value(secrets: &Secrets) -> Option<String> {
    secrets.of("east").unwrap().token.map(|token| token.expose().to_owned())
}

#[tokio::test]
async fn a_secret_goes_to_the_keychain_and_is_there_after_a_restart() {
    let fake = Fake::new(Mood::Open);
    let rig = Rig::new(Some(fake.clone())).await;
    rig.put(Some("one")).await.unwrap();
    rig.put(Some("two")).await.unwrap();
    assert_eq!((place(&rig.secrets), value(&rig.secrets).as_deref()), (SecretPlace::Keychain, Some("two")));
    assert_eq!((fake.kept(), rig.file()), (vec!["two".to_owned()], None), "the value before is gone, and nothing is in the file");

    let again = rig.again(Some(fake.clone())).await;
    assert_eq!(value(&again).as_deref(), Some("two"));
    put(&again, &rig.store, None).await.unwrap();
    assert_eq!((place(&again), value(&again), fake.kept()), (SecretPlace::None, None, vec![]), "forgotten means gone");
    assert!(rig.store.documents(COLLECTION).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_a_keychain_a_file_that_only_the_user_can_read_holds_it() {
    let rig = Rig::new(Some(Fake::new(Mood::Failing("no such service")))).await;
    rig.put(Some("one")).await.unwrap();
    assert_eq!((place(&rig.secrets), value(&rig.secrets).as_deref()), (SecretPlace::File, Some("one")));
    assert!(rig.file().unwrap().contains("one"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(rig.dir.path().join("secrets.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "others must not read it");
    }
    let again = rig.again(None).await;
    assert_eq!(value(&again).as_deref(), Some("one"));
    put(&again, &rig.store, None).await.unwrap();
    assert_eq!(rig.file(), None, "an empty file is no file");
}

#[tokio::test]
async fn a_keychain_that_vanishes_loses_nothing() {
    let fake = Fake::new(Mood::Open);
    let rig = Rig::new(Some(fake.clone())).await;
    rig.put(Some("one")).await.unwrap();

    fake.is(Mood::Failing("the daemon is not running"));
    let without = rig.again(Some(fake.clone())).await;
    assert_eq!(without.of("east"), Err("the daemon is not running".to_owned()), "missing is not the same as never given");
    assert!(without.worth_another_try());
    assert_eq!((place(&without), fake.kept()), (SecretPlace::Keychain, vec!["one".to_owned()]), "what is kept stays kept");

    fake.is(Mood::Open);
    let mut arrived = without.arrived.subscribe();
    without.load().await;
    arrived.changed().await.unwrap();
    assert_eq!(value(&without).as_deref(), Some("one"));
}

#[tokio::test]
async fn a_locked_keychain_holds_nobody_up_and_answers_when_it_is_unlocked() {
    let fake = Fake::new(Mood::Open);
    let rig = Rig::new(Some(fake.clone())).await;
    rig.put(Some("one")).await.unwrap();

    let locked = rig.locked(&fake).await;
    assert!(locked.of("east").is_err() && !locked.worth_another_try(), "somebody is being asked; asking twice would open two prompts");

    let mut arrived = locked.arrived.subscribe();
    fake.is(Mood::Open);
    arrived.changed().await.unwrap();
    assert_eq!(value(&locked).as_deref(), Some("one"), "the late answer counts");
}

#[tokio::test]
async fn a_new_value_while_the_keychain_is_locked_goes_to_the_file_and_stays_the_one() {
    let fake = Fake::new(Mood::Open);
    let rig = Rig::new(Some(fake.clone())).await;
    rig.put(Some("old")).await.unwrap();
    let locked = rig.locked(&fake).await;
    put(&locked, &rig.store, Some("new")).await.unwrap();
    assert_eq!((place(&locked), value(&locked).as_deref()), (SecretPlace::File, Some("new")));

    fake.is(Mood::Open);
    let later = rig.again(Some(fake.clone())).await;
    assert_eq!(value(&later).as_deref(), Some("new"), "what was entered last is what counts");
    later.tidy().await;
    assert_eq!(fake.kept(), Vec::<String>::new(), "the keychain is tidied once it can be reached");
}

#[tokio::test]
async fn a_change_that_is_not_committed_never_happened() {
    let fake = Fake::new(Mood::Open);
    let rig = Rig::new(Some(fake.clone())).await;
    rig.put(Some("old")).await.unwrap();
    let prepared = rig.secrets.prepare(vec![Change { name: token(), value: Some("new".into()) }]).await.unwrap();
    assert_eq!(value(&rig.secrets).as_deref(), Some("old"), "not yet");
    let crashed = rig.again(Some(fake.clone())).await;
    assert_eq!(value(&crashed).as_deref(), Some("old"), "a crash in between");
    rig.secrets.abandon(prepared).await;
    assert_eq!((value(&rig.secrets).as_deref(), fake.kept()), (Some("old"), vec!["old".to_owned()]));
}

#[tokio::test]
async fn nothing_is_lost_where_neither_place_takes_it() {
    let rig = Rig::new(None).await;
    rig.put(Some("old")).await.unwrap();
    // A folder in the way of the file that is written beside.
    std::fs::create_dir_all(rig.dir.path().join("secrets.json.new/in-the-way")).unwrap();
    let refused = rig.put(Some("new")).await.unwrap_err();
    assert!(!refused.to_string().contains("new\"") && refused.to_string().contains("secrets.json"), "{refused}");
    assert_eq!(value(&rig.secrets).as_deref(), Some("old"));

    rig.secrets.hold(vec![Change { name: Name::new("west", Purpose::Token), value: Some("kept in memory".into()) }]);
    assert!(rig.secrets.of("west").unwrap().token.is_some(), "it can be used meanwhile");
    std::fs::remove_dir_all(rig.dir.path().join("secrets.json.new")).unwrap();
    rig.put(Some("new")).await.unwrap();
    assert!(rig.again(None).await.of("west").unwrap().token.is_some(), "and is kept with the next change that can be kept");
}

#[tokio::test]
async fn a_keychain_that_lies_is_not_believed() {
    struct Forgetful;
    impl Keychain for Forgetful {
        fn get(&self, _: &str) -> Result<Option<String>, KeychainError> {
            Ok(None)
        }
        fn set(&self, _: &str, _: &str) -> Result<(), KeychainError> {
            Ok(())
        }
        fn delete(&self, _: &str) -> Result<(), KeychainError> {
            panic!("a library that panics takes nobody with it")
        }
    }
    let rig = Rig::new(None).await;
    let secrets = Arc::new(Secrets::open(&rig.store, rig.dir.path(), Some(Arc::new(Forgetful))).await.unwrap());
    put(&secrets, &rig.store, Some("one")).await.unwrap();
    assert_eq!((place(&secrets), value(&secrets).as_deref()), (SecretPlace::File, Some("one")));
    put(&secrets, &rig.store, Some("two")).await.unwrap();
    assert_eq!(value(&secrets).as_deref(), Some("two"), "the thread survives the panic");
}

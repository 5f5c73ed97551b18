//! A tray of the test's own, as a panel has one: it takes icons in over `org.kde.StatusNotifierWatcher`, reads what they say, opens their menu over
//! `com.canonical.dbusmenu` and clicks in it.

use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use std::path::PathBuf;
use tokio::process::Command;
use tokio::sync::watch;
use watchdeck_testkit::{patience::eventually, process::output};
use zbus::message::Header;
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Structure};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// Where an icon lives: its owner on the bus, and its path there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    owner: String,
    path: String,
}

/// The watcher and the host in one, as in a panel.
struct Watcher {
    place: watch::Sender<Option<Place>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// `service` is a path of the caller's, or a name on the bus with the usual path.
    fn register_status_notifier_item(&self, service: String, #[zbus(header)] header: Header<'_>) {
        let caller = header.sender().map(ToString::to_string).unwrap_or_default();
        let place = if service.starts_with('/') {
            Place { owner: caller, path: service }
        } else {
            Place { owner: service, path: "/StatusNotifierItem".to_owned() }
        };
        self.place.send_replace(Some(place));
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.place.borrow().iter().map(|place| format!("{}{}", place.owner, place.path)).collect()
    }
}

/// One line of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    id: i32,
    /// What it says; empty for a separator.
    pub label: String,
    /// Whether it can be clicked.
    pub enabled: bool,
    /// Whether it is ticked, for one that can be.
    pub ticked: Option<bool>,
}

/// A running tray, which holds one icon.
#[derive(Debug)]
pub struct Tray {
    bus: Connection,
    place: watch::Receiver<Option<Place>>,
}

impl Tray {
    pub(crate) async fn start(address: &str) -> Result<Self> {
        let (sender, place) = watch::channel(None);
        let watcher = Watcher { place: sender };
        let builder = zbus::connection::Builder::address(address).serve_at("/StatusNotifierWatcher", watcher).name(WATCHER);
        Ok(Self { bus: builder.build().await?, place })
    }

    /// Leaves the bus, as a panel that crashed.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn leave(self) -> Result<()> {
        Ok(self.bus.close().await?)
    }

    /// Whether somebody on the bus has this name.
    ///
    /// # Errors
    /// When the bus is gone.
    pub async fn knows(&self, name: &str) -> Result<bool> {
        let (place, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
        let answer = self.bus.call_method(Some(place), path, Some(place), "NameHasOwner", &name).await?;
        Ok(answer.body().deserialize()?)
    }

    /// Waits for a program to put its icon here.
    ///
    /// # Errors
    /// When none does.
    pub async fn has_icon(&self) -> Result<()> {
        eventually("an icon in the tray", || async { Ok(Some(self.status().await?)) }).await.map(drop)
    }

    async fn property(&self, name: &str) -> Result<OwnedVariant> {
        let place = self.place.borrow().clone().context("no icon was registered")?;
        let properties = Some("org.freedesktop.DBus.Properties");
        let answer = self.bus.call_method(Some(place.owner.as_str()), place.path.as_str(), properties, "Get", &(ITEM, name)).await?;
        Ok(answer.body().deserialize()?)
    }

    async fn text(&self, name: &str) -> Result<String> {
        Ok(self.property(name).await?.try_into()?)
    }

    /// `Active`, `Passive` or `NeedsAttention`.
    ///
    /// # Errors
    /// When there is no icon.
    pub async fn status(&self) -> Result<String> {
        self.text("Status").await
    }

    /// The name of the icon for people who do not see it.
    ///
    /// # Errors
    /// When there is no icon.
    pub async fn title(&self) -> Result<String> {
        self.text("Title").await
    }

    /// The few characters beside the icon.
    ///
    /// # Errors
    /// When there is no icon.
    pub async fn beside(&self) -> Result<String> {
        self.text("XAyatanaLabel").await
    }

    /// The icon's file, which is there: what a panel cannot read it shows as a gap.
    ///
    /// # Errors
    /// When there is no icon, or no such file.
    pub async fn file(&self) -> Result<PathBuf> {
        let path = PathBuf::from(self.text("IconName").await?);
        ensure!(path.is_file(), "the icon {} does not exist", path.display());
        Ok(path)
    }

    /// What the icon looks like: equal pictures have equal signatures.
    ///
    /// # Errors
    /// When there is no icon, or `identify` (ImageMagick) is missing.
    pub async fn picture(&self) -> Result<String> {
        signature(self.file().await?).await
    }

    async fn menu_call<B: serde::Serialize + zbus::wire::DynamicType>(&self, method: &str, body: &B) -> Result<zbus::Message> {
        let menu: OwnedObjectPath = self.property("Menu").await?.try_into()?;
        let place = self.place.borrow().clone().context("no icon was registered")?;
        Ok(self.bus.call_method(Some(place.owner.as_str()), menu, Some(MENU), method, body).await?)
    }

    /// The menu as it would be drawn.
    ///
    /// # Errors
    /// When there is no icon, or it has no menu.
    pub async fn menu(&self) -> Result<Vec<Entry>> {
        type Layout = (u32, (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>));
        self.menu_call("AboutToShow", &0_i32).await?;
        let answer = self.menu_call("GetLayout", &(0_i32, -1_i32, Vec::<String>::new())).await?;
        let (_, (_, _, children)): Layout = answer.body().deserialize()?;
        children.into_iter().map(entry).collect()
    }

    /// What the menu says, without its separators.
    ///
    /// # Errors
    /// When there is no icon, or it has no menu.
    pub async fn labels(&self) -> Result<Vec<String>> {
        Ok(self.menu().await?.into_iter().map(|entry| entry.label).filter(|label| !label.is_empty()).collect())
    }

    /// The entry that begins with `label`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn entry(&self, label: &str) -> Result<Entry> {
        let menu = self.menu().await?;
        let found = menu.iter().find(|entry| entry.label.starts_with(label)).cloned();
        found.with_context(|| format!("no {label:?} in {menu:?}"))
    }

    /// Clicks the entry that begins with `label`.
    ///
    /// # Errors
    /// When there is none, or it cannot be clicked.
    pub async fn click(&self, label: &str) -> Result<()> {
        // While it is drawn anew a menu has some of its entries only.
        let entry = eventually(&format!("{label} in the menu"), || async { Ok(self.entry(label).await.ok()) }).await?;
        ensure!(entry.enabled, "{entry:?} cannot be clicked");
        self.menu_call("Event", &(entry.id, "clicked", zbus::Variant::from(0_i32), 0_u32)).await.map(drop)
    }
}

fn entry(value: OwnedVariant) -> Result<Entry> {
    let fields = Structure::try_from(&*value)?.into_fields();
    let [id, properties, _children] = <[_; 3]>::try_from(fields).ok().context("an entry has three parts")?;
    let mut properties: HashMap<String, OwnedVariant> = properties.try_into()?;
    // What is not said has its default: enabled, no text, no tick.
    let label = properties.remove("label").map(String::try_from).transpose()?.unwrap_or_default();
    let enabled = properties.remove("enabled").map(bool::try_from).transpose()?.unwrap_or(true);
    let tickable = properties.contains_key("toggle-type");
    let state = properties.remove("toggle-state").map(i32::try_from).transpose()?.unwrap_or_default();
    Ok(Entry { id: id.try_into()?, label, enabled, ticked: tickable.then_some(state == 1) })
}

/// A picture's pixels in one word.
///
/// # Errors
/// When it cannot be read, or `identify` (ImageMagick) is missing.
pub async fn signature(file: PathBuf) -> Result<String> {
    output(Command::new("identify").args(["-format", "%#"]).arg(file)).await
}

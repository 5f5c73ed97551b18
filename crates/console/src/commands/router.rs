//! The one list of commands: name, arguments, answer, and what makes it. The router, the window's own list (`ui/src/bindings/Commands.ts`) and its
//! documentation all come from here.

use super::{
    actions, actions::Beside, claims, delegations, handlers, history, history::Wanted, keeping, letters, packs, queries, setup, stream,
    support,
};
use crate::{
    core::{Core, rules},
    delegations::Order,
    error::CommandError,
    tones,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};
use watchdeck_contain as contain;
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::{
    live::Batch,
    settings::{Hello, Hook, RuleDocument, SecretPlace, Settings, SettingsPatch, Source, SourceSecrets, SourceTest},
    views::{
        ActionPreview, ActionTest, AlertsView, ApprovalHistory, ApprovalStatus, ApprovalsView, Backtest, CalendarView, CatalogueView,
        ClaimAct, DecideResult, DecisionsView, DelegationView, DelegationsView, Deputy, EventDetail, EventPage, ExportFormat, FinanceView,
        FoundView, HandlerAct, HealthView, InventoryView, JobKind, JobView, KeepingPlan, KeepingView, LettersView, LoadView, OrdersView,
        OverviewView, PacksView, RuleFaultView, SilencePreview, SupportBundle,
    },
};

/// Declares every command once: `name { argument: Type } -> Answer => what makes it`, where `core` is the core and `?` any [`CommandError`].
macro_rules! commands {
    (|$core:ident| $( $(#[$doc:meta])* $name:ident { $( $(#[$with:meta])* $arg:ident: $given:ty ),* } -> $answer:ty => $run:expr; )*) => {
        /// What each command takes, as one JSON object.
        #[allow(non_camel_case_types, reason = "they are called what the commands are called")]
        mod args {
            use super::{ApprovalStatus, BTreeMap, Deputy, Deserialize, ExportFormat, HandlerAct, Hook, JobKind, Map, Millis, RuleDocument, Settings, SettingsPatch, Severity, Source, Value};
            $(
                #[derive(Deserialize)]
                #[cfg_attr(test, derive(ts_rs::TS))]
                pub(super) struct $name { $( $(#[$with])* pub(super) $arg: $given ),* }
            )*
        }

        /// What the window may ask of the core: by name, what it takes and what it answers.
        #[cfg(test)]
        #[derive(ts_rs::TS)]
        #[ts(export)]
        #[allow(dead_code, reason = "only its type is looked at")]
        struct Commands { $( $(#[$doc])* #[ts(inline)] $name: Declared<args::$name, $answer> ),* }

        /// What makes the answer is boxed: together with whoever waits for it a large one would not fit on a thread's stack.
        async fn answer($core: &Arc<Core>, name: &str, given: Value) -> Result<Vec<u8>, CommandError> {
            match name {
                $( stringify!($name) => {
                    let args::$name { $( $arg ),* } = read(name, given)?;
                    let answer: $answer = Box::pin(async { Ok::<_, CommandError>($run) }).await?;
                    written(&answer)
                } )*
                _ => Err(CommandError::not_found(format!("there is no command named {name}"))),
            }
        }
    };
}

commands! { |core|
    /// The first thing a window asks.
    hello {} -> Hello => queries::hello(core);
    /// The newest events.
    recent { rows: u32 } -> Batch => stream::recent(core, rows).await?;
    /// Held until something is committed after the cursor, or something else on screen changed, or a second has passed.
    next_batch { after: u64, rows: u32, every_ms: u32 } -> Batch => stream::next_batch(core, after, rows, every_ms).await?;
    /// The Overview page.
    overview {} -> OverviewView => queries::overview(core);
    /// The Inventory page.
    inventory {} -> InventoryView => queries::inventory(core).await?;
    /// The Orders page.
    orders {} -> OrdersView => queries::orders(core);
    /// The Approvals page.
    approvals {} -> ApprovalsView => queries::approvals(core);
    /// Decisions that were not handed on yet.
    decisions {} -> DecisionsView => queries::decisions(core);
    /// A page of what was decided, newest first, before a place in the store; `query` is looked for in all that is shown of it, `mine` is what this user decided.
    approval_history { before: Option<u64>, limit: u32, #[serde(default)] query: String,
        #[serde(default)] #[cfg_attr(test, ts(optional))] mine: Option<bool>,
        #[serde(default)] #[cfg_attr(test, ts(optional = nullable))] outcome: Option<ApprovalStatus>,
        #[serde(default)] #[cfg_attr(test, ts(optional = nullable))] resource_type: Option<String> } -> ApprovalHistory
        => history::decided_before(core, before, limit, &Wanted { query, mine: mine.unwrap_or_default(), outcome, resource_type }).await?;
    /// The Finance page.
    finance {} -> FinanceView => queries::finance(core);
    /// The Alerts page.
    alerts {} -> AlertsView => queries::alerts(core);
    /// The Feed health page.
    health {} -> HealthView => queries::health(core).await?;
    /// What is known about kinds of events.
    catalogue {} -> CatalogueView => queries::catalogue();
    /// The user's packs.
    packs {} -> PacksView => core.packs.view();
    /// Put an example among the user's packs, to be changed. Answers them.
    example_pack {} -> PacksView => packs::example(core).await?;
    /// Products, orders, requests and parties that are called so, at most so many of each.
    find { text: String, limit: u32 } -> FoundView => queries::find(core, &text, limit);
    /// A page of history, newest first: before a place, and not at or before another.
    events { before: Option<u64>, #[serde(default)] #[cfg_attr(test, ts(optional))] after: Option<u64>, limit: u32, #[serde(default)] filter: String } -> EventPage
        => queries::events(core, before, after.unwrap_or_default(), limit, &filter).await?;
    /// One event with its payload. `reveal` shows what is masked.
    event { seq: u64, #[serde(default)] #[cfg_attr(test, ts(optional))] reveal: Option<bool> } -> EventDetail
        => queries::event(core, seq, reveal.unwrap_or_default()).await?;
    /// Decide requests, each for itself. `fields` is what they need beside yes or no; a rejection needs a reason. `versions` is what
    /// was on the screen, by key. `on_behalf_of` is in whose name, where several have passed it on.
    decide { keys: Vec<String>, approve: bool, reason: Option<String>,
        #[serde(default)] #[cfg_attr(test, ts(optional, type = "{ [key in string]: string | number }"))] fields: Option<Map<String, Value>>,
        #[serde(default)] #[cfg_attr(test, ts(optional))] versions: Option<BTreeMap<String, u32>>,
        #[serde(default)] #[cfg_attr(test, ts(optional))] on_behalf_of: Option<String> } -> Vec<DecideResult>
        => {
            let beside = Beside { fields: fields.unwrap_or_default(), versions: versions.unwrap_or_default(), on_behalf_of };
            actions::decide(core, &keys, approve, reason, &beside).await?
        };
    /// Show what a request is about in the ERP, in the user's browser.
    open_erp { key: String } -> () => actions::open_erp(core, &key)?;
    /// Take decisions back that were not handed on yet, each for itself.
    withdraw { keys: Vec<String> } -> Vec<DecideResult> => actions::withdraw(core, &keys).await?;
    /// Say that we are on these requests, each for itself.
    claim { keys: Vec<String> } -> Vec<DecideResult> => claims::order(core, keys, ClaimAct::Claim, None).await?;
    /// Say that we are not on them any more.
    release { keys: Vec<String> } -> Vec<DecideResult> => claims::order(core, keys, ClaimAct::Release, None).await?;
    /// Say that somebody else is on them.
    hand_over { keys: Vec<String>, to: Deputy } -> Vec<DecideResult> => claims::order(core, keys, ClaimAct::HandOver, Some(to)).await?;
    /// What the gateways hold of the user's delegations: all of them, or that of one source.
    delegations { source: Option<String> } -> DelegationsView => delegations::held(core, source).await?;
    /// Somebody decides for the user for a while.
    delegate { source: String, to: Deputy, from: Millis, until: Millis, types: Vec<String> } -> DelegationView
        => delegations::delegate(core, &source, Order { to, from, until, types }).await?;
    /// The user decides again.
    end_delegation { source: String, id: String } -> () => delegations::end(core, &source, &id).await?;
    /// The absences that the text of a calendar file tells of.
    read_calendar { text: String } -> CalendarView => delegations::read_calendar(core, text).await?;
    /// Somebody has these alerts.
    acknowledge { ids: Vec<String>, #[serde(default)] #[cfg_attr(test, ts(optional = nullable))] note: Option<String> } -> ()
        => actions::acknowledge(core, &ids, note.as_deref()).await?;
    /// How much is asked of people, day by day.
    alert_load {} -> LoadView => queries::alert_load(core);
    /// What is wrong with a rule's document; nothing where it is a rule.
    check_rule { id: String, document: RuleDocument } -> Option<RuleFaultView> => rules::checked(&id, &document, core.now());
    /// What a silence would keep quiet: of what lives, and of what ended lately.
    preview_silence { filter: String } -> SilencePreview => queries::preview_silence(core, &filter)?;
    /// What a rule would have done over the last days.
    backtest { id: String, document: RuleDocument, days: u32 } -> Backtest => core.backtest(&id, &document, days).await?;
    /// An alert is put off, and with `while_same` for no longer than it says the same.
    snooze { id: String, minutes: u32, #[serde(default)] #[cfg_attr(test, ts(optional = nullable))] while_same: Option<bool> } -> ()
        => actions::snooze(core, &id, minutes, while_same.unwrap_or_default()).await?;
    /// An alert is not put off any more.
    unsnooze { id: String } -> () => actions::unsnooze(core, &id).await?;
    /// New settings, whole. Answers what holds now.
    save_settings { settings: Settings } -> Settings => setup::save_settings(core, settings).await?;
    /// Some settings anew. Answers what holds now.
    change_settings { patch: SettingsPatch } -> Settings => setup::change_settings(core, patch).await?;
    /// A button of a notification in the window, or `closed`.
    notice_answered { id: String, action: String } -> () => actions::notice_answered(core, &id, &action).await?;
    /// Show what an alert of this severity does.
    test_delivery { severity: Severity } -> () => actions::test_delivery(core, severity);
    /// Keep a WAV file (base64) as the tone of a severity. Answers what holds now.
    keep_tone { severity: Severity, name: String, data: String } -> Settings => tones::keep(core, severity, &name, &data).await?;
    /// Try a source, step by step, and change nothing.
    test_source { source: Source } -> SourceTest => setup::test_source(core, source).await?;
    /// Dial a source again now.
    reconnect { source: String } -> () => setup::reconnect(core, &source).await?;
    /// Where the secrets of each source are kept, by its id.
    source_secrets {} -> BTreeMap<String, SourceSecrets> => setup::source_secrets(core);
    /// Where the secret of each outgoing action is kept, by its id.
    action_secrets {} -> BTreeMap<String, SecretPlace> => setup::action_secrets(core);
    /// What an outgoing action would send for the newest event that its filter keeps, without anything secret. Saved or not.
    preview_action { action: Hook } -> ActionPreview => setup::preview_action(core, &action).await?;
    /// Send that once, marked as a test. Answers what the other side said.
    test_action { action: Hook } -> ActionTest => setup::test_action(core, &action).await?;
    /// A source's new token; an empty one forgets it.
    set_token { source: String, token: String } -> () => setup::set_token(core, &source, &token).await?;
    /// Open the window in which one signs in to the source's server.
    login { source: String } -> () => setup::login(core, &source)?;
    /// Add the built-in ERP.
    start_demo {} -> Settings => setup::start_demo(core).await?;
    /// Make something happen in the built-in ERP.
    incident { name: String } -> () => actions::incident(core, &name).await?;
    /// Pause, resume, stop or move a handler, or give it the past once more.
    steer_handler { name: String, act: HandlerAct } -> () => handlers::steer(core, &name, act).await?;
    /// A page of dead letters, from before a key on: of one handler or of all, of the events that a filter keeps.
    letters { handler: Option<String>, #[serde(default)] filter: String, before: Option<String>, limit: u32 } -> LettersView
        => letters::page(core, handler, &filter, before, limit).await?;
    /// Try letters once more: these, or all that are meant. Refused when they are more than were `counted`. Answers how many go.
    retry_letters { handler: Option<String>, #[serde(default)] filter: String, keys: Option<Vec<String>>, counted: u64 } -> u64
        => letters::retry(core, handler, &filter, keys, counted).await?;
    /// Throw letters away, as `retry_letters` tries them. Answers how many.
    discard_letters { handler: Option<String>, #[serde(default)] filter: String, keys: Option<Vec<String>>, counted: u64 } -> u64
        => letters::discard(core, handler, &filter, keys, counted).await?;
    /// A redacted archive for whoever helps.
    support_bundle {} -> SupportBundle => support::bundle(core).await?;
    /// What the store holds, and what was let go of it.
    keeping {} -> KeepingView => keeping::view(core).await?;
    /// What would be let go by the settings that hold.
    keeping_plan {} -> KeepingPlan => keeping::plan(core).await?;
    /// Let go of it now, in the background.
    let_go {} -> () => core.let_go()?;
    /// Write the store anew without its free pages, in the background; events wait meanwhile.
    compact {} -> () => keeping::compact(core)?;
    /// Copy the store into a new file, in the background: of this name, or of one in the user's folder.
    back_up { path: Option<String> } -> () => keeping::back_up(core, path.as_deref())?;
    /// Check a backup, in the background, and lay it ready: it takes the place of the store at the next start.
    restore { path: String } -> () => keeping::lay_ready(core, &path)?;
    /// Take back what lies ready.
    forget_restore {} -> () => keeping::take_away(core)?;
    /// Write all events that a filter means into a new file in the user's folder, in the background.
    export_events { filter: String, format: ExportFormat } -> () => keeping::export(core, &filter, format)?;
    /// Write what was decided, as `approval_history` finds it, into a new file in the user's folder, in the background.
    export_decisions { query: String, mine: bool, outcome: Option<ApprovalStatus>, resource_type: Option<String>, format: ExportFormat } -> ()
        => keeping::export_decisions(core, Wanted { query, mine, outcome, resource_type }, format)?;
    /// Write a table of thresholds, as the window made it, into a new file in the user's folder. Answers its path.
    export_thresholds { table: String } -> String => keeping::export_thresholds(core, table).await?;
    /// What takes its time: the last of each kind.
    jobs {} -> Vec<JobView> => keeping::jobs(core);
    /// Stop one of them.
    stop_job { kind: JobKind } -> () => keeping::stop_job(core, kind);
    /// How long rows took from the core to the screen, ms.
    painted { samples: Vec<f64> } -> () => actions::painted(core, &samples);
}

/// A command as the window sees it.
#[cfg(test)]
#[derive(ts_rs::TS)]
#[allow(dead_code, reason = "only its type is looked at")]
struct Declared<Args: ts_rs::TS, Answer: ts_rs::TS> {
    #[ts(inline)]
    args: Args,
    answer: Answer,
}

fn read<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, CommandError> {
    let value = if value.is_null() { Value::Object(serde_json::Map::new()) } else { value };
    serde_json::from_value(value).map_err(|error| CommandError::invalid(format!("{name}: {error}")))
}

fn written<T: Serialize>(answer: &T) -> Result<Vec<u8>, CommandError> {
    Ok(serde_json::to_vec(answer)?)
}

/// Answer a command. One that fails is an error of that command, and everything else goes on.
pub(crate) async fn call(core: &Arc<Core>, name: &str, given: Value) -> Result<Vec<u8>, CommandError> {
    contain::outcome(answer(core, name, given)).await.unwrap_or_else(|why| {
        core.part_failed(&format!("command:{name}"), &why);
        Err(anyhow::anyhow!("Watchdeck could not answer this ({why}); everything else goes on").into())
    })
}

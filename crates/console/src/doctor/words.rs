//! The doctor's words. They stand here and not in the window's catalogues, because there is no window.

use super::check::Verdict;
use std::path::Path;
use watchdeck_store::Holder;
use watchdeck_wire::views::{PackProblemView, UnreadField};

/// Fields that are named in one line.
const NAMED: usize = 5;

/// The language of an examination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tongue {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Tongue {
    /// By a BCP 47 tag or a locale (`zh-CN`, `zh_CN.UTF-8`); English where it is neither known nor Chinese.
    #[must_use]
    pub fn of(locale: Option<&str>) -> Self {
        if locale.is_some_and(|locale| locale.to_ascii_lowercase().starts_with("zh")) { Self::Chinese } else { Self::English }
    }

    /// The text of the two in this language.
    #[must_use]
    pub const fn pick<'a>(self, english: &'a str, chinese: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Texts(pub(super) Tongue);

/// Texts without a number in them: name, English, Chinese.
macro_rules! texts {
    ($($name:ident: $english:literal, $chinese:literal;)*) => {
        impl Texts {
            $(pub(super) const fn $name(self) -> &'static str { self.0.pick($english, $chinese) })*
        }
    };
}

texts! {
    store: "Event store", "事件库";
    store_advice: "Check the permissions of the data directory; with --data-dir another one can be named.", "请检查数据目录的权限；可用 --data-dir 指定其他目录。";
    no_store_advice: "Start Watchdeck once, or name the data directory with --data-dir.", "请先启动一次 Watchdeck，或用 --data-dir 指定数据目录。";
    damaged_advice: "Quit Watchdeck, keep a copy of events.db, and restore a backup or begin a new store; servers that can replay will fill it again.", "请退出 Watchdeck，备份 events.db，然后恢复备份或新建事件库；支持重放的服务器会重新补齐。";
    running: "Watchdeck", "Watchdeck";
    settings: "Settings", "设置";
    other_version: "They were written by another version of Watchdeck; start that version, or begin with a new data directory.", "设置由其他版本的 Watchdeck 写入；请使用该版本，或使用新的数据目录。";
    secrets: "Secrets", "密钥";
    secrets_advice: "Unlock the keychain, or enter the token again in Settings, Sources.", "请解锁钥匙串，或在“设置 · 数据源”中重新输入令牌。";
    disk: "Disk space", "磁盘空间";
    disk_advice: "Make room on the disk of the data directory: without room no event can be kept, and the links wait.", "请在数据目录所在磁盘上腾出空间：没有空间就无法保存事件，连接会等待。";
    roots: "Certificate roots", "根证书";
    roots_advice: "Install the system's certificates (package ca-certificates), or name a CA file in the source's settings.", "请安装系统证书（软件包 ca-certificates），或在数据源设置中指定 CA 文件。";
    keychain: "Keychain", "钥匙串";
    no_keychain: "not used; secrets are in a file that only you can read", "未使用；密钥保存在只有您可读的文件中";
    keychain_answers: "answers", "可用";
    keychain_silent: "does not answer; it may be waiting to be unlocked", "没有应答；可能正等待解锁";
    keychain_advice: "Unlock it. Until then new secrets go into a file that only you can read.", "请解锁。在此之前，新的密钥保存在只有您可读的文件中。";
    sources: "Sources", "数据源";
    no_source: "none is set up", "尚未设置";
    no_source_advice: "Add a server in Settings, Sources, or try the built-in ERP.", "请在“设置 · 数据源”中添加服务器，或试用内置 ERP。";
    connection: "connection", "连接";
    paused: "paused", "已暂停";
    demo: "the built-in ERP, which runs inside Watchdeck only", "内置 ERP，仅在 Watchdeck 内运行";
    no_answer: "no answer in 40 s", "40 秒内没有应答";
    clock: "clock", "时钟";
    skew_advice: "Set the clock of the server or of this machine; until then Watchdeck takes the difference out.", "请校准服务器或本机的时钟；在此之前 Watchdeck 会自动扣除差值。";
    position: "position", "位置";
    gaps: "gaps", "缺口";
    values: "values", "取值";
    all_read: "every value was understood", "所有取值均能识别";
    unread_advice: "Feed health shows what stood there. The source's time zone and currency in the settings may be missing; else tell whoever publishes these events.", "“数据链路”页会显示原文。可能是设置中缺少该数据源的时区或币种；否则请告知发布这些事件的一方。";
    packs: "Packs", "扩展包";
    packs_advice: "Check the permissions of the folder.", "请检查该文件夹的权限。";
    pack_last_good: "Mend the file; until then what it said when it was last good is in force.", "请修正该文件；在此之前，上次正确的内容仍然有效。";
    pack_refused: "Mend the file; until then nothing of it is in force.", "请修正该文件；在此之前，其内容均不生效。";
    gaps_advice: "Events may be missing there: this server cannot replay. A history path in the source's settings, or a Watchdeck gateway before the ERP, closes such gaps.", "这些时段可能缺少事件：该服务器不能重放。可在数据源设置中填写历史路径，或在 ERP 前部署 Watchdeck 网关。";
}

impl Texts {
    /// Another process has the store.
    pub(super) fn runs(self, holder: &Holder) -> String {
        let who = holder.process.as_ref().map_or_else(String::new, |process| {
            let (program, pid, since) = (&process.program, process.pid, &process.since);
            match self.0 {
                Tongue::English => format!(" ({program}, process {pid}, since {since})"),
                Tongue::Chinese => format!("（{program}，进程 {pid}，自 {since}）"),
            }
        });
        match self.0 {
            Tongue::English => format!(
                "is running{who}; what its links do is on Feed health. Where a server keeps one link per account, no second one is opened here"
            ),
            Tongue::Chinese => format!("正在运行{who}；其连接状态见“数据链路”。对每个账号只保留一条连接的服务器，这里不再另开连接"),
        }
    }

    pub(super) fn pack_kinds(self, kinds: u32) -> String {
        match self.0 {
            Tongue::English => format!("in force, kinds: {kinds}"),
            Tongue::Chinese => format!("已生效，事件类型 {kinds} 种"),
        }
    }

    /// Where it is and what it is; the parser and the checks speak English.
    pub(super) fn pack_problem(self, problem: &PackProblemView) -> String {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => match self.0 {
                Tongue::English => format!("line {line}, column {column}: "),
                Tongue::Chinese => format!("第 {line} 行第 {column} 列："),
            },
            _ => String::new(),
        };
        let key = problem.key.as_ref().map_or_else(String::new, |key| format!("{key}: "));
        format!("{place}{key}{}", problem.reason)
    }

    pub(super) const fn verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Ok => self.0.pick("ok", "正常"),
            Verdict::Warning => self.0.pick("warning", "警告"),
            Verdict::Failed => self.0.pick("failed", "失败"),
        }
    }

    pub(super) fn step_advice(self, step: &str) -> &'static str {
        match step {
            "proxy" => self.0.pick("Check the proxy and its password in the source's settings.", "请检查数据源设置中的代理及其密码。"),
            "address" => self.0.pick("Check the spelling of the address, and this machine's network.", "请检查地址拼写和本机网络。"),
            "tls" => self.0.pick(
                "Check the server's certificate; a private authority's file can be named in the source's settings.",
                "请检查服务器证书；可在数据源设置中指定私有 CA 文件。",
            ),
            "sign_in" => self.0.pick("Sign in again: Settings, Sources.", "请重新登录：设置 · 数据源。"),
            "subscribe" => {
                self.0.pick("Check the source's channels and this user's rights to them.", "请检查数据源的频道以及该用户的权限。")
            }
            "history" => self.0.pick("Check the history path in the source's settings.", "请检查数据源设置中的历史路径。"),
            "detect" => self.0.pick("Name the protocol in the source's settings.", "请在数据源设置中指定协议。"),
            _ => self.0.pick("Is the server running, and can this machine reach it?", "服务器是否在运行？本机能否访问？"),
        }
    }

    pub(super) fn no_store(self, data_dir: &Path) -> String {
        let dir = data_dir.display();
        match self.0 {
            Tongue::English => format!("there is none in {dir} yet"),
            Tongue::Chinese => format!("{dir} 中还没有"),
        }
    }

    pub(super) fn stored(self, events: u64, bytes: u64, version: i64) -> String {
        let size = mib(bytes);
        match self.0 {
            Tongue::English => format!("readable and whole, {events} events, {size}, schema {version}"),
            Tongue::Chinese => format!("可读且完整，{events} 条事件，{size}，结构版本 {version}"),
        }
    }

    pub(super) fn free(self, bytes: u64) -> String {
        let size = mib(bytes);
        match self.0 {
            Tongue::English => format!("{size} free"),
            Tongue::Chinese => format!("剩余 {size}"),
        }
    }

    pub(super) fn no_roots(self, why: &str) -> String {
        match self.0 {
            Tongue::English => format!("none found {why}").trim_end().to_owned(),
            Tongue::Chinese => format!("未找到 {why}").trim_end().to_owned(),
        }
    }

    pub(super) fn some_roots(self, count: usize) -> String {
        match self.0 {
            Tongue::English => format!("{count} found"),
            Tongue::Chinese => format!("找到 {count} 个"),
        }
    }

    pub(super) fn skew(self, ms: f64) -> String {
        let (seconds, ahead) = (ms.abs() / 1000.0, ms >= 0.0);
        match (self.0, ahead) {
            (Tongue::English, true) => format!("the server's is {seconds:.1} s ahead of ours"),
            (Tongue::English, false) => format!("the server's is {seconds:.1} s behind ours"),
            (Tongue::Chinese, true) => format!("服务器比本机快 {seconds:.1} 秒"),
            (Tongue::Chinese, false) => format!("服务器比本机慢 {seconds:.1} 秒"),
        }
    }

    pub(super) fn positions(self, channels: usize, newest: Option<u64>) -> String {
        match (self.0, newest) {
            (Tongue::English, None) => "none; this server has no positions, or nothing came from it yet".to_owned(),
            (Tongue::Chinese, None) => "无；该服务器没有位置，或尚未收到任何事件".to_owned(),
            (Tongue::English, Some(newest)) => format!("{channels} channels, the furthest at {newest}"),
            (Tongue::Chinese, Some(newest)) => format!("{channels} 个频道，最远 {newest}"),
        }
    }

    pub(super) fn gaps_found(self, gaps: u32, filled: u32) -> String {
        match self.0 {
            Tongue::English => format!("{gaps} marked, {filled} filled"),
            Tongue::Chinese => format!("{gaps} 处，已补 {filled} 处"),
        }
    }

    pub(super) fn unread(self, times: u64, fields: &[UnreadField]) -> String {
        let mut names: Vec<_> = fields.iter().map(|field| format!("{} {} × {}", field.kind, field.field, field.times)).collect();
        if names.len() > NAMED {
            names.truncate(NAMED);
            names.push("…".to_owned());
        }
        let names = names.join(", ");
        match self.0 {
            Tongue::English => format!("{times} could not be read: {names}"),
            Tongue::Chinese => format!("{times} 个无法识别：{names}"),
        }
    }
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

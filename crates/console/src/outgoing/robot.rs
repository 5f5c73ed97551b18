//! Robots of groups: the body that each of them wants, its signature, and what its answer means. All three answer HTTP 200 to what they refuse, so the code in
//! the answer decides.
//!
//! * WeCom: <https://developer.work.weixin.qq.com/document/path/91770>, codes: <https://developer.work.weixin.qq.com/document/path/90313>
//! * DingTalk: <https://open.dingtalk.com/document/orgapp/custom-robot-access>
//! * Feishu: <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>

use super::{
    around::Set,
    http::{Answer, Request},
    occasion::Occasion,
    sign,
    text::Text,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use watchdeck_alerts::words::Words;
use watchdeck_events::{Millis, Severity};
use watchdeck_handlers::Failure;
use watchdeck_secret::Secret;
use watchdeck_wire::settings::{Hook, RobotMaker};

/// Bytes that a message may have, with some room for what is around the text.
const fn most(maker: RobotMaker) -> usize {
    match maker {
        RobotMaker::Wecom => 4_000,
        RobotMaker::Dingtalk | RobotMaker::Feishu => 18_000,
    }
}

/// What is posted.
pub(super) fn request(maker: RobotMaker, url: &str, hook: &Hook, occasion: &Occasion<'_>, secret: Option<&Secret>, set: &Set) -> Request {
    let mut url = url.trim().to_owned();
    let secret = secret.map(Secret::expose);
    let body = match maker {
        RobotMaker::Wecom => {
            let Text { title, text } = Text::of(hook, occasion, set, plain);
            json!({ "msgtype": "markdown", "markdown": { "content": cut(&format!("**{title}**\n{text}"), most(maker)) } })
        }
        RobotMaker::Dingtalk => {
            let Text { title, text } = Text::of(hook, occasion, set, plain);
            if let Some(secret) = secret {
                url = dingtalk_address(&url, secret, set.now);
            }
            // A single line break is a space there.
            let text = format!("#### {title}\n\n{}", text.replace('\n', "\n\n"));
            json!({ "msgtype": "markdown", "markdown": { "title": title, "text": cut(&text, most(maker)) } })
        }
        RobotMaker::Feishu => {
            // Nothing in a plain text is markup there, nor calls anybody.
            let Text { title, text } = Text::of(hook, occasion, set, str::to_owned);
            let mut body = json!({ "msg_type": "interactive", "card": {
                "header": { "title": { "tag": "plain_text", "content": title }, "template": colour(occasion.event().severity) },
                "elements": [{ "tag": "div", "text": { "tag": "plain_text", "content": cut(&text, most(maker)) } }],
            } });
            if let Some(secret) = secret {
                let timestamp = set.now.0.div_euclid(1_000).to_string();
                body["sign"] = sign::signed(format!("{timestamp}\n{secret}").as_bytes(), b"").into();
                body["timestamp"] = timestamp.into();
            }
            body
        }
    };
    Request { url, headers: Vec::new(), body: body.to_string() }
}

/// DingTalk: the time in ms and the signature of both, in the query.
fn dingtalk_address(url: &str, secret: &str, now: Millis) -> String {
    let signature = sign::signed(secret.as_bytes(), format!("{}\n{secret}", now.0).as_bytes());
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}timestamp={}&sign={}", now.0, utf8_percent_encode(&signature, NON_ALPHANUMERIC))
}

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "blue",
        Severity::Success => "green",
        Severity::Warning => "orange",
        Severity::Critical => "red",
    }
}

/// What an event says is never markup: no link, no picture, nobody who is called.
fn plain(text: &str) -> String {
    text.replace("](", "] (").replace('<', "＜").replace('>', "＞")
}

fn cut(text: &str, most: usize) -> String {
    if text.len() <= most { text.to_owned() } else { format!("{}…", &text[..text.floor_char_boundary(most)]) }
}

/// What the answer means.
///
/// # Errors
/// What the robot said, and where it is known what to do.
pub(super) fn judged(maker: RobotMaker, answer: &Answer, words: Words) -> Result<String, Failure> {
    let json = answer.json().unwrap_or_default();
    let (codes, texts): (&[&str], &[&str]) = match maker {
        RobotMaker::Wecom | RobotMaker::Dingtalk => (&["errcode"], &["errmsg"]),
        RobotMaker::Feishu => (&["code", "StatusCode"], &["msg", "StatusMessage"]),
    };
    let Some(code) = codes.iter().find_map(|name| json.get(*name).and_then(Value::as_i64)) else {
        // Something in between answered.
        let unread = words.either("回应不是群机器人的回应；请检查地址", "this is no answer of a robot; check the address");
        return answer.judged().and_then(|said| Err(Failure::lasting(format!("{said} ({unread})"))));
    };
    let said = texts.iter().find_map(|name| json.get(*name).and_then(Value::as_str)).unwrap_or_default();
    let said = said[..said.floor_char_boundary(300)].trim();
    let told = format!("{} {code}{}{said}", name(maker, words), if said.is_empty() { "" } else { ": " });
    if code == 0 {
        return Ok(told);
    }
    if passes(maker, code, said) || matches!(answer.status, 408 | 425 | 429 | 500..=599) {
        return Err(Failure::passing(told));
    }
    let advice = advice(maker, code).map(|(zh, en)| if words.is_chinese() { format!("；{zh}") } else { format!("; {en}") });
    Err(Failure::lasting(told + &advice.unwrap_or_default()))
}

fn name(maker: RobotMaker, words: Words) -> &'static str {
    match maker {
        RobotMaker::Wecom => words.either("企业微信", "WeCom"),
        RobotMaker::Dingtalk => words.either("钉钉", "DingTalk"),
        RobotMaker::Feishu => words.either("飞书", "Feishu"),
    }
}

/// Whether a code means that it was too much at once, or that the other side is not well just now.
fn passes(maker: RobotMaker, code: i64, said: &str) -> bool {
    match maker {
        // Busy; the robot's 20 a minute; too many at once.
        RobotMaker::Wecom => matches!(code, -1 | 45_009 | 45_033),
        // Busy; the robot's 20 a minute and the limits of the whole company.
        RobotMaker::Dingtalk => matches!(code, -1 | 90_018 | 90_030 | 130_101 | 410_100 | 660_026),
        // Limits of the company, of the robot and of the group; the gateway says 9499 of a bad request too.
        RobotMaker::Feishu => {
            matches!(code, 11_232 | 230_020 | 99_991_400) || (code == 9_499 && said.to_ascii_lowercase().contains("too many"))
        }
    }
}

/// What to do, in both languages.
fn advice(maker: RobotMaker, code: i64) -> Option<(&'static str, &'static str)> {
    Some(match (maker, code) {
        (RobotMaker::Wecom, 93_000 | 93_008 | 93_017) | (RobotMaker::Dingtalk, 300_001 | 400_101) | (RobotMaker::Feishu, 19_001) => {
            ("请从群设置中重新复制机器人的地址", "copy the robot's address from the group's settings once more")
        }
        (RobotMaker::Dingtalk, 310_000) => (
            "请检查签名密钥、本机时间，以及机器人设置的关键词和 IP 段",
            "check the signing secret, this machine's clock, and the keywords and addresses that the robot is limited to",
        ),
        (RobotMaker::Feishu, 19_021) => ("请检查签名密钥和本机时间", "check the signing secret and this machine's clock"),
        (RobotMaker::Feishu, 19_022) => ("请把本机的出口 IP 加入机器人的白名单", "add this machine's public address to the robot's list"),
        (RobotMaker::Feishu, 19_024) => ("请在正文模板中加入机器人设置的关键词", "put the robot's keyword into the text"),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "robot/tests.rs"]
mod tests;

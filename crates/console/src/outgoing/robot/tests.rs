//! What robots are sent, and what their answers mean.

use super::*;
use std::collections::BTreeMap;

const NOW: Millis = Millis(1_795_223_788_150);

fn set(words: Words) -> Set {
    Set { words, allow_commands: false, sources: BTreeMap::new(), zone: jiff::tz::TimeZone::UTC, now: NOW }
}

fn sent(maker: RobotMaker, secret: Option<&str>, hook: &Hook) -> (String, Value) {
    let occasion = Occasion { test: None, ..Occasion::test(None, NOW) };
    let request = request(maker, "https://h.example/send?key=k1", hook, &occasion, secret.map(Secret::from).as_ref(), &set(Words::CHINESE));
    (request.url, serde_json::from_str(&request.body).unwrap())
}

#[test]
fn each_gets_the_body_that_it_wants() {
    let (_, wecom) = sent(RobotMaker::Wecom, None, &Hook::default());
    assert_eq!(wecom["msgtype"], "markdown");
    let content = wecom["markdown"]["content"].as_str().unwrap();
    assert!(content.starts_with("**【警告】P-104 库存不足**\n现有 3，阈值 10\n后果：约 6 小时后缺货\n处理：补货"), "{content}");
    let (_, ding) = sent(RobotMaker::Dingtalk, None, &Hook::default());
    assert_eq!((&ding["msgtype"], &ding["markdown"]["title"]), (&json!("markdown"), &json!("【警告】P-104 库存不足")));
    assert!(ding["markdown"]["text"].as_str().unwrap().contains("\n\n后果："), "a single line break is a space there");
    let (_, feishu) = sent(RobotMaker::Feishu, None, &Hook::default());
    assert_eq!((&feishu["msg_type"], &feishu["card"]["header"]["template"]), (&json!("interactive"), &json!("orange")));
    assert_eq!(feishu["card"]["elements"][0]["text"]["tag"], "plain_text", "nothing in it calls anybody");
    assert!(feishu.get("sign").is_none());
}

#[test]
fn each_is_signed_as_it_wants_it() {
    // Reckoned with Python's hmac, as the makers' own examples do it.
    let (url, _) = sent(RobotMaker::Dingtalk, Some("SECkey"), &Hook::default());
    assert_eq!(url, "https://h.example/send?key=k1&timestamp=1795223788150&sign=3MqLyofHyJjZxdRqSynFkQbKAD3clgI8sylhEg7iKLQ%3D");
    let (_, feishu) = sent(RobotMaker::Feishu, Some("key"), &Hook::default());
    assert_eq!((&feishu["timestamp"], &feishu["sign"]), (&json!("1795223788"), &json!("JkWusqBUDCoiUHXlFgzdT5PCPPdWpasrvbPukiKFRS0=")));
    let (url, _) = sent(RobotMaker::Wecom, Some("key"), &Hook::default());
    assert_eq!(url, "https://h.example/send?key=k1", "that one has no signature");
}

#[test]
fn what_an_event_says_is_no_markup_and_the_users_own_is() {
    assert_eq!(plain("[x](http://evil) <@all> ![](p)"), "[x] (http://evil) ＜@all＞ ![] (p)");
    let hook = Hook { text: "[open](https://erp) {response}".into(), ..Hook::default() };
    let (_, wecom) = sent(RobotMaker::Wecom, None, &hook);
    assert!(wecom["markdown"]["content"].as_str().unwrap().ends_with("[open](https://erp) 补货，或从其他仓库调拨"));
}

#[test]
fn a_message_is_cut_where_the_robot_takes_no_more() {
    let hook = Hook { text: "库".repeat(8_000), ..Hook::default() };
    for (maker, at, limit) in [(RobotMaker::Wecom, "/markdown/content", 4_096), (RobotMaker::Dingtalk, "/markdown/text", 20_000)] {
        let (_, body) = sent(maker, None, &hook);
        let text = body.pointer(at).unwrap().as_str().unwrap();
        assert!(text.len() <= limit && text.ends_with('…'), "{maker:?} {}", text.len());
    }
}

fn said(maker: RobotMaker, status: u16, body: &str) -> Result<String, Failure> {
    judged(maker, &Answer { status, body: body.to_owned() }, Words::ENGLISH)
}

#[test]
fn an_answer_is_read_and_http_200_alone_is_no_success() {
    use RobotMaker::{Dingtalk, Feishu, Wecom};
    for (maker, body) in [
        (Wecom, r#"{"errcode":0,"errmsg":"ok"}"#),
        (Dingtalk, r#"{"errcode":0,"errmsg":"ok"}"#),
        (Feishu, r#"{"code":0,"msg":"success","data":{}}"#),
        (Feishu, r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#),
    ] {
        assert!(said(maker, 200, body).is_ok(), "{body}");
    }
    for (maker, status, body) in [
        (Wecom, 200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#),
        (Wecom, 200, r#"{"errcode":-1,"errmsg":"system busy"}"#),
        (Dingtalk, 200, r#"{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#),
        (Dingtalk, 200, r#"{"errcode":660026,"errmsg":"too many"}"#),
        (Feishu, 200, r#"{"code":11232,"msg":"frequency limited"}"#),
        (Feishu, 400, r#"{"code":9499,"msg":"too many request","data":{}}"#),
        (Wecom, 502, "<html>Bad Gateway</html>"),
    ] {
        let failure = said(maker, status, body).unwrap_err();
        assert!(failure.again, "{body}: {failure}");
    }
    for (maker, status, body, words) in [
        (Wecom, 200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#, "WeCom 93000: invalid webhook url; copy the robot's address"),
        (Dingtalk, 200, r#"{"errcode":310000,"errmsg":"sign not match"}"#, "DingTalk 310000: sign not match; check the signing secret"),
        (Feishu, 200, r#"{"code":19021,"msg":"sign match fail"}"#, "Feishu 19021: sign match fail; check the signing secret"),
        (Feishu, 400, r#"{"code":9499,"msg":"Bad Request","data":{}}"#, "Feishu 9499: Bad Request"),
        (
            Dingtalk,
            200,
            "<html>Sign in to the hotel's Wi-Fi</html>",
            "HTTP 200 <html>Sign in to the hotel's Wi-Fi</html> (this is no answer",
        ),
        (Wecom, 404, "", "HTTP 404"),
    ] {
        let failure = said(maker, status, body).unwrap_err();
        assert!(!failure.again && failure.words.starts_with(words), "{body}: {failure}");
    }
}

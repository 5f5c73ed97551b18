//! What is heard, and that the output is let go.

use crate::open;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use watchdeck_testkit::{clock::now, patience::eventually, redis::Redis};
use watchdeck_tests::{
    desktop::{Desktop, Recorder},
    gateway::Gateway,
    tone::Recording,
    webdriver::Window,
};

/// On a machine that is busy beyond measure the sound server itself may tear a tone apart; one in so many arrives whole.
const TRIES: usize = 6;
/// From the publication to the first sample at most, seconds; about half a second on an idle machine.
const SOON: f64 = 5.0;

/// Publishes a critical alert, and answers the recording of its tone and how long it took to begin, seconds.
async fn tone(redis: &Redis, recorder: &Recorder, nth: usize) -> Result<(Recording, std::ops::Range<usize>, f64)> {
    let before = recorder.so_far()?.samples.len();
    let message = format!("{} is open", ["Door", "Gate", "Hatch", "Window", "Valve", "Lid"][nth % TRIES]);
    redis.publish("ws:system", &json!({ "type": "system:alert", "timestamp": now(), "level": "critical", "message": message })).await?;
    // The pulses are 0.1 s apart; half a second of silence after the last one is the end of the tone.
    eventually("the tone to end", || async {
        let mut recording = recorder.so_far()?;
        recording.samples.drain(..before);
        let tone = recording.sounds(0.3).into_iter().next();
        let over = tone.filter(|tone| recording.samples.len() > tone.end + recording.rate as usize / 2);
        Ok(over.map(|tone| {
            let after = tone.start as f64 / f64::from(recording.rate);
            (recording, tone, after)
        }))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critical_alert_sounds_as_documented_and_soon() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_sound().await?;
    let window = open(&desktop, &gateway).await?;
    let recorder = desktop.record().await?;
    let mut heard = Vec::new();
    for nth in 0..TRIES {
        let (recording, tone, after) = tone(&redis, &recorder, nth).await?;
        let (hertz, seconds, pulses) = (recording.hertz(&tone), recording.seconds(&tone), recording.sounds(0.03).len());
        heard.push(format!("{hertz} Hz, {seconds:.2} s, {pulses} pulses, after {after:.2} s"));
        if (hertz / 880.0 - 1.0).abs() < 0.05 && (0.7..0.95).contains(&seconds) && pulses == 3 && after < SOON {
            return window.close().await;
        }
    }
    anyhow::bail!("three pulses of 880 Hz last 0.8 s and come within {SOON} s; heard {heard:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_output_is_held_open_for_a_tone_and_let_go_after_it() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_sound().await?;
    let window = open(&desktop, &gateway).await?;
    let idle = async || eventually("nobody to hold the output", || async { Ok((desktop.players().await? == 0).then_some(())) }).await;
    idle().await.context("before anything sounds")?;
    let recorder = desktop.record().await?;
    tone(&redis, &recorder, 0).await?;
    idle().await.context("after the tone")?;
    let (recording, heard, _) = tone(&redis, &recorder, 1).await.context("and the next one is heard again")?;
    ensure!(recording.seconds(&heard) > 0.1, "{heard:?}");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_server_that_starts_late_is_found() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    let window = open(&desktop, &gateway).await?;
    let silent = async |wanted: bool| {
        eventually(&format!("the hint to be {wanted}"), || async {
            let frame = window.call("recent", &json!({ "rows": 1 })).await?;
            let hinted = frame["frame"]["hints"].as_array().is_some_and(|hints| hints.contains(&json!("no_sound")));
            Ok((hinted == wanted).then_some(()))
        })
        .await
    };
    silent(true).await?;
    desktop.start_sound().await?;
    silent(false).await?;
    let recorder = desktop.record().await?;
    tone(&redis, &recorder, 0).await?;
    window.close().await
}

/// Waits until so many seconds more are recorded, and answers what sounded in them.
async fn listens(recorder: &Recorder, seconds: f64) -> Result<Vec<std::ops::Range<usize>>> {
    let before = recorder.so_far()?.samples.len();
    eventually("enough to be recorded", || async {
        let mut recording = recorder.so_far()?;
        recording.samples.drain(..before);
        let enough = recording.samples.len() as f64 >= seconds * f64::from(recording.rate);
        Ok(enough.then(|| recording.sounds(0.3)))
    })
    .await
}

/// Waits until an alert of this rule fires, and answers its id.
async fn fires(window: &Window, rule: &str) -> Result<Value> {
    eventually(&format!("{rule} to fire"), || async {
        let view = window.call("alerts", &json!({})).await?;
        let active = view["active"].as_array().cloned().unwrap_or_default();
        Ok(active.iter().find(|alert| alert["rule"] == rule && alert["state"] == "firing").map(|alert| alert["id"].clone()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tone_that_repeats_until_somebody_has_the_alert_stops_then() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_sound().await?;
    let window = open(&desktop, &gateway).await?;
    window.call("change_settings", &json!({ "patch": { "delivery": { "critical": { "repeats": true } } } })).await?;
    let recorder = desktop.record().await?;
    tone(&redis, &recorder, 0).await?;
    eventually("the tone to come again", || async { Ok((recorder.so_far()?.sounds(0.3).len() >= 2).then_some(())) }).await?;
    let alert = fires(&window, "system_critical").await?;
    window.call("acknowledge", &json!({ "ids": [alert] })).await?;
    // One that had begun ends.
    listens(&recorder, 1.5).await?;
    let after = listens(&recorder, 10.0).await?;
    ensure!(after.is_empty(), "it comes each eight seconds, and somebody has it: {after:?}");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_muted_is_silent_and_what_is_not_any_more_sounds() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_sound().await?;
    let window = open(&desktop, &gateway).await?;
    let recorder = desktop.record().await?;
    window.call("change_settings", &json!({ "patch": { "muted": true } })).await?;
    redis
        .publish("ws:system", &json!({ "type": "system:alert", "timestamp": now(), "level": "critical", "message": "The lift is stuck" }))
        .await?;
    let alert = fires(&window, "system_critical").await?;
    let heard = listens(&recorder, 4.0).await?;
    ensure!(heard.is_empty(), "{heard:?}");
    window.call("acknowledge", &json!({ "ids": [alert] })).await?;
    window.call("change_settings", &json!({ "patch": { "muted": false } })).await?;
    tone(&redis, &recorder, 1).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_are_silent_for_what_may_not_break_them_and_for_nothing_else() -> Result<()> {
    let redis = Redis::start().await?;
    let gateway = Gateway::start(&redis.url).await?;
    let mut desktop = Desktop::start().await?;
    desktop.start_sound().await?;
    let window = open(&desktop, &gateway).await?;
    // All day, whatever the time is where this runs.
    let always = json!([{ "days": [], "from": "00:00", "until": "00:00" }]);
    window.call("change_settings", &json!({ "patch": { "quiet_hours": always } })).await?;
    let recorder = desktop.record().await?;
    let low = json!({ "type": "inventory:change", "action": "outbound", "productId": "P-1", "productName": "Tile", "oldQuantity": 12, "newQuantity": 3, "timestamp": now() });
    redis.publish("ws:inventory", &low).await?;
    fires(&window, "low_stock").await?;
    let heard = listens(&recorder, 4.0).await?;
    ensure!(heard.is_empty(), "a warning may wait: {heard:?}");
    tone(&redis, &recorder, 2).await.context("and what is critical may not")?;
    window.close().await
}

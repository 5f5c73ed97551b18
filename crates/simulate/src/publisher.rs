//! The ERP: publishes over HTTP, one request after the other, and asks again until it is answered.

use crate::{
    fault::Fault,
    network::PORT,
    world::{Request, World},
};
use serde_json::Value;
use std::{collections::VecDeque, io, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{sleep, timeout},
};
use turmoil::net::TcpStream;

/// For an answer.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Between two tries, and between two looks for something to do.
const PAUSE: Duration = Duration::from_millis(150);
const LOOK: Duration = Duration::from_millis(20);
/// With [`Fault::WindowTooSmall`], ids that the log still knows.
const WINDOW: usize = 24;

/// Publish for ever.
pub(crate) async fn run(world: Arc<World>) -> turmoil::Result {
    // Numbers whose ids a log of the wrong kind would still know.
    let mut known = VecDeque::new();
    loop {
        let Some(request) = world.next_request() else {
            sleep(LOOK).await;
            continue;
        };
        publish(&world, &request, &mut known).await;
        world.request_done();
    }
}

async fn publish(world: &World, request: &Request, known: &mut VecDeque<u64>) {
    let gateway = turmoil::lookup("gateway");
    let first = world.model().logs();
    let mut tries = 0;
    loop {
        let log = world.model().logs();
        if request.again && log != first {
            // Another log has never answered for it, and what came since would stand before it.
            return;
        }
        tries += 1;
        let body = body(world, request, tries, known);
        let answer = timeout(PATIENCE, post(gateway, &body)).await;
        let what = match answer {
            Err(_) => "no answer".to_owned(),
            Ok(Err(error)) => format!("no answer: {:?}", error.kind()),
            Ok(Ok((200, _))) if world.model().logs() != log => "an answer of a log that is no more".to_owned(),
            Ok(Ok((200, answer))) => {
                note(world, request, &answer);
                return;
            }
            Ok(Ok((status, _))) if world.is(Fault::RefusalTakenForAnswer) => {
                world.say("erp", &format!("status {status} is taken for an answer"));
                let mut model = world.model();
                for number in &request.events {
                    // Wherever it may be.
                    model.taken_for_answered(*number);
                }
                return;
            }
            Ok(Ok((status, answer))) => format!("status {status}: {answer}"),
        };
        world.say("erp", &what);
        sleep(PAUSE).await;
    }
}

fn note(world: &World, request: &Request, answer: &str) {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let places: Vec<u64> = answer["events"].as_array().into_iter().flatten().filter_map(|place| place["offset"].as_u64()).collect();
    world.say("erp", &format!("answered: {} {} at {}", request.channel, span(&request.events), span(&places)));
    let mut model = world.model();
    for (number, offset) in request.events.iter().zip(places) {
        model.answered(*number, offset);
    }
}

/// From the first to the last number.
fn span(numbers: &[u64]) -> String {
    format!("{} to {}", numbers.first().unwrap_or(&0), numbers.last().unwrap_or(&0))
}

fn body(world: &World, request: &Request, tries: u32, known: &mut VecDeque<u64>) -> String {
    let model = world.model();
    let event = |number: &u64| {
        let id = match world.fault {
            Some(Fault::RetryUnderNewIds) => format!("e{number}-{tries}"),
            // What such a log would do with an id that it does not know any more.
            Some(Fault::WindowTooSmall) if request.again && !known.contains(number) => format!("e{number}-new"),
            _ => format!("e{number}"),
        };
        format!(r#"{{"channel":"{}","id":"{id}","data":{}}}"#, request.channel, model.json(*number))
    };
    let body = format!(r#"{{"events":[{}]}}"#, request.events.iter().map(event).collect::<Vec<_>>().join(","));
    known.extend(&request.events);
    known.drain(..known.len().saturating_sub(WINDOW));
    body
}

/// One request on a line of its own: the status, and what is said.
async fn post(gateway: IpAddr, body: &str) -> io::Result<(u16, String)> {
    let mut line = TcpStream::connect((gateway, PORT)).await?;
    let head = format!(
        "POST /api/publish HTTP/1.1\r\nHost: {gateway}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).await?;
    line.write_all(body.as_bytes()).await?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok((status, body.to_owned()))
}

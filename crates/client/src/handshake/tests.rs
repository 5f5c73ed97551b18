use super::*;

/// The answer to a handshake, with the accept key filled in for `{accept}`, one byte at a time.
async fn answered(text: &str) -> Result<Reply, Unanswered> {
    let (ours, mut theirs) = tokio::io::duplex(1 << 16);
    let text = text.to_owned();
    let server = async move {
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(theirs.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
        for byte in text.replace("{accept}", &derive_accept_key(key.as_bytes())).bytes() {
            theirs.write_u8(byte).await.unwrap();
        }
        theirs.shutdown().await.unwrap();
        head
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("watchdeck.v1"));
    let mut stream: Stream = Box::new(ours);
    let question = Question { authority: "h:1", path: "/ws?x=1", headers: &headers, wish: Wish::WebSocket };
    let (reply, head) = tokio::join!(ask(&mut stream, &question), server);
    assert!(
        head.starts_with("GET /ws?x=1 HTTP/1.1\r\nHost: h:1\r\n") && head.contains("\r\nSec-WebSocket-Protocol: watchdeck.v1\r\n"),
        "{head}"
    );
    reply
}

#[tokio::test]
async fn every_answer_that_rfc_6455_allows_opens() {
    for answer in [
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
        "HTTP/1.1 101\r\nupgrade:WebSocket\r\nCONNECTION:keep-alive,  Upgrade\r\nsec-websocket-accept:   {accept}  \r\n\r\n",
        "HTTP/1.1 101 Web Socket Protocol Handshake, 已切换\r\nServer: x\r\nConnection: keep-alive\r\nConnection: upgrade\r\nUpgrade: h2c, websocket\r\nSec-WebSocket-Accept: {accept}\r\nX-Odd: a\r\n\r\n",
        "HTTP/1.1 101  Odd\r\nUpgrade : websocket\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked\r\nSec-WebSocket-Accept: {accept}\r\nnot a header\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
    ] {
        assert!(matches!(answered(answer).await, Ok(Reply::Open { .. })), "{answer}");
    }
    let early = "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n\u{1}\u{2}hi";
    let reply = answered(early).await;
    assert!(
        matches!(&reply, Ok(Reply::Open { rest, .. }) if rest.len() <= 4),
        "what comes right behind belongs to the WebSocket: {reply:?}"
    );
}

#[tokio::test]
async fn what_is_no_answer_to_our_question_is_said_in_words() {
    for (answer, words) in [
        ("HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "not to a WebSocket"),
        ("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: {accept}\r\n\r\n", "Connection header"),
        ("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: bm90IG91cnM=\r\n\r\n", "another question"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2"),
        ("HTTP/1.1 200 O", "in the middle"),
    ] {
        let reply = answered(answer).await;
        assert!(matches!(&reply, Err(Unanswered::Nonsense(said)) if said.contains(words)), "{answer}: {reply:?}");
    }
    assert!(matches!(answered("").await, Err(Unanswered::Broken(_))));
}

#[tokio::test]
async fn a_refusal_keeps_the_servers_words() {
    for (answer, words) in [
        (
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 41\r\n\r\n{\"code\":400,\"message\":\"缺少token参数\"}",
            "HTTP 400 Bad Request: 缺少token参数",
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nexpired\r\n6\r\n token\r\n0\r\n\r\n",
            "HTTP 401 Unauthorized: expired token",
        ),
        ("HTTP/1.1 404 Not Found\r\n\r\n<html><TITLE>Nothing\n here</title></html>", "HTTP 404 Not Found: Nothing here"),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"error\":{\"message\":\"busy\"}}", "HTTP 503 Service Unavailable: busy"),
        ("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 16\r\n\r\nUpgrade Required", "HTTP 426 Upgrade Required"),
    ] {
        let reply = answered(answer).await;
        assert!(matches!(&reply, Ok(Reply::Http(said)) if said.words() == words), "{reply:?}");
    }
}

#[test]
fn a_strangers_bytes_become_one_short_line() {
    assert_eq!(one_line(b"a\r\nb\t\x1b[31mc\0"), "a b [31mc");
    assert_eq!(one_line("库".repeat(500).as_bytes()).chars().count(), SAID + 1);
}

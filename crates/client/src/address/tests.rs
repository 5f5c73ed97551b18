use super::*;

fn read(typed: &str) -> String {
    Address::parse(typed).unwrap_or_else(|why| panic!("{typed:?}: {why}")).as_str().to_owned()
}

#[test]
fn an_address_is_read_in_every_usual_form() {
    for (typed, meant) in [
        ("ws://erp.local:3002/", "ws://erp.local:3002/"),
        ("wss://erp.local/ws", "wss://erp.local/ws"),
        ("https://erp.local", "wss://erp.local/"),
        (" http://[::1]:9 ", "ws://[::1]:9/"),
        ("WS://ERP.Local:3002/Ws", "ws://erp.local:3002/Ws"),
        ("  ws://10.0.0.2:3002/ \n", "ws://10.0.0.2:3002/"),
        ("\u{feff}ws://10.0.0.2:3002/ws\u{200b}", "ws://10.0.0.2:3002/ws"),
        ("“ws://10.0.0.2:3002/ws”", "ws://10.0.0.2:3002/ws"),
        ("<wss://erp.example/ws>,", "wss://erp.example/ws"),
        ("ws://10.0.0.2:3002\n/ws", "ws://10.0.0.2:3002/ws"),
        ("ws://erp.local:3002/ws#top", "ws://erp.local:3002/ws"),
        ("ws://erp.local.:3002//", "ws://erp.local:3002/"),
        ("ws://erp.local:3002.", "ws://erp.local:3002/"),
        ("ws:/erp.local:3002", "ws://erp.local:3002/"),
        ("ws:\\\\erp.local:3002\\ws", "ws://erp.local:3002/ws"),
        ("ws：／／１９２．１６８．１．５：３００２／ws", "ws://192.168.1.5:3002/ws"),
        ("ws:// 10.0.0.2 : 3002/", "ws://10.0.0.2:3002/"),
        ("ws://bücher.example/消息?q=库存", "ws://xn--bcher-kva.example/%E6%B6%88%E6%81%AF?q=%E5%BA%93%E5%AD%98"),
        ("wss://库存.example。com/", "wss://xn--q8sz8e.example.com/"),
    ] {
        assert_eq!(read(typed), meant, "{typed:?}");
    }
}

#[test]
fn a_missing_scheme_is_plain_nearby_and_encrypted_far_away() {
    for (typed, meant) in [
        ("localhost:3002", "ws://localhost:3002/"),
        ("erp.local", "ws://erp.local/"),
        ("192.168.1.5/ws", "ws://192.168.1.5/ws"),
        ("//10.0.0.2:5000", "ws://10.0.0.2:5000/"),
        ("erp.example", "wss://erp.example/"),
        ("erp.example:443/ws", "wss://erp.example/ws"),
        ("erp.example:3002", "ws://erp.example:3002/"),
    ] {
        assert_eq!(read(typed), meant, "{typed:?}");
    }
}

#[test]
fn ipv6_needs_no_brackets_where_only_one_thing_can_be_meant() {
    for (typed, meant) in [
        ("ws://[2001:db8::7]:3002/", "ws://[2001:db8::7]:3002/"),
        ("ws://2001:db8:0:0:0:0:0:7/", "ws://[2001:db8::7]/"),
        ("2001:db8:0:0:0:0:0:7:3002", "ws://[2001:db8::7]:3002/"),
        ("ws://::1/", "ws://[::1]/"),
        ("::1:3002", "ws://[::1]:3002/"),
    ] {
        assert_eq!(read(typed), meant, "{typed:?}");
    }
    let both = Address::parse("fe80::7:3002").unwrap_err();
    assert!(both.contains("[fe80::7]:3002") && both.contains("[fe80::7:3002]"), "{both}");
    assert!(Address::parse("ws://[fe80::7%eth0]:3002/").unwrap_err().contains("zone"));
}

#[test]
fn what_is_not_an_address_is_refused_in_words() {
    for (typed, words) in [
        ("", "no address"),
        ("\u{200b} ", "no address"),
        ("ftp://erp.local/", "ftp://"),
        ("redis://127.0.0.1:6379", "ws:// or wss://"),
        ("mailto:me@erp.local", "no address of a server"),
        ("ws://", "names no host"),
        ("ws:///", "names no host"),
        ("ws://:3002", "names no host"),
        ("ws://my erp:3002", "blank"),
        ("ws://erp:30022222", "no port"),
        ("ws://erp:0", "port 0"),
        ("ws://erp:port", "no port"),
        ("ws://a:b:c", "neither"),
    ] {
        let why = Address::parse(typed).expect_err(typed);
        assert!(why.contains(words), "{typed:?}: {why}");
    }
    for typed in ["ws://alice:s3cret@erp:3002/", "alice:s3cret@erp"] {
        let why = Address::parse(typed).unwrap_err();
        assert!(why.contains("kept secret") && !why.contains("s3cret"), "{why}");
    }
}

#[test]
fn an_origin_is_what_a_browser_would_send() {
    assert_eq!(origin("https://shop.example/inventory?x=1").unwrap(), "https://shop.example");
    assert_eq!(origin(" HTTP://Localhost:3001/ ").unwrap(), "http://localhost:3001");
    assert_eq!(origin("https://shop.example:443").unwrap(), "https://shop.example");
}

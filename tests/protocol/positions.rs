//! Positions on the wire in each encoding, on text that makes them differ, and out of all bounds.

use serde_json::{Value, json};

use crate::client::{Client, URI};

const ENCODINGS: [&str; 3] = ["utf-8", "utf-16", "utf-32"];

fn units(text: &str, encoding: &str) -> usize {
    match encoding {
        "utf-8" => text.len(),
        "utf-16" => text.encode_utf16().count(),
        _ => text.chars().count(),
    }
}

fn start(encoding: &str) -> Client {
    let mut client = Client::spawn();
    let capabilities = json!({ "general": { "positionEncodings": [encoding] }, "textDocument": { "diagnostic": {} } });
    let result = client.initialize(json!({ "capabilities": capabilities }));
    assert_eq!(result["capabilities"]["positionEncoding"], encoding);
    client
}

/// The range of the one definition of what is at that place: line, first and last column.
fn definition(client: &mut Client, line: usize, column: usize) -> Option<[u64; 3]> {
    let position = json!({ "line": line, "character": column });
    let answer = client.request(
        "textDocument/definition",
        json!({ "textDocument": { "uri": URI }, "position": position }),
    );
    let range = answer.expect("an answer").get(0)?["range"].clone();
    assert_eq!(range["start"]["line"], range["end"]["line"]);
    let number = |value: &Value| value.as_u64().expect("a number");
    Some([
        number(&range["start"]["line"]),
        number(&range["start"]["character"]),
        number(&range["end"]["character"]),
    ])
}

/// Characters that count differently: an astral one, one with a combining mark, one of three bytes.
const ODD: &str = "😀e\u{301}漢👩\u{200d}🚀";

#[test]
fn columns_count_the_agreed_units() {
    for encoding in ENCODINGS {
        for end in ["\n", "\r\n", "\r"] {
            let mut client = start(encoding);
            let set = format!("ENV X={ODD} ");
            let get = format!("LABEL x={ODD}$");
            client.open(&format!("FROM a{end}# {ODD}{end}{set}NAME=1{end}{get}NAME{end}"));
            let name = u64::try_from(units(&set, encoding)).expect("short");
            let expected = Some([2, name, name + 4]);
            // A lone CR ends a line for an editor but not for a Dockerfile, where all is one line.
            let found = definition(&mut client, 3, units(&get, encoding) + 1);
            assert_eq!(found, if end == "\r" { None } else { expected }, "{encoding} {end:?}");
            let before = units("LABEL x=", encoding) + 1;
            assert_eq!(definition(&mut client, 3, before), None, "{encoding} {end:?}");
        }
    }
}

#[test]
fn changes_count_the_agreed_units() {
    for encoding in ENCODINGS {
        let mut client = start(encoding);
        let before = format!("COPY --from={ODD}");
        client.open(&format!("FROM a AS stage\r\nFROM b\r\n{before}x /{ODD} /\r\n"));
        let at = |columns: usize| json!({ "line": 2, "character": columns });
        let name = units("COPY --from=", encoding);
        let odd = units(ODD, encoding);
        // The odd characters and the `x` behind them become the stage's name, in two steps.
        client.change(
            2,
            json!([
                { "range": { "start": at(name + odd), "end": at(name + odd + 1) }, "text": "age" },
                { "range": { "start": at(name), "end": at(name + odd) }, "text": "st" },
            ]),
        );
        assert_eq!(definition(&mut client, 2, name + 1), Some([0, 10, 15]), "{encoding}");
        // What is typed behind the odd characters of the path stands there, too.
        let path = name + "stage /".len() + odd;
        client.change(
            3,
            json!([{ "range": { "start": at(path), "end": at(path) }, "text": " / \\\r\n" }]),
        );
        client.change(
            4,
            json!([{ "range": { "start": at(0), "end": at(0) }, "text": "FROM c AS later\r\n" }]),
        );
        assert_eq!(definition(&mut client, 3, name + 1), Some([0, 10, 15]), "{encoding}");
    }
}

#[test]
fn a_column_inside_a_character_is_its_start() {
    for (encoding, inside) in [("utf-8", 1..4), ("utf-16", 1..2)] {
        for column in inside {
            let mut client = start(encoding);
            client.open("FROM a AS 😀\nCOPY --from=stage / /\n");
            let at = |column: usize| json!({ "line": 0, "character": column });
            let after = 10 + units("😀", encoding);
            client.change(2, json!([{ "range": { "start": at(10 + column), "end": at(after) }, "text": "stage" }]));
            assert_eq!(definition(&mut client, 1, 13), Some([0, 10, 15]), "{encoding} {column}");
        }
    }
}

#[test]
fn changes_out_of_bounds_are_clamped() {
    for encoding in ENCODINGS {
        let mut client = start(encoding);
        client.open("FROM a AS x");
        let change = |from: [Value; 2], to: [Value; 2], text: &str| {
            let place =
                |[line, character]: [Value; 2]| json!({ "line": line, "character": character });
            json!([{ "range": { "start": place(from), "end": place(to) }, "text": text }])
        };
        // Behind the end of the line, behind the last line, and behind anything.
        client.change(2, change([json!(0), json!(999)], [json!(0), json!(9999)], "y\n"));
        client.change(3, change([json!(99), json!(5)], [json!(9999), json!(0)], "FROM b\n"));
        client.change(
            4,
            change(
                [json!(u64::MAX), json!(1e300)],
                [json!(u64::MAX), json!(0)],
                "COPY --from=xy / /\n",
            ),
        );
        assert_eq!(definition(&mut client, 2, 13), Some([0, 10, 12]), "{encoding}");
        // Before the beginning, and the wrong way round.
        client.change(5, change([json!(-5), json!(-1)], [json!(0), json!(-0.5)], "# first\n"));
        client.change(6, change([json!(1), json!(12)], [json!(1), json!(10)], "xyz"));
        client.change(7, change([json!(3), json!(14)], [json!(3), json!(14)], "z"));
        assert_eq!(definition(&mut client, 3, 13), Some([1, 10, 13]), "{encoding}");
    }
}

#[test]
fn requests_out_of_bounds_have_an_answer() {
    let mut client = start("utf-16");
    client.open("FROM a AS x\r\nCOPY --from=x / /");
    // The end of the line is the end of the name.
    assert_eq!(definition(&mut client, 0, 999), Some([0, 10, 11]));
    for (line, column) in [(1, 999), (2, 0), (999, 999), (u32::MAX as usize, u32::MAX as usize)] {
        assert_eq!(definition(&mut client, line, column), None, "{line} {column}");
    }
    for position in [
        json!({ "line": -1, "character": 0 }),
        json!({ "line": 0, "character": 1.5 }),
        json!({ "line": 1 }),
        json!(null),
    ] {
        let params = json!({ "textDocument": { "uri": URI }, "position": position });
        let (code, text) = client.request("textDocument/definition", params).expect_err("an error");
        assert_eq!(code, -32602);
        assert!(text.contains("params.position"), "{text}");
    }
}

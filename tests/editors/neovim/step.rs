//! Buffer and server stay in step: after whatever was done to the text, and however fast, the server
//! answers for it as it does for the same text in a file opened afresh.

use std::fs;

use super::session::{SERVED, Session};
use crate::given::root;

/// What the server says of the buffer and of a new file of the same text; null if that is the same.
const DIFFERENCE: &str = r#"
local client = vim.lsp.get_clients({ name = 'stagewright' })[1]
local buffer = vim.api.nvim_get_current_buf()
local function ask(of, method)
  local answer
  local params = { textDocument = vim.lsp.util.make_text_document_params(of) }
  -- Not by the client's own `request`: those Neovim cancels when it thinks that it needs a newer one.
  client.rpc.request(method, params, function(problem, result)
    answer = { problem = problem, result = result }
  end)
  assert(vim.wait(10000, function() return answer end, 1), method)
  assert(not answer.problem, vim.inspect(answer.problem))
  return answer.result
end
-- What a result is called, and whose it is, differs by nature.
local function plain(value)
  if type(value) ~= 'table' then return value end
  local copy = {}
  for key, inner in pairs(value) do
    if key ~= 'resultId' and key ~= 'uri' and key ~= 'data' then copy[key] = plain(inner) end
  end
  return copy
end
vim.g.number = (vim.g.number or 0) + 1
-- Of the same name, which some answers have in them.
local name = ('%s/fresh%d/%s'):format(vim.fn.getcwd(), vim.g.number, vim.fn.expand('%:t'))
local fresh = vim.fn.bufadd(name)
vim.cmd(('noautocmd call bufload(%d)'):format(fresh))
for _, option in ipairs({ 'fileformat', 'endofline', 'fixendofline' }) do
  vim.bo[fresh][option] = vim.bo[buffer][option]
end
vim.api.nvim_buf_set_lines(fresh, 0, -1, true, vim.api.nvim_buf_get_lines(buffer, 0, -1, true))
-- Only now is it a file that the server is told of.
vim.bo[fresh].filetype = 'dockerfile'
assert(vim.lsp.buf_attach_client(fresh, client.id))
-- Has what was typed sent, as any feature that asks something does.
vim.lsp.buf_request_sync(buffer, 'textDocument/documentLink', {
  textDocument = vim.lsp.util.make_text_document_params(buffer),
}, 10000)
local found = vim.NIL
for _, method in ipairs({ 'diagnostic', 'documentSymbol', 'foldingRange', 'codeLens' }) do
  method = 'textDocument/' .. method
  local mine, new = plain(ask(buffer, method)), plain(ask(fresh, method))
  if not vim.deep_equal(mine, new) then
    found = { method, vim.inspect(mine), vim.inspect(new) }
    break
  end
end
vim.api.nvim_buf_delete(fresh, { force = true })
return found
"#;

fn assert_in_step(session: &mut Session, after: &str) {
    // Neovim 0.10 leaves the server for a moment when a file is read again.
    session.until("the server", SERVED);
    let difference = session.lua(DIFFERENCE);
    if let Some([method, mine, new]) = difference.as_array().map(Vec::as_slice) {
        let text = session.text();
        panic!("{method} after {after}:\n{mine}\ninstead of\n{new}\nfor\n{text}");
    }
}

/// The seed with every stage but the last.
fn seed() -> String {
    let file = root().join("fixtures/seeds/target-debug/multi.Dockerfile");
    fs::read_to_string(file).expect("the seed")
}

#[test]
fn what_is_typed_without_a_pause_is_all_there() {
    for mut session in Session::each("Dockerfile", "# syntax=docker/dockerfile:1\n", "") {
        let mut typed = String::new();
        for stage in 0..20 {
            typed += &format!("FROM golang:1.21 AS s{stage}\nCOPY --from=s{} /a /b\n", stage / 2);
            typed +=
                "RUN <<EOT\nFROM is no stage here 🦀\nEOT\nRUN echo \\\n  \"é🚀\" \\\n  done\n";
        }
        session.keys(":set noautoindent<CR>o");
        // A key a call, and none waits for what the one before led to.
        for key in typed.trim_end().chars() {
            match key {
                '\n' => session.keys("<CR>"),
                '<' => session.keys("<LT>"),
                _ => session.keys(key.encode_utf8(&mut [0; 4])),
            }
        }
        session.keys("<CR>COPY --from=s");
        // Right behind the last key.
        session.until_line("COPY --from=s$0");
        let offers = session.ask("textDocument/completion");
        let labels = offers.as_array().expect("offers").iter().filter_map(|o| o["label"].as_str());
        let expected: Vec<_> = (0..19).rev().map(|stage| format!("s{stage}")).collect();
        assert_eq!(labels.collect::<Vec<_>>(), expected, "the stages before the one of the line");
        session.keys("<Esc>");
        session.until("normal mode", "vim.api.nvim_get_mode().mode == 'n'");
        let expected = format!("# syntax=docker/dockerfile:1\n{typed}COPY --from=s\n");
        session.until_text(&expected);
        assert_in_step(&mut session, "typing");
    }
}

#[test]
fn every_kind_of_edit_is_followed() {
    for mut session in Session::each("multi.Dockerfile", &seed(), "") {
        for keys in [
            // Words and lines.
            "ggOFROM a<Esc>",
            "5GcwRUN<Esc>",
            "Gdd",
            "ggdG",
            "u",
            "10GddP",
            "10GJ",
            "3G5>>",
            "4Gyy20p",
            "u",
            ":2,6move 12<CR>",
            ":8,12copy 0<CR>",
            ":sort<CR>",
            "u",
            // Many places at once.
            ":%s/builder/b🦀/g<CR>",
            ":%s/🦀/uilder/g<CR>",
            ":g/^$/d<CR>",
            ":g/^/move 0<CR>",
            "u",
            "4G0<C-v>6jI# <Esc>",
            "u<C-r>",
            "ggqqA \\<Esc>jq8@q",
            // What reaches far: heredocs, directives, continuations.
            "ggO# escape=`<Esc>",
            "6GoRUN <LT><LT>EOT<CR>echo<Esc>",
            "GoEOT<Esc>",
            "u",
            "6GA `<Esc>",
            "ggdd",
            "gg0xu",
            "Go# é🚀 ende<Esc>",
            "G$xxxx",
            // Line ends.
            ":set fileformat=dos<CR>GoRUN a<Esc>",
            "ggx",
            ":set fileformat=unix<CR>GoRUN b<Esc>",
            ":set nofixendofline noendofline<CR>Gox<Esc>",
            "50u",
            "50<C-r>",
            // Everything anew, from the disk and from nothing.
            ":edit!<CR>",
            ":%d<CR>iFROM a AS b<CR>FROM b<Esc>",
        ] {
            session.keys(keys);
            // Typed behind what is to be waited for, so done after it.
            session.keys(":let g:done = get(g:, 'done', 0) + 1<CR>");
            let done = session.lua("return (vim.g.seen or 0) + 1");
            session.until(keys, &format!("vim.g.done == {done}"));
            session.lua("vim.g.seen = vim.g.done");
            assert_in_step(&mut session, keys);
        }
        session.go("FROM $0b\n");
        session.keys("<C-]>");
        session.until_line("FROM a AS $0b");
    }
}

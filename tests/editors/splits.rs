//! A user splits a single-stage file.

use super::session::{INIT, Session};

const PLATFORM: &str = "
vim.lsp.config('stagewright', { settings = { stagewright = { size = { platform = 'linux/amd64' } } } })
";

const TEXT: &str = "\
# Serves.
FROM golang:1.22
WORKDIR /src
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /app .
EXPOSE 80
# Starts it.
CMD [\"/app\"]
";

const SPLIT: &str = "\
# Serves.
FROM golang:1.22 AS builder
WORKDIR /src
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /app .

FROM gcr.io/distroless/static-debian12
WORKDIR /src
COPY --from=builder /app /app
EXPOSE 80
# Starts it.
CMD [\"/app\"]
";

fn start(text: &str) -> Session {
    Session::on("Dockerfile", text, &format!("{PLATFORM}{INIT}"))
}

#[test]
fn a_split_is_chosen_from_the_menu_and_undone() {
    let mut session = start(TEXT);
    session.go("FROM gol$0ang:1.22");
    session.act("on gcr.io/distroless/static-debian12 (≈ 823 MB → ≈ 16 MB)");
    session.until_text(SPLIT);
    session.keys("u");
    session.until_text(TEXT);
}

#[test]
fn what_it_would_save_is_told_where_the_cursor_is() {
    let mut session = start(TEXT);
    session.go("FR$0OM golang:1.22");
    session.until("the hint", "#vim.diagnostic.get(0) == 1");
    session.keys("<C-w>d");
    session.until_shown("this image would be smaller by about 807 MB");
}

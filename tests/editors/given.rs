//! What every editor is given: the binary on its search path, and Dockerfiles to work on.

use std::env;
use std::ffi::OsString;
use std::iter;
use std::path::Path;

/// Two stages, and a line that is half typed.
pub const STAGES: &str = "\
FROM golang:1.22 AS builder
WORKDIR /src
RUN go build -o /app .

FROM alpine:3.20
COPY --from=builder /app /app
EXPO 8080
CMD [\"/app\"]
";

/// One stage, without a project at hand.
pub const SINGLE: &str = "\
# Serves.
FROM golang:1.22
WORKDIR /src
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /app .
EXPOSE 80
# Starts it.
CMD [\"/app\"]
";

/// What becomes of [`SINGLE`] on the smallest image.
pub const SPLIT: &str = "\
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

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The search path with the binary before all others.
pub fn path_with_the_binary() -> OsString {
    path_with(Path::new(env!("CARGO_BIN_EXE_stagewright")).parent().expect("a folder"))
}

/// The search path with that folder before all others.
pub fn path_with(folder: &Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = iter::once(folder.to_owned()).chain(env::split_paths(&path));
    env::join_paths(folders).expect("a path")
}

# What the full images of languages have below them: a compiler and development packages. The real
# one has about 130 packages more.
FROM debian:bookworm
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends \
      ca-certificates curl wget git gcc g++ libc6-dev make patch pkg-config procps unzip xz-utils \
      libffi-dev libsqlite3-dev libssl-dev libyaml-dev zlib1g-dev
# With that of this machine, so that a build may fetch what it needs from here.
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt

# distroless/base: glibc and OpenSSL.
FROM stand-in/debian AS parts
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends libssl3
RUN mkdir /base && dpkg -L libc6 libssl3 | while read -r file; do \
      [ -d "$file" ] || cp -a --parents "$file" /base; done

FROM stand-in/static
COPY --from=parts /base/ /

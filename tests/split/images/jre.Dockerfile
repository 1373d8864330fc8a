# eclipse-temurin with a JRE: Debian's OpenJDK on Debian, where the real one is on Ubuntu.
FROM debian:bookworm-slim
COPY certificates /usr/local/share/ca-certificates
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless ca-certificates curl
RUN mkdir -p /opt/java && ln -s /usr/lib/jvm/java-17-openjdk-amd64 /opt/java/openjdk && \
    printf '%s\n' '#!/bin/sh' 'exec "$@"' >/__cacert_entrypoint.sh && chmod +x /__cacert_entrypoint.sh
ENV JAVA_HOME=/opt/java/openjdk JAVA_VERSION=jdk-17.0.15+6 LANG=en_US.UTF-8 LANGUAGE=en_US:en LC_ALL=en_US.UTF-8
ENV PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENTRYPOINT ["/__cacert_entrypoint.sh"]

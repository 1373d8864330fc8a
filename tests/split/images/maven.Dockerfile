# maven on eclipse-temurin: Debian's Maven, 3.8.
FROM stand-in/jdk
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends maven git
RUN printf '%s\n' '#!/bin/sh' 'exec "$@"' >/usr/local/bin/mvn-entrypoint.sh && chmod +x /usr/local/bin/mvn-entrypoint.sh
ENV MAVEN_HOME=/usr/share/maven MAVEN_CONFIG=/root/.m2
ENTRYPOINT ["/usr/local/bin/mvn-entrypoint.sh"]
CMD ["mvn"]

# eclipse-temurin with a JDK.
FROM stand-in/jre
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends openjdk-17-jdk-headless
CMD ["jshell"]

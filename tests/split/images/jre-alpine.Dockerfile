# eclipse-temurin with a JRE on Alpine: there is none for musl here, so Debian's with its C library.
FROM alpine:3.23
COPY --from=stand-in/jre /usr/lib/jvm /usr/lib/jvm
COPY --from=stand-in/jre /etc/java-17-openjdk /etc/java-17-openjdk
COPY --from=stand-in/jre /etc/ssl/certs/java /etc/ssl/certs/java
COPY --from=stand-in/jre /usr/lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu
COPY --from=stand-in/jre /usr/lib64 /lib64
RUN ln -s /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu && mkdir -p /opt/java && \
    ln -s /usr/lib/jvm/java-17-openjdk-amd64 /opt/java/openjdk && \
    printf '%s\n' '#!/bin/sh' 'exec "$@"' >/__cacert_entrypoint.sh && chmod +x /__cacert_entrypoint.sh
ENV JAVA_HOME=/opt/java/openjdk JAVA_VERSION=jdk-17.0.15+6 LANG=en_US.UTF-8 LANGUAGE=en_US:en LC_ALL=en_US.UTF-8
ENV PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENTRYPOINT ["/__cacert_entrypoint.sh"]

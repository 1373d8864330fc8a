# distroless/java17.
FROM stand-in/jre AS parts
RUN mkdir -p /java/usr/bin && cd /java && ln -s ../lib/jvm/java-17-openjdk-amd64/bin/java usr/bin/java && cp -a --parents /usr/lib/jvm /etc/java-17-openjdk /etc/ssl/certs/java . && \
    for file in $(find /usr/lib/jvm -name '*.so' -exec ldd {} + | grep -o '=> /lib[^ ]*' | cut -c 4- | sort -u); do \
      [ -e "/java$file" ] || cp -L --parents "$file" .; done

FROM stand-in/cc
COPY --from=parts /java/ /
RUN ["/usr/bin/java", "-version"]
ENV JAVA_VERSION=17.0.15 LANG=C.UTF-8
ENTRYPOINT ["/usr/bin/java", "-jar"]

# alpine: busybox and musl as in the real one, both Debian's builds. apk is a script that unpacks
# what is kept in /stand-in.
FROM stand-in/debian AS parts
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends busybox-static bash-static
WORKDIR /alpine
RUN mkdir -p bin dev etc/ssl/certs home lib mnt opt proc root run sbin srv stand-in sys tmp \
      usr/bin usr/lib usr/sbin usr/local/bin usr/share var/cache var/log var/tmp /links && \
    chmod 1777 tmp var/tmp && \
    cp /bin/busybox bin/ && chroot . /bin/busybox --install -s
COPY ld-musl-x86_64.so.1 lib/
COPY apk sbin/apk
COPY adduser usr/sbin/adduser
COPY adduser usr/sbin/addgroup
COPY ca-certificates.crt etc/ssl/certs/
RUN printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/sbin/nologin' >etc/passwd && \
    printf '%s\n' 'root:x:0:root' 'nobody:x:65534:' 'nogroup:x:65533:' >etc/group && \
    printf '%s\n' 'root:*::0:::::' 'nobody:!::0:::::' >etc/shadow && chmod 640 etc/shadow && \
    printf '%s\n' 'NAME="Alpine Linux"' ID=alpine VERSION_ID=3.20.0 >etc/os-release
COPY node-musl/libs/ /musl/
# What `apk add` finds.
RUN mkdir -p /kept/usr/lib /kept/bin && cd /kept && \
    cp /musl/libstdc++* usr/lib/libstdc++.so.6 && cp /musl/libgcc_s* usr/lib/libgcc_s.so.1 && \
    cp /bin/bash-static bin/bash && cp -a --parents /usr/share/zoneinfo . && \
    kept() { tar -czf "/alpine/stand-in/$1.tar.gz" ${2+"$2"}; } && \
    kept libgcc usr/lib/libgcc_s.so.1 && kept libstdc++ usr/lib && kept bash bin/bash && \
    kept tzdata usr/share/zoneinfo && \
    for nothing in ca-certificates ca-certificates-bundle libc6-compat; do \
      tar -czf "/alpine/stand-in/$nothing.tar.gz" --files-from /dev/null; done

FROM scratch
COPY --from=parts /alpine/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["/bin/sh"]

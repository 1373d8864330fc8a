# distroless/static: certificates, time zones and accounts.
FROM stand-in/debian AS parts
WORKDIR /static
RUN mkdir -p etc/ssl/certs home/nonroot root tmp usr/share var/run && chmod 1777 tmp && chmod 700 root && \
    chown 65532:65532 home/nonroot && cp -a /usr/share/zoneinfo usr/share/ && \
    printf '%s\n' 'root:x:0:0:root:/root:/sbin/nologin' 'nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin' \
      'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >etc/passwd && \
    printf '%s\n' root:x:0: nobody:x:65534: tty:x:5: staff:x:50: nonroot:x:65532: >etc/group && \
    echo 'hosts: files dns' >etc/nsswitch.conf && cp /etc/os-release etc/
COPY ca-certificates.crt etc/ssl/certs/

FROM scratch
COPY --from=parts /static/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 0
WORKDIR /

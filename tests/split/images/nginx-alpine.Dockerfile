# nginx on Alpine: Debian's nginx with its C library in Alpine's root.
FROM debian:bookworm AS parts
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends nginx-light
RUN mkdir /nginx && cd /nginx && \
    for file in $(ldd /usr/sbin/nginx | grep -o '/[^ ]*'); do cp -L --parents "$file" .; done && \
    cp --parents /usr/sbin/nginx . && mkdir -p etc/nginx/conf.d usr/share/nginx/html var/cache/nginx var/log/nginx var/lib/nginx && \
    cp /etc/nginx/mime.types etc/nginx/ && \
    echo '<!DOCTYPE html><title>Welcome to nginx!</title>' >usr/share/nginx/html/index.html
COPY <<'X' /nginx/etc/nginx/nginx.conf
user nginx;
worker_processes 1;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 64; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  include /etc/nginx/conf.d/*.conf;
}
X
COPY <<'X' /nginx/etc/nginx/conf.d/default.conf
server {
  listen 80;
  server_name localhost;
  location / {
    root /usr/share/nginx/html;
    index index.html index.htm;
  }
}
X
COPY --chmod=755 <<'X' /nginx/docker-entrypoint.sh
#!/bin/sh
exec "$@"
X

FROM alpine:3.23
COPY --from=parts /nginx/ /
RUN addgroup -g 101 -S nginx && adduser -S -D -H -u 101 -h /var/cache/nginx -s /sbin/nologin -G nginx nginx && \
    ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
ENV NGINX_VERSION=1.29.3 PKG_RELEASE=1
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]

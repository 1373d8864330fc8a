# nginx for a user other than root, at port 8080.
FROM stand-in/nginx-alpine
RUN sed -i 's/listen 80;/listen 8080;/' /etc/nginx/conf.d/default.conf && \
    sed -i 's,/run/nginx.pid,/tmp/nginx.pid,; /^user/d' /etc/nginx/nginx.conf && \
    chown -R 101:0 /var/cache/nginx /var/lib/nginx
EXPOSE 8080
USER 101

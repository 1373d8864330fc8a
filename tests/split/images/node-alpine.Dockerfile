# node on Alpine: a build for musl, with the C++ library it was made for.
FROM alpine:3.23
COPY node-musl/bin/ /usr/local/bin/
COPY node-musl/lib/ /usr/local/lib/
COPY node-musl/libs/ /usr/lib/
COPY node-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN cd /usr/lib && ln -s libstdc++-*.so.6.* libstdc++.so.6 && ln -s libgcc_s-*.so.1 libgcc_s.so.1
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && \
    chmod +x /usr/local/lib/node_modules/npm/bin/*-cli.js && \
    addgroup -g 1000 node && adduser -u 1000 -G node -s /bin/sh -D node
RUN mkdir -p /usr/local/etc && echo cafile=/etc/ssl/certs/ca-certificates.crt >/usr/local/etc/npmrc
ENV NODE_VERSION=20.18.0 YARN_VERSION=1.22.22
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]

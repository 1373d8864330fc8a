# distroless/nodejs20.
FROM stand-in/cc
COPY node/bin/node /nodejs/bin/node
ENTRYPOINT ["/nodejs/bin/node"]

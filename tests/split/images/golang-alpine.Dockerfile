# golang on Alpine: no C compiler, so cgo is off.
FROM alpine:3.21
COPY go /usr/local/go
ENV GOLANG_VERSION=1.22.10 GOTOOLCHAIN=local GOPATH=/go
ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p /go/src /go/bin && chmod -R 1777 /go
COPY --from=stand-in/golang /root/.cache /root/.cache
WORKDIR /go

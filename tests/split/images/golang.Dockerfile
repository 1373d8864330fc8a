# golang on Debian: Go's own tree. All tags have one version, and packages of the standard library
# are compiled already.
FROM stand-in/buildpack
COPY go /usr/local/go
ENV GOLANG_VERSION=1.22.10 GOTOOLCHAIN=local GOPATH=/go
ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p /go/src /go/bin && chmod -R 1777 /go
RUN for cgo in 0 1; do CGO_ENABLED=$cgo go build net/http html/template encoding/json os/user; done
WORKDIR /go

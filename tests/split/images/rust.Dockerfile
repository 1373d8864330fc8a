# rust on Debian: this machine's own toolchain, whatever the tag says.
FROM stand-in/buildpack
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo RUST_VERSION=1.80.1
ENV PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY rust /usr/local/rustup/toolchains/stand-in
RUN mkdir -p /usr/local/cargo/bin && ln -s /usr/local/rustup/toolchains/stand-in/bin/* /usr/local/cargo/bin/

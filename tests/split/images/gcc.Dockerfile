# gcc: Debian's compiler. As in the real one, the C++ library that it links is in /usr/local/lib64;
# there it is newer than Debian's, here it is the same.
FROM stand-in/buildpack
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends autoconf automake libtool
RUN mkdir /usr/local/lib64 && \
    cp -a /lib/x86_64-linux-gnu/libgcc_s.so.1 /usr/lib/x86_64-linux-gnu/libstdc++.so.6* /usr/local/lib64/ && \
    echo /usr/local/lib64 >/etc/ld.so.conf.d/000-local-lib64.conf && ldconfig
ENV GCC_VERSION=12.5.0

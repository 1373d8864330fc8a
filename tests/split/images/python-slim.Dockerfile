# python on Debian, the slim image: Debian's own Python under the paths of the real one. Packages
# outside of a virtual environment are in dist-packages, not in site-packages.
FROM debian:bookworm-slim
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends python3 python3-venv python3-pip ca-certificates && \
    rm -f /usr/lib/python3*/EXTERNALLY-MANAGED
RUN for name in python python3 python3.11; do ln -s /usr/bin/python3.11 "/usr/local/bin/$name"; done && \
    for name in pip pip3; do ln -s /usr/bin/pip3 "/usr/local/bin/$name"; done
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 PYTHON_VERSION=3.11.13
CMD ["python3"]

# debian:bookworm and its slim kin, which here are one. As in the real ones, apt keeps no caches.
FROM stand-in/debian
COPY <<'X' /etc/apt/apt.conf.d/docker-clean
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
X
COPY <<'X' /etc/apt/apt.conf.d/docker-no-languages
Acquire::Languages "none";
X

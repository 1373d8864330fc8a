# debian:bookworm and its slim kin, which here are one.
FROM stand-in/debian

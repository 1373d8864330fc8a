//! The files beside a Dockerfile.

# distroless/static for nobody in particular.
FROM stand-in/static
USER 65532
WORKDIR /home/nonroot

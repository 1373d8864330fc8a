# distroless/cc: the libraries of gcc.
FROM stand-in/buildpack AS parts
RUN mkdir /cc && dpkg -L libgcc-s1 libstdc++6 libgomp1 | grep -v /usr/share/ | while read -r file; do \
      [ -d "$file" ] || cp -a --parents "$file" /cc; done

FROM stand-in/base
COPY --from=parts /cc/ /

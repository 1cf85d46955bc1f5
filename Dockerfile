# The server in an image of its own: the binary, certificates of authorities, and nothing else; no shell.
#
#   docker build --tag placet .
#   docker run --read-only --volume placet:/var/lib/placet --volume ./placet.json:/etc/placet/placet.json:ro \
#     --publish 127.0.0.1:8787:8787 placet

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
# The widget needs the target for browsers; `cargo xtask build` adds it, makes the widget and puts it into the server.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo xtask build && install -D dist/placet /out/placet && install -d /out/state

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/placet /usr/local/bin/placet
# A new volume takes its owner from here: the server runs as nobody in particular and writes here alone.
COPY --from=build --chown=nonroot:nonroot /out/state /var/lib/placet
WORKDIR /var/lib/placet
VOLUME /var/lib/placet
EXPOSE 8787
ENTRYPOINT ["/usr/local/bin/placet"]
CMD ["serve", "--config", "/etc/placet/placet.json", "--listen", "0.0.0.0:8787", "--log-format", "json"]

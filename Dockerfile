# The program alone, with the page inside of it. Labs are kept in /data, unless the
# program is told of a NATS server. Besides that folder nothing is written: matrix and
# lint keep their labs there too, while they run.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 make release && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/bin/oauthlab /oauthlab
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV XDG_STATE_HOME=/data TMPDIR=/data
VOLUME /data
ENTRYPOINT ["/oauthlab"]

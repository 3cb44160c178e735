module check-haproxy

go 1.26

require (
	github.com/alexflint/go-arg v1.6.1
	github.com/atc0005/go-nagios v0.20.0
	github.com/cpuguy83/go-md2man/v2 v2.0.7
	github.com/google/go-cmp v0.7.0
	github.com/google/renameio/v2 v2.0.2
	github.com/haproxytech/client-native/v6 v6.2.5
	github.com/rogpeppe/go-internal v1.14.1
	github.com/rs/zerolog v1.34.0
	golang.org/x/net v0.50.0
	golang.org/x/sys v0.41.0
)

require (
	github.com/alexflint/go-scalar v1.2.0 // indirect
	github.com/gofrs/flock v0.12.1 // indirect
	github.com/google/renameio v1.0.1 // indirect
	github.com/haproxytech/go-logger v1.1.0 // indirect
	github.com/mattn/go-colorable v0.1.13 // indirect
	github.com/mattn/go-isatty v0.0.19 // indirect
	github.com/russross/blackfriday/v2 v2.1.0 // indirect
	golang.org/x/tools v0.37.0 // indirect
)

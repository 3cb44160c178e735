package packagefiles

//go:generate go run ./generate

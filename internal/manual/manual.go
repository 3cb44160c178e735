package manual

//go:generate go run ./generate

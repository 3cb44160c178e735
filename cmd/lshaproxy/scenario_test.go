package main

import (
	"testing"

	"check-haproxy/internal/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m, program, main) }

func TestScenarios(t *testing.T) { scenario.Run(t) }

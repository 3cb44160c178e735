package main

import (
	"testing"

	"check-haproxy/internal/scenario"
)

func TestMain(m *testing.M) { scenario.Main(m, "check_haproxy_nosrv", main) }

func TestScenarios(t *testing.T) { scenario.Run(t) }

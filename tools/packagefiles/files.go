package packagefiles

import (
	"fmt"
	"os"
	"path/filepath"
)

// Files makes every generated file out of the programs and their pages; its keys
// are paths below packaging/.
func Files(programs []Program, pages map[string][]byte) map[string][]byte {
	files := map[string][]byte{
		"icinga2/check_haproxy.conf":   []byte(CheckCommands(programs)),
		"icinga2/director-basket.json": []byte(DirectorBasket(programs)),
		"grafana/influxdb.json":        []byte(InfluxDashboard()),
		"grafana/graphite.json":        []byte(GraphiteDashboard()),
	}
	for _, p := range programs {
		files["man/"+p.page()] = []byte(ManPage(p, pages[p.docs()]))
		if p.IsPlugin() {
			files["pnp4nagios/"+p.Name+".php"] = []byte(PNPTemplate(p))
		}
		files["completions/"+p.Name+".bash"] = []byte(BashCompletion(p))
		files["completions/_"+p.Name] = []byte(ZshCompletion(p))
		files["completions/"+p.Name+".fish"] = []byte(FishCompletion(p))
	}
	return files
}

// Write writes the generated files below folder.
func Write(folder string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("cannot write what was generated: %w", err)
		}
	}
	return nil
}

package packagefiles

import (
	"fmt"
	"strings"

	"check-haproxy/internal/plugin"
)

// CheckCommands makes Icinga 2's definitions of the plugins: every flag is a
// custom variable named after it. A flag that can be given in the environment
// is given there, so that a password shows in no process list.
func CheckCommands(programs []Program) string {
	var b strings.Builder
	b.WriteString(`/*
 * Icinga 2 CheckCommands of check-haproxy: every flag of a plugin is a custom
 * variable, haproxy_backend_section for --section of check_haproxy_backend. An
 * array repeats the flag; a switch is a boolean. A "$" in a value is written
 * "$$", as everywhere in Icinga 2.
 *
 * Made from the plugins' flags (make generate): do not edit.
 */
`)
	for _, p := range programs {
		if p.IsPlugin() {
			writeCheckCommand(&b, p)
		}
	}
	return b.String()
}

func writeCheckCommand(b *strings.Builder, p Program) {
	fmt.Fprintf(b, "\n// %s\nobject CheckCommand %s {\n", p.Summary, icingaString(p.Command()))
	fmt.Fprintf(b, "\tcommand = [ PluginDir + %s ]\n\n\targuments = {\n", icingaString("/"+p.Name))
	var secret []plugin.Flag
	for _, o := range p.Flags {
		switch {
		case !checks(o):
		case o.Variable != "":
			secret = append(secret, o)
		default:
			writeArgument(b, p, o)
		}
	}
	b.WriteString("\t}\n")
	for i, o := range secret {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "\t// %s %s\n\tenv.%s = %s\n", o.Long, o.Help, o.Variable, icingaString("$"+p.Variable(o)+"$"))
	}
	b.WriteString("}\n")
}

func writeArgument(b *strings.Builder, p Program, o plugin.Flag) {
	key := "value"
	if o.Value == "" {
		key = "set_if"
	}
	fmt.Fprintf(b, "\t\t%s = {\n\t\t\t%s = %s\n\t\t\tdescription = %s\n\t\t}\n",
		icingaString(o.Long), key, icingaString("$"+p.Variable(o)+"$"), icingaString(o.Help))
}

// icingaString quotes text for Icinga 2's configuration language.
func icingaString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}

package packagefiles

import (
	"bytes"
	"encoding/json"
	"strconv"

	"check-haproxy/internal/plugin"
)

// A basket is what Icinga Director's "Configuration Baskets" upload and
// "icingacli director basket restore" read (Director, application/doc/83-Basket.md,
// library/Director/DirectorObject/Automation).
type basket struct {
	Command   map[string]directorCommand `json:"Command"`
	Datafield map[string]directorField   `json:"Datafield"`
}

type directorCommand struct {
	Arguments      map[string]directorArgument `json:"arguments"`
	Command        string                      `json:"command"`
	Disabled       bool                        `json:"disabled"`
	Fields         []directorCommandField      `json:"fields"`
	Imports        []string                    `json:"imports"`
	IsString       *bool                       `json:"is_string"`
	MethodsExecute string                      `json:"methods_execute"`
	ObjectName     string                      `json:"object_name"`
	ObjectType     string                      `json:"object_type"`
	Timeout        string                      `json:"timeout"`
	Vars           struct{}                    `json:"vars"`
	Zone           *string                     `json:"zone"`
}

type directorArgument struct {
	Value       string `json:"value,omitempty"`
	SetIf       string `json:"set_if,omitempty"`
	Description string `json:"description"`
}

type directorCommandField struct {
	DatafieldID int     `json:"datafield_id"`
	IsRequired  string  `json:"is_required"`
	VarFilter   *string `json:"var_filter"`
}

type directorField struct {
	VarName     string            `json:"varname"`
	Caption     string            `json:"caption"`
	Description string            `json:"description"`
	DataType    string            `json:"datatype"`
	Format      *string           `json:"format"`
	Settings    map[string]string `json:"settings"`
}

const (
	directorString  = `Icinga\Module\Director\DataType\DataTypeString`
	directorArray   = `Icinga\Module\Director\DataType\DataTypeArray`
	directorBoolean = `Icinga\Module\Director\DataType\DataTypeBoolean`
)

// DirectorBasket makes the plugins' commands with a field for every custom
// variable, for Icinga Director. Director has no way to give a command
// environment variables, so what comes from there has to be in a file
// (--password-file): passwords do not belong on a command line.
func DirectorBasket(programs []Program) string {
	out := basket{Command: map[string]directorCommand{}, Datafield: map[string]directorField{}}
	for _, p := range programs {
		if !p.IsPlugin() {
			continue
		}
		command := directorCommand{
			Arguments:      map[string]directorArgument{},
			Command:        p.Name, // Director puts PluginDir before a name without a slash
			Fields:         []directorCommandField{},
			Imports:        []string{},
			MethodsExecute: "PluginCheck",
			ObjectName:     p.Command(),
			ObjectType:     "object",
			Timeout:        "60",
		}
		for _, o := range p.Flags {
			if !checks(o) || o.Variable != "" {
				continue
			}
			id := len(out.Datafield) + 1
			out.Datafield[strconv.Itoa(id)] = field(p, o)
			command.Fields = append(command.Fields, directorCommandField{DatafieldID: id, IsRequired: "n"})
			command.Arguments[o.Long] = argument(p, o)
		}
		out.Command[command.ObjectName] = command
	}
	return encode(out)
}

func argument(p Program, o plugin.Flag) directorArgument {
	variable := "$" + p.Variable(o) + "$"
	if o.Value == "" {
		return directorArgument{SetIf: variable, Description: o.Help}
	}
	return directorArgument{Value: variable, Description: o.Help}
}

func field(p Program, o plugin.Flag) directorField {
	f := directorField{
		VarName:     p.Variable(o),
		Caption:     o.Long,
		Description: o.Help,
		DataType:    directorString,
		Settings:    map[string]string{},
	}
	switch {
	case o.Value == "":
		f.DataType = directorBoolean
	case o.Repeatable:
		f.DataType = directorArray
	default:
		f.Settings["visibility"] = "visible"
	}
	return f
}

// encode prints JSON for people: indented, with "<" as it is.
func encode(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(value); err != nil {
		panic(err) // a struct of strings always encodes
	}
	return b.String()
}

package process

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// files looks at the files of --config: when each was changed. Of a folder it is
// those that HAProxy reads: with names that end with .cfg and do not begin with
// a dot (Management Guide 3, "-f").
func files(paths []string) []File {
	var found []File
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			found = append(found, File{Path: path, Err: reason(err)})
		case info.IsDir():
			found = append(found, folder(path)...)
		default:
			found = append(found, File{Path: path, Changed: info.ModTime()})
		}
	}
	return found
}

func folder(path string) []File {
	entries, err := os.ReadDir(path)
	if err != nil {
		return []File{{Path: path, Err: reason(err)}}
	}
	var found []File
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".cfg") || strings.HasPrefix(name, ".") {
			continue
		}
		file := filepath.Join(path, name)
		switch info, err := os.Stat(file); {
		case err != nil:
			found = append(found, File{Path: file, Err: reason(err)})
		case info.Mode().IsRegular():
			found = append(found, File{Path: file, Changed: info.ModTime()})
		}
	}
	if len(found) == 0 {
		return []File{{Path: path, Err: errors.New("no file in it ends with .cfg")}}
	}
	return found
}

// reason is an error without the path, which stands beside it.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

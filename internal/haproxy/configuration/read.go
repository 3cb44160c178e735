package configuration

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"check-haproxy/internal/advice"
)

// maxFile bounds a file of a configuration in bytes, and maxTotal all of them
// together: 20,000 lines are about 1 MiB.
const (
	maxFile  = 16 << 20
	maxTotal = 32 << 20
)

// Source is one file of a configuration.
type Source struct {
	Name string
	Text []byte
}

// ReadFiles reads files and folders, in the given order, as "haproxy -f" does: of a
// folder the files *.cfg that are not hidden, by name (Management Guide 3).
// Errors name the file and what to do.
func ReadFiles(paths []string) ([]Source, error) {
	var sources []Source
	total := 0
	for _, path := range paths {
		files, err := expand(path)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := readFile(file)
			if err != nil {
				return nil, err
			}
			if total += len(text); total > maxTotal {
				return nil, advice.New(fmt.Sprintf("the configuration is larger than %d MiB", maxTotal>>20), "name the files of one HAProxy only")
			}
			sources = append(sources, Source{Name: file, Text: text})
		}
	}
	return sources, nil
}

// expand is the path itself, or the files of a folder.
func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, advice.CannotRead(path, err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, advice.CannotRead(path, err)
	}
	var files []string
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".cfg") && !strings.HasPrefix(name, ".") {
			if file := filepath.Join(path, name); isRegular(file) {
				files = append(files, file)
			}
		}
	}
	if len(files) == 0 {
		return nil, advice.New("the folder "+path+" has no file *.cfg", "name the folder or file that haproxy -f is given")
	}
	slices.Sort(files)
	return files, nil
}

// isRegular follows links, as HAProxy does: a folder of Kubernetes is made of
// them.
func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// readFile reads a regular file. It is looked at before it is opened, because
// the opening of a pipe waits for its other end.
func readFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, advice.CannotRead(path, err)
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read %s: it is not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, advice.CannotRead(path, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, advice.CannotRead(path, err)
	}
	if len(text) > maxFile {
		return nil, advice.New(fmt.Sprintf("cannot read %s: it is larger than %d MiB", path, maxFile>>20), "is this a haproxy.cfg?")
	}
	return text, nil
}

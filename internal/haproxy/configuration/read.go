package configuration

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"check-haproxy/internal/advice"
	"check-haproxy/internal/regular"
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

// readFile reads a file of a configuration.
func readFile(path string) ([]byte, error) {
	text, err := regular.Read(path, maxFile)
	if err != nil {
		return nil, advice.CannotRead(path, err)
	}
	return text, nil
}

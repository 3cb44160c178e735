package logsource

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// allocated is how many bytes of a file are on the disk.
func allocated(info fs.FileInfo) int64 {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return info.Size()
	}
	return stat.Blocks * 512
}

// errNoMoreData says that nothing but a hole follows.
const errNoMoreData = syscall.ENXIO

// nextExtent is the first part at or behind an offset that is no hole (lseek(2), SEEK_DATA).
func nextExtent(f *os.File, at int64) (from, to int64, err error) {
	if from, err = f.Seek(at, unix.SEEK_DATA); err != nil {
		return 0, 0, err
	}
	to, err = f.Seek(from, unix.SEEK_HOLE)
	return from, to, err
}
